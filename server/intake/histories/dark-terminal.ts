import { civilDate, civilDayStart, DAY, HOUR, MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import type { Telemetry } from '../../../devices/contract/messages.ts';
import { widest } from '../../policy/in-force.ts';
import { asksForSamples, darkMoment, judgeDarkDay, sampledWithin } from '../../rules/dark-terminal.ts';
import { hourOf } from '../../rules/urea-samples.ts';
import type { DueDoc, DueStore } from '../../store/due-work.ts';
import type { HourSumsDoc } from '../../store/hour-sums.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { LONG_MS } from '../marks/own.ts';
import { bytesOf, restoreWorks } from '../restore.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

interface VehicleDay {
  vin: string;
  day: string;
}
interface Stretch {
  vin: string;
  from: number;
  to: number;
}
type Mark = Parameters<DueStore['mark']>[0][number];

const KINDS = ['gate', 'remote-sensing', 'checkpoint'] as const;
/** A moment nearer than this is not trusted to see a sighting that comes now: devices' clocks may be ahead by minutes. */
const TRUST_MS = 10 * MINUTE;
const MAX_CACHED = 100_000;
/** The moments marked by this process (platform clock), by the store that keeps them. */
const caches = new WeakMap<DueStore, Map<string, number>>();

function cacheOf(moments: DueStore): Map<string, number> {
  const cache = caches.get(moments) ?? new Map<string, number>();
  caches.set(moments, cache);
  return cache;
}

/**
 * `dark-terminal`: nothing is judged when a vehicle is seen, its day is only marked for the moment a day later. One mark stands for all
 * sightings of the day until then; the one who judges marks the next moment for those that came after the first.
 */
export async function markDark(works: Work[], { moments, clock }: HistoryDeps): Promise<Change[]> {
  const cache = cacheOf(moments);
  const items = new Map<string, Mark>();
  const now = clock.now();
  for (const { doc, observation, recognition, vehicle, policy, incoming } of works) {
    if (doc.source === undefined || !isSighting(doc) || !asksForSamples(recognition, vehicle, policy)) continue;
    const { vin } = vehicle;
    const item = markOf({ vin, day: civilDate(observation.at) }, darkMoment(observation, policy));
    if (incoming && (cache.get(item.id) ?? 0) - now > TRUST_MS) continue;
    if ((items.get(item.id)?.dueAt ?? Infinity) > item.dueAt) items.set(item.id, item);
  }
  if (items.size === 0) return [];
  const stored = await moments.mark([...items.values()]);
  if (cache.size > MAX_CACHED) cache.clear();
  for (const [id, dueAt] of stored) cache.set(id, dueAt);
  return [];
}

function markOf({ vin, day }: VehicleDay, dueAt: number): Mark {
  return { id: `dark/${vin}/${day}`, kind: 'dark', about: vin, from: civilDayStart(day), dueAt };
}

function isSighting({ kind }: { kind: string }): boolean {
  return (KINDS as readonly string[]).includes(kind);
}

/** Vehicle-days whose moment has come: judged for the sightings whose own has, and marked again for the others. */
export async function judgeDarkMoments(docs: DueDoc[], deps: HistoryDeps): Promise<Change[]> {
  const cache = cacheOf(deps.moments);
  const days = new Map<string, VehicleDay>();
  for (const { _id, about, from } of docs) {
    cache.delete(_id);
    const day = civilDate(from.getTime());
    days.set(`${about}:${day}`, { vin: about, day });
  }
  const next = new Map<string, number>();
  const changes = await settleDays([...days.values()], deps, ({ vin, day }, moment) => {
    const key = `${vin}:${day}`;
    next.set(key, Math.min(moment, next.get(key) ?? Infinity));
  });
  await deps.moments.mark(
    [...next].map(([key, moment]) => {
      const mark = markOf(days.get(key)!, moment);
      // Not under the id that is held now: it would be due at once.
      return { ...mark, id: `${mark.id}/${moment}` };
    }),
  );
  if (!docs.some((doc) => doc.leased)) return changes;
  // Somebody may have died between writing and telling: all of it is told again.
  const stood = await deps.findings.byIds([...days.values()].map(keyOf));
  return [...changes, ...stood.map((now) => ({ now }))];
}

/** Telemetry came for these hours: judges the findings again that stand on its absence. */
export async function settleDarkAfter(hours: { vin: string; hour: number }[], deps: HistoryDeps): Promise<Change[]> {
  const days = new Map<string, VehicleDay>();
  const reach = darkMs(deps.policies);
  for (const { vin, hour } of hours) {
    const end = hour + HOUR + reach;
    for (let start = civilDayStart(civilDate(hour)); start <= end; start += DAY) {
      const day = civilDate(start);
      days.set(keyOf({ vin, day }), { vin, day });
    }
  }
  const standing = (await deps.findings.byIds([...days.keys()])).filter((f) => f.status !== 'withdrawn');
  return settleDays(
    standing.map((f) => days.get(f._id)!),
    deps,
  );
}

/** How long a terminal may be silent by any policy, ms. */
function darkMs(policies: HistoryDeps['policies']): number {
  return widest(policies, (policy) => policy.rules['urea-use'].darkTerminal.hours) * HOUR;
}

function keyOf({ vin, day }: VehicleDay): string {
  return findingKey({ rule: 'urea-use', code: 'dark-terminal', subject: `${vin}:${day}` });
}

/** @param waiting hears of sightings whose moment is yet to come */
function settleDays(
  days: VehicleDay[],
  deps: HistoryDeps,
  waiting?: (day: VehicleDay, moment: number) => void,
): Promise<Change[]> {
  return settleSpans(days, (open) => judgeDays(open, deps, waiting), deps.findings);
}

async function judgeDays(
  days: VehicleDay[],
  deps: HistoryDeps,
  waiting?: (day: VehicleDay, moment: number) => void,
): Promise<SpanJudgement[]> {
  const { observations, findings, hours, registry, policies, clock } = deps;
  const reach = darkMs(policies);
  const ranges = days.map(({ vin, day }) => {
    const start = civilDayStart(day);
    return { vin, start, from: hourOf(start - reach), to: start + DAY };
  });
  const [docs, sums, existing] = await Promise.all([
    observations.find(
      {
        kind: { $in: [...KINDS] },
        $or: ranges.map(({ vin, start, to }) => ({ ...SIGHTED, vehicle: vin, at: { $gte: new Date(start), $lt: new Date(to) } })),
      },
      null,
      TIME_LINE.sighted,
    ),
    hours.ofVehicles(ranges),
    findings.byIds(days.map(keyOf)),
  ]);
  const works = (await restoreWorks(docs, registry, policies)).flatMap((work) => {
    const { recognition, vehicle, policy, observation } = work;
    if (!asksForSamples(recognition, vehicle, policy)) return [];
    const { from, to } = sampledWithin(observation.at, policy);
    const own = sums.filter((h) => h.vin === vehicle.vin);
    return [{ work, vehicle, stretch: { vin: vehicle.vin, from, to }, summed: own.some((h) => hasSample(h, from, to)) }];
  });
  // Sums may lag behind the samples: what they do not show is asked of the messages themselves.
  const sampled = await sampleFinder(
    works.flatMap((w) => (w.summed ? [] : [w.stretch])),
    deps,
  );
  const now = clock.now();
  return days.map((span, i) => {
    const { start: from, to } = ranges[i]!;
    const own = works.filter(({ work, vehicle }) => vehicle.vin === span.vin && civilDate(work.observation.at) === span.day);
    const come = own.filter(({ work }) => {
      const moment = darkMoment(work.observation, work.policy);
      if (moment > now) waiting?.(span, moment);
      return moment <= now;
    });
    const messages = sums.filter((h) => h.vin === span.vin && h.hour >= ranges[i]!.from && h.hour <= to);
    const basisSize = messages.reduce((n, h) => n + h.messages, own.length);
    const drafts = judgeDarkDay(
      come.map(({ work: { observation, policy }, vehicle, stretch, summed }) => {
        return { observation, vehicle, policy, sampled: summed || sampled(stretch) };
      }),
    );
    return {
      expected: drafts.map((draft) =>
        findingDoc(draft, subjectOf(own.find(({ work }) => work.doc._id === draft.observations[0])!.work), {
          recordedAt: now,
          basisSize,
          span: { vehicle: span.vin, from: new Date(from), to: new Date(to) },
        }),
      ),
      existing: existing.filter((f) => f._id === keyOf(span)),
      basisSize,
      withdrawnReason: 'samples of the 24 h before came later',
    };
  });
}

/** Whether the sums of an hour show a sample in a stretch of many hours: one of its ends lies in it. */
function hasSample({ firstAt, lastAt }: HourSumsDoc, from: number, to: number): boolean {
  return (firstAt >= from && firstAt <= to) || (lastAt >= from && lastAt <= to);
}

/** Reads the stored messages of stretches; the function tells whether a sample lies in one. No query where there is nothing to ask. */
async function sampleFinder(stretches: Stretch[], { observations }: HistoryDeps): Promise<(stretch: Stretch) => boolean> {
  if (stretches.length === 0) return () => false;
  const projection = { vehicle: 1, raw: 1 } as const;
  // A message is named by its own moment; its samples lie up to a day before it.
  const until = (ms: number) =>
    stretches.map(({ vin, from, to }) => ({ vehicle: vin, at: { $gte: new Date(from), $lte: new Date(to + ms) } }));
  const found = await Promise.all([
    observations.find({ kind: 'on-board', $or: until(LONG_MS) }, projection, TIME_LINE.all),
    observations.find({ long: true, $or: until(DAY) }, projection, TIME_LINE.long),
  ]);
  const moments = new Map<string, number[]>();
  for (const doc of found.flat()) {
    const { samples } = JSON.parse(Buffer.from(bytesOf(doc)).toString('utf8')) as Telemetry;
    const own = moments.get(doc.vehicle!) ?? [];
    for (const sample of samples) own.push(parseInstant(sample.at));
    moments.set(doc.vehicle!, own);
  }
  return ({ vin, from, to }) => (moments.get(vin) ?? []).some((at) => at >= from && at <= to);
}
