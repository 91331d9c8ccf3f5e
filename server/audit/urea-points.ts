import { HOUR, MINUTE } from '../../devices/contract/instant.ts';
import type { HourSums } from '../rules/types.ts';
import { risen, type UreaSample } from '../rules/urea-samples.ts';
import type { Policy } from '../policy/types.ts';

/** What a vehicle's telemetry looks like over time, in as many points as a screen has room for. Pure; instants are ms. */

export interface UreaPoint {
  at: number;
  /** %, the last of the step. */
  level?: number;
  /** ppm, averaged over time. */
  noxIn?: number;
  noxOut?: number;
  fuelL: number;
  km: number;
}

export interface UreaRise {
  at: number;
  points: number;
}

const rounded = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

/** A point per clock hour with samples: NOx of warm driving under load, as the rule compares it. */
export function hourPoints(hours: readonly HourSums[]): UreaPoint[] {
  return hours.map(({ hour, reagentLast, load, fuelL, distanceKm }) => ({
    at: hour,
    ...(reagentLast !== undefined && { level: reagentLast }),
    ...(load && load.ms > 0 && { noxIn: rounded(load.noxIn / load.ms, 1), noxOut: rounded(load.noxOut / load.ms, 1) }),
    fuelL: rounded(fuelL),
    km: rounded(distanceKm),
  }));
}

/** Rises of the level that count as filling: within hours as summed up, and between an hour and the next. */
export function hourRises(hours: readonly HourSums[], policy: Policy): UreaRise[] {
  const rises: UreaRise[] = [];
  let last: number | undefined;
  for (const { rises: own = [], reagentFirst, reagentLast } of hours) {
    if (reagentFirst && last !== undefined) {
      const points = risen(last, reagentFirst.percent, policy.rules['urea-use']);
      if (points > 0) rises.push({ at: reagentFirst.at, points });
    }
    rises.push(...own);
    last = reagentLast ?? last;
  }
  return rises;
}

/**
 * A point per step of so many minutes, of the samples themselves. A sample lasts since the one before it, nothing where that is more than
 * a gap away; NOx is averaged over the time of samples that carry both values.
 * @param samples merged, in order
 */
export function samplePoints(samples: readonly UreaSample[], from: number, stepMinutes: number, policy: Policy): UreaPoint[] {
  const step = stepMinutes * MINUTE;
  const gap = policy.rules['urea-use'].gapSeconds * 1000;
  const cells = new Map<number, UreaPoint & { ms: number; inMs: number; outMs: number }>();
  let previous: UreaSample | undefined;
  for (const sample of samples) {
    const since = previous === undefined ? 0 : sample.at - previous.at;
    const lasts = since <= gap ? since : 0;
    previous = sample;
    if (sample.at < from) continue;
    const at = from + Math.floor((sample.at - from) / step) * step;
    const cell = cells.get(at) ?? { at, fuelL: 0, km: 0, ms: 0, inMs: 0, outMs: 0 };
    cells.set(at, cell);
    cell.km += ((sample.speed ?? 0) * lasts) / HOUR;
    cell.fuelL += ((sample.fuelFlow ?? 0) * lasts) / HOUR;
    if (sample.reagent !== undefined) cell.level = sample.reagent;
    if (sample.noxIn === undefined || sample.noxOut === undefined) continue;
    cell.ms += lasts;
    cell.inMs += sample.noxIn * lasts;
    cell.outMs += sample.noxOut * lasts;
  }
  return [...cells.values()].map(({ at, level, fuelL, km, ms, inMs, outMs }) => ({
    at,
    ...(level !== undefined && { level }),
    ...(ms > 0 && { noxIn: rounded(inMs / ms, 1), noxOut: rounded(outMs / ms, 1) }),
    fuelL: rounded(fuelL),
    km: rounded(km),
  }));
}
