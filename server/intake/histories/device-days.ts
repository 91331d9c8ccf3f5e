import { civilDate, civilDayStart, DAY, HOUR, MINUTE } from '../../../devices/contract/instant.ts';
import { inForce } from '../../registry/in-force.ts';
import { healthSubject, judgeClockSkew, judgeGap, type DayMessage } from '../../rules/device-health.ts';
import type { FindingDraft } from '../../rules/types.ts';
import type { DueDoc } from '../../store/due-work.ts';
import { SOURCE_LINE, TIME_LINE } from '../../store/observations.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { deviceFindingDoc } from '../device-findings.ts';
import { findingKey } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import { rejudgeDeviceDay } from './cloned-plate.ts';
import type { HistoryDeps } from './deps.ts';

/** So long after the end of a civil day its counter is looked at: outboxes of devices that were away have come in by then. */
const GAP_AFTER_MS = 6 * HOUR;
/** So long after a message with a wrong time its day is judged. */
const SKEW_AFTER_MS = 2 * MINUTE;
/** A mark that is due sooner is not trusted: a message must not slip in behind the one who judges. */
const TRUST_MS = MINUTE;
const MAX_MARKED = 100_000;
const CODES = ['clock-skew', 'gap'] as const;

/** When marks made by this process are due, by id. */
const marks = new WeakMap<HistoryDeps['moments'], Map<string, number>>();

/**
 * `clock-skew` and `gap`: messages only mark the civil days of their device; the days are judged from all that is stored when their
 * moment has come. Most batches mark nothing new.
 */
export async function markDeviceDays(works: Work[], { moments, clock }: HistoryDeps): Promise<Change[]> {
  const marked = marks.get(moments) ?? new Map<string, number>();
  marks.set(moments, marked);
  const now = clock.now();
  const items = new Map<string, Parameters<typeof moments.mark>[0][number]>();
  const add = (id: string, about: string, from: number, dueAt: number) => {
    if ((marked.get(id) ?? 0) - now <= TRUST_MS) items.set(id, { id, kind: 'device-day', about, from, dueAt });
  };
  for (const { doc, policy } of works) {
    const at = doc.at.getTime();
    const skewed =
      !doc.backfill && Math.abs(doc.receivedAt.getTime() - at) > policy.rules['device-health'].clockSkew.seconds * 1000;
    if (doc.n === undefined && !skewed) continue;
    const device = `${doc.kind}/${doc.deviceId}`;
    const day = civilDate(at);
    const start = civilDayStart(day);
    const end = Math.max(start + DAY + GAP_AFTER_MS, now + SKEW_AFTER_MS);
    add(`device-day/${device}/${day}/end`, device, start, end);
    if (skewed) add(`device-day/${device}/${day}/skewed`, device, start, now + SKEW_AFTER_MS);
  }
  if (items.size === 0) return [];
  if (marked.size > MAX_MARKED) marked.clear();
  for (const [id, dueAt] of await moments.mark([...items.values()])) marked.set(id, dueAt);
  return [];
}

interface DeviceDay {
  device: string;
  day: string;
}

/** Judges the marked days of devices from their stored messages. */
export async function judgeDeviceDays(docs: DueDoc[], deps: HistoryDeps): Promise<Change[]> {
  const marked = marks.get(deps.moments);
  for (const doc of docs) marked?.delete(doc._id);
  const days = new Map<string, DeviceDay>();
  for (const { about, from } of docs) {
    const day = civilDate(from.getTime());
    days.set(`${about}|${day}`, { device: about, day });
  }
  const changes = await settleDays([...days.values()], deps);
  // What an earlier taker left may look done: it is all told again.
  const left = docs
    .filter((doc) => doc.leased)
    .flatMap(({ about, from }) => keysOf({ device: about, day: civilDate(from.getTime()) }));
  const untold = await deps.findings.byIds(left);
  const told = [...changes, ...untold.map((now) => ({ now }))];
  return [...told, ...(await judgePairsAgain(told, deps))];
}

/** Judges days, then those that follow them and were found to have a wrong clock: how grave it is depends on the day before. */
async function settleDays(days: DeviceDay[], deps: HistoryDeps): Promise<Change[]> {
  const settle = (some: DeviceDay[]) => settleSpans(some, (open) => judgeDays(open, deps), deps.findings);
  const changes = await settle(days);
  const morrows = days.map(({ device, day }) => ({ device, day: civilDate(civilDayStart(day) + DAY) }));
  const skewOf = ({ device, day }: DeviceDay) => keyOf('clock-skew', device, day);
  const found = new Set((await deps.findings.byIds(morrows.map(skewOf))).map((f) => f._id));
  return [...changes, ...(await settle(morrows.filter((day) => found.has(skewOf(day)))))];
}

