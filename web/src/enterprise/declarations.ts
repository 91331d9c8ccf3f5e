import { DAY, parseRegistryTime } from '../../../devices/contract/instant.ts';
import type { DeclarationItem } from '../api/enterprise.ts';

/** Declarations of machinery, as people tell them apart. Pure. */

export const STATES = ['now', 'soon', 'ahead', 'over'] as const;
export type DeclarationState = (typeof STATES)[number];

/** What ends within so many days is told of. */
export const SOON_DAYS = 7;

/** When a declaration ends, in ms; Infinity where it is open. A bare date is its whole day. */
export const endOf = ({ to }: Pick<DeclarationItem, 'to'>): number =>
  to === undefined ? Infinity : parseRegistryTime(to, 'end');

export function stateOf(one: Pick<DeclarationItem, 'from' | 'to'>, now: number): DeclarationState {
  if (parseRegistryTime(one.from, 'start') > now) return 'ahead';
  const end = endOf(one);
  if (end <= now) return 'over';
  return end - now <= SOON_DAYS * DAY ? 'soon' : 'now';
}

/** A row of the form: as it is written, before it is sent. */
export interface DraftRow {
  key: number;
  registrationCode: string;
  siteId: string;
  /** Civil dates; `to` empty: open. */
  from: string;
  to: string;
}

export type Pasted = Partial<Omit<DraftRow, 'key'>> & { registrationCode: string };

const FIELDS = ['registrationCode', 'siteId', 'from', 'to'] as const;

/**
 * What somebody pasted: one code a line (or several, between commas, tabs or spaces), or CSV whose first line names its fields. Codes are
 * opaque: nothing is made of their letters.
 */
export function readPasted(text: string): Pasted[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  const cells = (line: string) => line.split(/[,，\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const head = cells(lines[0] ?? '');
  if (!head.includes('registrationCode')) {
    const codes = lines.flatMap((line) => line.split(/[\s,，;；、]+/)).filter((code) => code !== '');
    return [...new Set(codes)].map((registrationCode) => ({ registrationCode }));
  }
  return lines.slice(1).flatMap((line): Pasted[] => {
    const own = cells(line);
    const row = Object.fromEntries(
      FIELDS.flatMap((field) => {
        const value = own[head.indexOf(field)];
        return value === undefined || value === '' ? [] : [[field, value]];
      }),
    ) as Partial<Pasted>;
    return row.registrationCode === undefined ? [] : [{ ...row, registrationCode: row.registrationCode }];
  });
}

/** Whether a row says enough to be tried and sent. */
export const isComplete = ({ registrationCode, siteId, from }: DraftRow): boolean =>
  registrationCode.trim() !== '' && siteId !== '' && from !== '';

/** A row as it is tried and sent. */
export const bodyOf = ({ registrationCode, siteId, from, to }: DraftRow) => ({
  siteId,
  registrationCode: registrationCode.trim(),
  from,
  ...(to !== '' && { to }),
});
