import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Policy } from '../policy/types.ts';
import { keyReused } from '../repeats.ts';
import type { BatchStore } from '../store/batches.ts';
import type { DueStore } from '../store/due-work.ts';
import type { JobRowStore } from '../store/job-rows.ts';
import type { JobDoc, JobStore } from '../store/jobs.ts';
import type { RejudgeChangeStore } from '../store/rejudge-changes.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { batchIdAt } from './batch-records.ts';
import { runRejudge } from './rejudge/run.ts';
import { isStoreAway } from './store-away.ts';
import { addHistories, asksHistories, createWhatIfHistories, draftDiffers } from './what-if-histories.ts';
import { NOTHING_FOUND, whatIfChunk, type WhatIfProgress, type WhatIfResult } from './what-if.ts';

export interface JobsDeps extends HistoryDeps {
  jobs: JobStore;
  rows: JobRowStore;
  changes: RejudgeChangeStore;
  batches: BatchStore;
  due: DueStore;
  alerts: { refresh(keys: string[]): Promise<void> };
  /** Any version, a draft's too; undefined when there is none. */
  policyOf(version: string): Promise<Policy | undefined>;
  owner: string;
  log: Logger;
  /** Messages read at once, and the rest between two reads (real ms): live gates go first. */
  chunk?: number;
  restMs?: number;
  /** Messages of gates and devices that wait: a job waits while there are many. */
  backlog?(): number;
}

/** A job as people see it. */
export interface JobShown {
  job: string;
  kind: string;
  by: string;
  createdAt: string;
  params: Record<string, unknown>;
  state: JobDoc['state'];
  /** Cancelled, and what it changed so far is being settled: its result follows. */
  settling?: true;
  done: number;
  total: number;
  result?: Record<string, unknown>;
  error?: string;
  endedAt?: string;
}

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** A job rests while so many messages wait, but no longer than this at a time. */
const BUSY = 20;
const BUSY_MS = 1_000;
const REJUDGE_CHUNK = 500;
/** One re-judge at a time: two would take each other's changes for their own. */
export const REJUDGE = 're-judge';
/** Messages that came in before a re-judge was asked for are stored, at the latest, so long after (real time). */
const ON_THE_WAY_MS = 10 * 60_000;
const LOOK_MS = 500;

/**
 * Long work people ask for: kept in the store with how far it came, done by any process, gone on with by another when its process dies.
 * Memory is bounded by the chunk, whatever the period.
 */
