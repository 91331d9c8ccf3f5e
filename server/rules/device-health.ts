import { civilDate, civilDayStart, DAY, formatInstant, HOUR, MINUTE, startOfCivilDay } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import type { FindingDraft, Severity } from './types.ts';

/**
 * `device-health` (rules.md §5): what is wrong with a device on a civil day. One finding per device, code and civil day; a state that
 * lasts has one on each of its days. What was found stays: it happened.
 */

const TEXTS = {
  silent: { zh: '设备在线但未按时上报状态', en: 'The device is online and has not reported its status' },
  offline: { zh: '设备离线', en: 'The device is offline' },
  'low-transmission': { zh: '设备当日传输率不足', en: 'The device was heard in too few minutes of the day' },
  'clock-skew': { zh: '设备时钟偏差过大', en: 'The clock of the device is wrong' },
  'calibration-overdue': { zh: '设备检定已过期', en: 'The calibration of the device has run out' },
  gap: { zh: '设备消息序号不连续，有消息缺失', en: 'Messages of the device are missing: its counter has holes' },
  'id-reused': {
    zh: '设备重复使用消息编号且内容不同，已拒收',
    en: 'The device used a message id again with other content; refused',
  },
  flooding: { zh: '设备上报频率超限，超出部分未接收', en: 'The device sends faster than its limit; the excess was not taken in' },
} as const;

export type HealthCode = keyof typeof TEXTS;

/** `<kind>/<id>:<YYYY-MM-DD>` */
export function healthSubject(device: string, day: string): string {
  return `${device}:${day}`;
}

interface Parts {
  device: string;
  code: HealthCode;
  at: number;
  severity?: Severity;
  measured: NonNullable<FindingDraft['measured']>;
  limit?: NonNullable<FindingDraft['limit']>;
}

/** A finding on a device; it belongs to the civil day of `at`. */
export function healthDraft({ device, code, at, severity = 'info', measured, limit }: Parts, policy: Policy): FindingDraft {
  return {
    rule: 'device-health',
    ruleVersion: 1,
    code,
    severity,
    proposal: 'none',
    subject: healthSubject(device, civilDate(at)),
    at,
    observations: [],
    status: 'confirmed',
    measured,
    ...(limit && { limit }),
    basis: basisOf(policy, policy.rules['device-health'].basis),
    ...TEXTS[code],
  };
}

/** How many civil days back a look still finds what it missed. */
const LOOK_BACK_DAYS = 1;

/** One finding for every day, from that of `begins` to today, in which the state stood; yesterday and today only. */
function daysOfState(
  { begins, now, ...parts }: Omit<Parts, 'at' | 'severity'> & { begins: number; now: number },
  policy: Policy,
) {
  const drafts: FindingDraft[] = [];
  const { warningHours } = policy.rules['device-health'];
  const earliest = startOfCivilDay(now) - LOOK_BACK_DAYS * DAY;
  for (let day = Math.max(startOfCivilDay(begins), earliest); day <= now; day += DAY) {
    const at = Math.max(begins, day);
    if (at > now) break;
    const lasted = Math.min(now, day + DAY) - begins;
    drafts.push(healthDraft({ ...parts, at, severity: lasted > warningHours * HOUR ? 'warning' : 'info' }, policy));
  }
  return drafts;
}

/** Real devices reconnect within two minutes: so long after it came back, the platform says of none that it is offline. */
const RECONNECT_MS = 2 * MINUTE;

/**
 * `silent` and `offline`, by the platform's clock.
 * @param status the last one received
 * @param listeningSince since when the platform's intake has been there; what nobody could hear is no silence
 */
export function judgeStatus(
  device: string,
  status: { online: boolean; receivedAt: number },
  { listeningSince, now }: { listeningSince: number; now: number },
  policy: Policy,
): FindingDraft[] {
  const { silentMinutes, offlineMinutes } = policy.rules['device-health'];
  const measured = { since: formatInstant(status.receivedAt) };
  if (status.online) {
    const begins = Math.max(status.receivedAt, listeningSince) + silentMinutes * MINUTE;
    if (now <= begins) return [];
    return daysOfState({ device, code: 'silent', begins, now, measured, limit: { minutes: silentMinutes } }, policy);
  }
  const begins = status.receivedAt + offlineMinutes * MINUTE;
  if (now <= begins || now < listeningSince + RECONNECT_MS) return [];
  return daysOfState({ device, code: 'offline', begins, now, measured, limit: { minutes: offlineMinutes } }, policy);
}

