import { sameContent } from '../../devices/contract/same-content.ts';
import type { TimeBounds } from '../../devices/contract/decode.ts';
import type { RejectCode } from '../../devices/contract/kinds.ts';
import { createPause } from '../pause.ts';
import { inForce } from '../registry/in-force.ts';
import type { DeadLetterStore } from '../store/dead-letters.ts';
import type { DecisionDoc, ObservationDoc } from '../store/types.ts';
import { admit, deadLetterOf, failedRefusal, isRefusal, rejectedOf, type Admitted } from './admit.ts';
import type { BatchRecords } from './batch-records.ts';
import { createBatchSummer } from './batch-sums.ts';
import { gatherFacts } from './facts.ts';
import { bytesOf, restoreWorks } from './restore.ts';
import { together, type Begun, type Judge } from './judge.ts';
import { createLane } from './lane.ts';
import { isStoreAway } from './store-away.ts';
import type { BatchStore } from '../store/batches.ts';
import type { HistoryDeps } from './histories/deps.ts';
import type { DeviceReports } from './device-reports.ts';
import type { Incoming, Refusal, Work } from './types.ts';

export interface PipelineDeps extends HistoryDeps {
  records: BatchRecords;
  batches: BatchStore;
  deadLetters: DeadLetterStore;
  judge: Judge;
  reports: DeviceReports;
  bounds: TimeBounds;
}

/** A batch whose decisions are stored, and who waits for the rest. */
interface Following {
  begun: Begun;
  done(): void;
  failed(error: unknown): void;
}

/** So many messages are read without a pause (some 30 µs each): gates go in between. */
const AT_ONCE = 50;

/** Batches whose histories and alerts are brought up together, and as many that may wait for it. */
const FOLLOWED_AT_ONCE = 16;

/**
 * The way of a batch of messages, step by step (architecture.md):
 *   1 admit      device, form, time; what is refused goes to the dead letters
 *   2 recognise  plates and VINs of the whole batch at once
 *   3 facts      what registry, permits, zones, responses and policy said at each message's `at`
 *   4 insert     unordered on the unique key: what is there already is a repeat
 *   5 judge      histories are read after the insert; write, read once more, until nothing changes
 *   6 record     findings, decisions, alerts (inside `judge`)
 *   7 answer     a decision as soon as it and its findings are stored (a driver waits); receipts and PUBACKs when all of it is
 * A fixed small number of round trips per batch. Throws when the store is away, or when one of its messages cannot be handled (the lane
 * then halves the batch).
 */
