import { civilDate, civilDayStart, DAY, MINUTE } from '../../../devices/contract/instant.ts';
import { widest } from '../../policy/in-force.ts';
import { extentKm } from '../../geo/extent.ts';
import type { Policy } from '../../policy/types.ts';
import { confusablesOf, skeletonOf } from '../../recognition/skeleton.ts';
import {
  CLONED_CODES,
  CLONED_PLATE,
  countsForCloned,
  impossibleKm,
  judgeClonedPlate,
  longestImpossibleMs,
  pairSubject,
  type PlateSighting,
} from '../../rules/cloned-plate.ts';
import { compareOrder } from '../../rules/order.ts';
import type { ObservationRef } from '../../rules/types.ts';
import type { FindingDoc } from '../../store/types.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { restoreWorks } from '../restore.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { recordRejudged } from './rejudged.ts';
import { settleReleases } from './releases.ts';
import type { SightingDoc } from '../../store/observations.ts';

/** Two sightings of a plate, in order. */
interface Pair {
  plate: string;
  first: { ref: ObservationRef; at: number };
  last: { ref: ObservationRef; at: number };
  /** The policy of the second. */
  policy: string;
}

/** What new sightings touch: pairs that their plates' sightings make with them, and findings whose stretch or surroundings hold them. */
interface Around {
  pairs: Pair[];
  findings: FindingDoc[];
  /** Subjects of the pairs that a decision was told of: they are settled when it is stored. */
  told: Set<string>;
}

/** What was read of a batch, until it is settled: the decisions at its gates ask the same. */
const read = new WeakMap<readonly Work[], Promise<Around>>();

function aroundOf(works: readonly Work[], deps: HistoryDeps): Promise<Around> {
  const known = read.get(works);
  if (known) return known;
  const reading = readAround(works, deps);
  read.set(works, reading);
  return reading;
}

/** What was read of these batches is what was read of them together: each was read after its own messages were stored. */
export function shareReading(batches: (readonly Work[])[], all: readonly Work[]): void {
  const parts = batches.map((batch) => read.get(batch));
  for (const batch of batches) read.delete(batch);
  if (parts.some((part) => part === undefined)) return;
  const joined = Promise.all(parts as Promise<Around>[]).then((arounds) => ({
    pairs: arounds.flatMap((around) => around.pairs),
    findings: [...new Map(arounds.flatMap((around) => around.findings).map((f) => [f._id, f])).values()],
    told: new Set(arounds.flatMap((around) => [...around.told])),
  }));
  read.set(all, joined);
}

async function readAround(works: readonly Work[], deps: HistoryDeps): Promise<Around> {
  const fresh = works.filter(({ doc }) => doc.plate !== undefined && countsForCloned(sightingOf(doc))).map((w) => w.doc);
  if (fresh.length === 0) return { pairs: [], findings: [], told: new Set() };
  const km = extentKm(await deps.registry.sightingPlaces());
  const reach = widest(deps.policies, (policy) => longestImpossibleMs(km, policy) ?? -1);
  if (reach < 0) return { pairs: [], findings: [], told: new Set() };
  const misread = widest(deps.policies, (policy) => policy.rules[CLONED_PLATE.id].misread.minutes) * MINUTE;
  const [stored, findings] = await Promise.all([
    deps.observations.sightings(stretches(fresh, reach)),
    deps.findings.find({
      skeleton: { $in: [...new Set(fresh.map((doc) => skeletonKey(doc.plate!)))] },
      at: range(Math.min(...fresh.map(timeOf)) - misread, Math.max(...fresh.map(timeOf)) + reach + misread),
      rule: CLONED_PLATE.id,
    }),
  ]);
  const news = new Set(fresh.map((doc) => doc._id));
  const pairs: Pair[] = [];
  for (const docs of byPlate(stored.filter((doc) => countsForCloned(sightingOf(doc)))).values()) {
    docs.slice(1).forEach((last, i) => {
      const first = docs[i]!;
      if (!news.has(first._id) && !news.has(last._id)) return;
      const policy = deps.policies.version(last.facts.policy);
      if (impossibleKm(sightingOf(first), sightingOf(last), policy) !== undefined) pairs.push(pairOf(first, last));
    });
  }
  const touched = findings.filter(({ skeleton, span }) =>
    fresh.some(
      (doc) =>
        skeletonKey(doc.plate!) === skeleton &&
        timeOf(doc) >= span!.from.getTime() - misread &&
        timeOf(doc) <= span!.to.getTime() + misread,
    ),
  );
  return { pairs, findings: touched, told: new Set() };
}

