import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Checks } from './http/routes/operation.ts';
import type { Core } from './intake/core.ts';
import type { Store } from './store/connection.ts';
import { formatInstant } from '../devices/contract/instant.ts';

/** More than this between this machine's clock and the store's is no longer said to be ready. */
const MAX_OFFSET_MS = 1000;
/** Messages that wait or due work that is older than this: the platform lags. */
const MAX_BACKLOG = 50_000;
const MAX_LAG_MS = 10 * 60_000;

/** What `/readyz` asks: the store, its clock against ours, the broker, how far the intake and due work lag behind. */
export function readiness(deps: { config: Config; store: Store; clock: Clock; core: Core; listening: () => boolean }): Checks {
  const { config, store, clock, core, listening } = deps;
  return {
    async store() {
      await store.db.command({ ping: 1 });
      return { ok: true };
    },
    async offset() {
      const before = Date.now();
      const { localTime } = (await store.db.command({ hello: 1 })) as { localTime: Date };
      const offsetMs = Math.round(localTime.getTime() - (before + Date.now()) / 2);
      return { ok: Math.abs(offsetMs) <= MAX_OFFSET_MS, offsetMs };
    },
    broker: () => Promise.resolve({ ok: listening() }),
    async lag() {
      const backlog = core.intake.backlog();
      const { count, oldest } = await core.stores.due.lag();
      const lagMs = oldest ? Math.max(0, Date.now() - oldest.getTime()) : 0;
      return { ok: backlog <= MAX_BACKLOG && lagMs <= MAX_LAG_MS, backlog, due: count, lagMs };
    },
    clock: () => Promise.resolve({ ok: true, at: formatInstant(clock.now()), speed: clock.speed }),
    transport: () => Promise.resolve({ ok: true, tls: config.tls !== undefined, plaintext: config.plaintext }),
  };
}