export function createPipeline(deps: PipelineDeps) {
  const { registry, policies, observations, decisions, deadLetters, records, batches, judge, reports, clock } = deps;
  const sum = createBatchSummer();

  /** What follows the verdicts of batches, of both lanes, several at once: while some are followed up, others gather. */
  const following = createLane<Following>({
    name: 'following',
    size: FOLLOWED_AT_ONCE,
    linger: 0,
    parallel: 1,
    isStoreAway: () => false,
    async work(items) {
      try {
        await judge.follow(together(items.map((item) => item.begun)));
      } catch (error) {
        if (!isStoreAway(error)) throw error;
        for (const item of items) item.failed(error);
        return;
      }
      for (const item of items) item.done();
    },
    // A batch that fails by itself is its own lane's to halve.
    poison: async (item, error) => item.failed(error),
    onError: () => undefined,
  });

  /** @param makeRoom called when the decisions of the batch have left, where what follows is not far behind */
  async function judgeToTheEnd(fresh: Work[], again: Work[], makeRoom?: () => void): Promise<DecisionDoc[]> {
    if (fresh.length + again.length === 0) return [];
    const begun = await judge.begin(fresh, again);
    if (following.waiting() < FOLLOWED_AT_ONCE) makeRoom?.();
    await new Promise<void>((done, failed) => following.push({ begun, done, failed }));
    return begun.made;
  }

  async function process(incomings: Incoming[], makeRoom?: () => void): Promise<void> {
    const batch = await records.use();
    try {
      await registry.sync();
      const { admitted, refusals } = await admitAll(incomings);
      const { first, later } = unrepeated(await gatherFacts(admitted, batch.id, registry, policies));
      const there = await observations.insert(first.map((w) => w.doc));
      const fresh = first.filter((_, i) => !there.has(i));
      const inserted = new Map(fresh.map((w) => [w.doc._id, w]));
      const { twins, reused } = besides(later, inserted);
      const repeats = await readRepeats([
        ...first.filter((_, i) => there.has(i)),
        ...later.filter((w) => !inserted.has(w.doc._id)),
      ]);
      const made = await judgeToTheEnd(fresh, repeats.unfinished, makeRoom);
      const refused = [
        ...refusals,
        ...[...reused, ...repeats.reused].map((w) => refusalOf(w, 'id-reused', 'this id was used before with other content')),
      ];
      await refuse(refused);

      const stored = new Map([...made, ...repeats.decisions].map((d) => [d._id, d]));
      for (const work of [...fresh, ...repeats.unfinished, ...repeats.finished, ...twins])
        settle(work, stored.get(work.observation.ref));
      judge.publishLeftOver(made, fresh, repeats.unfinished);
      void sum(
        fresh.map((w) => w.doc),
        made,
      ).then(
        (sums) => batch.end(true, sums),
        () => batch.end(true),
      );
    } catch (error) {
      batch.end(false);
      throw error;
    }
  }

  async function admitAll(incomings: Incoming[]): Promise<{ admitted: Admitted[]; refusals: Refusal[] }> {
    const keys = new Set(incomings.flatMap(({ kind, deviceId }) => (kind === undefined ? [] : [`${kind}/${deviceId}`])));
    const devices = await registry.devices(keys);
    const admitted: Admitted[] = [];
    const refusals: Refusal[] = [];
    const pause = createPause(AT_ONCE);
    for (const incoming of incomings) {
      await pause();
      const versions = devices.get(`${incoming.kind}/${incoming.deviceId}`) ?? [];
      const now = inForce(versions, incoming.receivedAt, Infinity)?.facts;
      const result = admit(incoming, now, deps.bounds);
      if (isRefusal(result)) refusals.push(result);
      else admitted.push({ ...result, device: inForce(versions, result.at, incoming.receivedAt)?.facts ?? result.device });
    }
    return { admitted, refusals };
  }

  /** Messages whose key is in the store already: told apart by content, and by whether their first judging was finished. */
  async function readRepeats(works: Work[]) {
    const none = { finished: [] as Work[], unfinished: [] as Work[], reused: [] as Work[], decisions: [] as DecisionDoc[] };
    if (works.length === 0) return none;
    const docs = new Map((await observations.byIds(works.map((w) => w.doc._id))).map((d) => [d._id, d]));
    const same = works.filter((w) => sameAs(docs.get(w.doc._id), w));
    const done = await batches.doneOf([...new Set(same.map((w) => docs.get(w.doc._id)!.batch))]);
    const open = new Map(same.filter((w) => !done.has(docs.get(w.doc._id)!.batch)).map((w) => [w.doc._id, w]));
    const finished = same.filter((w) => open.get(w.doc._id) !== w);
    const unfinished = await restore([...open.values()], docs);
    return {
      finished,
      unfinished,
      reused: works.filter((w) => !same.includes(w)),
      decisions: await decisions.byIds(finished.filter((w) => w.doc.kind === 'gate').map((w) => w.doc._id)),
    };
  }

  async function restore(works: Work[], docs: Map<string, ObservationDoc>): Promise<Work[]> {
    const restored = await restoreWorks(
      works.map((w) => docs.get(w.doc._id)!),
      registry,
      policies,
    );
    return restored.map((work, i) => ({ ...work, incoming: works[i]!.incoming! }));
  }

  async function refuse(refusals: Refusal[]): Promise<void> {
    if (refusals.length === 0) return;
    const now = clock.now();
    const answers = refusals.map((refusal) => ({ refusal, rejected: rejectedOf(refusal, now) }));
    await deadLetters.keep(answers.map(({ refusal, rejected }) => deadLetterOf(refusal, rejected)));
    await reports.refused(refusals);
    for (const { refusal, rejected } of answers) refusal.incoming.settle({ stored: false, rejected });
  }

  /** Judges again what a dead process left behind. */
  async function finish(docs: ObservationDoc[]): Promise<void> {
    await registry.sync();
    const works = await restoreWorks(docs, registry, policies);
    const made = await judge.works([], works);
    judge.publishLeftOver(made, [], works);
  }

  return {
    process,
    finish,
    refuse,
    /** A message on which everything failed, found by halving. */
    poison: (incoming: Incoming) => refuse([failedRefusal(incoming)]),
  };
}
export type Pipeline = ReturnType<typeof createPipeline>;

function sameAs(doc: ObservationDoc | undefined, work: Work): boolean {
  return doc !== undefined && doc.message === work.doc.message && sameContent(bytesOf(doc), work.incoming!.bytes);
}

/** Of messages of one key in one batch the first is to be inserted. */
function unrepeated(works: Work[]): { first: Work[]; later: Work[] } {
  const seen = new Map<string, Work>();
  for (const work of works) if (!seen.has(work.doc._id)) seen.set(work.doc._id, work);
  return { first: [...seen.values()], later: works.filter((work) => seen.get(work.doc._id) !== work) };
}

/** The others of a key that was just inserted are its twins, or reuse its id. Those of a key stored before are repeats like any other. */
function besides(later: Work[], inserted: Map<string, Work>): { twins: Work[]; reused: Work[] } {
  const own = later.filter((w) => inserted.has(w.doc._id));
  const twins = own.filter((w) => sameAs(inserted.get(w.doc._id)!.doc, w));
  return { twins, reused: own.filter((w) => !twins.includes(w)) };
}

function refusalOf(work: Work, code: RejectCode, message: string): Refusal {
  return { incoming: work.incoming!, code, message, id: work.observation.id };
}

function settle(work: Work, decision: DecisionDoc | undefined): void {
  work.incoming?.settle({ stored: true, id: work.observation.id, ...(decision?.published && { decision: decision.decision }) });
}
