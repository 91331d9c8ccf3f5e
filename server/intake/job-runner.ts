import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { BatchStore } from '../store/batches.ts';
import type { DueStore } from '../store/due-work.ts';
import type { JobRowStore } from '../store/job-rows.ts';
import { REJUDGE, type JobDoc, type JobStore } from '../store/jobs.ts';
import type { RejudgeChangeStore } from '../store/rejudge-changes.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { runRejudge } from './rejudge/run.ts';
import { isStoreAway } from './store-away.ts';
import { addHistories, asksHistories, createWhatIfHistories, draftDiffers } from './what-if-histories.ts';
import { NOTHING_FOUND, whatIfChunk, type WhatIfProgress, type WhatIfResult } from './what-if.ts';

export interface JobRunnerDeps extends HistoryDeps {
  jobs: JobStore;
  rows: JobRowStore;
  changes: RejudgeChangeStore;
  batches: BatchStore;
  due: DueStore;
  alerts: { refresh(keys: string[]): Promise<void> };
  owner: string;
  log: Logger;
  /** Messages read at once, and the rest between two reads (real ms): live gates go first. */
  chunk?: number;
  restMs?: number;
  /** Messages of gates and devices that wait: a job waits while there are many. */
  backlog?(): number;
}

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** A job rests while so many messages wait, but no longer than this at a time. */
const BUSY = 20;
const BUSY_MS = 1_000;
const REJUDGE_CHUNK = 500;
const LOOK_MS = 500;

/**
 * Does the jobs that were asked for, one after another, saying in the store how far it came: what a process leaves is gone on with by
 * another. Memory is bounded by the chunk, whatever the period.
 */
export function createJobRunner(deps: JobRunnerDeps) {
  const { jobs, rows, owner, clock, log, chunk = 1000, restMs = 5, backlog = () => 0 } = deps;
  let stopped = false;
  let loop: Promise<void> | null = null;

  /** Between two chunks gates have the process to themselves. */
  async function rest(): Promise<void> {
    await sleep(restMs);
    for (const until = Date.now() + BUSY_MS; backlog() > BUSY && Date.now() < until && !stopped;) await sleep(10);
  }

  const countIn = ({ from, to }: { from: Date; to: Date }) =>
    deps.observations.collection.countDocuments({ at: { $gte: from, $lt: to } });

  async function run(job: JobDoc): Promise<void> {
    const period = { from: new Date(job.params.from as string), to: new Date(job.params.to as string) };
    const total = job.progress ? job.total : await countIn(period);
    const renewing = setInterval(() => void jobs.keep(job._id, owner, {}, Date.now(), LEASE_MS).catch(() => undefined), RENEW_MS);
    try {
      await (job.kind === REJUDGE ? rejudge(job, total) : whatIf(job, period, total));
    } finally {
      clearInterval(renewing);
    }
  }

  /** Says how far a job came, and puts it back where this process stops. @returns null when it is no longer to be gone on with here */
  async function keep(job: JobDoc, progress: object, done: number, total: number): Promise<{ settling: boolean } | null> {
    const stopping = stopped;
    const far = { done, total: Math.max(total, done), progress: { ...progress } };
    const kept = await jobs.keep(job._id, owner, far, Date.now(), LEASE_MS);
    if (!stopping) return kept;
    await jobs.release(job._id, owner);
    return null;
  }

  async function whatIf(job: JobDoc, period: { from: Date; to: Date }, total: number): Promise<void> {
    let progress = (job.progress as WhatIfProgress | undefined) ?? { found: NOTHING_FOUND() };
    const { sections, notJudged } = draftDiffers(deps.policies, job.policy!, period);
    const histories = asksHistories(sections)
      ? createWhatIfHistories(deps, { job: job._id, draft: job.policy!, period, sections })
      : undefined;
    let done = job.done;
    for (;;) {
      if (stopped) return jobs.release(job._id, owner);
      await deps.registry.sync();
      const next = await whatIfChunk(period, job.policy!, progress, chunk, deps, { job: job._id, histories });
      if (!next) break;
      await rows.keep(next.rows, new Date(clock.now()));
      progress = next.progress;
      done += next.looked;
      if (!(await keep(job, progress, done, total))) return;
      await rest();
    }
    const result: WhatIfResult & Record<string, unknown> = { ...progress.found, ...(notJudged.length > 0 && { notJudged }) };
    if (histories) addHistories(result, await rows.sums(job._id));
    await jobs.end(job._id, owner, { state: 'done', done, total: done, result, endedAt: new Date(clock.now()) });
  }

  async function rejudge(job: JobDoc, total: number): Promise<void> {
    const ended = await runRejudge(job, (progress, done) => keep(job, progress, done, total), {
      ...deps,
      chunk: Math.min(chunk, REJUDGE_CHUNK),
      rest,
    });
    if (!ended) return;
    const { done, result } = ended;
    const set = { done, total: Math.max(total, done), result: result as unknown as Record<string, unknown> };
    // One that was cancelled meanwhile stays so.
    await jobs.end(job._id, owner, set, new Date(clock.now()));
    await deps.changes.drop(job._id);
  }

  async function look(): Promise<boolean> {
    const job = await jobs.take(owner, Date.now(), LEASE_MS);
    if (!job) return false;
    try {
      await run(job);
    } catch (error) {
      if (isStoreAway(error)) throw error;
      log.error({ event: 'job-failed', job: job._id, kind: job.kind, error: String(error) }, 'a job failed');
      await jobs.end(job._id, owner, { state: 'failed', error: 'internal', endedAt: new Date(clock.now()) });
    }
    return true;
  }

  return {
    start(): void {
      loop = (async () => {
        while (!stopped) {
          const more = await look().catch((error: unknown) => {
            if (!isStoreAway(error)) log.error({ event: 'jobs', error: String(error) }, 'jobs could not be looked at');
            return false;
          });
          for (let waited = 0; !more && waited < LOOK_MS && !stopped; waited += 100) await sleep(100);
        }
      })();
    },

    /** Puts what is under way back, as far as it came. */
    async stop(): Promise<void> {
      stopped = true;
      await Promise.race([loop, sleep(5000, undefined, { ref: false })]);
    },
  };
}
