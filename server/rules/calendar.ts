import { CIVIL_OFFSET, MINUTE, civilTimeOfDay } from '../../devices/contract/instant.ts';

/** Civil calendar words of rules: months, seasons and hours of the day. Civil time is Asia/Shanghai. */

/** A stretch of the year or of the day. */
export interface Span {
  from: string;
  to: string;
}

/**
 * The civil date `months` later: the same day of the month, or that month's last where it has no such day.
 * @param date `YYYY-MM-DD`; the result has the same form.
 */
export function monthsLater(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const y = Math.floor(index / 12);
  const m = index % 12;
  const last = new Date(Date.UTC(2000, 0, 1));
  // Day 0 of the following month is this month's last; setUTCFullYear keeps years below 100 as they are.
  last.setUTCFullYear(y, m + 1, 0);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(y).padStart(4, '0')}-${two(m + 1)}-${two(Math.min(day, last.getUTCDate()))}`;
}

/** Whether the civil date of an instant lies in one of the seasons (`MM-DD`, both days included; a season may pass the new year). */
export function inSeason(ms: number, seasons: readonly Span[]): boolean {
  const date = new Date(ms + CIVIL_OFFSET);
  const day = (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  return seasons.some((season) => {
    const from = monthDay(season.from);
    const to = monthDay(season.to);
    return from <= to ? from <= day && day <= to : day >= from || day <= to;
  });
}

function monthDay(text: string): number {
  return Number(text.slice(0, 2)) * 100 + Number(text.slice(3, 5));
}

/**
 * Whether the civil time of an instant lies in one of the stretches of the day (`HH:MM`, beginning included, end not; a stretch may
 * pass midnight; from = to is the whole day; `24:00` is midnight).
 */
export function inClock(ms: number, clock: readonly Span[]): boolean {
  const time = civilTimeOfDay(ms);
  return clock.some((stretch) => {
    const from = timeOfDay(stretch.from) % (24 * 60 * MINUTE);
    const to = timeOfDay(stretch.to);
    if (from === to) return true;
    return from < to ? from <= time && time < to : time >= from || time < to;
  });
}

function timeOfDay(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * MINUTE;
}
