import { Router } from 'express';
import type { Disputes } from '../../audit/disputes.ts';
import { actorOf, allow } from '../access.ts';
import { disputeAnswer, disputeText } from '../contract/records.ts';
import { idempotencyKey } from '../headers.ts';
import { read } from '../problems.ts';

/** `POST /findings/<id>/dispute` by an enterprise, `…/dispute/answer` by the bureau. */
export function disputesRouter({ disputes }: { disputes: Disputes }): Router {
  const router = Router();
  router.post('/findings/:id/dispute', allow('disputes:raise'), async (req, res) => {
    res.json(
      await disputes.raise(String(req.params.id), read(disputeText, req.body ?? {}, req), actorOf(req), idempotencyKey(req)),
    );
  });
  router.post('/findings/:id/dispute/answer', allow('disputes:answer'), async (req, res) => {
    res.json(
      await disputes.answer(String(req.params.id), read(disputeAnswer, req.body ?? {}, req), actorOf(req), idempotencyKey(req)),
    );
  });
  return router;
}
