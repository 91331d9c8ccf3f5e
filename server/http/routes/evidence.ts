import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import type { Evidence, TakenEvidence } from '../../audit/evidence/evidence.ts';
import { AppError } from '../../errors.ts';
import type { Collection } from '../../registry/types.ts';
import { actorOf, allow, hasRole, REGISTRY_ACCESS } from '../access.ts';
import { evidenceQuery, headQuery } from '../contract/evidence.ts';
import { letGo } from '../let-go.ts';
import { read } from '../problems.ts';

/** `GET /evidence/finding/<id>`, `/evidence/decision/<ref>`, `/evidence/head`, `POST /evidence/verify`. */
export function evidenceRouter({ evidence }: { evidence: Evidence }): Router {
  const router = Router();

  router.get('/evidence/head', allow('evidence'), async (req, res) => {
    res.json(await evidence.head(read(headQuery, req.query, req)));
  });

  router.get('/evidence/finding/:id', allow('evidence'), async (req, res) => {
    const { head } = read(evidenceQuery, req.query, req);
    await send(res, await evidence.ofFinding(String(req.params.id), actorOf(req), mayReadOf(req), head));
  });

  router.get('/evidence/decision/:ref', allow('evidence'), async (req, res) => {
    const { head } = read(evidenceQuery, req.query, req);
    await send(res, await evidence.ofDecision(String(req.params.ref), actorOf(req), mayReadOf(req), head));
  });

  router.post('/evidence/verify', allow('evidence'), async (req, res) => {
    try {
      if (!req.is('application/zip'))
        throw new AppError(415, 'unsupported-type', { zh: '请以 application/zip 发送', en: 'send application/zip' });
      const body = req.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
      res.json(await evidence.verify(body, actorOf(req)));
    } catch (error) {
      letGo(req, res);
      throw error;
    }
  });

  return router;
}

function mayReadOf(req: Request): (collection: Collection) => boolean {
  const actor = actorOf(req);
  return (collection) => hasRole(actor, REGISTRY_ACCESS[collection].read);
}

async function send(res: Response, { name, zip }: TakenEvidence): Promise<void> {
  res.type('application/zip').attachment(name).set('Content-Security-Policy', "default-src 'none'");
  // A reader that goes away ends it; a file that cannot be read leaves a ZIP without an end.
  await pipeline(zip, res).catch((error: unknown) => {
    if (!res.destroyed) res.destroy(error instanceof Error ? error : undefined);
  });
}
