import { CIVIL_OFFSET, DAY, HOUR, civilDate, formatInstant } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import type { FindingDraft, HourSums } from './types.ts';

/** `reagent-empty` and `not-consumed` (plan item 18): what a vehicle's hours come to. Pure functions of sums; instants are ms. */

export interface UreaDay {
  vin: string;
  /** `YYYY-MM-DD`, civil: findings whose last hour lies in it. */
  day: string;
  /** The hours of the day and of the policy's `windowDays` before it, in any order. */
  hours: readonly HourSums[];
  /** Fills of the same VIN, exactly matched, in the same stretch. */
  fills: readonly { at: number }[];
}

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/**
 * The findings of one VIN and civil day: of each code the most severe one, of these the earliest. They stand on hours, not on
 * messages: `observations` is empty, `at` is the end of the last hour, `facts.from` and `facts.to` are the window. Subject
 * `<vin>:<day>`.
 */
export function judgeUreaDay(input: UreaDay, policy: Policy): FindingDraft[] {
  const hours = input.hours.filter((hour) => hour.scrSamples > 0).sort((a, b) => a.hour - b.hour);
  const found: FindingDraft[] = [];
  hours.forEach((hour, i) => {
    if (civilDate(hour.hour) !== input.day) return;
    found.push(...reagentEmpty(input, hour, policy), ...notConsumed(input, hours.slice(0, i + 1), policy));
  });
  const best = new Map<string, FindingDraft>();
  // Hours come in order, so a later one takes the place only if it is more severe.
  for (const draft of found) {
    const standing = best.get(draft.code);
    if (standing === undefined || RANK[draft.severity] > RANK[standing.severity]) best.set(draft.code, draft);
  }
  return [...best.values()];
}

function reagentEmpty(input: UreaDay, hour: HourSums, policy: Policy): FindingDraft[] {
  const { belowPercent, overKm } = policy.rules['urea-use'].reagentEmpty;
  const emptyKm = exact(hour.emptyKm);
  if (!(emptyKm > overKm)) return [];
  return [
    {
      ...draft(input, hour.hour, hour.hour + HOUR, policy),
      code: 'reagent-empty',
      measured: { km: short(emptyKm), reagentMin: hour.reagentMin ?? null },
      limit: { belowPercent, overKm },
      zh: `${clock(hour.hour)}起一小时内，尿素液位低于${belowPercent}%行驶${short(emptyKm)}公里`,
      en: `${short(emptyKm)} km with the reagent below ${belowPercent} % in the hour from ${clock(hour.hour)}`,
    },
  ];
}

/** `hours`: the hours with samples up to the one judged, ascending. */
function notConsumed(input: UreaDay, hours: readonly HourSums[], policy: Policy): FindingDraft[] {
  const { notConsumed: amounts, windowDays } = policy.rules['urea-use'];
  const window = shortestWindow(
    hours,
    windowDays,
    (sums) => sums.fuelL >= amounts.fuelL || sums.distanceKm >= amounts.distanceKm,
  );
  if (window === undefined) return [];
  const { from, to, fuelL, distanceKm, reagentMin, reagentMax } = window;
  if (reagentMin === undefined || reagentMax === undefined) return [];
  const drop = exact(reagentMax - reagentMin);
  if (drop > amounts.dropPoints) return [];
  if (input.fills.some((fill) => fill.at >= from && fill.at < to)) return [];
  return [
    {
      ...draft(input, from, to, policy),
      code: 'not-consumed',
      measured: { fuelL: short(fuelL), distanceKm: short(distanceKm), reagentMin, reagentMax, dropPoints: drop },
      limit: { fuelL: amounts.fuelL, distanceKm: amounts.distanceKm, dropPoints: amounts.dropPoints },
      zh: `${clock(from)}至${clock(to)}行驶${short(distanceKm)}公里、耗油${short(fuelL)}升，尿素液位仅变化${short(drop)}个百分点`,
      en: `${clock(from)} to ${clock(to)}: ${short(distanceKm)} km, ${short(fuelL)} L of fuel, reagent within ${short(drop)} points`,
    },
  ];
}

/** A run of hours with samples, as sums. Levels are absent where no sample of it carries one. */
export interface UreaWindow {
  /** The first hour's beginning and the last hour's end. */
  from: number;
  to: number;
  fuelL: number;
  distanceKm: number;
  reagentMin?: number;
  reagentMax?: number;
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
  const window: UreaWindow = { from: last.hour, to: last.hour + HOUR, fuelL: 0, distanceKm: 0 };
  for (let i = hours.length - 1; i >= 0; i--) {
    const hour = hours[i];
    if (hour === undefined || hour.hour < window.to - windowDays * DAY) return undefined;
    window.from = hour.hour;
    window.fuelL += hour.fuelL;
    window.distanceKm += hour.distanceKm;
    if (hour.reagentMin !== undefined) window.reagentMin = Math.min(window.reagentMin ?? Infinity, hour.reagentMin);
    if (hour.reagentMax !== undefined) window.reagentMax = Math.max(window.reagentMax ?? -Infinity, hour.reagentMax);
    const sums = { fuelL: exact(window.fuelL), distanceKm: exact(window.distanceKm) };
    if (reached(sums)) return { ...window, ...sums };
  }
  return undefined;
}

function draft({ vin, day }: UreaDay, from: number, to: number, policy: Policy) {
  return {
    rule: 'urea-use',
    ruleVersion: 1,
    severity: 'warning' as const,
    proposal: 'none' as const,
    subject: `${vin}:${day}`,
    at: to,
    observations: [],
    status: 'confirmed' as const,
    basis: basisOf(policy, policy.rules['urea-use'].basis),
    facts: { from: formatInstant(from), to: formatInstant(to) },
  };
}

/** A sum of decimals as a person would add it: without the last bits that binary fractions leave. */
function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** As it is shown: one decimal. */
function short(value: number): number {
  return Math.round(value * 10) / 10;
}

/** `11-15 08:00`, civil. */
function clock(at: number): string {
  return new Date(at + CIVIL_OFFSET).toISOString().slice(5, 16).replace('T', ' ');
}
