import { Router } from 'express';
import { z } from 'zod';
import type { Policies } from '../../policies/policies.ts';
import { actorOf, allow } from '../access.ts';
import { POLICY_COLUMNS } from '../columns.ts';
import { activation, changesQuery } from '../contract/policy.ts';
import { idempotencyKey, neededRev, seenRev } from '../headers.ts';
import { languageOf, read } from '../problems.ts';
import { sendSmallList } from '../small-list.ts';

/**
 * `GET`, `POST /policies`, `GET`, `PUT`, `DELETE /policies/<version>`, `GET /policies/<version>/changes`,
 * `POST /policies/<version>/activate`, to be mounted under `/api/v1` behind sign-in and `express.json()`. The change of a draft needs
 * `If-Match`; an activation heeds it.
 */
export function policiesRouter({ policies }: { policies: Policies }): Router {
  const router = Router();
  const anObject = z.record(z.string(), z.unknown());

  router.get('/policies', allow('policies:read'), async (req, res) => {
    await sendSmallList(req, res, await policies.list(actorOf(req)), {
      key: (policy) => policy.version,
      name: 'policies',
      columns: POLICY_COLUMNS,
      now: policies.now(),
    });
  });

  router.post('/policies', allow('policies:write'), async (req, res) => {
    const body = read(anObject, req.body, req);
    const made = await policies.draft(body, actorOf(req), languageOf(req), idempotencyKey(req));
    res
      .status(201)
      .set({ ETag: `"${made.rev}"`, Location: `/api/v1/policies/${made.version}` })
      .json(made);
  });

  router.get('/policies/:version', allow('policies:read'), async (req, res) => {
    const found = await policies.get(String(req.params.version), actorOf(req));
    res.set('ETag', `"${found.rev}"`).json(found);
  });

  router.put('/policies/:version', allow('policies:write'), async (req, res) => {
    const body = read(anObject, req.body, req);
    const changed = await policies.change(String(req.params.version), body, neededRev(req), actorOf(req), languageOf(req));
    res.set('ETag', `"${changed.rev}"`).json(changed);
  });

  router.delete('/policies/:version', allow('policies:write'), async (req, res) => {
    await policies.remove(String(req.params.version), neededRev(req), actorOf(req));
    res.status(204).end();
  });

  router.get('/policies/:version/changes', allow('policies:read'), async (req, res) => {
    const query = read(changesQuery, req.query, req);
    res.json(await policies.changes(String(req.params.version), query.with, actorOf(req)));
  });

  router.post('/policies/:version/activate', allow('policies:write'), async (req, res) => {
    const { from } = read(activation, req.body, req);
    const active = await policies.activate(String(req.params.version), from, seenRev(req), actorOf(req), languageOf(req));
    res.set('ETag', `"${active.rev}"`).json(active);
  });

  return router;
}
