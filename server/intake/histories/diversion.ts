import { civilDate, civilDayStart, DAY, HOUR } from '../../../devices/contract/instant.ts';
import { widest } from '../../policy/in-force.ts';
import { insideZone } from '../../geo/zone.ts';
import {
  confirmationMoment,
  judgeDiversionDay,
  localBusinessOf,
  pendingSince,
  type DiversionPart,
  type GateVisit,
  type ZoneSighting,
} from '../../rules/diversion-day.ts';
import type { RegisteredZone } from '../../registry/facts.ts';
import { allInForce, inForce } from '../../registry/in-force.ts';
import type { Versioned } from '../../registry/types.ts';
import type { ZoneFacts } from '../../rules/types.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';
import { diversionZones, nearZones } from '../marks/inside.ts';
import { knownByOf, restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { worksAt } from './moments.ts';

/** A vehicle's day in a diversion zone. */
interface ZoneDay {
  vin: string;
  zone: string;
  day: string;
}

/** `diversion`: the zone days these messages fall into, as sightings in a zone or as business at a gate in one. */
export async function settleDiversion(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const days = new Map<string, ZoneDay>();
  const add = (vin: string, zone: string, at: number) => {
    const day = civilDate(at);
    days.set(`${vin}:${zone}:${day}`, { vin, zone, day });
  };
  for (const { doc } of works) for (const { zone, at } of doc.inside ?? []) for (const t of at) add(doc.vehicle!, zone, t);
  for (const { vehicle, inside } of await aroundGates(works, deps))
    for (const { zone, at } of inside ?? []) for (const t of at) add(vehicle!, zone, t);
  return settleSpans([...days.values()], (open) => judgeZoneDays(open, deps), deps.findings);
}

/** Sightings in a zone that a gate message of these may excuse, or no longer excuse. */
async function aroundGates(works: Work[], deps: HistoryDeps): Promise<ObservationDoc[]> {
  const zones = await deps.registry.zones();
  if (zones.length === 0) return [];
  const visits = works
    .filter(({ doc, vehicle }) => doc.kind === 'gate' && (vehicle !== undefined || doc.turnedBack))
    .map((w) => w.doc);
  const named = visits.filter((doc) => doc.turnedBack && doc.arrival !== undefined).map((doc) => doc.arrival!);
  const arrivals = await deps.observations.byIds(named);
  const near = [...visits, ...arrivals].filter(
    (doc) => doc.recognition?.vin !== undefined && doc.position !== undefined && nearZones(zones, doc.position),
  );
  if (near.length === 0) return [];
  return deps.observations.find(
    {
      $or: near.map(({ recognition, at }) => {
        // Every day on whose judgement this visit stands: the distance to the nearest business is measured, however far it is.
        const reach = reachOf(deps.policies);
        return {
          vehicle: recognition!.vin!,
          at: {
            $gte: new Date(civilDayStart(civilDate(at.getTime() - reach))),
            $lt: new Date(civilDayStart(civilDate(at.getTime() + reach)) + 2 * DAY),
          },
        };
      }),
      'inside.zone': { $exists: true },
    },
    { vehicle: 1, inside: 1, at: 1 },
    TIME_LINE.inside,
  );
}

/** How far local business reaches by any policy, ms. */
function reachOf(policies: HistoryDeps['policies']): number {
  return widest(policies, (policy) => policy.rules.diversion.localBusinessHours) * HOUR;
}

async function judgeZoneDays(days: ZoneDay[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const { observations, findings, registry, policies, clock } = deps;
  const ranges = days.map(({ vin, day }) => {
    const start = civilDayStart(day);
    return { vin, start, reach: reachOf(policies) };
  });
  const keys = days.map(({ vin, zone, day }) =>
    findingKey({ rule: 'diversion', code: 'through-traffic', subject: `${vin}:${zone}:${day}` }),
  );
  const [sightings, visits, existing, zones] = await Promise.all([
    observations.find(
      {
        // A telemetry message holds samples of up to 24 h before it.
        $or: ranges.map(({ vin, start }) => ({ vehicle: vin, at: { $gte: new Date(start), $lt: new Date(start + 2 * DAY) } })),
        'inside.zone': { $exists: true },
      },
      { inside: 1, at: 1, receivedAt: 1, knownBy: 1, kind: 1, deviceId: 1, id: 1, vehicle: 1 },
      TIME_LINE.inside,
    ),
    observations.find(
      {
        $or: ranges.map(({ vin, start, reach }) => ({
          ...SIGHTED,
          vehicle: vin,
          kind: 'gate' as const,
          at: { $gte: new Date(start - reach), $lte: new Date(start + DAY + reach) },
        })),
      },
      { at: 1, message: 1, position: 1, recognition: 1, turnedBack: 1, arrival: 1, vehicle: 1 },
      TIME_LINE.sighted,
    ),
    findings.byIds(keys),
    registry.zones(),
  ]);
  const arrivals = visits.filter((v) => v.message === 'arrival').map((v) => v._id);
  const turnedBack =
    arrivals.length === 0
      ? []
      : await observations.find({ arrival: { $in: arrivals }, turnedBack: true }, { arrival: 1, turnedBack: 1 });

  const judged = days.map((span, i) => {
    const { start, reach } = ranges[i]!;
    const own = sightings.filter((s) => s.vehicle === span.vin && (s.inside ?? []).some((inside) => inside.zone === span.zone));
    const at = visits.filter(
      (v) => v.vehicle === span.vin && v.at.getTime() >= start - reach && v.at.getTime() <= start + DAY + reach,
    );
    const back = turnedBack.filter((t) => at.some((v) => v._id === t.arrival));
    const parts = partsOf(span, own, zones, policies).map((part) => {
      const { edgeToleranceM } = part.policy.rules.diversion;
      const business = localBusinessOf([...at.map((v) => visitOf(v, part.zone, edgeToleranceM)), ...back.map(refusalOf)]);
      return { ...part, localBusiness: business };
    });
    const seen = new Set(parts.flatMap(({ sightings: moments }) => moments.map((m) => m.ref)));
    return {
      start,
      draft: judgeDiversionDay({ vin: span.vin, day: span.day, parts }),
      basisSize: seen.size + at.length + back.length,
    };
  });
  const drafts = judged.flatMap(({ draft }) => draft ?? []);
  const restored = await restoreWorks(await observations.byIds(drafts.map((d) => d.observations[0]!)), registry, policies);
  const byRef = new Map(restored.map((work) => [work.doc._id, work]));
  const asSeen = await worksAt(
    drafts.map((draft) => ({ work: byRef.get(draft.observations[0]!)!, at: draft.at })),
    deps,
  );
  const works = new Map(drafts.map((draft, i) => [draft, asSeen[i]!]));
  return judged.map(({ start, draft, basisSize }, i) => {
    const expected: FindingDoc[] = [];
    if (draft) {
      const work = works.get(draft)!;
      const since = pendingSince({ at: draft.at, receivedAt: work.observation.receivedAt });
      expected.push(
        findingDoc(draft, subjectOf(work), {
          recordedAt: clock.now(),
          basisSize,
          span: { vehicle: days[i]!.vin, from: new Date(start), to: new Date(start + DAY) },
          dueAt: since + work.policy.rules.diversion.pendingHours * HOUR,
          provisional: true,
        }),
      );
    }
    return {
      expected,
      existing: existing.filter((f) => f._id === keys[i]),
      basisSize,
      withdrawnReason: 'local business at a gate in the zone within six hours',
    };
  });
}

type Part = Omit<DiversionPart, 'zone' | 'sightings' | 'localBusiness'> & { zone: ZoneFacts; sightings: ZoneSighting[] };

/** The sightings of a zone day by the versions of zone and policy they were judged with: each by those of its own moment. */
function partsOf(
  { zone: id, day }: ZoneDay,
  docs: readonly ObservationDoc[],
  zones: readonly Versioned<RegisteredZone>[],
  policies: HistoryDeps['policies'],
): Part[] {
  const versions = zones.filter((zone) => zone.key === id);
  const parts = new Map<string, Part>();
  for (const doc of docs) {
    const knownBy = knownByOf(doc);
    for (const moment of momentsIn(doc, id)) {
      if (civilDate(moment.at) !== day) continue;
      const zone = inForce(versions, moment.at, knownBy)?.facts;
      if (!zone) continue;
      const policy = policies.at(moment.at, knownBy);
      const key = `${zone.version}|${policy.version}`;
      const part: Part = parts.get(key) ?? { zone, policy, sightings: [] };
      parts.set(key, part);
      part.sightings.push(moment);
    }
  }
  return [...parts.values()];
}

function momentsIn(doc: ObservationDoc, zone: string): ZoneSighting[] {
  const { _id: ref, kind, deviceId, id } = doc;
  return (doc.inside ?? []).filter((i) => i.zone === zone).flatMap((i) => i.at.map((at) => ({ ref, kind, deviceId, id, at })));
}

function visitOf(doc: ObservationDoc, zone: ZoneFacts, toleranceM: number): GateVisit {
  return {
    ref: doc._id,
    at: doc.at.getTime(),
    message: doc.message as 'arrival' | 'passage',
    recognised: doc.recognition?.outcome === 'matched' || doc.recognition?.outcome === 'corrected',
    inside: doc.position !== undefined && insideZone(doc.position, zone, toleranceM),
    ...(doc.turnedBack && { turnedBack: true }),
    ...(doc.arrival !== undefined && { arrival: doc.arrival }),
  };
}

/** A turned-back passage of any vehicle: all it says is that the arrival it names is no business. */
function refusalOf(doc: ObservationDoc): GateVisit {
  return { ref: doc._id, at: 0, message: 'passage', recognised: false, inside: false, turnedBack: true, arrival: doc.arrival! };
}

/**
 * Pending through traffic whose moment has come: confirmed, or looked at again later while a gate in the zone is away.
 */
export async function confirmDiversion(due: FindingDoc[], deps: HistoryDeps): Promise<Change[]> {
  if (due.length === 0) return [];
  const now = deps.clock.now();
  const [zones, gates, firsts] = await Promise.all([
    deps.registry.zones(),
    deps.registry.gates(),
    deps.observations.byIds(due.map((f) => f.observations[0]!)),
    deps.policies.load(due.map((f) => f.policyVersion)),
  ]);
  const current = new Map(allInForce(gates, now, now).map((g) => [g.facts.id, g.facts]));
  const statuses = await deps.statuses.ofGates([...current.keys()]);
  const changes: Change[] = [];
  for (const seen of due) {
    const first = firsts.find((d) => d._id === seen.observations[0]);
    const at = seen.at.getTime();
    const receivedAt = first?.receivedAt.getTime() ?? at;
    const zone = diversionZones(zones, at, first ? knownByOf(first) : at).find((z) => z.id === seen.facts.zone);
    const policy = deps.policies.version(seen.policyVersion);
    const inside = [...current.values()]
      .filter(
        (g) =>
          zone &&
          g.lon !== undefined &&
          g.lat !== undefined &&
          insideZone({ lon: g.lon, lat: g.lat }, zone, policy.rules.diversion.edgeToleranceM),
      )
      .map((g) => ({ id: g.id, enabled: g.enabled, ...(statuses.has(g.id) && { status: statuses.get(g.id)! }) }));
    const what = confirmationMoment(pendingSince({ at, receivedAt }), now, inside, policy);
    const { provisional: _provisional, ...rest } = seen;
    const after: FindingDoc =
      what.action === 'wait'
        ? { ...seen, dueAt: new Date(what.until) }
        : {
            ...rest,
            status: 'confirmed',
            ...(what.unheardGates && { measured: { ...seen.measured, unheardGates: what.unheardGates } }),
          };
    changes.push({ now: after, before: seen });
  }
  await deps.findings.replace(changes.map(({ now: doc, before }) => ({ doc, seen: before! })));
  return changes.filter(({ now: doc }) => doc.status === 'confirmed');
}
