import { MINUTE } from '../../../devices/contract/instant.ts';
import { uncorrected } from '../../registry/in-force.ts';
import type { SoldVehicle } from '../../registry/recorded.ts';
import { compareOrder } from '../../rules/order.ts';
import { isSoldBelowStage, judgeSaleBan } from '../../rules/sale-ban.ts';
import type { DueDoc } from '../../store/due-work.ts';
import { SALE_BANS, type FindingStore } from '../../store/findings.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

/** How long a process trusts its list of vehicles with a finding (real time). */
const TRUST_MS = 30_000;
/** A vehicle is looked at once more after so long (real time): by then every process knows of it, and has stored what it held. */
const AGAIN_MS = 2 * MINUTE;
const SIGHTINGS = ['gate', 'remote-sensing', 'checkpoint'] as const;
/** Sightings of one millisecond that are put in order. */
const TIES = 20;

const keyOf = (vin: string) => findingKey({ rule: 'sale-ban', code: 'sold-below-stage', subject: vin });

/**
 * Marks the vehicles of recorded rows that may come under the sale ban, and those under it whose rows were corrected: durable when it
 * resolves. Costs nothing where no row says when its vehicle was sold and none corrects another.
 */
export async function markSaleBan(
  sold: readonly SoldVehicle[],
  corrected: readonly string[],
  { findings, registry, policies, clock, moments }: Pick<HistoryDeps, 'findings' | 'registry' | 'policies' | 'clock' | 'moments'>,
): Promise<void> {
  // A policy may have been activated since a message came.
  await registry.sync();
  const vins = new Set(
    sold
      .filter(({ facts, recordedAt }) => isSoldBelowStage(facts, policies.at(recordedAt, recordedAt)))
      .map(({ facts }) => facts.vin),
  );
  for (const found of await findings.byIds(corrected.map(keyOf))) vins.add(found.subject);
  const now = clock.now();
  await moments.mark([...vins].map((vin) => ({ id: `sale-ban/${vin}`, kind: 'sale-ban', about: vin, from: now, dueAt: now })));
}

/** Vehicles whose rows are to be judged: marked by an import, and once more later. All their alerts are told. */
export async function judgeSold(docs: DueDoc[], deps: HistoryDeps): Promise<Change[]> {
  const { clock, moments } = deps;
  const changes = await settleVins([...new Set(docs.map((d) => d.about))], deps);
  const standing = new Set(changes.filter(({ now }) => now.status !== 'withdrawn').map(({ now }) => now.subject));
  const now = clock.now();
  await moments.mark(
    docs
      .filter((d) => !d._id.endsWith('/again') && standing.has(d.about))
      .map(({ about }) => ({
        id: `sale-ban/${about}/again`,
        kind: 'sale-ban',
        about,
        from: now,
        dueAt: now + AGAIN_MS * clock.speed,
      })),
  );
  return changes;
}

/** `sale-ban`: a finding shows its vehicle's earliest sighting, so one that is earlier than what is shown is looked at. */
export async function settleSaleBan(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const seen = works.filter(
    ({ observation: { kind, unsynced }, recognition, vehicle }) =>
      vehicle && recognition?.outcome === 'matched' && !unsynced && (SIGHTINGS as readonly string[]).includes(kind),
  );
  if (seen.length === 0) return [];
  const shown = await shownOf(deps.findings);
  const vins = new Set(
    seen
      .filter(({ observation, vehicle }) => observation.at <= (shown.get(vehicle!.vin) ?? -Infinity))
      .map((w) => w.vehicle!.vin),
  );
  return settleVins([...vins], deps);
}

/** Judges vehicles again; gives all their findings, changed or not: who wrote one may have died before its alert heard of it. */
async function settleVins(vins: string[], deps: HistoryDeps): Promise<Change[]> {
  if (vins.length === 0) return [];
  await settleSpans(vins, (open) => judgeVins(open, deps), deps.findings);
  const found = await deps.findings.byIds(vins.map(keyOf));
  const shown = await shownOf(deps.findings);
  for (const { subject, measured } of found) shown.set(subject, sightedAt(measured));
  return found.map((now) => ({ now }));
}

async function judgeVins(vins: string[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const { registry, findings, policies, clock } = deps;
  // What another process judged by may be newer than what this batch began with.
  await registry.sync();
  const [versions, existing, firsts] = await Promise.all([
    registry.vehiclesByVin(vins),
    findings.byIds(vins.map(keyOf)),
    Promise.all(vins.map((vin) => firstSighting(vin, deps))),
  ]);
  const works = new Map(
    (
      await restoreWorks(
        firsts.flatMap((doc) => doc ?? []),
        registry,
        policies,
      )
    ).map((w) => [w.doc._id, w]),
  );
  return vins.map((vin, i) => {
    const rows = versions.get(vin) ?? [];
    const first = firsts[i];
    const judged = judgeSaleBan(
      vin,
      uncorrected(rows),
      (at) => policies.at(at, at),
      first && { ref: first._id, at: first.at.getTime() },
    );
    const seen = first && subjectOf(works.get(first._id)!);
    return {
      expected: judged
        ? [
            findingDoc(
              judged.draft,
              {
                vin,
                plate: `${judged.vehicle.plateNumber},${judged.vehicle.plateColor}`,
                vehicle: {
                  number: judged.vehicle.plateNumber,
                  color: judged.vehicle.plateColor,
                  stage: judged.vehicle.stage ?? 'unknown',
                  known: true,
                },
                ...(seen?.device !== undefined && { device: seen.device }),
                ...(seen?.county !== undefined && { county: seen.county }),
                ...(seen?.place && { place: seen.place }),
                ...(seen?.images && { images: seen.images }),
                facts: { vehicle: judged.vehicle },
                policy: judged.policy,
              },
              { recordedAt: clock.now(), basisSize: rows.length },
            ),
          ]
        : [],
      existing: existing.filter((f) => f.subject === vin),
      basisSize: rows.length,
      withdrawnReason: 'the rows that met the ban were corrected',
    };
  });
}

/** The first sighting of a vehicle by its exactly matched plate and a right clock. */
async function firstSighting(vin: string, { observations }: HistoryDeps): Promise<ObservationDoc | undefined> {
  const docs = await observations.collection
    .find(
      {
        ...SIGHTED,
        vehicle: vin,
        kind: { $in: [...SIGHTINGS] },
        'recognition.outcome': 'matched',
        unsynced: { $exists: false },
      },
      { hint: TIME_LINE.sighted },
    )
    .sort({ at: 1 })
    .limit(TIES)
    .toArray();
  return docs.sort((a, b) => compareOrder({ ...a, at: a.at.getTime() }, { ...b, at: b.at.getTime() }))[0];
}

function sightedAt(measured: Record<string, unknown>): number {
  return typeof measured.sightedAt === 'number' ? measured.sightedAt : Infinity;
}

/** When the sighting that each finding shows was (no sighting yet: never), by VIN; read anew now and then. */
const lists = new WeakMap<FindingStore, { shown: Map<string, number>; readAt: number }>();
async function shownOf(findings: FindingStore): Promise<Map<string, number>> {
  const known = lists.get(findings) ?? { shown: new Map<string, number>(), readAt: -Infinity };
  lists.set(findings, known);
  const now = Date.now();
  if (now - known.readAt <= TRUST_MS) return known.shown;
  const docs = await findings.collection
    .find({ rule: 'sale-ban' }, { projection: { subject: 1, measured: 1 }, hint: SALE_BANS })
    .toArray();
  for (const { subject, measured } of docs) known.shown.set(subject, sightedAt(measured));
  known.readAt = now;
  return known.shown;
}
