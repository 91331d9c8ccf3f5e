import { setImmediate as breathe } from 'node:timers/promises';
import { decodeMessage } from '../../../devices/contract/decode.ts';
import { civilDate, civilDayStart, DAY, HOUR, parseInstant } from '../../../devices/contract/instant.ts';
import type { Fill, Telemetry } from '../../../devices/contract/messages.ts';
import { widest } from '../../policy/in-force.ts';
import { registrationOfVin } from '../../registry/in-force.ts';
import { DAY_CODES, judgeUreaDay } from '../../rules/urea-day.ts';
import { hourSums, hoursTouched, lookBack, mergeSamples, samplesOf } from '../../rules/urea-samples.ts';
import { isScr } from '../../rules/urea-use.ts';
import type { UreaFill } from '../../rules/urea-windows.ts';
import type { DueDoc, DueStore } from '../../store/due-work.ts';
import type { HourSumsDoc } from '../../store/hour-sums.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';
import { LONG_MS } from '../marks/own.ts';
import { bytesOf, knownByOf } from '../restore.ts';
import { findingDoc, findingKey, type FindingSubject } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import { settleDarkAfter } from './dark-terminal.ts';
import type { HistoryDeps } from './deps.ts';

/** Real time after which a marked hour is judged; long enough that an hour under re-upload is judged once or a few times. */
const JUDGE_AFTER_MS = 90_000;
/** A mark that is due sooner is not trusted: a sample must not slip in behind the one who judges. */
const TRUST_MS = 5_000;
const MAX_CACHED = 200_000;

export interface UreaDeps extends HistoryDeps {
  due: DueStore;
  judgeAfterMs?: number;
  /** Judges the days of the hours alone, not those that look back at them. */
  ownDaysOnly?: true;
}

interface VehicleDay {
  vin: string;
  day: string;
}

/**
 * `urea-use` by clock hours. Reading a vehicle's hour again for every message would cost more than all else, so messages only mark their
 * hours as due; the receipt waits for the mark, not for the judgement.
 */