/** A clock that is found wrong, or right after all, changes what pairs of sightings of that device and day say. */
async function judgePairsAgain(changes: Change[], deps: HistoryDeps): Promise<Change[]> {
  const again: Change[] = [];
  for (const { now } of changes) {
    if (now.code !== 'clock-skew' || now.device === undefined) continue;
    again.push(...(await rejudgeDeviceDay(now.device, civilDate(now.at.getTime()), deps)));
  }
  return again;
}

const keyOf = (code: (typeof CODES)[number], device: string, day: string) =>
  findingKey({ rule: 'device-health', code, subject: healthSubject(device, day) });
const keysOf = ({ device, day }: DeviceDay) => CODES.map((code) => keyOf(code, device, day));
const eveOf = (day: string) => civilDate(civilDayStart(day) - DAY);

async function judgeDays(days: DeviceDay[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const now = deps.clock.now();
  const [messages, versions, existing, eves] = await Promise.all([
    Promise.all(days.map((day) => messagesOf(day, deps))),
    deps.registry.devices(new Set(days.map((d) => d.device))),
    deps.findings.byIds(days.flatMap(keysOf)),
    deps.findings.byIds(days.map(({ device, day }) => keyOf('clock-skew', device, eveOf(day)))),
  ]);
  const skewedEves = new Set(eves.filter((f) => f.status === 'confirmed').map((f) => f._id));
  return days.map((span, i) => {
    const { device: name, day } = span;
    const { last, own } = messages[i]!;
    const start = civilDayStart(day);
    const policy = deps.policies.at(start, now);
    const device = inForce(versions.get(name) ?? [], Math.min(now, start + DAY - 1), Infinity)?.facts;
    const drafts: FindingDraft[] = [];
    if (device?.enabled) {
      drafts.push(...judgeClockSkew(name, day, own, skewedEves.has(keyOf('clock-skew', name, eveOf(day))), policy));
      if (now >= start + DAY + GAP_AFTER_MS) drafts.push(...judgeGap(name, day, [...last, ...own], policy));
    }
    const basisSize = own.length + last.length;
    return {
      expected: drafts.map((draft) => deviceFindingDoc(draft, device!, policy, { recordedAt: now, basisSize })),
      // Of a device that is not in force nothing is judged, and nothing taken back.
      existing: device?.enabled ? existing.filter((f) => keysOf(span).includes(f._id)) : [],
      basisSize,
      withdrawnReason: 'the messages of the day that came since say otherwise',
    };
  });
}

/** A device's messages of a civil day in order, and the last numbered one of the day before: holes may lie between. */
async function messagesOf({ device, day }: DeviceDay, { observations }: HistoryDeps) {
  const start = civilDayStart(day);
  const [kind, id] = device.split('/') as [string, string];
  // A terminal has no line of its own: it is on its vehicle's.
  const line = kind === 'on-board' ? { vehicle: id, kind } : { source: device };
  const hint = kind === 'on-board' ? TIME_LINE.all : SOURCE_LINE;
  const projection = { at: 1, receivedAt: 1, backfill: 1, n: 1 } as const;
  const read = (from: number, more: object) =>
    observations.collection.find(
      { ...line, at: { $gte: new Date(from), $lt: new Date(from + DAY) }, ...more } as object,
      { projection, hint },
    ); // prettier-ignore
  const [last, own] = await Promise.all([
    read(start - DAY, { n: { $exists: true } }).sort({ at: -1 }).limit(1).toArray(),
    read(start, {}).toArray(),
  ]); // prettier-ignore
  return { last: last.map(messageOf), own: own.map(messageOf).sort((a, b) => a.at - b.at || (a.n ?? 0) - (b.n ?? 0)) };
}

function messageOf({ at, receivedAt, backfill, n }: Pick<ObservationDoc, 'at' | 'receivedAt' | 'backfill' | 'n'>): DayMessage {
  return {
    at: at.getTime(),
    receivedAt: receivedAt.getTime(),
    backfill: backfill === true,
    ...(n !== undefined && { n }),
  };
}
