import { CIVIL_OFFSET, HOUR, MINUTE, civilDate, formatInstant } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import type { FindingDraft, HourSums } from './types.ts';
import { exact, shortestWindow, ureaUsed, type UreaFill } from './urea-windows.ts';

/** What a vehicle's hours of telemetry come to (plan item 18). Pure functions of sums; instants are ms. */

/** Everything that is said of vehicle and civil day. */
export const DAY_CODES = [
  'reagent-empty', 'reagent-low', 'scr-ineffective', 'frozen-sensor', 'not-consumed', 'low-consumption',
] as const; // prettier-ignore

export interface UreaDay {
  vin: string;
  /** `YYYY-MM-DD`, civil: findings whose last hour lies in it. */
  day: string;
  /** The hours of the day and of the policy's `windowDays` before it, in any order. */
  hours: readonly HourSums[];
  /** Fills of the same VIN, exactly matched, in the same stretch. */
  fills: readonly UreaFill[];
}

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/**
 * The findings of one VIN and civil day: of each code the most severe one, of these the earliest. They stand on hours, not on
 * messages: `observations` is empty, `at` is the end of the last hour, `facts.from` and `facts.to` are the window. Subject
 * `<vin>:<day>`.
 * @param policyAt the policy by which an hour is judged that begins at a moment: a window by that of its last hour
 */
export function judgeUreaDay(input: UreaDay, policyAt: (hour: number) => Policy): FindingDraft[] {
  const hours = input.hours.filter((hour) => hour.scrSamples > 0).sort((a, b) => a.hour - b.hour);
  const found: FindingDraft[] = [];
  const today = hours.filter((hour) => civilDate(hour.hour) === input.day);
  for (const hour of today) {
    const policy = policyAt(hour.hour);
    const until = hours.slice(0, hours.indexOf(hour) + 1);
    found.push(
      ...reagentEmpty(input, hour, policy),
      ...scrIneffective(input, hour, policy),
      ...frozenSensor(input, hour, policy),
      ...notConsumed(input, until, policy),
      ...lowConsumption(input, until, policy),
    );
  }
  found.push(...reagentLow(input, today, policyAt));
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

/** `hours`: the hours with samples up to the one judged, ascending. */
function lowConsumption(input: UreaDay, hours: readonly HourSums[], policy: Policy): FindingDraft[] {
  const { lowConsumption: limits, windowDays } = policy.rules['urea-use'];
  const window = shortestWindow(hours, windowDays, (sums) => sums.fuelL >= limits.fuelL);
  if (window === undefined) return [];
  const used = ureaUsed(window, input.fills, policy);
  if (used === undefined) return [];
  const { from, to, fuelL } = window;
  const percent = exact((used.litres / fuelL) * 100);
  if (percent >= limits.infoPercent) return [];
  const warning = percent < limits.warningPercent;
  const limit = warning ? limits.warningPercent : limits.infoPercent;
  return [
    {
      ...draft(input, from, to, policy),
      code: 'low-consumption',
      severity: warning ? 'warning' : 'info',
      measured: {
        percent: hundredths(percent),
        ureaL: hundredths(used.litres),
        fuelL: short(fuelL),
        tankL: used.tankL,
        dropPoints: used.dropPoints,
        risePoints: used.risePoints,
        filledL: used.filledL,
      },
      limit: { percent: limit, fuelL: limits.fuelL },
      zh: `${clock(from)}至${clock(to)}耗油${short(fuelL)}升，消耗尿素${short(used.litres)}升，为油耗的${hundredths(percent)}%，低于${limit}%`,
      en: `${clock(from)} to ${clock(to)}: ${short(used.litres)} L of urea for ${short(fuelL)} L of fuel, ${hundredths(percent)} %, below ${limit} %`,
    },
  ];
}

/** Stands from the day's first hour with samples to the one in which the distance is reached: `hours` are the day's, ascending. */
function reagentLow(input: UreaDay, hours: readonly HourSums[], policyAt: (hour: number) => Policy): FindingDraft[] {
  let sum = 0;
  const reached = hours.find((hour) => exact((sum += hour.lowKm)) > policyAt(hour.hour).rules['urea-use'].reagentLow.overKm);
  const first = hours[0];
  if (reached === undefined || first === undefined) return [];
  const policy = policyAt(reached.hour);
  const { belowPercent, overKm } = policy.rules['urea-use'].reagentLow;
  const km = exact(hours.reduce((all, hour) => all + hour.lowKm, 0));
  return [
    {
      ...draft(input, first.hour, reached.hour + HOUR, policy),
      code: 'reagent-low',
      severity: 'info',
      measured: { km: short(km) },
      limit: { belowPercent, overKm },
      zh: `${input.day}尿素液位低于${belowPercent}%行驶${short(km)}公里`,
      en: `${short(km)} km with the reagent below ${belowPercent} % on ${input.day}`,
    },
  ];
}

function scrIneffective(input: UreaDay, { hour, load }: HourSums, policy: Policy): FindingDraft[] {
  const { ratio: limit, minutes, scrInletC, torquePercent } = policy.rules['urea-use'].scrIneffective;
  if (load === undefined || load.ms < minutes * MINUTE) return [];
  // Without NOx before it an SCR says nothing of itself, unless there is some behind it.
  const ratio = exact(load.noxOut / load.noxIn);
  if (!(ratio > limit)) return [];
  return [
    {
      ...draft(input, hour, hour + HOUR, policy),
      code: 'scr-ineffective',
      measured: {
        ratio: Number.isFinite(ratio) ? hundredths(ratio) : null,
        minutes: short(load.ms / MINUTE),
        noxInPpm: short(load.noxIn / load.ms),
        noxOutPpm: short(load.noxOut / load.ms),
      },
      limit: { ratio: limit, minutes, scrInletC, torquePercent },
      zh: `${clock(hour)}起一小时内，热车带载${short(load.ms / MINUTE)}分钟，SCR后氮氧化物${short(load.noxOut / load.ms)}ppm，SCR前${short(load.noxIn / load.ms)}ppm`,
      en: `NOx ${short(load.noxOut / load.ms)} ppm behind the SCR, ${short(load.noxIn / load.ms)} ppm before it: ${short(load.ms / MINUTE)} min warm under load from ${clock(hour)}`,
    },
  ];
}

function frozenSensor(input: UreaDay, { hour, driving }: HourSums, policy: Policy): FindingDraft[] {
  const { minutes } = policy.rules['urea-use'].frozenSensor;
  if (driving === undefined || driving.ms < minutes * MINUTE || !(driving.same || driving.copied)) return [];
  const driven = short(driving.ms / MINUTE);
  const [zh, en] = driving.same
    ? [`始终为${driving.noxOut}ppm`, `always ${driving.noxOut} ppm`]
    : ['始终与SCR前相同', 'always that before it'];
  return [
    {
      ...draft(input, hour, hour + HOUR, policy),
      code: 'frozen-sensor',
      measured: {
        minutes: driven,
        same: driving.same,
        equalsInlet: driving.copied,
        noxOutPpm: driving.same ? driving.noxOut : null,
      },
      limit: { minutes },
      zh: `${clock(hour)}起一小时内，热车行驶${driven}分钟，SCR后氮氧化物读数${zh}`,
      en: `NOx behind the SCR ${en} in ${driven} min of warm driving from ${clock(hour)}`,
    },
  ];
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

/** As it is shown: one decimal. */
function short(value: number): number {
  return Math.round(value * 10) / 10;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** `11-15 08:00`, civil. */
function clock(at: number): string {
  return new Date(at + CIVIL_OFFSET).toISOString().slice(5, 16).replace('T', ' ');
}
