import type { AccountLine, FigureName } from '../api/accounts.ts';
import { CLEAN_MODES, MODES } from './figures.ts';

/** The columns of a month's table: what is sorted by, and which of them are figures that name their rows. */
export type Group = 'share' | 'gates' | 'quality' | 'tonnes' | 'account';

export interface AccountColumn {
  key: string;
  group: Group;
  value: (line: AccountLine) => number | string | null;
  /** How the value is written. */
  kind: 'share' | 'percent' | 'change' | 'tonnes' | 'count' | 'slot';
  figure?: FigureName;
}

const tonnes = (mode: (typeof MODES)[number] | 'total'): AccountColumn => ({
  key: mode,
  group: 'tonnes',
  kind: 'tonnes',
  value: ({ figures }) => figures.tonnes[mode],
  figure: `tonnes.${mode}`,
});

export const COLUMNS: readonly AccountColumn[] = [
  { key: 'auditShare', group: 'share', kind: 'share', value: ({ figures }) => figures.auditShare, figure: 'tonnes.clean' },
  { key: 'change', group: 'share', kind: 'change', value: ({ monthOnMonth }) => monthOnMonth?.change ?? null },
  { key: 'weighedShare', group: 'share', kind: 'percent', value: ({ figures }) => figures.weighedShare },
  { key: 'stage6Share', group: 'share', kind: 'percent', value: ({ figures }) => figures.stage6Share, figure: 'tonnes.stage6' },
  { ...tonnes('total'), group: 'share' },
  { key: 'proposes', group: 'share', kind: 'slot', value: ({ figures }) => figures.proposes },
  { key: 'decided', group: 'share', kind: 'slot', value: ({ cleanTransport }) => cleanTransport },
  { key: 'refused', group: 'gates', kind: 'count', value: ({ figures }) => figures.passages.refused, figure: 'passages.refused' },
  { key: 'forced', group: 'gates', kind: 'count', value: ({ figures }) => figures.passages.forced, figure: 'passages.forced' },
  { key: 'quality', group: 'quality', kind: 'percent', value: ({ figures }) => figures.quality.percent, figure: 'quality.faulty' },
  { key: 'transmission', group: 'quality', kind: 'percent', value: ({ figures }) => figures.transmission.percent },
  { key: 'photos', group: 'quality', kind: 'count', value: ({ figures }) => figures.photos.missing, figure: 'photos.missing' },
  { key: 'pairing', group: 'quality', kind: 'percent', value: ({ figures }) => figures.pairing.percent },
  { key: 'cargo', group: 'quality', kind: 'percent', value: ({ figures }) => figures.cargo.percent, figure: 'cargo.incomplete' },
  ...MODES.map(tonnes),
  { key: 'state', group: 'account', kind: 'slot', value: ({ state }) => state },
  { key: 'asOf', group: 'account', kind: 'slot', value: ({ asOf }) => asOf },
]; // prettier-ignore

export const GROUPS: readonly Group[] = ['share', 'gates', 'quality', 'tonnes', 'account'];

/** Whether a column of tonnes is clean freight. */
export const isClean = (key: string): boolean => (CLEAN_MODES as readonly string[]).includes(key);

/** By a column's values, those without one last whichever way; equal ones in order of rank, then name. */
export function sorted(lines: readonly AccountLine[], key: string, down: boolean): AccountLine[] {
  const column = COLUMNS.find((one) => one.key === key);
  const place = (line: AccountLine) => line.rank?.place ?? Infinity;
  return [...lines].sort((a, b) => {
    const [x, y] = column ? [column.value(a), column.value(b)] : [null, null];
    if (x === null || y === null || x === y) {
      if ((x === null) !== (y === null)) return x === null ? 1 : -1;
      const [p, q] = column ? [place(a), place(b)] : down ? [place(b), place(a)] : [place(a), place(b)];
      return p === q ? (a.enterprise < b.enterprise ? -1 : 1) : p - q;
    }
    return (x < y ? -1 : 1) * (down ? -1 : 1);
  });
}
