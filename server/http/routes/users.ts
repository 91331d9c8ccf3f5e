import { Router, type Request } from 'express';
import { AppError } from '../../errors.ts';
import type { Identity } from '../../users/identity.ts';
import { actorOf, allow } from '../access.ts';
import { newToken, newUser, userChange } from '../contract/users.ts';
import { TOKEN_COLUMNS, USER_COLUMNS } from '../columns.ts';
import { read } from '../problems.ts';
import { sendSmallList } from '../small-list.ts';

/** `GET`, `POST /users`, `GET`, `PATCH /users/<username>`; `GET`, `POST /tokens`, `DELETE /tokens/<id>`. */
export function usersRouter({ identity }: { identity: Identity }): Router {
  const router = Router();

  router.get('/users', allow('users'), async (req, res) => {
    await sendSmallList(req, res, await identity.users(), {
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
    await sendSmallList(req, res, await identity.tokens(), {
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

/** The revision named by `If-Match`, where one is named. @throws AppError 400 `if-match-malformed` */
function seenRev(req: Request): number | undefined {
  const header = req.get('If-Match');
  if (header === undefined || header === '*') return undefined;
  const rev = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (rev === undefined)
    throw new AppError(400, 'if-match-malformed', { zh: 'If-Match 应为 "<rev>"', en: 'If-Match is to be "<rev>"' });
  return Number(rev);
}

function idempotencyKey(req: Request): string | undefined {
  const key = req.get('Idempotency-Key');
  if (key !== undefined && !/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw new AppError(400, 'idempotency-key-malformed', {
      zh: 'Idempotency-Key 应为 1–128 个可见字符',
      en: 'Idempotency-Key is to be 1–128 visible characters',
    });
  }
  return key;
}