/** `calibration-overdue`. @param calibratedUntil the instant at which the calibration has run out */
export function judgeCalibration(device: string, calibratedUntil: number, now: number, policy: Policy): FindingDraft[] {
  if (now < calibratedUntil) return [];
  const measured = { calibratedUntil: formatInstant(calibratedUntil) };
  return daysOfState({ device, code: 'calibration-overdue', begins: calibratedUntil, now, measured }, policy);
}

/**
 * The transmission rate of a day.
 * @param heard minutes of the day in which a status came in
 * @param listened minutes of the day in which the platform's intake was there: no other is expected
 * @param from the first minute that is expected (a device is new on its first day)
 */
export function transmission(heard: readonly number[], listened: readonly number[], from = 0) {
  const expected = new Set(listened.filter((minute) => minute >= from));
  const came = new Set(heard.filter((minute) => expected.has(minute)));
  return {
    heard: came.size,
    expected: expected.size,
    percent: expected.size === 0 ? null : Math.round((came.size / expected.size) * 10_000) / 100,
  };
}

/** `low-transmission` of a past civil day. @param before whether the day before was too low already: a state of more than a day */
export function judgeTransmission(
  device: string,
  day: string,
  { heard, expected, before }: { heard: number; expected: number; before: boolean },
  policy: Policy,
): FindingDraft[] {
  const { transmissionPercent } = policy.rules['device-health'];
  if (expected === 0 || heard * 100 >= transmissionPercent * expected) return [];
  const measured = { heardMinutes: heard, expectedMinutes: expected, percent: Math.floor((heard / expected) * 1000) / 10 };
  const parts = { device, code: 'low-transmission' as const, at: civilDayStart(day), measured };
  return [healthDraft({ ...parts, severity: before ? 'warning' : 'info', limit: { percent: transmissionPercent } }, policy)];
}

/** The middle of these numbers; of an even count the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** A message of a device's day, as far as its health is read from it. */
export interface DayMessage {
  at: number;
  receivedAt: number;
  backfill: boolean;
  n?: number;
}

/** `clock-skew` of a civil day, finished or running. @param before whether the day before was skewed too */
export function judgeClockSkew(
  device: string,
  day: string,
  messages: readonly DayMessage[],
  before: boolean,
  policy: Policy,
): FindingDraft[] {
  const { seconds, messages: least } = policy.rules['device-health'].clockSkew;
  const skews = messages.filter((m) => !m.backfill).map((m) => Math.abs(m.receivedAt - m.at));
  const middle = median(skews);
  if (skews.length < least || middle <= seconds * 1000) return [];
  const parts = { device, code: 'clock-skew' as const, at: civilDayStart(day) };
  const measured = { medianSeconds: middle / 1000, messages: skews.length };
  return [healthDraft({ ...parts, measured, limit: { seconds }, severity: before ? 'warning' : 'info' }, policy)];
}

/** A jump of the counter beyond this is a new beginning, not so many lost messages. */
const MAX_HOLE = 100_000;

/**
 * How many numbers are missing. The counter begins anew where it falls to one that is not missing (a reboot); a message may be stamped
 * shortly after a later one, so a missing number that comes afterwards is there.
 * @param numbers in the order of their messages' `at`
 */
export function missingNumbers(numbers: readonly number[]): number {
  let total = 0;
  let missing = new Set<number>();
  let first = NaN;
  let last = NaN;
  for (const n of numbers) {
    if (n > last && n - last <= MAX_HOLE) {
      for (let m = last + 1; m < n; m++) missing.add(m);
      last = n;
    } else if (n === last || missing.delete(n)) continue;
    else if (n === first - 1) first = n;
    else {
      total += missing.size;
      missing = new Set();
      first = last = n;
    }
  }
  return total + missing.size;
}

/** `gap` of a past civil day. @param messages of the day, in order of `at`, after the last numbered one before it where there is one */
export function judgeGap(device: string, day: string, messages: readonly DayMessage[], policy: Policy): FindingDraft[] {
  const missing = missingNumbers(messages.flatMap(({ n }) => (n === undefined ? [] : [n])));
  if (missing === 0) return [];
  return [healthDraft({ device, code: 'gap', at: civilDayStart(day), measured: { missing } }, policy)];
}
