import { createHash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { Policy } from '../policy/types.ts';
import { keyReused } from '../repeats.ts';
import { REJUDGE, type JobDoc, type JobStore } from '../store/jobs.ts';
import { batchIdAt } from './batch-records.ts';
import { createJobRunner, type JobRunnerDeps } from './job-runner.ts';

export interface JobsDeps extends JobRunnerDeps {
  /** Any version, a draft's too; undefined when there is none. */
  policyOf(version: string): Promise<Policy | undefined>;
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

/** Messages that came in before a re-judge was asked for are stored, at the latest, so long after (real time). */
const ON_THE_WAY_MS = 10 * 60_000;

/** Long work people ask for: kept in the store, done by any process (`job-runner.ts`), shown with how far it came. */
export function createJobs(deps: JobsDeps) {
  const { jobs, rows, clock } = deps;
  const { start, stop } = createJobRunner(deps);

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

    start,
    stop,
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
