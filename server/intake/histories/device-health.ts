import { civilDate, civilDayStart, DAY, MINUTE, startOfCivilDay } from '../../../devices/contract/instant.ts';
import type { Policy } from '../../policy/types.ts';
import { allInForce, inForce } from '../../registry/in-force.ts';
import { healthSubject, judgeCalibration, judgeStatus, judgeTransmission, transmission } from '../../rules/device-health.ts';
import type { DeviceFacts, FindingDraft } from '../../rules/types.ts';
import { deviceFindingDoc } from '../device-findings.ts';
import { findingKey } from '../finding-docs.ts';
import type { Change } from '../settle.ts';
import type { HistoryDeps } from './deps.ts';

/** Longer without a turn of this process (real time), and the minutes between are not noted as listened. */
const AWAY_MS = 60_000;
/** So many minutes may be missing in a row (a restart) before the platform counts as having been away. */
const SHORT_MINUTES = 2;
/** So long after its end a day's statuses are stored. */
const SETTLED_MS = 5 * MINUTE;
/** Days without a look that are made up for. */
const CATCH_UP_DAYS = 7;
const CHUNK = 1000;
const MAX_TOLD = 200_000;

/** What one process remembers between its looks; all of it may be lost. */
interface Memory {
  /** The last turn, and since when its turns have followed one another; platform time. */
  last?: number;
  covered?: number;
  /** Days whose transmission was judged. */
  days: Set<string>;
  /** Severities of findings that are stored and told. */
  told: Map<string, string>;
}
const memories = new WeakMap<HistoryDeps, Memory>();

/**
 * A look at all devices that ever sent a status: silent, offline; once a day their transmission of the day before; and at all whose
 * calibration has run out. Most looks cost one query for the doubtful statuses and one for the platform's own minutes. It may be taken by any process,
 * by several at once, and again: findings have their keys, and their contents are of what is stored.
 */
export async function lookAtDevices(deps: HistoryDeps): Promise<Change[]> {
  const memory = memories.get(deps) ?? { days: new Set<string>(), told: new Map<string, string>() };
  memories.set(deps, memory);
  const now = deps.clock.now();
  await noteMinutes(memory, now, deps);
  return [...(await lookAtStates(memory, now, deps)), ...(await lookAtDays(memory, now, deps))];
}

/** What a look found may not have reached its alerts: the next look tells all of it again. */
export function tellDevicesAgain(deps: HistoryDeps): void {
  const memory = memories.get(deps);
  memory?.days.clear();
  memory?.told.clear();
}

/** Notes the whole minutes that went by since the turn before. */
async function noteMinutes(memory: Memory, now: number, { statuses, clock }: HistoryDeps): Promise<void> {
  const { last } = memory;
  if (last === undefined || now < last || (now - last) / clock.speed > AWAY_MS) memory.covered = now;
  memory.last = now;
  const from = Math.ceil(memory.covered! / MINUTE) * MINUTE;
  const minutes: number[] = [];
  for (let at = from; at + MINUTE <= now; at += MINUTE) minutes.push(at);
  await statuses.listened(minutes);
  if (minutes.length > 0) memory.covered = minutes.at(-1)! + MINUTE;
}

/** Since when the platform's intake has been there without a break, as its minutes say; undefined if it is not there yet. */
async function listeningSince(now: number, { statuses, clock }: HistoryDeps): Promise<number | undefined> {
  const today = civilDate(now);
  const yesterday = civilDate(startOfCivilDay(now) - DAY);
  const noted = await statuses.listening([yesterday, today]);
  const minutes = [yesterday, today].flatMap((day) => (noted.get(day) ?? []).map((m) => civilDayStart(day) + m * MINUTE));
  let since = minutes.at(-1);
  if (since === undefined || now - since > (SHORT_MINUTES + 1) * MINUTE + AWAY_MS * clock.speed) return undefined;
  for (const at of minutes.reverse()) {
    if (since - at > (SHORT_MINUTES + 1) * MINUTE) break;
    since = at;
  }
  return since;
}

async function lookAtStates(memory: Memory, now: number, deps: HistoryDeps): Promise<Change[]> {
  const policy = deps.policies.at(now, now);
  const found = [...(await doubtfulStatuses(now, policy, deps)), ...(await calibrationsOver(now, policy, deps))];
  return write(found, memory, deps);
}

async function doubtfulStatuses(now: number, policy: Policy, deps: HistoryDeps): Promise<HealthFinding[]> {
  const silentBefore = now - policy.rules['device-health'].silentMinutes * MINUTE;
  const [since, docs] = await Promise.all([listeningSince(now, deps), deps.statuses.doubtful(silentBefore)]);
  if (since === undefined) return [];
  const devices = await enabledDevices(docs.map((s) => s._id), now, deps); // prettier-ignore
  return docs.flatMap(({ _id, online, receivedAt }): HealthFinding[] => {
    const device = devices.get(_id);
    if (!device) return [];
    const state = { online, receivedAt: receivedAt.getTime() };
    return judgeStatus(_id, state, { listeningSince: since, now }, policy).map((draft) => ({ draft, device }));
  });
}

