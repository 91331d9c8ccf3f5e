/** Instants and civil time. Civil time is Asia/Shanghai: UTC+8 without daylight saving since 1991, so days are plain arithmetic. */

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** Asia/Shanghai is eight hours ahead of UTC. */
export const CIVIL_OFFSET = 8 * HOUR;

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:Z|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Reads an ISO 8601 date-time with an offset, cut to whole milliseconds.
 * @returns milliseconds since 1970-01-01Z, or NaN when the text is not such an instant (hour 24 included).
 */
export function parseInstant(text: string): number {
  const m = INSTANT.exec(text);
  if (!m) return NaN;
  const [, y, mo, d, h, mi, s, fraction, sign, oh, om] = m;
  const year = Number(y);
  const month = Number(mo);
  const day = Number(d);
  const hour = Number(h);
  const minute = Number(mi);
  const second = s === undefined ? 0 : Number(s);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return NaN;
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  let offset = 0;
  if (sign !== undefined) {
    const offsetHours = Number(oh);
    const offsetMinutes = Number(om);
    if (offsetHours > 23 || offsetMinutes > 59) return NaN;
    offset = (offsetHours * 60 + offsetMinutes) * MINUTE * (sign === '-' ? -1 : 1);
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() + hour * HOUR + minute * MINUTE + second * 1000 + ms - offset;
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