export function createJobs(deps: JobsDeps) {
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

  async function keep(job: JobDoc, progress: object, done: number, total: number): Promise<{ settling: boolean } | null> {
    if (stopped) {
      await jobs.keep(job._id, owner, { done, total: Math.max(total, done), progress: { ...progress } }, Date.now(), LEASE_MS);
      await jobs.release(job._id, owner);
      return null;
    }
    return jobs.keep(job._id, owner, { done, total: Math.max(total, done), progress: { ...progress } }, Date.now(), LEASE_MS);
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

  /** Whether a request with the same key asked for this job before. @throws AppError 422 `idempotency-key-reused` */
  async function asked(id: string, kind: string, params: Record<string, unknown>): Promise<boolean> {
    const there = await jobs.get(id);
    if (there && (there.kind !== kind || !isDeepStrictEqual(there.params, params))) throw keyReused();
    return there !== null;
  }

  /** Puts a job into the queue; a repeat of its request gets the first's. @throws AppError 409 `re-judge-under-way`, 422 `idempotency-key-reused` */
  async function begin(job: Parameters<JobStore['insert']>[0]): Promise<{ job: string; repeated?: true }> {
    try {
      await jobs.insert(job);
      return { job: job._id };
    } catch (error) {
      if ((error as { code?: number }).code !== 11000) throw error;
      if (await asked(job._id, job.kind, job.params)) return { job: job._id, repeated: true };
      throw new AppError(409, 're-judge-under-way', {
        zh: '已有一项重新判定正在进行，请等其结束或取消',
        en: 'a re-judge is under way already: wait for its end, or cancel it',
      });
    }
  }

  return {
    indexes: () => Promise.all([jobs.indexes(), rows.indexes(), deps.changes.indexes()]),

    /**
     * Asks for a what-if: what `policy` would have changed in [from, to).
     * @param idempotencyKey of the request: a repeat gets the same job
     * @throws AppError 404 `unknown-policy`, 422 `idempotency-key-reused`
     */
    async whatIf(
      { policy, from, to }: { policy: string; from: number; to: number },
      by: string,
      idempotencyKey?: string,
    ): Promise<{ job: string; repeated?: true }> {
      const params = { policy, from: formatInstant(from), to: formatInstant(to) };
      const id = jobId(by, idempotencyKey);
      if (await asked(id, 'what-if', params)) return { job: id, repeated: true };
      const judgedBy = await deps.policyOf(policy);
      if (!judgedBy) throw new AppError(404, 'unknown-policy', { zh: '没有这个政策版本', en: 'there is no such policy version' });
      return begin({
        _id: id,
        kind: 'what-if',
        by,
        createdAt: new Date(clock.now()),
        params,
        policy: judgedBy,
        state: 'queued',
        done: 0,
        total: 0,
      });
    },

    /**
     * Asks for a re-judge: the messages of [from, to) with what is known by now.
     * @param idempotencyKey of the request: a repeat gets the same job
     * @throws AppError 409 `re-judge-under-way`, 422 `idempotency-key-reused`
     */
    async rejudge(
      { from, to, reason }: { from: number; to: number; reason: string },
      by: string,
      idempotencyKey?: string,
    ): Promise<{ job: string; repeated?: true }> {
      const params = { from: formatInstant(from), to: formatInstant(to), reason };
      const now = new Date(clock.now());
      return begin({
        _id: jobId(by, idempotencyKey),
        kind: REJUDGE,
        by,
        createdAt: now,
        params,
        knownBy: now,
        batchesFrom: batchIdAt(Date.now() - ON_THE_WAY_MS),
        exclusive: REJUDGE,
        state: 'queued',
        done: 0,
        total: 0,
      });
    },

    /** One job; of its result an enterprise sees what concerns itself. @throws AppError 404 `unknown-job` */
    async get(id: string, actor: Actor): Promise<JobShown> {
      const job = shownJob(there(await jobs.get(id)));
      if (actor.role !== 'enterprise' || !job.result) return job;
      const own = (job.result as { enterprises?: Record<string, unknown> }).enterprises?.[actor.enterpriseId ?? ''];
      return { ...job, result: { enterprises: own ? { [actor.enterpriseId!]: own } : {} } };
    },

    /** Ends a job that is not done yet; one that ended stays as it is. @throws AppError 404 `unknown-job` */
    cancel: async (id: string): Promise<JobShown> => shownJob(there(await jobs.cancel(id, new Date(clock.now())))),

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
export type Jobs = ReturnType<typeof createJobs>;

/** A job's id: of requests with a key the same for the same one. */
function jobId(by: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomBytes(9).toString('base64url');
  return createHash('sha256').update(`${by}\n${idempotencyKey}`).digest('base64url').slice(0, 22);
}

function there(job: JobDoc | null): JobDoc {
  if (!job) throw new AppError(404, 'unknown-job', { zh: '没有这个任务', en: 'there is no such job' });
  return job;
}

/** A job as people see it. */
export function shownJob({
  _id,
  kind,
  by,
  createdAt,
  params,
  state,
  settling,
  done,
  total,
  result,
  error,
  endedAt,
}: JobDoc): JobShown {
  return {
    job: _id,
    kind,
    by,
    createdAt: formatInstant(createdAt.getTime()),
    params,
    state,
    ...(settling && { settling }),
    done,
    total,
    ...(result && { result }),
    ...(error !== undefined && { error }),
    ...(endedAt && { endedAt: formatInstant(endedAt.getTime()) }),
  };
}
