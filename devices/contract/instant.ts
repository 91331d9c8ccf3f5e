/** Instants and civil time. Civil time is Asia/Shanghai: UTC+8 without daylight saving since 1991, so days are plain arithmetic. */

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** Asia/Shanghai is eight hours ahead of UTC. */
export const CIVIL_OFFSET = 8 * HOUR;

/**
 * Reads an ISO 8601 date-time with an offset (`Z`, `+08:00`, `+0800`, `+08`), cut to whole milliseconds; seconds may be left out.
 * Written by hand, not as a regular expression: a telemetry message carries up to 61 of these.
 * @returns milliseconds since 1970-01-01Z, or NaN when the text is not such an instant (hour 24 included).
 */
export function parseInstant(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':') return NaN;
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return NaN;
  let second = 0;
  let ms = 0;
  let i = 16;
  if (text[i] === ':') {
    second = digits(text, 17, 2);
    if (second < 0 || second > 59) return NaN;
    i = 19;
    if (text[i] === '.' || text[i] === ',') {
      const first = ++i;
      for (let digit = digits(text, i, 1); digit >= 0; digit = digits(text, ++i, 1)) {
        if (i - first < 3) ms += digit * (i === first ? 100 : i === first + 1 ? 10 : 1);
      }
      if (i === first) return NaN;
    }
  }
  const offset = offsetMinutes(text, i);
  return ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset) * MINUTE + second * 1000 + ms;
}

/** The number that `length` decimal digits from `start` make, or -1. */
function digits(text: string, start: number, length: number): number {
  let value = 0;
  for (let i = start; i < start + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The offset that makes up the rest of the text from `i`, in minutes east, or NaN. */
function offsetMinutes(text: string, i: number): number {
  const sign = text[i];
  if (sign === 'Z') return text.length === i + 1 ? 0 : NaN;
  if (sign !== '+' && sign !== '-') return NaN;
  const hours = digits(text, i + 1, 2);
  const colon = text[i + 3] === ':' ? 1 : 0;
  const bare = text.length === i + 3;
  const minutes = bare ? 0 : digits(text, i + 3 + colon, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || (!bare && text.length !== i + 5 + colon)) return NaN;
  return (hours * 60 + minutes) * (sign === '-' ? -1 : 1);
}

/** Days from 1970-01-01 in the Gregorian calendar: years are counted from March, so that the leap day ends them. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The civil date `YYYY-MM-DD` of an instant. */
export function civilDate(ms: number): string {
  return new Date(ms + CIVIL_OFFSET).toISOString().slice(0, 10);
}

/** The instant at which the civil date `YYYY-MM-DD` begins. NaN when it is no date. */
export function civilDayStart(date: string): number {
  return parseInstant(`${date}T00:00:00+08:00`);
}

/** The instant at which the civil day of `ms` begins. */
export function startOfCivilDay(ms: number): number {
  return Math.floor((ms + CIVIL_OFFSET) / DAY) * DAY - CIVIL_OFFSET;
}

/** Milliseconds since civil midnight, 0 … 86 399 999. */
export function civilTimeOfDay(ms: number): number {
  return (((ms + CIVIL_OFFSET) % DAY) + DAY) % DAY;
}

/** An instant as ISO 8601 in civil time: `2021-11-15T08:00:00.000+08:00`. */
export function formatInstant(ms: number): string {
  return new Date(ms + CIVIL_OFFSET).toISOString().slice(0, -1) + '+08:00';
}

const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;
const HOUR_24 = /T24:00(:00(\.0+)?)?(?=Z|[+-])/;

/**
 * Reads a time field of the registry: a civil date, or an ISO date-time in which hour 24 is the next midnight.
 * @param edge `start`: a bare date is its 00:00; `end`: a bare date is the next 00:00.
 * @returns milliseconds, or NaN.
 */
export function parseRegistryTime(text: string, edge: 'start' | 'end'): number {
  if (PLAIN_DATE.test(text)) return civilDayStart(text) + (edge === 'end' ? DAY : 0);
  if (HOUR_24.test(text)) return parseInstant(text.replace(HOUR_24, 'T00:00:00')) + DAY;
  return parseInstant(text);
}
