import { STAGES_SHOWN, type AccountFigures, type AccountRow, type FigureName } from '../http/contract/accounts.ts';
import type { TransportRow } from '../http/contract/ledgers.ts';
import type { Delivery } from './clean-transport.ts';

/** What a figure of the account is made of. `account-tally.ts` adds these up; the drill-down shows them: they cannot differ. */

/** A passage at a gate, whether or not it is a row of the ledger. */
export interface PassageSeen {
  outcome: 'passed' | 'turned-back';
  forced: boolean;
  againstDecision: boolean;
}

export interface Figure {
  /** `t`: a row adds the tonnes it counts with. */
  unit: 't' | 'rows';
  ledger?: (row: TransportRow) => boolean;
  delivery?: (delivery: Delivery) => boolean;
  passage?: (passage: PassageSeen) => boolean;
  /** Arrivals that were refused. */
  refused?: true;
}

const weighed = (row: TransportRow) => row.cargo.tonnes !== undefined;
const by = (carriedBy: TransportRow['carriedBy']) => (row: TransportRow) => weighed(row) && row.carriedBy === carriedBy;
const mode = (name: Delivery['mode']): Figure => ({ unit: 't', delivery: (d) => d.mode === name });
const all = () => true;
const pairing = (direction: 'in' | 'out', state: string): Figure => ({
  unit: 'rows',
  ledger: (row) => row.direction === direction && row.pairing?.state === state,
});

/** The stage a row counts under: of a vehicle that is not matched exactly it is unknown. */
export function stageOf(row: TransportRow): (typeof STAGES_SHOWN)[number] {
  return row.recognition === 'matched' ? (row.stage as (typeof STAGES_SHOWN)[number]) : 'unknown';
}

const rest: Record<string, Figure> = {
  'tonnes.rail': mode('rail'),
  'tonnes.water': mode('water'),
  'tonnes.pipe': mode('pipe'),
  'tonnes.conveyor': mode('conveyor'),
  'tonnes.newEnergy': { unit: 't', ledger: by('new-energy') },
  'tonnes.stage6': { unit: 't', ledger: by('stage-6') },
  'tonnes.otherRoad': { unit: 't', ledger: by('other') },
  'tonnes.estimated': { unit: 't', ledger: (row) => !weighed(row) },
  'tonnes.clean': { unit: 't', delivery: all, ledger: by('new-energy') },
  'tonnes.total': { unit: 't', delivery: all, ledger: all },
  'directions.in': { unit: 't', ledger: (row) => row.direction === 'in' },
  'directions.out': { unit: 't', ledger: (row) => row.direction === 'out' },
  'rows.road': { unit: 'rows', ledger: all },
  'rows.estimated': { unit: 'rows', ledger: (row) => !weighed(row) },
  'rows.deliveries': { unit: 'rows', delivery: all },
  'passages.refused': { unit: 'rows', refused: true },
  'passages.turnedBack': { unit: 'rows', passage: (p) => p.outcome === 'turned-back' },
  'passages.forced': { unit: 'rows', passage: (p) => p.outcome === 'passed' && p.forced },
  'passages.againstDecision': { unit: 'rows', passage: (p) => p.againstDecision },
  'photos.missing': { unit: 'rows', ledger: (row) => row.photos.missing.length > 0 },
  'photos.notUploaded': { unit: 'rows', ledger: (row) => row.findings.includes('photo-not-uploaded') },
  'pairing.entries': { unit: 'rows', ledger: (row) => row.direction === 'in' },
  'pairing.exits': { unit: 'rows', ledger: (row) => row.direction === 'out' },
  'pairing.paired': pairing('in', 'paired'),
  'pairing.open': pairing('in', 'open'),
  'pairing.noExit': pairing('in', 'no-exit'),
  'pairing.exitWithoutEntry': pairing('out', 'exit-without-entry'),
  'cargo.incomplete': { unit: 'rows', ledger: (row) => !weighed(row) || !row.cargo.name },
  'quality.faulty': { unit: 'rows', ledger: (row) => row.findings.length > 0 },
};

export const FIGURE: Record<FigureName, Figure> = {
  ...rest,
  ...Object.fromEntries(
    STAGES_SHOWN.map((stage) => [`stages.${stage}`, { unit: 't', ledger: (row) => stageOf(row) === stage } satisfies Figure]),
  ),
} as Record<FigureName, Figure>;

/** What a row counts with: as weighed, else what rows of its direction that nobody weighed count with. */
export function countedTonnes(row: TransportRow, estimate: AccountFigures['estimate']): number {
  return row.cargo.tonnes === undefined ? estimate[row.direction] : Math.round(row.cargo.tonnes * 1000) / 1000;
}

/** A ledger row as the drill-down of a figure shows it. */
export function ledgerRowOf(row: TransportRow, { unit }: Figure, estimate: AccountFigures['estimate']): AccountRow {
  return {
    source: 'ledger',
    id: row.id,
    at: row.at,
    value: unit === 't' ? countedTonnes(row, estimate) : 1,
    estimated: !weighed(row),
    ledger: row,
  };
}

/** The figure's value in an account. */
export function figureValue(figures: AccountFigures, name: FigureName): number {
  const [group, member] = name.split('.') as [keyof AccountFigures, string];
  const value = (figures[group] as Record<string, unknown>)[member];
  return typeof value === 'object' ? (value as { tonnes: number }).tonnes : (value as number);
}