/** Plates' times within reach of these messages, those that overlap as one. */
function stretches(docs: SightingDoc[], reach: number): { plate: string; at: { $gte: Date; $lte: Date } }[] {
  const list: { plate: string; from: number; to: number }[] = [];
  for (const [plate, own] of byPlate(docs)) {
    for (const doc of own) {
      const from = timeOf(doc) - reach;
      const open = list.at(-1);
      if (open?.plate === plate && from <= open.to) open.to = timeOf(doc) + reach;
      else list.push({ plate, from, to: timeOf(doc) + reach });
    }
  }
  return list.map(({ plate, from, to }) => ({ plate, at: range(from, to) }));
}

/** `cloned-plate`: the pairs that these sightings make, part, or cast another light on. */
export async function settleClonedPlates(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const { pairs, findings, told } = await aroundOf(works, deps);
  read.delete(works);
  const standing = findings.filter((f) => f.status !== 'withdrawn').map(pairOfFinding);
  // Of one pair the reading counts: its two sightings may have become another plate's since something was found of them.
  return settlePairs(
    [...standing, ...pairs].filter((pair) => !told.has(subjectOfPair(pair))),
    deps,
  );
}

/**
 * Impossible travel that ends at these gate messages, by the message's key: their decisions join it. To be stored before or with the
 * decision, and to be settled (`settleTravels`) after, since a message may have come between.
 * @param works the batch they are of
 */
export async function travelsInto(gates: Work[], works: Work[], deps: HistoryDeps): Promise<Map<ObservationRef, FindingDoc>> {
  if (gates.length === 0) return new Map();
  const { pairs, told } = await aroundOf(works, deps);
  const refs = new Set(gates.map((w) => w.observation.ref));
  const ending = pairs.filter(({ last }) => refs.has(last.ref));
  if (ending.length === 0) return new Map();
  const found = (await judgePairs(ending, deps)).flatMap(({ expected }) => expected).filter(isTravel);
  for (const { subject } of found) told.add(subject);
  return new Map(found.map((finding) => [endOf(finding), finding]));
}

/** Judges pairs that have such findings again. */
export function settleTravels(findings: FindingDoc[], deps: HistoryDeps): Promise<Change[]> {
  return settlePairs(findings.map(pairOfFinding), deps);
}

/** Findings of the rule that these messages may have changed, whatever became of them: for messages whose judging was cut off. */
export async function clonedAround(works: Work[], deps: HistoryDeps): Promise<FindingDoc[]> {
  return (await aroundOf(works, deps)).findings;
}

/** The gate messages at which changed travels end: what they are answered changes with them. */
export function gatesOf(findings: FindingDoc[]): ObservationRef[] {
  return [...new Set(findings.filter((f) => f.rule === CLONED_PLATE.id).map(endOf))].filter((ref) => ref.startsWith('gate/'));
}

/**
 * Judges pairs with a sighting of this device on this civil day again: the doubt about its clock was confirmed, or withdrawn.
 * @param device `<kind>/<deviceId>`
 * @param day `YYYY-MM-DD`
 * @returns what changed: its alerts are to be told. Later decisions are recorded beside those given.
 */
