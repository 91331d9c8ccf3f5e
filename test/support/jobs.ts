import { createAlerts } from '../../server/alerts/alerts.ts';
import { createJobs, type Jobs, type JobsDeps } from '../../server/intake/jobs.ts';
import { createLog } from '../../server/log.ts';
import type { Policy } from '../../server/policy/types.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import { jobRowStore } from '../../server/store/job-rows.ts';
import { jobStore } from '../../server/store/jobs.ts';
import { rejudgeChangeStore } from '../../server/store/rejudge-changes.ts';
import type { TestCore } from './core.ts';

export interface JobsOptions {
  /** What a what-if may judge by. */
  policies?: Policy[];
  chunk?: number;
  restMs?: number;
  owner?: string;
  /** What stands in place of the core's own. */
  decisions?: JobsDeps['decisions'];
  alerts?: JobsDeps['alerts'];
}

/** The jobs of a process on a test core's store: not started. */
export function jobsOn(t: TestCore, { policies = [xinzhou2021], ...more }: JobsOptions = {}): Jobs {
  const { store, clock, core } = t;
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  return createJobs({
    ...core.stores,
    registry: core.registry,
    policies: core.again.policies,
    clock,
    jobs: jobStore(store.connection),
    rows: jobRowStore(store.connection),
    changes: rejudgeChangeStore(store.connection),
    accounting: core.accounting,
    alerts: createAlerts({ db: store.db, clock, log }),
    policyOf: async (version) => policies.find((p) => p.version === version),
    owner: 'one',
    log,
    ...more,
  });
}

/** Forgets every job, with what it found and changed. */
export async function forgetJobs({ store }: TestCore): Promise<void> {
  for (const name of ['jobs', 'job_rows', 'rejudge_changes']) await store.db.collection(name).deleteMany({});
}
