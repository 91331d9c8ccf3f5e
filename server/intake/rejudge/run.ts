import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import type { Logger } from '../../log.ts';
import type { BatchStore } from '../../store/batches.ts';
import type { JobRowDoc, JobRowStore } from '../../store/job-rows.ts';
import type { JobDoc } from '../../store/jobs.ts';
import { DERIVED, type ChangePlace, type RejudgeChangeDoc, type RejudgeChangeStore } from '../../store/rejudge-changes.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { isStoreAway } from '../store-away.ts';
import { lookAgain } from './look.ts';
import { rejudgeResult, type RejudgeResult } from './result.ts';
import { createRejudgeSettle, type SettleDeps } from './settle.ts';

export interface RejudgeDeps extends SettleDeps {
  rows: JobRowStore;
  changes: RejudgeChangeStore;
  batches: BatchStore;
  log: Logger;
  chunk: number;
  /** Called between chunks: gates go first. */
  rest(): Promise<unknown>;
}

/**
 * Where a re-judge stands: `look` reads the period and notes what is known otherwise now, touching nothing; `late` does so for messages
 * that were on their way; `apply` writes the facts of all noted messages; `settle` judges them and what they touch.
 */
export interface RejudgeProgress {
  phase: 'look' | 'late' | 'apply' | 'settle';
  after?: ChangePlace;
  /** Up to which noted message facts were written, where it was cancelled. */
  until?: ChangePlace;
  appliedAt?: Date;
  /** Noted messages judged by now. */
  settled: number;
  notJudged: string[];
}

/** Says how far it came. @returns null when it is no longer this process's to do */
export type Keep = (progress: RejudgeProgress, done: number) => Promise<{ settling: boolean } | null>;

/** A batch still being judged is waited for so long (real time). */
const WAIT_MS = 30_000;
const NAMED = 100;
/** Findings that are told at once where a chunk is done again. */
const TOLD_AT_ONCE = 200;

