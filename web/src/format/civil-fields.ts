import { civilDate, CIVIL_OFFSET, civilTimeOfDay, DAY, MINUTE, parseRegistryTime } from '../../../devices/contract/instant.ts';

/** A civil moment as people fill it in: a date and a time of day, in which midnight may be the end of a day. */
export interface CivilFields {
  /** `YYYY-MM-DD` or empty */
  date: string;
  /** `HH:MM`, `24:00` allowed, or empty */
  time: string;
}

export const NO_MOMENT: CivilFields = { date: '', time: '' };

/** A time of day as `HH:MM`; people also write `8:00`, `800`, `24`. Undefined where it is none. */
export function timeOfDay(text: string): string | undefined {
  const typed = text.trim().replace('：', ':');
  const parts = /^(\d{1,2})(?::?(\d{2}))?$/.exec(typed);
  if (!parts) return undefined;
  const [hour, minute] = [Number(parts[1]), Number(parts[2] ?? '0')];
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return undefined;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** The moment as the registry takes it: `2021-11-16T24:00:00+08:00`; undefined where it is not filled in, or none. */
export function registryMoment({ date, time }: CivilFields): string | undefined {
  const text = `${date}T${timeOfDay(time) ?? ''}:00+08:00`;
  return Number.isNaN(parseRegistryTime(text, 'start')) ? undefined : text;
}

/** What is filled in for a moment in milliseconds; as an end, midnight is `24:00` of the day before. */
export function civilFields(ms: number, edge: 'start' | 'end'): CivilFields {
  const minutes = Math.floor(civilTimeOfDay(ms) / MINUTE);
  if (edge === 'end' && minutes === 0) return { date: civilDate(ms - DAY), time: '24:00' };
  return { date: civilDate(ms), time: new Date(ms + CIVIL_OFFSET).toISOString().slice(11, 16) };
}
