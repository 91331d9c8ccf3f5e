import type { Db } from 'mongodb';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { JobRowDoc } from '../store/job-rows.ts';
import { createPages, type ListQuery, type Page, type Settling } from './pages.ts';
import { scopeFilter, type StoreFilter } from './scope.ts';
import type { Shown } from './shown.ts';

/** Filters of a job's rows. */
export interface JobRowFilters {
  what?: string | undefined;
  rule?: string | undefined;
  code?: string | undefined;
  enterprise?: string | undefined;
  /** `none`: there was none, there is none any more. */
  before?: string | undefined;
  after?: string | undefined;
}

export type JobRows = ReturnType<typeof createJobRows>;

/** The verdicts that a job changed or would change, as people read them: each within the reader's scope. */
export function createJobRows({ db, clock, settling }: { db: Db; clock: Clock; settling?: Settling }) {
  const pages = createPages({ db, clock, settling });
  const filterOf = async (job: string, actor: Actor, filters: JobRowFilters): Promise<StoreFilter> => ({
    $and: [
      { job },
      await scopeFilter(db, actor, 'decisions'),
      Object.fromEntries(
        Object.entries(filters)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, (name === 'before' || name === 'after') && value === 'none' ? null : value]),
      ),
    ],
  });
  return {
    async page(job: string, actor: Actor, filters: JobRowFilters, query: ListQuery): Promise<Page<Shown>> {
      const found = await pages.page<JobRowDoc>('job_rows', 'recordedAt', await filterOf(job, actor, filters), query);
      return { ...found, items: found.items.map(shownRow) };
    },

    /** The whole range, one row after another. */
    async all(
      job: string,
      actor: Actor,
      filters: JobRowFilters,
      query: ListQuery,
    ): Promise<{ asOf: number; items: AsyncIterable<Shown> }> {
      const { asOf, rows } = await pages.all<JobRowDoc>('job_rows', 'recordedAt', await filterOf(job, actor, filters), query);
      return {
        asOf,
        items: (async function* () {
          for await (const row of rows) yield shownRow(row);
        })(),
      };
    },
  };
}

function shownRow({
  at,
  what,
  observation,
  plate,
  enterprise,
  county,
  rule,
  code,
  before,
  after,
  tonnes,
  finding,
}: JobRowDoc): Shown {
  return {
    at: formatInstant(at.getTime()),
    what,
    observation,
    plate,
    enterprise,
    county,
    rule,
    code,
    before,
    after,
    tonnes,
    finding,
  };
}
