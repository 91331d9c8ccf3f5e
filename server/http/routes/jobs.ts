import { Router } from 'express';
import { parseInstant } from '../../../devices/contract/instant.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../../alerts/types.ts';
import type { Jobs } from '../../intake/jobs.ts';
import { actorOf, allow } from '../access.ts';
import { whatIfBody } from '../contract/jobs.ts';
import { read } from '../problems.ts';

export interface JobsRouterDeps {
  jobs: Pick<Jobs, 'whatIf' | 'list' | 'get' | 'cancel'>;
  audit(by: Actor, action: string, target?: string, detail?: Record<string, unknown>): Promise<unknown>;
}

/** `POST /what-if`, `GET /jobs`, `GET` and `DELETE /jobs/<id>`. */
export function jobsRouter({ jobs, audit }: JobsRouterDeps): Router {
  const router = Router();
  router.post('/what-if', allow('what-if'), async (req, res) => {
    const { policy, from, to } = read(whatIfBody, req.body ?? {}, req);
    const period = { from: parseInstant(from), to: parseInstant(to) };
    if (period.to <= period.from)
      throw new AppError(422, 'empty-period', { zh: '结束时间应晚于开始时间', en: 'the period ends before it begins' });
    const made = await jobs.whatIf({ policy, ...period }, actorOf(req).username);
    await audit(actorOf(req), 'what-if', made.job, { policy, from, to });
    res.status(202).json(made);
  });
  router.get('/jobs', allow('what-if:read'), async (_req, res) => {
    res.json({ items: await jobs.list(), next: null });
  });
  router.get('/jobs/:id', allow('what-if:read'), async (req, res) => {
    res.json(await jobs.get(String(req.params.id), actorOf(req)));
  });
  router.delete('/jobs/:id', allow('what-if'), async (req, res) => {
    const job = await jobs.cancel(String(req.params.id));
    await audit(actorOf(req), 'job-cancelled', job.job);
    res.json(job);
  });
  return router;
}
