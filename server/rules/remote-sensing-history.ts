import { civilDate, formatInstant } from '../../devices/contract/instant.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import { monthsLater } from './calendar.ts';
import { compareOrder, compareText } from './order.ts';
import type { FindingDraft, InspectionFacts, ObservationRef } from './types.ts';

/**
 * Two failing passes in a row within six months (HJ 845-2017 §6, plan 五(四)): what a vehicle's remote-sensing history comes to.
 * Pure functions of a vehicle's readings and inspections, in whatever order they are handed over. Instants are ms.
 */

export const SMOKE = ['opacity', 'ringelmann'] as const;
/** What a failure can be judged by. NO only screens. */
export type Smoke = (typeof SMOKE)[number];

/**
 * A reading of one vehicle's history, judged with its own stored facts (registration, calibration and policy of its own `at`).
 * Only `counts` ones are looked at.
 */
export interface ReadingItem {
  ref: ObservationRef;
  deviceId: string;
  id: string;
  at: number;
  /** Valid (no reason of `reading-validity`: so exactly matched, calibrated, clock synchronised) and of a diesel vehicle. */
  counts: boolean;
  /** %, where measured. */
  opacity?: number;
  /** 0–5, where measured. */
  ringelmann?: number;
  /** Over the limit of the policy of its own `at`. A pollutant that was not measured is not over. */
  over: Smoke[];
}

/** One drive past a station: the counting readings of one vehicle at one station no more than 60 s after the pass's first. */
export interface Pass {
  deviceId: string;
  /** Time of its first reading. */
  at: number;
  /** Its readings in order; the first stands for it. */
  readings: ReadingItem[];
  /** The worst value of each pollutant; absent where no reading measured it. */
  worst: { opacity?: number; ringelmann?: number };
  over: Smoke[];
}

/** A failure as gates ask for it. */
export interface Failure {
  /** The second pass's time. */
  at: number;
  subject: string;
}

const KIND: Kind = 'remote-sensing';

/** The order of readings: `at`, then deviceId, then id by code unit (their kind is the same). */
function inOrder(a: ReadingItem, b: ReadingItem): number {
  return compareOrder({ ...a, kind: KIND }, { ...b, kind: KIND });
}

/** The policy version a reading was judged by. */
export type PolicyOf = (reading: ReadingItem) => Policy;

/**
 * The passes of one vehicle, in the order of their first readings. Readings that do not count neither begin, extend nor break one;
 * passes without opacity and Ringelmann are left out. A station's pass ends 60 s after its first reading (that moment included), by
 * that reading's policy. Where a pass begins depends on the readings before it: hand over a history that begins with a longer gap.
 */
export function passesOf(readings: readonly ReadingItem[], policyOf: PolicyOf): Pass[] {
  const passes: Pass[] = [];
  const latest = new Map<string, { pass: Pass; until: number }>();
  for (const reading of readings.filter((r) => r.counts).sort(inOrder)) {
    const open = latest.get(reading.deviceId);
    if (open !== undefined && reading.at <= open.until) {
      open.pass.readings.push(reading);
    } else {
      const pass: Pass = { deviceId: reading.deviceId, at: reading.at, readings: [reading], worst: {}, over: [] };
      const until = reading.at + policyOf(reading).rules['remote-sensing'].passSeconds * 1000;
      latest.set(reading.deviceId, { pass, until });
      passes.push(pass);
    }
  }
  for (const pass of passes) {
    for (const pollutant of SMOKE) {
      const values = pass.readings.map((r) => r[pollutant]).filter((v) => v !== undefined);
      if (values.length > 0) pass.worst[pollutant] = Math.max(...values);
      if (pass.readings.some((r) => r.over.includes(pollutant))) pass.over.push(pollutant);
    }
  }
  return passes.filter((pass) => pass.worst.opacity !== undefined || pass.worst.ringelmann !== undefined);
}