export async function rejudgeDeviceDay(device: string, day: string, deps: HistoryDeps): Promise<Change[]> {
  const start = civilDayStart(day);
  const km = extentKm(await deps.registry.sightingPlaces());
  const reach = widest(deps.policies, (policy) => longestImpossibleMs(km, policy) ?? 0);
  const found = await deps.findings.find({ at: range(start, start + DAY + reach), rule: CLONED_PLATE.id });
  const concerned = found.filter((f) =>
    [
      [f.observations[0]!, f.span!.from],
      [endOf(f), f.span!.to],
    ].some(([ref, at]) => (ref as string).startsWith(`${device}/`) && civilDate((at as Date).getTime()) === day),
  );
  const changes = await settleTravels(concerned, deps);
  const gates = gatesOf(concerned);
  if (gates.length === 0) return changes;
  const works = await restoreWorks(await deps.observations.byIds(gates), deps.registry, deps.policies);
  await recordRejudged(works, deps);
  return [...changes, ...(await settleReleases(works, deps))];
}

function settlePairs(pairs: Pair[], deps: HistoryDeps): Promise<Change[]> {
  const unique = [...new Map(pairs.map((pair) => [subjectOfPair(pair), pair])).values()];
  return settleSpans(unique, (open) => judgePairs(open, deps), deps.findings);
}

