import { civilDate, CIVIL_OFFSET, DAY, HOUR, MINUTE } from '../../../devices/contract/instant.ts';

/** Times as people here read them: civil time of Asia/Shanghai, whatever the computer's zone. */

function civil(ms: number): string {
  return new Date(ms + CIVIL_OFFSET).toISOString();
}

/** `2021-11-15 08:00:05` */
export function fullTime(ms: number): string {
  return Number.isNaN(ms) ? '' : civil(ms).slice(0, 19).replace('T', ' ');
}

/** `08:00:05` */
export function clockTime(ms: number): string {
  return fullTime(ms).slice(11);
}

/** `08:00` today, `11-15 08:00` this year, `2020-11-15` before. */
export function shortTime(ms: number, now: number): string {
  if (Number.isNaN(ms)) return '';
  const text = civil(ms);
  if (civilDate(ms) === civilDate(now)) return text.slice(11, 16);
  return text.slice(0, 4) === civil(now).slice(0, 4) ? text.slice(5, 16).replace('T', ' ') : text.slice(0, 10);
}

/** The end of an interval as an order writes it: midnight is `24:00` of the day before. */
export function endTime(ms: number): string {
  const text = civil(ms);
  if (text.slice(11, 16) !== '00:00') return text.slice(5, 16).replace('T', ' ');
  return `${civil(ms - DAY).slice(5, 10)} 24:00`;
}

export interface Span {
  key: 'now' | 'minutes' | 'hours' | 'days';
  n: number;
}

/** How long ago, in the words a clock would use; a moment ahead of the clock is now. */
export function ago(ms: number, now: number): Span {
  const passed = now - ms;
  if (passed < MINUTE) return { key: 'now', n: 0 };
  if (passed < HOUR) return { key: 'minutes', n: Math.floor(passed / MINUTE) };
  if (passed < DAY) return { key: 'hours', n: Math.floor(passed / HOUR) };
  return { key: 'days', n: Math.floor(passed / DAY) };
}
