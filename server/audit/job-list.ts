import type { Db } from 'mongodb';
import type { Clock } from '../clock.ts';
import { shownJob, type JobShown } from '../intake/jobs.ts';
import type { JobDoc } from '../store/jobs.ts';
import { createPages, type ListQuery, type Page } from './pages.ts';
import type { Shown } from './shown.ts';

/** Jobs as a list, newest first; what they found stands with each alone. */
export function createJobList({ db, clock }: { db: Db; clock: Clock }) {
  const pages = createPages({ db, clock, field: 'createdAt' });
  const shown = ({ result: _result, ...job }: JobDoc): JobShown => shownJob(job);
  return {
    async page(query: ListQuery): Promise<Page<JobShown>> {
      const found = await pages.page<JobDoc>('jobs', 'createdAt', {}, query);
      return { ...found, items: found.items.map(shown) };
    },

    /** The whole range, one job after another. */
    async all(query: ListQuery): Promise<{ asOf: number; items: AsyncIterable<Shown> }> {
      const { asOf, rows } = await pages.all<JobDoc>('jobs', 'createdAt', {}, query);
      return {
        asOf,
        items: (async function* () {
          for await (const job of rows) yield { ...shown(job) };
        })(),
      };
    },
  };
}
export type JobList = ReturnType<typeof createJobList>;
