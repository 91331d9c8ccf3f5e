import { Router } from 'express';
import { formatInstant, parseInstant } from '../../../devices/contract/instant.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../../alerts/types.ts';
import type { JobList } from '../../audit/job-list.ts';
import type { JobRows } from '../../audit/job-rows.ts';
import type { Jobs } from '../../intake/jobs.ts';
import { actorOf, allow } from '../access.ts';
import { JOB_COLUMNS, JOB_ROW_COLUMNS } from '../columns.ts';
import { jobRowQuery, rejudgeBody, whatIfBody } from '../contract/jobs.ts';
import { jobQuery } from '../contract/lists.ts';
import { sendExport } from '../export.ts';
import { idempotencyKey } from '../headers.ts';
import { read } from '../problems.ts';

export interface JobsRouterDeps {
  jobs: Pick<Jobs, 'whatIf' | 'rejudge' | 'get' | 'cancel'>;
  list: JobList;
  rows: JobRows;
  audit(by: Actor, action: string, target?: string, detail?: Record<string, unknown>): Promise<unknown>;
}

/** `POST /what-if`, `POST /re-judge`, `GET /jobs`, `GET` and `DELETE /jobs/<id>`, `GET /jobs/<id>/rows`. */
export function jobsRouter({ jobs, list, rows, audit }: JobsRouterDeps): Router {
  const router = Router();
  router.post('/what-if', allow('what-if'), async (req, res) => {
    const { policy, from, to } = read(whatIfBody, req.body ?? {}, req);
    const period = periodOf({ from, to });
    const { job, repeated } = await jobs.whatIf({ policy, ...period }, actorOf(req).username, idempotencyKey(req));
    if (!repeated) await audit(actorOf(req), 'what-if', job, { policy, from, to });
    res.status(202).json({ job });
  });
  router.post('/re-judge', allow('re-judge'), async (req, res) => {
    const { from, to, reason } = read(rejudgeBody, req.body ?? {}, req);
    const { job, repeated } = await jobs.rejudge(
      { ...periodOf({ from, to }), reason },
      actorOf(req).username,
      idempotencyKey(req),
    );
    if (!repeated) await audit(actorOf(req), 're-judge', job, { from, to, reason });
    res.status(202).json({ job });
  });
  router.get('/jobs', allow('what-if:read'), async (req, res) => {
    const { format, header = 'field', ...query } = read(jobQuery, req.query, req);
    if (format) {
      const { asOf, items } = await list.all(query);
      res.set('X-As-Of', formatInstant(asOf));
      return sendExport(res, items, { format, header, columns: JOB_COLUMNS, name: 'jobs' });
    }
    const page = await list.page(query);
    res.set('X-As-Of', formatInstant(page.asOf)).json({ items: page.items, next: page.next });
  });
  router.get('/jobs/:id', allow('what-if:read'), async (req, res) => {
    res.json(await jobs.get(String(req.params.id), actorOf(req)));
  });
  router.get('/jobs/:id/rows', allow('what-if:read'), async (req, res) => {
    const { limit, cursor, order, format, header = 'field', ...filters } = read(jobRowQuery, req.query, req);
    const { job } = await jobs.get(String(req.params.id), actorOf(req));
    const query = { limit, cursor, order };
    if (format) {
      const { asOf, items } = await rows.all(job, actorOf(req), filters, query);
      res.set('X-As-Of', formatInstant(asOf));
      return sendExport(res, items, { format, header, columns: JOB_ROW_COLUMNS, name: `job-${job}` });
    }
    const page = await rows.page(job, actorOf(req), filters, query);
    res.set('X-As-Of', formatInstant(page.asOf)).json({ items: page.items, next: page.next });
  });
  router.delete('/jobs/:id', allow('what-if'), async (req, res) => {
    const job = await jobs.cancel(String(req.params.id));
    await audit(actorOf(req), 'job-cancelled', job.job);
    res.json(job);
  });
  return router;
}

/** @throws AppError 422 `empty-period` */
function periodOf(period: { from: string; to: string }): { from: number; to: number } {
  const [from, to] = [parseInstant(period.from), parseInstant(period.to)];
  if (to <= from)
    throw new AppError(422, 'empty-period', { zh: '结束时间应晚于开始时间', en: 'the period ends before it begins' });
  return { from, to };
}
