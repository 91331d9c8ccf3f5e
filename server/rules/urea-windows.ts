import { DAY, HOUR } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import type { HourSums } from './types.ts';
import { risen } from './urea-samples.ts';

/** Windows of `urea-use`: runs of hours with samples, and the urea used in one. Pure functions of sums; instants are ms. */

/** A run of hours with samples, as sums. Levels are absent where no sample of it carries one. */
export interface UreaWindow {
  /** The first hour's beginning and the last hour's end. */
  from: number;
  to: number;
  fuelL: number;
  distanceKm: number;
  reagentMin?: number;
  reagentMax?: number;
  /** Its hours, ascending. */
  hours: readonly HourSums[];
}

/** A fill at a pump, of a vehicle exactly matched: L, absent where the pump does not say. */
export interface UreaFill {
  at: number;
  volume?: number;
}

/**
 * The shortest run of hours with samples that ends with the last of `hours` and reaches an amount; undefined where none does within
 * `windowDays` before that hour's end. Hours without samples lie within a run without breaking it.
 */
export function shortestWindow(
  hours: readonly HourSums[],
  windowDays: number,
  reached: (sums: { fuelL: number; distanceKm: number }) => boolean,
): UreaWindow | undefined {
  const last = hours.at(-1);
  if (last === undefined) return undefined;
  const window: Omit<UreaWindow, 'hours'> = { from: last.hour, to: last.hour + HOUR, fuelL: 0, distanceKm: 0 };
  for (let i = hours.length - 1; i >= 0; i--) {
    const hour = hours[i];
    if (hour === undefined || hour.hour < window.to - windowDays * DAY) return undefined;
    window.from = hour.hour;
    window.fuelL += hour.fuelL;
    window.distanceKm += hour.distanceKm;
    if (hour.reagentMin !== undefined) window.reagentMin = Math.min(window.reagentMin ?? Infinity, hour.reagentMin);
    if (hour.reagentMax !== undefined) window.reagentMax = Math.max(window.reagentMax ?? -Infinity, hour.reagentMax);
    const sums = { fuelL: exact(window.fuelL), distanceKm: exact(window.distanceKm) };
    if (reached(sums)) return { ...window, ...sums, hours: hours.slice(i) };
  }
  return undefined;
}

/** What was used in a window, and of what it is made; litres and points of the level. */
export interface UreaUsed {
  litres: number;
  tankL: number;
  /** First minus last level. */
  dropPoints: number;
  /** Rises without a fill of their own. */
  risePoints: number;
  filledL: number;
}

/**
 * The urea used in a window: what the level fell by, what it rose by in between (a filling at no pump we hear), and what pumps told.
 * A rise within an hour of a fill of the window is that fill; fills outside the window do not count, so that none takes a rise away
 * without being counted itself. The tank is the registered one as of the last hour.
 * @returns undefined where no sample carries a level
 */
export function ureaUsed({ from, to, hours }: UreaWindow, fills: readonly UreaFill[], policy: Policy): UreaUsed | undefined {
  const limits = policy.rules['urea-use'];
  const { fillHours, defaultTankL } = limits.lowConsumption;
  const own = fills.filter((fill) => fill.at >= from && fill.at < to);
  let first: number | undefined;
  let last: number | undefined;
  let rises = 0;
  const rose = (at: number, points: number) => {
    if (points > 0 && !own.some((fill) => Math.abs(fill.at - at) <= fillHours * HOUR)) rises += points;
  };
  for (const hour of hours) {
    if (hour.reagentFirst === undefined) continue;
    first ??= hour.reagentFirst.percent;
    rose(hour.reagentFirst.at, risen(last ?? hour.reagentFirst.percent, hour.reagentFirst.percent, limits));
    for (const { at, points } of hour.rises ?? []) rose(at, points);
    last = hour.reagentLast;
  }
  if (first === undefined || last === undefined) return undefined;
  const tankL = hours.at(-1)?.tankL ?? defaultTankL;
  const filledL = exact(own.reduce((sum, fill) => sum + (fill.volume ?? 0), 0));
  const dropPoints = exact(first - last);
  const risePoints = exact(rises);
  return { litres: exact(((dropPoints + risePoints) * tankL) / 100 + filledL), tankL, dropPoints, risePoints, filledL };
}

/** A sum of decimals as a person would add it: without the last bits that binary fractions leave. */
export function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
