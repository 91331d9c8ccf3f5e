import { failuresOf, type ReadingItem } from '../../rules/remote-sensing-history.ts';
import type { FindingDraft, InspectionFacts } from '../../rules/types.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { HistoryDeps } from './deps.ts';

/** A vehicle's remote-sensing history, for vehicles that have at least two readings over a limit. */
export interface ReadingHistory {
  vin: string;
  docs: ObservationDoc[];
  inspections: InspectionFacts[];
  failures: FindingDraft[];
  /** Messages and inspections it was judged on. */
  size: number;
}

/** Of these vehicles, those with at least two readings over a limit: no other can have failed. */
export async function overTwice(vins: string[], { observations }: Pick<HistoryDeps, 'observations'>): Promise<string[]> {
  if (vins.length === 0) return [];
  const over = await observations.find({ vehicle: { $in: vins }, over: true }, { vehicle: 1 }, TIME_LINE.over);
  const times = new Map<string, number>();
  for (const { vehicle } of over) times.set(vehicle!, (times.get(vehicle!) ?? 0) + 1);
  return [...times].filter(([, n]) => n >= 2).map(([vin]) => vin);
}

/**
 * The histories of those of these vehicles that can have failed. One look-up where none has (a partial index of readings over a
 * limit), three otherwise.
 */
export async function readingHistories(vins: string[], deps: HistoryDeps): Promise<Map<string, ReadingHistory>> {
  const { observations, registry, policies } = deps;
  const histories = new Map<string, ReadingHistory>();
  const concerned = await overTwice(vins, deps);
  if (concerned.length === 0) return histories;
  const [docs, inspections] = await Promise.all([
    observations.find(
      { ...SIGHTED, vehicle: { $in: concerned }, kind: 'remote-sensing', smoke: { $exists: true } },
      null,
      TIME_LINE.sighted,
    ),
    registry.inspections(concerned),
  ]);
  await policies.load(docs.map((doc) => doc.facts.policy));
  for (const vin of concerned) {
    const own = docs.filter((doc) => doc.vehicle === vin);
    const answered = inspections.get(vin) ?? [];
    const policyNames = new Map(own.map((doc) => [doc._id, doc.facts.policy]));
    const failures = failuresOf(own.map(itemOf), answered, ({ ref }) => policies.version(policyNames.get(ref)!));
    histories.set(vin, { vin, docs: own, inspections: answered, failures, size: own.length + answered.length });
  }
  return histories;
}

/** A reading with smoke marks as the rule looks at it. */
export function itemOf(doc: ObservationDoc): ReadingItem {
  const { opacity, ringelmann, over } = doc.smoke!;
  return {
    ref: doc._id,
    deviceId: doc.deviceId,
    id: doc.id,
    at: doc.at.getTime(),
    counts: true,
    ...(opacity !== undefined && { opacity }),
    ...(ringelmann !== undefined && { ringelmann }),
    over,
  };
}

/** Judges the `failed` findings of vehicles again and writes what differs. */
export function settleFailures(vins: string[], deps: HistoryDeps): Promise<Change[]> {
  return settleSpans(vins, (open) => judgeFailures(open, deps), deps.findings);
}

async function judgeFailures(vins: string[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const [histories, known] = await Promise.all([
    readingHistories(vins, deps),
    deps.findings.find({ vin: { $in: vins }, rule: 'remote-sensing', code: 'failed' }),
  ]);
  // Readings that became another vehicle's took their failures with them: these stand under its VIN until they are judged.
  const ownerOf = new Map([...histories].flatMap(([vin, { failures }]) => failures.map((f) => [findingKey(f), vin] as const)));
  const found = new Set(known.map((f) => f._id));
  const existing = [...known, ...(await deps.findings.byIds([...ownerOf.keys()].filter((id) => !found.has(id))))];
  const seconds = [...histories.values()].flatMap(({ docs, failures }) =>
    failures.map((f) => docs.find((d) => d._id === f.observations[1])!),
  );
  const works = new Map((await restoreWorks(seconds, deps.registry, deps.policies)).map((w) => [w.doc._id, w]));
  return vins.map((vin) => {
    const history = histories.get(vin);
    const size = history?.size ?? 0;
    const expected = (history?.failures ?? []).map((draft) => {
      const { docs } = history!;
      const pair = draft.observations.map((ref) => docs.find((d) => d._id === ref)!.at);
      return findingDoc(draft, subjectOf(works.get(draft.observations[1]!)!), {
        recordedAt: deps.clock.now(),
        basisSize: size,
        span: { vehicle: vin, from: pair[0]!, to: pair[1]! },
      });
    });
    return {
      expected,
      existing: existing.filter((f) => (ownerOf.get(f._id) ?? f.vin) === vin),
      basisSize: size,
      withdrawnReason: 'a reading, inspection or repair lies between the two passes',
    };
  });
}
