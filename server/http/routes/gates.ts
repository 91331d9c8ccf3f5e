import { Router } from 'express';
import type { GateBoard } from '../../audit/gate-board.ts';
import { actorOf, allow } from '../access.ts';

/** `GET /gates`: the gate board. */
export function gatesRouter({ board }: { board: GateBoard }): Router {
  const router = Router();
  router.get('/gates', allow('decisions:read'), async (req, res) => {
    res.json({ items: await board.gates(actorOf(req)) });
  });
  return router;
}
