import type { Account, AccountFigures, FigureName } from '../api/accounts.ts';

/** The figures of an account as the console names and groups them. Pure. */

/** How freight is carried, in the order of bars and tables: clean first, then the alternative path, then the rest. */
export const MODES = ['rail', 'water', 'pipe', 'conveyor', 'newEnergy', 'stage6', 'otherRoad', 'estimated'] as const;
export type Mode = (typeof MODES)[number];
export const CLEAN_MODES: readonly Mode[] = ['rail', 'water', 'pipe', 'conveyor', 'newEnergy'];
export const STAGES = ['D', '6', '5', '4', '3', '2', '1', '0', 'unknown'] as const;

/** Every figure that names its rows; a unit test holds it to the platform's own list. */
export const FIGURES_SHOWN: readonly FigureName[] = [
  'tonnes.total', 'tonnes.clean', ...MODES.map((mode) => `tonnes.${mode}` as const), ...STAGES.map((stage) => `stages.${stage}` as const),
  'directions.in', 'directions.out', 'rows.road', 'rows.estimated', 'rows.deliveries', 'passages.refused', 'passages.turnedBack',
  'passages.forced', 'passages.againstDecision', 'pairing.entries', 'pairing.exits', 'pairing.paired', 'pairing.open', 'pairing.noExit',
  'pairing.exitWithoutEntry', 'photos.missing', 'photos.notUploaded', 'cargo.incomplete', 'quality.faulty',
]; // prettier-ignore

export const isFigure = (name: unknown): name is FigureName => (FIGURES_SHOWN as readonly unknown[]).includes(name);

/** What is said of a figure's unit. */
export type Unit = 't' | '%' | 'minutes' | 'rows';

/** The unit of a member of the figures by its path: `tonnes.rail`, `stages.6.rows`, `auditShare`. */
export function unitOf(path: string): Unit {
  if (/share$/i.test(path) || path.endsWith('.percent') || path === 'quality.limit') return '%';
  if (path.endsWith('Minutes')) return 'minutes';
  if (/^(tonnes|estimate)\./.test(path) || path.endsWith('.tonnes')) return 't';
  // A figure of rows by stage or direction is its tonnes.
  return /^(stages|directions)\.\w+$/.test(path) ? 't' : 'rows';
}

/** The word a figure has among the texts `fig.…`, by its path; whether it is a count of rows beside its tonnes; the stage it is of. */
export function wordOf(path: string): { key: string; rows: boolean; stage?: string } {
  const [group = '', member = '', part] = path.split('.');
  if (group === 'stages') return { key: 'fig.stages', stage: member, rows: part === 'rows' };
  if (group === 'directions') return { key: `fig.directions.${member}`, rows: part === 'rows' };
  return { key: `fig.${path}`, rows: false };
}

/** How the share lies to the line: points above (or below, negative) and the clean tonnes that lack. */
export function gapOf({ figures, limits }: Pick<Account, 'figures' | 'limits'>): { points: number; tonnes: number } | null {
  if (figures.auditShare === null) return null;
  const { clean, total } = figures.tonnes;
  return {
    points: round2(figures.auditShare - limits.minPercent),
    tonnes: Math.max(0, Math.ceil((limits.minPercent / 100) * total - clean)),
  };
}

/** What part of an account's tonnes is carried so, %; null where nothing was carried. */
export function shareOf(tonnes: number, { total }: AccountFigures['tonnes']): number | null {
  return total === 0 ? null : round2((tonnes / total) * 100);
}

/** Rows that name all their pictures, %; null where none had to be taken. */
export function photoPercent({ photos, rows }: AccountFigures): number | null {
  return photos.required === 0 || rows.road === 0 ? null : round2(((rows.road - photos.missing) / rows.road) * 100);
}

/** Numbers with up to three decimals added without the dust of floating point. */
export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += Math.round(value * 1000);
  return sum / 1000;
}

/** Hundredths, as shares are kept. */
export const round2 = (value: number): number => Math.round(value * 100) / 100;