/**
 * The failures of one vehicle: two consecutive passes over in the same pollutant, the second on a civil date no later than the
 * first's plus six months, and no inspection passed and no repair (of any result) strictly between them. Three failing passes in a
 * row make two. Each is a `failed` finding (warning, clue 6063): subject and observations are the pair of the passes' first readings,
 * `at` is the second's time. A pair is judged by the policy of its second reading, whatever came into force since.
 * @param readings every reading of the vehicle (one VIN) in the stretch judged, in any order
 * @param inspections of the same VIN, whenever they were recorded; a corrected inspection stands once, as corrected
 */
export function failuresOf(
  readings: readonly ReadingItem[],
  inspections: readonly InspectionFacts[],
  policyOf: PolicyOf,
): FindingDraft[] {
  const passes = passesOf(readings, policyOf);
  return passes.flatMap((second, i) => {
    const first = passes[i - 1];
    if (first === undefined) return [];
    const pollutants = SMOKE.filter((pollutant) => first.over.includes(pollutant) && second.over.includes(pollutant));
    if (pollutants.length === 0) return [];
    const policy = policyOf(second.readings[0]!);
    const { windowMonths } = policy.rules['remote-sensing'];
    if (civilDate(second.at) > monthsLater(civilDate(first.at), windowMonths)) return [];
    const answered = inspections.some(
      (it) => it.at > first.at && it.at < second.at && (it.inspectionKind === 'repair' || it.result === 'passed'),
    );
    return answered ? [] : [failed(first, second, pollutants, policy)];
  });
}

function failed(first: Pass, second: Pass, pollutants: Smoke[], policy: Policy): FindingDraft {
  const limits = policy.rules['remote-sensing'];
  const pair = [first, second].map((pass) => pass.readings[0]?.ref ?? '');
  const [when, then] = datesOf(first.at, second.at);
  return {
    rule: 'remote-sensing',
    ruleVersion: 1,
    code: 'failed',
    severity: 'warning',
    proposal: 'none',
    // Neither device ids nor message ids contain a plus sign.
    subject: pair.join('+'),
    at: second.at,
    observations: pair,
    status: 'confirmed',
    measured: {
      pollutants: pollutants.join(','),
      firstOpacity: first.worst.opacity ?? null,
      firstRingelmann: first.worst.ringelmann ?? null,
      secondOpacity: second.worst.opacity ?? null,
      secondRingelmann: second.worst.ringelmann ?? null,
    },
    limit: { opacity: limits.opacityPercent, ringelmann: limits.ringelmann, months: limits.windowMonths },
    basis: basisOf(policy, [...limits.basis, ...limits.clueBasis]),
    zh: `${when}与${then}连续两次遥感检测同种污染物超标，判定为排放检验不合格`,
    en: `Two remote-sensing passes in a row over the limit of one pollutant, ${when} and ${then}: failed`,
    clue: limits.clue,
    facts: { readings: [first, second].flatMap((pass) => pass.readings.map((r) => r.ref)) },
  };
}

/** Two moments by their civil dates; on one day by date and time of day, on the second without the date. */
function datesOf(first: number, second: number): [string, string] {
  if (civilDate(first) !== civilDate(second)) return [civilDate(first), civilDate(second)];
  const [one, two] = [first, second].map((at) => formatInstant(at).slice(11, 16));
  return [`${civilDate(first)} ${one}`, String(two)];
}

/**
 * The failure that gates answer at a moment: the latest one at or before `at` (ms) that no inspection or repair with result passed,
 * later than the failure and no later than `at`, has answered.
 */
export function standingFailureAt(
  failures: readonly Failure[],
  inspections: readonly Pick<InspectionFacts, 'at' | 'result'>[],
  at: number,
): Failure | undefined {
  let latest: Failure | undefined;
  for (const failure of failures) {
    if (failure.at > at) continue;
    if (
      latest === undefined ||
      failure.at > latest.at ||
      (failure.at === latest.at && compareText(failure.subject, latest.subject) > 0)
    ) {
      latest = failure;
    }
  }
  if (latest === undefined) return undefined;
  // What answers the latest one is later than all the others too.
  const { at: failedAt, subject } = latest;
  const answered = inspections.some((it) => it.result === 'passed' && it.at > failedAt && it.at <= at);
  return answered ? undefined : { at: failedAt, subject };
}