/** Goes on with a re-judge from where it stands. @returns its result; null when it was given up */
export async function runRejudge(
  job: JobDoc,
  keep: Keep,
  deps: RejudgeDeps,
): Promise<{ result: RejudgeResult; done: number } | null> {
  const { observations, changes, rows, registry, chunk } = deps;
  const from = new Date(job.params.from as string);
  const to = new Date(job.params.to as string);
  const knownBy = job.knownBy!.getTime();
  const progress = (job.progress as RejudgeProgress | undefined) ?? { phase: 'look', settled: 0, notJudged: [] };
  let done = job.done;
  /** Batches that do not come to their end. */
  const waitedFor = new Set<string>();
  let settling = job.settling === true;
  /** Its chunk may have been begun before, and cut off. */
  let takenUp = progress.phase === 'settle';
  /** Where looking ended, if it was cancelled then. */
  let lookedTo = progress.phase === 'look' ? progress.after?.at : to;

  async function saved(): Promise<boolean> {
    const kept = await keep(progress, done);
    if (!kept) return false;
    settling ||= kept.settling;
    await deps.rest();
    await registry.sync();
    return true;
  }

  await registry.sync();
  while (progress.phase === 'look' && !settling) {
    const docs = await nextDocs(observations.collection, { from, to }, progress.after, chunk);
    if (docs.length === 0) {
      lookedTo = to;
      progress.phase = 'late';
      delete progress.after;
      break;
    }
    await note(docs);
    const last = docs.at(-1)!;
    progress.after = { at: last.at, id: last._id };
    lookedTo = last.at;
    done += docs.length;
    if (!(await saved())) return null;
  }
  if (progress.phase === 'late' && !settling) {
    await lateOnes();
    Object.assign(progress, { phase: 'apply', appliedAt: new Date(deps.clock.now()) });
    if (!(await saved())) return null;
  }
  while (progress.phase === 'apply') {
    const found = await changes.next(job._id, progress.after, chunk);
    await apply(found);
    const last = found.at(-1);
    if (last) progress.after = { at: last.at, id: last._id };
    if (!last || settling) {
      // Cancelled half-way: what may have been written is settled.
      if (settling && progress.after) progress.until = progress.after;
      progress.phase = 'settle';
      delete progress.after;
    }
    if (!(await saved())) return null;
  }
  if (progress.phase === 'settle') {
    const { settle, tell } = createRejudgeSettle(deps, {
      job: job._id,
      reason: String(job.params.reason),
      rows,
      knownBy,
      appliedAt: progress.appliedAt!.getTime(),
      settled: () => progress.settled,
    });
    for (;;) {
      const found = await changes.next(job._id, progress.after, Math.min(chunk, 200), progress.until);
      if (found.length === 0) break;
      const failed = await halving(found, settle, (c) => c.observation);
      if (failed || takenUp) await tellAll(tell);
      takenUp = false;
      const last = found.at(-1)!;
      progress.after = { at: last.at, id: last._id };
      progress.settled += found.length;
      if (!(await saved())) return null;
    }
  }
  const { settled, notJudged } = progress;
  const end = { job: job._id, from, to, lookedTo: lookedTo ?? from, observations: done, settled, notJudged };
  return { result: await rejudgeResult(end, deps), done };

  /** Notes what is known otherwise now of messages; of those that are being judged just now when that is done. */
  async function note(docs: ObservationDoc[]): Promise<void> {
    const open = new Set(
      docs
        .filter(({ batch, receivedAt }) => batch >= job.batchesFrom! && !waitedFor.has(batch) && receivedAt.getTime() <= knownBy)
        .map((doc) => doc.batch),
    );
    for (const until = Date.now() + WAIT_MS; open.size > 0 && Date.now() < until;) {
      for (const id of await deps.batches.doneOf([...open])) open.delete(id);
      if (open.size > 0) await sleep(100);
    }
    for (const id of open) waitedFor.add(id);
    await halving(
      docs,
      async (part) => changes.keep(await lookAgain(part, { id: job._id, knownBy }, deps)),
      (doc) => doc._id,
    );
  }

  /** Messages that had come in before the job was asked for and were stored when their place was passed. */
  async function lateOnes(): Promise<void> {
    let last = '';
    for (;;) {
      const docs = await observations.collection
        .find({
          batch: { $gte: job.batchesFrom! },
          at: { $gte: from, $lt: to },
          receivedAt: { $lte: job.knownBy! },
          _id: { $gt: last },
        })
        .sort({ _id: 1 })
        .limit(chunk)
        .toArray();
      if (docs.length === 0) return;
      await note(docs);
      last = docs.at(-1)!._id;
    }
  }

  async function apply(found: RejudgeChangeDoc[]): Promise<void> {
    if (found.length === 0) return;
    await observations.collection.bulkWrite(
      found.map(({ observation, after }) => {
        const gone = DERIVED.filter((name) => after[name] === undefined);
        return {
          updateOne: {
            filter: { _id: observation },
            update: { $set: { ...after, knownBy: job.knownBy! }, $unset: Object.fromEntries(gone.map((name) => [name, 1])) },
          },
        };
      }),
      { ordered: false },
    );
  }

  /** Tells of all that tries at the chunk wrote; once more where that failed for some, which may have written before it did. */
  async function tellAll(tell: (noted: JobRowDoc[]) => Promise<void>): Promise<void> {
    for (let again = 0, failed = true; failed && again < 2; again++) {
      failed = false;
      const noted = await rows.ofChunk(job._id, progress.settled);
      for (let i = 0; i < noted.length; i += TOLD_AT_ONCE) {
        const part = noted.slice(i, i + TOLD_AT_ONCE);
        if (await halving(part, tell, (row) => row.observation ?? row.finding!)) failed = true;
      }
    }
  }

  /** Halves where it fails; what fails by itself is named and left. @returns whether anything failed */
  async function halving<T>(items: T[], work: (items: T[]) => Promise<void>, name: (item: T) => string): Promise<boolean> {
    try {
      if (items.length > 0) await work(items);
      return false;
    } catch (error) {
      if (isStoreAway(error)) throw error;
      if (items.length === 1) {
        const failed = name(items[0]!);
        const stack = error instanceof Error ? error.stack : undefined;
        deps.log.error(
          { event: 'not-judged', job: job._id, observation: failed, error: String(error), stack },
          'a stored message cannot be judged',
        );
        if (!progress.notJudged.includes(failed) && progress.notJudged.length < NAMED) progress.notJudged.push(failed);
        return true;
      }
      await halving(items.slice(0, items.length >> 1), work, name);
      await halving(items.slice(items.length >> 1), work, name);
      return true;
    }
  }
}

/** The next messages of a period in order of time. */
export function nextDocs(
  observations: Collection<ObservationDoc>,
  { from, to }: { from: Date; to: Date },
  after: ChangePlace | undefined,
  limit: number,
): Promise<ObservationDoc[]> {
  const range = after
    ? { $or: [{ at: after.at, _id: { $gt: after.id } }, { at: { $gt: after.at, $lt: to } }] }
    : { at: { $gte: from, $lt: to } };
  return observations.find(range).sort({ at: 1, _id: 1 }).limit(limit).toArray();
}