export function createUreaHours(deps: UreaDeps) {
  const { due, hours, observations, registry, policies, clock, findings, judgeAfterMs = JUDGE_AFTER_MS } = deps;
  const marked = new Map<string, number>();

  /** Marks the hours that telemetry and fills touch. Nothing to do for hours marked lately. */
  async function mark(works: Work[]): Promise<void> {
    const now = Date.now();
    const items = new Map<string, { id: string; kind: 'urea'; about: string; from: number; dueAt: number }>();
    const add = (vin: string, hour: number, trust: boolean) => {
      const id = `urea/${vin}/${hour}`;
      if (items.has(id) || (trust && (marked.get(id) ?? 0) - now > TRUST_MS)) return;
      items.set(id, { id, kind: 'urea', about: vin, from: hour, dueAt: now + judgeAfterMs });
    };
    const back = widest(policies, lookBack);
    for (const work of works) {
      const { observation, doc } = work;
      if (observation.kind === 'on-board' && !work.noScr) {
        let last = NaN;
        for (const sample of observation.body.samples) {
          const at = parseInstant(sample.at);
          for (const hour of hoursTouched(at, back)) {
            if (hour === last) continue;
            last = hour;
            add(observation.deviceId, hour, work.incoming !== undefined);
          }
        }
      } else if (observation.kind === 'urea-pump' && work.vehicle && doc.recognition?.outcome === 'matched') {
        add(work.vehicle.vin, Math.floor(observation.at / HOUR) * HOUR, false);
      }
    }
    if (items.size === 0) return;
    const stored = await due.mark([...items.values()]);
    if (marked.size > MAX_CACHED) for (const [id, at] of marked) if (at <= now) marked.delete(id);
    if (marked.size > MAX_CACHED) marked.clear();
    for (const [id, at] of stored) marked.set(id, at);
  }

  /** Judges marked hours: sums are made anew and replaced, then the days whose windows they are in are judged. */
  async function judge(docs: DueDoc[]): Promise<Change[]> {
    if (docs.length === 0) return [];
    for (const doc of docs) marked.delete(doc._id);
    await registry.sync();
    await sumUp(docs);
    const [days, dark] = await Promise.all([
      daysOf(docs).then((open) => settleSpans(open, judgeDays, findings)),
      settleDarkAfter(rangesOf(docs), deps),
    ]);
    return [...days, ...dark];
  }

  const rangesOf = (docs: DueDoc[]) => docs.map((doc) => ({ vin: doc.about, hour: doc.from.getTime() }));
  const seenFrom = (hour: number) => hour - lookBack(policies.at(hour, Infinity));

  async function sumUp(docs: DueDoc[]): Promise<void> {
    const ranges = rangesOf(docs);
    const projection = { vehicle: 1, deviceId: 1, id: 1, at: 1, receivedAt: 1, knownBy: 1, raw: 1 } as const;
    const [near, long, versions] = await Promise.all([
      observations.find(
        {
          kind: 'on-board',
          $or: ranges.map(({ vin, hour }) => ({
            vehicle: vin,
            at: { $gte: new Date(seenFrom(hour)), $lt: new Date(hour + HOUR + LONG_MS) },
          })),
        },
        projection,
        TIME_LINE.all,
      ),
      observations.find(
        {
          long: true,
          $or: ranges.map(({ vin, hour }) => ({
            vehicle: vin,
            at: { $gte: new Date(seenFrom(hour)), $lt: new Date(hour + HOUR + DAY) },
          })),
        },
        projection,
        TIME_LINE.long,
      ),
      registry.vehiclesByVin(ranges.map((r) => r.vin)),
    ]);
    const docsOf = new Map<string, Map<string, ObservationDoc>>();
    for (const doc of [...near, ...long]) {
      const vin = doc.vehicle!;
      (docsOf.get(vin) ?? docsOf.set(vin, new Map()).get(vin)!).set(doc._id, doc);
    }
    const sums: HourSumsDoc[] = [];
    for (const [vin, found] of docsOf) {
      // An hour's samples are work of a millisecond: a gate's message must not wait for forty of them.
      await breathe();
      const messages = [...found.values()].map((doc) => messageOf(doc, versions.get(vin) ?? []));
      const samples = mergeSamples(messages);
      for (const { hour } of ranges.filter((range) => range.vin === vin)) {
        const made = hourSums(hour, samples, policies.at(hour, Infinity));
        if (!made) continue;
        const from = seenFrom(hour);
        const within = messages.filter((m) => m.samples.some((s) => s.at >= from && s.at < hour + HOUR));
        const tankL = tankOf(vin, made.lastAt, within, versions.get(vin) ?? []);
        const placed = samples.findLast((s) => s.at >= hour && s.at < hour + HOUR && s.lon !== undefined && s.lat !== undefined);
        sums.push({
          _id: `${vin}/${hour}`,
          vin,
          ...made,
          ...(tankL !== undefined && { tankL }),
          messages: within.length,
          ...(placed && { lon: placed.lon!, lat: placed.lat! }),
        });
      }
    }
    await hours.replace(sums);
  }

  type Versions = Awaited<ReturnType<typeof registry.vehiclesByVin>> extends Map<string, infer V> ? V : never;

  /** The reagent tank as registered at a sample, as known when the first message with it was stored, or judged again. */
  function tankOf(vin: string, at: number, messages: ReturnType<typeof messageOf>[], versions: Versions): number | undefined {
    const knownBy = messages.filter((m) => m.samples.some((s) => s.at === at)).map((m) => m.knownBy);
    return registrationOfVin(versions, vin, at, Math.min(...knownBy))?.reagentTankL;
  }

  function messageOf(doc: ObservationDoc, versions: Versions) {
    const body = JSON.parse(Buffer.from(bytesOf(doc)).toString('utf8')) as Telemetry;
    const knownBy = knownByOf(doc);
    const scrAt = (at: number) => {
      const vehicle = registrationOfVin(versions, doc.deviceId, at, knownBy);
      return vehicle !== undefined && isScr(vehicle, policies.at(at, knownBy));
    };
    return { deviceId: doc.deviceId, id: doc.id, at: doc.at.getTime(), knownBy, samples: samplesOf(body, scrAt) };
  }

  /** The days whose windows hold one of these hours: its own, and those with samples in the `windowDays` that follow it. */
  async function daysOf(docs: DueDoc[]): Promise<VehicleDay[]> {
    const days = new Map<string, VehicleDay>();
    const reach = deps.ownDaysOnly ? 0 : widest(policies, (policy) => policy.rules['urea-use'].windowDays) * DAY;
    const ranges = docs.map((doc) => ({ vin: doc.about, from: doc.from.getTime(), to: doc.from.getTime() + reach }));
    for (const { vin, hour } of await hours.ofVehicles(ranges)) {
      const day = civilDate(hour);
      days.set(`${vin}:${day}`, { vin, day });
    }
    return [...days.values()];
  }

  async function judgeDays(days: VehicleDay[]): Promise<SpanJudgement[]> {
    const spans = days.map(({ vin, day }) => {
      const start = civilDayStart(day);
      const stretches = policies.between(start, start + DAY, Infinity);
      const windowDays = Math.max(...stretches.map(({ policy }) => policy.rules['urea-use'].windowDays));
      return { vin, day, from: start - windowDays * DAY, end: start + DAY };
    });
    const keysOf = ({ vin, day }: VehicleDay) =>
      DAY_CODES.map((code) => findingKey({ rule: 'urea-use', code, subject: `${vin}:${day}` }));
    const [sums, fills, existing, versions] = await Promise.all([
      hours.ofVehicles(spans.map(({ vin, from, end }) => ({ vin, from, to: end }))),
      observations.find(
        {
          kind: 'urea-pump',
          'recognition.outcome': 'matched',
          $or: spans.map(({ vin, from, end }) => ({
            ...SIGHTED,
            vehicle: vin,
            at: { $gte: new Date(from), $lt: new Date(end) },
          })),
        },
        { vehicle: 1, at: 1, kind: 1, message: 1, raw: 1, facts: 1 },
        TIME_LINE.sighted,
      ),
      findings.byIds(days.flatMap(keysOf)),
      registry.vehiclesByVin(spans.map((s) => s.vin)),
    ]);
    const policyAt = (hour: number) => policies.at(hour, Infinity);
    return spans.map(({ vin, day, from, end }) => {
      const own = sums.filter((h) => h.vin === vin && h.hour >= from && h.hour < end).sort((a, b) => a.hour - b.hour);
      const filled = fills.filter((f) => f.vehicle === vin && f.at.getTime() >= from && f.at.getTime() < end);
      const basisSize = own.reduce((n, h) => n + h.messages, 0) + filled.length;
      const drafts = judgeUreaDay({ vin, day, hours: own, fills: filled.map(fillOf) }, policyAt);
      return {
        expected: drafts.map((draft): FindingDoc => {
          const last = own.findLast((h) => h.hour < draft.at);
          const vehicle = registrationOfVin(versions.get(vin) ?? [], vin, draft.at - 1, clock.now());
          const subject: FindingSubject = {
            vin,
            device: `on-board/${vin}`,
            ...(vehicle && {
              plate: `${vehicle.plateNumber},${vehicle.plateColor}`,
              vehicle: { number: vehicle.plateNumber, color: vehicle.plateColor, stage: vehicle.stage ?? 'unknown', known: true },
            }),
            place: { device: `on-board/${vin}`, name: vin, ...(last?.lon !== undefined && { lon: last.lon, lat: last.lat! }) },
            facts: { ...(vehicle && { vehicle }) },
            policy: policyAt(draft.at - HOUR),
          };
          const span = { vehicle: vin, from: new Date(String(draft.facts?.from)), to: new Date(String(draft.facts?.to)) };
          return findingDoc(draft, subject, { recordedAt: clock.now(), basisSize, span });
        }),
        existing: existing.filter((f) => keysOf({ vin, day }).includes(f._id)),
        basisSize,
        withdrawnReason: 'samples or fills that came later say otherwise',
      };
    });
  }

  return { mark, judge };
}

function fillOf(doc: ObservationDoc): UreaFill {
  const decoded = decodeMessage(doc.kind, doc.message, bytesOf(doc), doc.facts.dialect);
  if (!decoded.ok) throw new Error(`stored observation no longer decodes: ${decoded.code}`);
  return { at: doc.at.getTime(), volume: (decoded.value as Fill).volume };
}
export type UreaHours = ReturnType<typeof createUreaHours>;
