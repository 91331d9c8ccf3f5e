import { Router } from 'express';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { AlertPage, Alerts } from '../../alerts/alerts.ts';
import { demandStep } from '../../alerts/steps.ts';
import { actorOf, allow } from '../access.ts';
import { ALERT_COLUMNS } from '../columns.ts';
import { sendExport } from '../export.ts';
import { idempotencyKey } from '../headers.ts';
import { read } from '../problems.ts';
import { ALERT_STEPS, alertListQuery, stepBodies, type StepCommand } from '../contract/alerts.ts';

const EXPORT_PAGE = 1000;

/**
 * `GET /alerts`, `GET /alerts/:id`, `GET /alerts/:id/assignees`, `POST /alerts/:id/:step`, to be mounted under `/api/v1` behind sign-in and `express.json()`.
 * Which alerts, and which steps on them, is the service's own check. `X-Seq` is the number of the live log a list was begun at.
 */
export function alertsRouter({
  alerts,
}: {
  alerts: Pick<Alerts, 'list' | 'get' | 'step' | 'stateNumbers' | 'assignables'>;
}): Router {
  const router = Router();

  router.get('/alerts', allow('alerts:read'), async (req, res) => {
    const { format, header, ...query } = read(alertListQuery, req.query, req);
    if (format) {
      const { cursor: _cursor, ...whole } = query;
      const first = await alerts.list({ ...whole, limit: EXPORT_PAGE }, actorOf(req));
      res.set({ 'X-As-Of': formatInstant(first.begun), 'X-Seq': String(first.asOf) });
      const rows = allAlerts(first, (cursor) => alerts.list({ ...whole, limit: EXPORT_PAGE, cursor }, actorOf(req)));
      return void (await sendExport(res, rows, { format, header, columns: ALERT_COLUMNS, name: 'alerts' }));
    }
    const page = await alerts.list(query, actorOf(req));
    res.set({ 'X-As-Of': formatInstant(page.begun), 'X-Seq': String(page.asOf) }).json({ items: page.items, next: page.next });
  });

  router.get('/alerts/:id', allow('alerts:read'), async (req, res) => {
    const alert = await alerts.get(String(req.params.id), actorOf(req));
    res.set('ETag', `"${alert.rev}"`).json(alert);
  });

  router.get('/alerts/:id/assignees', allow('alerts:read'), async (req, res) => {
    res.json({ items: await alerts.assignables(String(req.params.id), actorOf(req)), next: null });
  });

  for (const step of ALERT_STEPS) {
    router.post(`/alerts/:id/${step}`, allow('alerts:read'), async (req, res) => {
      demandStep(actorOf(req), step);
      const command = { step, body: read(stepBodies[step], req.body ?? {}, req) } as StepCommand;
      const fence = { ifMatch: req.get('If-Match'), idempotencyKey: idempotencyKey(req) };
      const alert = await alerts.step(String(req.params.id), command, fence, actorOf(req));
      res.set('ETag', `"${alert.rev}"`).json(alert);
    });
  }

  return router;
}

/** The rows of a list, page after page as of its beginning. */
async function* allAlerts(first: AlertPage, more: (cursor: string) => Promise<AlertPage>) {
  for (let page = first; ; page = await more(page.next)) {
    yield* page.items;
    if (page.next === null) return;
  }
}
