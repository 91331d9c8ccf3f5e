import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { createAlerts } from '../../server/alerts/alerts.ts';
import type { Actor } from '../../server/alerts/types.ts';
import { createLive, type LiveDeps } from '../../server/live/live.ts';
import type { LiveAlerts, LiveItem, LiveRegistry } from '../../server/http/contract/live.ts';
import { createGateLaneStore } from '../../server/store/gate-lanes.ts';
import { createLiveEventStore } from '../../server/store/live-events.ts';
import { createRevisions } from '../../server/store/revisions.ts';
import { actor } from './alerts.ts';

/** Servers and clients for the tests of the live part. */

export const silent = pino({ level: 'silent' });

/** A server's live part with a connection of its own. Tokens are role names, `role:county`, or `enterprise:<id>`; `gone` names ended ones. */
export async function startLive(
  uri: string,
  more: { options?: LiveDeps['options']; gone?: Set<string>; now?: () => number } = {},
) {
  const connection = await mongoose.createConnection(uri).asPromise();
  const db = connection.db!;
  const http: Server = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const listeners: (() => void)[] = [];
  const live = createLive({
    http,
    store: createLiveEventStore(db, silent),
    lanes: createGateLaneStore(db, silent),
    revisions: () => createRevisions(db).read(),
    authenticate: async ({ token }) => (token === undefined || more.gone?.has(token) ? null : actorOf(token)),
    onEnded: (listener) => listeners.push(listener),
    log: silent,
    ...(more.options && { options: more.options }),
  });
  const alerts = createAlerts({ db, clock: { now: more.now ?? Date.now, speed: 1 }, log: silent, onChange: live.wake });
  await live.start();
  const port = (http.address() as AddressInfo).port;
  return {
    db,
    alerts,
    live,
    port,
    url: `http://127.0.0.1:${port}`,
    ended: () => listeners.forEach((listener) => listener()),
    async stop() {
      await live.stop();
      await new Promise((resolve) => http.close(resolve));
      await connection.close();
    },
  };
}

function actorOf(token: string): Actor {
  const [role, part] = token.split(':');
  const place = part === undefined ? {} : role === 'enterprise' ? { enterpriseId: part } : { counties: [part] };
  return { ...actor(role as Actor['role']), ...place };
}

/** A client that keeps what it was told. */
export function client(url: string, auth: { token?: string; after?: number; log?: string }) {
  const socket: Socket = io(`${url}/live`, { auth, transports: ['websocket'], reconnection: false, forceNew: true });
  const told = {
    hello: undefined as { log: string; seq: number } | undefined,
    items: [] as LiveItem[],
    upTo: 0,
    pages: 0,
    resync: undefined as number | undefined,
    gates: [] as unknown[][],
    registry: [] as string[],
    error: undefined as string | undefined,
    disconnected: false,
  };
  socket.on('hello', (hello) => (told.hello = hello));
  socket.on('alerts', (payload: LiveAlerts) => {
    told.items.push(...payload.items);
    told.upTo = payload.upTo;
    told.pages += 1;
  });
  socket.on('resync', ({ seq }) => (told.resync = seq));
  socket.on('gates', ({ items }) => told.gates.push(items));
  socket.on('registry', ({ changed }: LiveRegistry) => told.registry.push(...changed));
  socket.on('connect_error', (error) => (told.error = error.message));
  socket.on('disconnect', () => (told.disconnected = true));
  return { socket, told, close: () => socket.disconnect() };
}
