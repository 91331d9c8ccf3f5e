import { Router } from 'express';
import type { Identity } from '../../users/identity.ts';
import { actorOf, allow } from '../access.ts';
import { newToken, newUser, userChange } from '../contract/users.ts';
import { TOKEN_COLUMNS, USER_COLUMNS } from '../columns.ts';
import { idempotencyKey, seenRev } from '../headers.ts';
import { read } from '../problems.ts';
import { sendSmallList } from '../small-list.ts';

/** `GET`, `POST /users`, `GET`, `PATCH /users/<username>`; `GET`, `POST /tokens`, `DELETE /tokens/<id>`. */
export function usersRouter({ identity }: { identity: Identity }): Router {
  const router = Router();

  router.get('/users', allow('users'), async (req, res) => {
    await sendSmallList(req, res, (madeBy) => identity.users(madeBy), {
      key: (user) => user.username,
      name: 'users',
      columns: USER_COLUMNS,
      now: identity.now(),
    });
  });

  router.post('/users', allow('users'), async (req, res) => {
    const { user, rev } = await identity.createUser(read(newUser, req.body, req), actorOf(req), idempotencyKey(req));
    res.status(201).set('ETag', `"${rev}"`).json(user);
  });

  router.get('/users/:username', allow('users'), async (req, res) => {
    const { user, rev } = await identity.user(String(req.params.username));
    res.set('ETag', `"${rev}"`).json(user);
  });

  router.patch('/users/:username', allow('users'), async (req, res) => {
    const change = read(userChange, req.body, req);
    const { user, rev } = await identity.changeUser(String(req.params.username), change, actorOf(req), seenRev(req));
    res.set('ETag', `"${rev}"`).json(user);
  });

  router.get('/tokens', allow('tokens'), async (req, res) => {
    await sendSmallList(req, res, (madeBy) => identity.tokens(madeBy), {
      key: (token) => token.id,
      name: 'tokens',
      columns: TOKEN_COLUMNS,
      now: identity.now(),
    });
  });

  router.post('/tokens', allow('tokens'), async (req, res) => {
    const made = await identity.createToken(read(newToken, req.body, req), actorOf(req), idempotencyKey(req));
    res.status(201).set('Cache-Control', 'no-store').json(made);
  });

  router.delete('/tokens/:id', allow('tokens'), async (req, res) => {
    await identity.removeToken(String(req.params.id), actorOf(req));
    res.status(204).end();
  });

  return router;
}
