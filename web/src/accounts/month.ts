import { civilDate } from '../../../devices/contract/instant.ts';

/** Civil months `YYYY-MM`. */

const FORM = /^(20\d\d|21\d\d)-(0[1-9]|1[0-2])$/;

export const isMonth = (text: unknown): text is string => typeof text === 'string' && FORM.test(text);

/** The month a moment lies in. */
export const monthOf = (ms: number): string => civilDate(ms).slice(0, 7);

/** The month so many months later, or earlier. */
export function monthsAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const index = year * 12 + (number - 1) + months;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** So many months up to one, oldest first. */
export const monthsUpTo = (month: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => monthsAfter(month, i + 1 - count));

/** `2021年10月`, `October 2021`. */
export const monthText = (month: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    Date.parse(`${month}-01T00:00:00Z`),
  );
