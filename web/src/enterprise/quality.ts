import type { AccountFigures, FigureName } from '../api/accounts.ts';

/** The measures of data quality, of a month or of one gate in it. Pure. */

type Rows = { rows: number } | { rows: { road: number } };
/** What a measure is made of: an account's figures, or a gate's part of them. */
export type OfRows = Pick<AccountFigures, 'photos' | 'pairing' | 'cargo' | 'quality'> & {
  transmission: { percent: number | null };
} & Rows;

export interface Measure {
  key: 'quality' | 'transmission' | 'named' | 'uploaded' | 'pairing' | 'cargo';
  /** Whether the policy's limit is laid on it. */
  limited: boolean;
  /** The figure of the account whose rows fall short; absent: it is made of minutes, not of rows. */
  figure?: FigureName;
  /** The ledger's filter for the same rows. */
  ledger?: Record<string, string>;
  share: (of: OfRows) => number | null;
}

const rowsOf = ({ rows }: OfRows): number => (typeof rows === 'number' ? rows : rows.road);
/** Rows that do not fall short, %, as the account rounds. */
const without = (short: number, of: OfRows): number | null => {
  const rows = rowsOf(of);
  return rows === 0 || of.photos.required === 0 ? null : Math.round(((rows - short) / rows) * 10_000) / 100;
};

export const MEASURES: readonly Measure[] = [
  { key: 'quality', limited: true, figure: 'quality.faulty', ledger: { lacks: 'any' }, share: ({ quality }) => quality.percent },
  { key: 'transmission', limited: true, share: ({ transmission }) => transmission.percent },
  { key: 'named', limited: false, figure: 'photos.missing', ledger: { lacks: 'photo' }, share: (of) => without(of.photos.missing, of) },
  { key: 'uploaded', limited: false, figure: 'photos.notUploaded', ledger: { lacks: 'upload' }, share: (of) => without(of.photos.notUploaded, of) },
  { key: 'pairing', limited: false, figure: 'pairing.noExit', ledger: { pairing: 'no-exit' }, share: ({ pairing }) => pairing.percent },
  { key: 'cargo', limited: false, figure: 'cargo.incomplete', ledger: { lacks: 'cargo' }, share: ({ cargo }) => cargo.percent },
]; // prettier-ignore

export const shareOf = (measure: Measure, figures: OfRows): number | null => measure.share(figures);
