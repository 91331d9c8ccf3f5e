import { Router } from 'express';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { AppError } from '../../errors.ts';
import type { Alerts } from '../../alerts/alerts.ts';
import { actorOf, allow } from '../access.ts';
import { read } from '../problems.ts';
import { ALERT_STEPS, alertQuery, stepBodies, type AlertStepName, type StepCommand } from '../contract/alerts.ts';

/**
 * `GET /alerts`, `GET /alerts/:id`, `POST /alerts/:id/:step`, to be mounted under `/api/v1` behind sign-in and `express.json()`.
 * Which alerts, and which steps on them, is the service's own check. `X-Seq` is the number of the live log a list was begun at.
 */
export function alertsRouter({ alerts }: { alerts: Pick<Alerts, 'list' | 'get' | 'step' | 'stateNumbers'> }): Router {
  const router = Router();

  router.get('/alerts', allow('alerts:read'), async (req, res) => {
    const page = await alerts.list(read(alertQuery, req.query, req), actorOf(req));
    res.set({ 'X-As-Of': formatInstant(page.begun), 'X-Seq': String(page.asOf) }).json({ items: page.items, next: page.next });
  });

  router.get('/alerts/:id', allow('alerts:read'), async (req, res) => {
    const alert = await alerts.get(String(req.params.id), actorOf(req));
    res.set('ETag', `"${alert.rev}"`).json(alert);
  });

  router.post('/alerts/:id/:step', allow('alerts:read'), async (req, res) => {
    const id = String(req.params.id);
    const step = String(req.params.step);
    if (!isStep(step))
      throw new AppError(404, 'unknown-step', {
        zh: '没有这个步骤',
        en: `there is no step ${ALERT_STEPS.join(', ')} of this name`,
      });
    const key = req.get('Idempotency-Key');
    if (key !== undefined && !/^[\x21-\x7e]{1,128}$/.test(key)) {
      throw new AppError(400, 'idempotency-key-malformed', {
        zh: 'Idempotency-Key 应为 1–128 个可见字符',
        en: 'Idempotency-Key is to be 1–128 visible characters',
      });
    }
    const command = { step, body: read(stepBodies[step], req.body ?? {}, req) } as StepCommand;
    const alert = await alerts.step(id, command, { ifMatch: req.get('If-Match'), idempotencyKey: key }, actorOf(req));
    res.set('ETag', `"${alert.rev}"`).json(alert);
  });

  return router;
}

function isStep(text: string): text is AlertStepName {
  return (ALERT_STEPS as readonly string[]).includes(text);
}
