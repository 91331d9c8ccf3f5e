import { Router, type Request } from 'express';
import type { Registry as Metrics } from 'prom-client';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { actorOf, demand, ACCESS } from '../access.ts';

/** What must hold for the platform to do its work, by name; `ok` false in any of them makes it not ready. */
export type Checks = Record<string, () => Promise<{ ok: boolean } & Record<string, unknown>>>;

/** A check that does not answer in so long has failed. */
const CHECK_MS = 2_000;

/** `/healthz` and `/readyz`, at the root; they answer also while the store is away. */
export function healthRouter(checks: Checks): Router {
  const router = Router();

  router.get('/healthz', (_req, res) => {
    res.json({ ok: true });
  });

  router.get('/readyz', async (_req, res) => {
    const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await within(check)] as const));
    const ok = results.every(([, result]) => result.ok);
    if (!ok) res.set('Retry-After', '5');
    res
      .status(ok ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ok, ...Object.fromEntries(results) });
  });

  return router;
}

/** `GET /time`. */
export function timeRouter(clock: Clock): Router {
  const router = Router();
  router.get('/time', (_req, res) => {
    res.json({ at: formatInstant(clock.now()), speed: clock.speed });
  });
  return router;
}

/** `/metrics`, at the root, behind sign-in: for this machine itself, or for who may. */
export function metricsRouter(metrics: Metrics): Router {
  const router = Router();
  router.get('/metrics', async (req, res) => {
    if (!isLocal(req)) demand(actorOf(req), ACCESS.metrics);
    res.set('Content-Type', metrics.contentType).send(await metrics.metrics());
  });

  return router;
}

async function within(check: Checks[string]) {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new AppError(503, 'late', { zh: '无应答', en: 'no answer' })), CHECK_MS);
    });
    return await Promise.race([check(), late]);
  } catch {
    return { ok: false };
  } finally {
    clearTimeout(timer);
  }
}

/** From this machine itself, not through a proxy on it. */
function isLocal(req: Request): boolean {
  const address = req.socket.remoteAddress ?? '';
  const loopback = /^(::ffff:)?127\./.test(address) || address === '::1';
  return loopback && req.get('X-Forwarded-For') === undefined && req.get('Forwarded') === undefined;
}