async function judgePairs(pairs: Pair[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const { observations, findings, registry, policies, clock } = deps;
  const [found, stored] = await Promise.all([
    observations.sightings(pairs.flatMap((pair) => surroundings(pair, policies.version(pair.policy)))),
    findings.byIds([...new Set(pairs.flatMap((pair) => [...keysOf(pair), ...Object.values(doubtKeys(pair))]))]),
  ]);
  const lines = byPlate(found.filter((doc) => countsForCloned(sightingOf(doc))));
  const byId = new Map(stored.map((f) => [f._id, f]));
  const judged = pairs.map((pair) => {
    const policy = policies.version(pair.policy);
    const { first, last } = pair;
    const line = lines.get(pair.plate) ?? [];
    const between = line.slice(
      line.findIndex((doc) => doc._id === first.ref),
      line.findIndex((doc) => doc._id === last.ref) + 1,
    );
    const near = misreadWindow(pair, policy);
    const confusable = confusablePlates(pair.plate)
      .flatMap((plate) => lines.get(plate) ?? [])
      .filter((doc) => doc.recognition?.outcome === 'matched')
      .filter((doc) => near.some(({ $gte, $lte }) => doc.at >= $gte && doc.at <= $lte));
    const keys = doubtKeys(pair);
    const doubts = [...new Set(Object.values(keys))].flatMap((key) => byId.get(key) ?? []);
    const drafts = judgeClonedPlate(
      between.map(sightingOf),
      {
        confusable: confusable.map(sightingOf),
        doubtful: ({ ref }) => byId.get(keys[ref] ?? '')?.status === 'confirmed',
      },
      policy,
    );
    return {
      pair,
      draft: drafts.find((d) => d.subject === subjectOfPair(pair)),
      parted: between.length > 2,
      // Each part only grows: sightings are never deleted, and a doubt that changes is judged on no fewer messages.
      basisSize: between.length + confusable.length + doubts.reduce((sum, f) => sum + 1 + f.basisSize, 0),
    };
  });
  const concerned = [...new Set(judged.flatMap(({ draft }) => draft?.observations ?? []))];
  const works = new Map((await restoreWorks(await observations.byIds(concerned), registry, policies)).map((w) => [w.doc._id, w]));
  return judged.map(({ pair, draft, parted, basisSize }) => {
    const expected: FindingDoc[] = [];
    if (draft) {
      const subject = bothSeen(works.get(pair.first.ref)!, works.get(pair.last.ref)!);
      const span = { vehicle: pair.plate, from: new Date(pair.first.at), to: new Date(pair.last.at) };
      const made = findingDoc(draft, subject, { recordedAt: clock.now(), basisSize, span });
      expected.push({ ...made, skeleton: skeletonKey(pair.plate) });
    }
    return {
      expected,
      existing: keysOf(pair).flatMap((key) => byId.get(key) ?? []),
      basisSize,
      withdrawnReason: parted
        ? 'the plate was seen between the two'
        : 'what is known of confusable plates or of the clocks says otherwise',
    };
  });
}

/** The finding lies where the plate was seen last, and shows both. */
function bothSeen(first: Work, last: Work) {
  const [before, subject] = [subjectOf(first), subjectOf(last)];
  const images = [...(before.images ?? []), ...(subject.images ?? [])];
  return {
    ...subject,
    ...(images.length > 0 && { images }),
    facts: { ...subject.facts, first: { ...before.facts, place: before.place, images: before.images ?? [] } },
  };
}

/** The stretch between two sightings, and when confusable plates near either have a say. */
function surroundings(pair: Pair, policy: Policy) {
  const confusable = confusablePlates(pair.plate);
  return [
    { plate: pair.plate, at: range(pair.first.at, pair.last.at) },
    ...(confusable.length === 0 ? [] : misreadWindow(pair, policy).map((at) => ({ plate: { $in: confusable }, at }))),
  ];
}

function misreadWindow({ first, last }: Pair, policy: Policy): { $gte: Date; $lte: Date }[] {
  const within = policy.rules[CLONED_PLATE.id].misread.minutes * MINUTE;
  return [first, last].map(({ at }) => range(at - within, at + within));
}

function confusablePlates(plate: string): string[] {
  const [number, color] = partsOf(plate);
  return confusablesOf(number).map((other) => `${other},${color}`);
}

function skeletonKey(plate: string): string {
  const [number, color] = partsOf(plate);
  return `${skeletonOf(number)},${color}`;
}

/** A plate's key is its number, which may itself hold any character, and its colour. */
function partsOf(plate: string): [number: string, color: string] {
  const comma = plate.lastIndexOf(',');
  return [plate.slice(0, comma), plate.slice(comma + 1)];
}

/** The keys of the findings that put a device's clock in doubt, by the sighting's key. */
function doubtKeys({ first, last }: Pair): Record<ObservationRef, string> {
  return Object.fromEntries(
    [first, last].map(({ ref, at }) => {
      const device = ref.split('/').slice(0, 2).join('/');
      return [ref, findingKey({ rule: 'device-health', code: 'clock-skew', subject: `${device}:${civilDate(at)}` })];
    }),
  );
}

function keysOf(pair: Pair): string[] {
  return CLONED_CODES.map((code) => findingKey({ rule: CLONED_PLATE.id, code, subject: subjectOfPair(pair) }));
}

const subjectOfPair = ({ first, last }: Pair) => pairSubject(first.ref, last.ref);
const isTravel = (finding: FindingDoc) => finding.code === 'impossible-travel';
const endOf = (finding: FindingDoc) => finding.observations.at(-1)!;
const timeOf = (doc: SightingDoc) => doc.at.getTime();
const range = (from: number, to: number) => ({ $gte: new Date(from), $lte: new Date(to) });

function pairOf(first: SightingDoc, last: SightingDoc): Pair {
  return {
    plate: last.plate!,
    first: { ref: first._id, at: timeOf(first) },
    last: { ref: last._id, at: timeOf(last) },
    policy: last.facts.policy,
  };
}

function pairOfFinding({ span, observations, policyVersion }: FindingDoc): Pair {
  return {
    plate: span!.vehicle,
    first: { ref: observations[0]!, at: span!.from.getTime() },
    last: { ref: observations[1]!, at: span!.to.getTime() },
    policy: policyVersion,
  };
}

function byPlate(docs: SightingDoc[]): Map<string, SightingDoc[]> {
  const lines = new Map<string, SightingDoc[]>();
  for (const doc of docs) {
    const line = lines.get(doc.plate!);
    if (line) line.push(doc);
    else lines.set(doc.plate!, [doc]);
  }
  for (const line of lines.values()) line.sort((a, b) => compareOrder(sightingOf(a), sightingOf(b)));
  return lines;
}

function sightingOf({ _id, kind, deviceId, id, at, plate, position, recognition, unsynced }: SightingDoc): PlateSighting {
  return {
    ref: _id,
    kind,
    deviceId,
    id,
    at: at.getTime(),
    number: plate === undefined ? '' : partsOf(plate)[0],
    outcome: recognition?.outcome ?? 'unplated',
    unsynced: unsynced ?? false,
    ...(position && { position }),
  };
}
