import { Router } from 'express';
import type { GateBoard } from '../../audit/gate-board.ts';
import { ACCESS, actorOf, allow, demand } from '../access.ts';

/** `GET /gates`: the gate board. `GET /display/<gateId>`: one gate's, for its display (a token bound to it) and for who sees the board. */
export function gatesRouter({ board }: { board: GateBoard }): Router {
  const router = Router();
  router.get('/gates', allow('decisions:read'), async (req, res) => {
    res.json({ items: await board.gates(actorOf(req)) });
  });
  router.get('/display/:gateId', async (req, res) => {
    const actor = actorOf(req);
    demand(actor, [...ACCESS['decisions:read'], 'display']);
    res.json(await board.display(actor, req.params.gateId));
  });
  return router;
}