/** Of all enabled devices, also those that never said a word. */
async function calibrationsOver(now: number, policy: Policy, { registry }: HistoryDeps): Promise<HealthFinding[]> {
  return allInForce(await registry.calibrated(), now, Infinity).flatMap(({ key, facts: device }): HealthFinding[] => {
    const { enabled, calibratedUntil } = device;
    if (!enabled || calibratedUntil === undefined) return [];
    return judgeCalibration(key, calibratedUntil, now, policy).map((draft) => ({ draft, device }));
  });
}

/** `low-transmission` of the finished days that this process has not judged. */
async function lookAtDays(memory: Memory, now: number, deps: HistoryDeps): Promise<Change[]> {
  const newest = startOfCivilDay(now - SETTLED_MS) - DAY;
  const due = Array.from({ length: CATCH_UP_DAYS }, (_, i) => civilDate(newest - (CATCH_UP_DAYS - 1 - i) * DAY)).filter(
    (day) => !memory.days.has(day),
  );
  if (due.length === 0) return [];
  const listened = await deps.statuses.listening(due);
  const names = listened.size === 0 ? [] : (await deps.statuses.all()).map((s) => s._id);
  const changes: Change[] = [];
  for (const day of due) {
    for (let i = 0; listened.has(day) && i < names.length; i += CHUNK)
      changes.push(...(await judgeDay(day, names.slice(i, i + CHUNK), listened.get(day)!, memory, deps)));
    memory.days.add(day);
  }
  return changes;
}

async function judgeDay(day: string, names: string[], listened: number[], memory: Memory, deps: HistoryDeps) {
  const end = civilDayStart(day) + DAY - 1;
  const policy = deps.policies.at(end, end);
  const [devices, heard] = await Promise.all([enabledDevices(names, end, deps), deps.statuses.heardOn(day, names)]);
  const { transmissionPercent } = policy.rules['device-health'];
  const low = [...devices.keys()].filter((name) => {
    const { percent } = transmission(heard.get(name) ?? [], listened);
    return percent !== null && percent <= transmissionPercent;
  });
  const eve = civilDate(civilDayStart(day) - DAY);
  const keyOfEve = (name: string) =>
    findingKey({ rule: 'device-health', code: 'low-transmission', subject: healthSubject(name, eve) });
  const [known, before] = await Promise.all([
    deps.statuses.heardBefore(day, low),
    deps.findings.byIds(low.map(keyOfEve)).then((docs) => new Set(docs.map((f) => f._id))),
  ]);
  const drafts = low.flatMap((name): HealthFinding[] => {
    const own = heard.get(name);
    // A device is expected from the minute it was first heard in.
    if (!known.has(name) && !own) return [];
    const rate = transmission(own ?? [], listened, known.has(name) ? 0 : Math.min(...own!));
    const found = judgeTransmission(name, day, { ...rate, before: before.has(keyOfEve(name)) }, policy);
    return found.map((draft) => ({ draft, device: devices.get(name)! }));
  });
  return write(drafts, memory, deps);
}

async function enabledDevices(names: string[], at: number, { registry }: HistoryDeps): Promise<Map<string, DeviceFacts>> {
  const versions = await registry.devices(names);
  const found = new Map<string, DeviceFacts>();
  for (const name of names) {
    const device = inForce(versions.get(name) ?? [], at, Infinity)?.facts;
    if (device?.enabled) found.set(name, device);
  }
  return found;
}

interface HealthFinding {
  draft: FindingDraft;
  device: DeviceFacts;
}

/** Stores what is new and what has become a warning; never the other way round. Those this process meets first are told again. */
async function write(found: HealthFinding[], { told }: Memory, deps: HistoryDeps): Promise<Change[]> {
  const news = found.filter(({ draft }) => told.get(findingKey(draft)) !== draft.severity);
  if (news.length === 0) return [];
  const recordedAt = deps.clock.now();
  const docs = news.map(({ draft, device }) =>
    deviceFindingDoc(draft, device, deps.policies.at(draft.at, recordedAt), {
      recordedAt,
      basisSize: draft.severity === 'warning' ? 2 : 1,
    }),
  );
  const stored = new Map((await deps.findings.byIds(docs.map((d) => d._id))).map((f) => [f._id, f]));
  await deps.findings.insert(docs.filter((d) => !stored.has(d._id)));
  const raised = docs.flatMap((doc) => {
    const seen = stored.get(doc._id);
    if (!seen || seen.basisSize >= doc.basisSize || seen.dispute?.answer?.outcome === 'withdrawn') return [];
    const { at, recordedAt: first, disputed, dispute } = seen;
    return [{ doc: { ...doc, at, recordedAt: first, ...(disputed && { disputed }), ...(dispute && { dispute }) }, seen }];
  });
  await deps.findings.replace(raised);
  if (told.size > MAX_TOLD) told.clear();
  for (const doc of docs) told.set(doc._id, doc.severity);
  return docs.map((now) => ({ now, ...(stored.has(now._id) && { before: stored.get(now._id)! }) }));
}
