import { DAY, HOUR, civilDate, startOfCivilDay } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { hoursTouched } from './urea-samples.ts';

/** How far a late message reaches (rules.md §6): the civil days whose findings it can change, as `YYYY-MM-DD`, ascending. */

/** The days of `through-traffic` that a gate message at `at` (ms) can excuse: those of sightings no more than six hours away. */
export function diversionDaysTouched(at: number, policy: Policy): string[] {
  const reach = policy.rules.diversion.localBusinessHours * HOUR;
  return civilDays(at - reach, at + reach);
}

/**
 * The days of `urea-use` whose windows can hold a sample or fill at `at` (ms): from its own hour's day to that of the last hour whose
 * window still reaches back to it. Some thirty; only those with hours stored need to be judged.
 */
export function ureaDaysTouched(at: number, policy: Policy): string[] {
  const hours = hoursTouched(at, policy);
  const first = Math.min(...hours);
  const last = Math.max(...hours) + policy.rules['urea-use'].windowDays * DAY - HOUR;
  return civilDays(first, last);
}

/** The civil days from that of one moment to that of another. */
function civilDays(from: number, to: number): string[] {
  const days: string[] = [];
  for (let day = startOfCivilDay(from); day <= to; day += DAY) days.push(civilDate(day));
  return days;
}
