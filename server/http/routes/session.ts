import { rateLimit, ipKeyGenerator } from 'express-rate-limit';
import { Router, type Request } from 'express';
import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import { sessionCookie, type Identity } from '../../users/identity.ts';
import { actorOf } from '../access.ts';
import { signInBody } from '../contract/users.ts';
import { read } from '../problems.ts';

/** Wrong passwords allowed in a quarter of an hour, per user and per address; right ones do not count. */
const PER_USER = 10;
const PER_ADDRESS = 50;
const WINDOW_MS = 15 * 60_000;

/** `POST`, `GET` and `DELETE /session`. */
export function sessionRouter({ identity, secure }: { identity: Identity; secure: boolean }): Router {
  const router = Router();

  router.post(
    '/session',
    limiter(PER_ADDRESS, addressOf),
    limiter(PER_USER, (req) => `${usernameOf(req)} ${addressOf(req)}`),
    async (req, res) => {
      const { username, password } = read(signInBody, req.body, req);
      const { actor, ...session } = await identity.signIn(username, password);
      res.set('Set-Cookie', sessionCookie(session, secure)).json({ user: userOf(actor) });
    },
  );

  router.get('/session', (req, res) => {
    const actor = actorOf(req);
    res.json({ user: { username: actor.username, ...userOf(actor) } });
  });

  router.delete('/session', async (req, res) => {
    await identity.signOut(req.headers.cookie);
    res.set('Set-Cookie', sessionCookie(null, secure)).status(204).end();
  });

  return router;
}

function limiter(limit: number, keyGenerator: (req: Request) => string) {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    keyGenerator,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    validate: false,
    handler: (_req, _res, next) => {
      const wait = Math.ceil(WINDOW_MS / 1000);
      next(
        new AppError(
          429,
          'too-many-attempts',
          { zh: '尝试次数过多，请 15 分钟后再试', en: 'too many attempts: try again in 15 minutes' },
          { retryAfter: wait },
        ),
      );
    },
  });
}

function addressOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? '');
}

function usernameOf(req: Request): string {
  const { username } = (req.body ?? {}) as { username?: unknown };
  return typeof username === 'string' ? username.slice(0, 64) : '';
}

function userOf({ name, role, enterpriseId, counties }: Actor) {
  return { name, role, ...(enterpriseId !== undefined && { enterpriseId }), ...(counties && { counties }) };
}
