import { civilDate, civilDayStart, DAY } from '../../devices/contract/instant.ts';

/** Civil months `YYYY-MM`. */

export const monthOf = (ms: number): string => civilDate(ms).slice(0, 7);

/** The month so many months later, or earlier. */
export function monthsAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const index = year * 12 + (number - 1) + months;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** A month as a stretch of time [from, to) in ms. */
export function stretchOf(month: string): { from: number; to: number } {
  return { from: civilDayStart(`${month}-01`), to: civilDayStart(`${monthsAfter(month, 1)}-01`) };
}

/** The civil dates of a month that began by `until`. */
export function daysOf(month: string, until = Infinity): string[] {
  const { from, to } = stretchOf(month);
  const days: string[] = [];
  for (let day = from; day < to && day <= until; day += DAY) days.push(civilDate(day));
  return days;
}

/** The moment at which a month's accounts are frozen: 00:00 of a day of the month after it. */
export function freezeMoment(month: string, freezeDay: number): number {
  return civilDayStart(`${monthsAfter(month, 1)}-${String(freezeDay).padStart(2, '0')}`);
}
