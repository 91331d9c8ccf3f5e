import { isDeepStrictEqual } from 'node:util';
import { Server, type Namespace, type Socket } from 'socket.io';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Actor } from '../alerts/types.ts';
import { liveAuth, type LiveAlerts } from '../http/contract/live.ts';
import type { Logger } from '../log.ts';
import type { GateHub } from './gates.ts';
import { createPump, itemsFor, type Pump } from './pump.ts';
import type { RegistryNews } from './registry-news.ts';
import type { LogTail } from './tail.ts';
import type { Authenticate, LiveHandshake, LogReader } from './types.ts';

export interface SocketsDeps {
  http: HttpServer | HttpsServer;
  authenticate: Authenticate;
  /** Registers somebody to be told that some session, token or scope ended or changed in this process. */
  onEnded?: (listener: () => void) => void;
  store: LogReader;
  tail: LogTail;
  gates: GateHub;
  news: Pick<RegistryNews, 'onNews'>;
  log: Logger;
  options?: { gatherMs?: number; gatesMs?: number; recheckMs?: number; page?: number; maxBehind?: number };
}

/** One client. */
interface Client {
  socket: Socket;
  handshake: LiveHandshake;
  actor: Actor;
  /** Readers of one view are told the same of every event. */
  view: string;
  pump: Pump;
  /** There is more for it than it could be given: it gets the rest when it takes again. */
  waits: boolean;
  gatesSent: number;
  /** When lanes were last sent: a client is told of them `gatesMs` later at the earliest. */
  gatesAt: number;
}

/** The namespace `/live`: every client gets its part of the live log and of the gate lanes. */
export function createSockets({ http, authenticate, onEnded, store, tail, gates, news, log, options = {} }: SocketsDeps) {
  const { gatherMs = 50, gatesMs = 250, recheckMs = 2000, page, maxBehind = 10_000 } = options;
  const clients = new Set<Client>();
  const timers: NodeJS.Timeout[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let stopListening = () => {};
  let stopWatching = () => {};
  let stopHearing = () => {};

  const io = new Server(http, {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: 16_384,
    allowRequest: (request, answer) => answer(null, sameOrigin(request.headers.origin, request.headers.host)),
  });
  const live: Namespace = io.of('/live');

  /** Sends everybody on. Clients of one view at one place of the log share a page, which is then filtered and encoded once. */
  const pushAll = (): void => {
    gathering = undefined;
    const pages = new Map<string, { payload: LiveAlerts; to: string[] }>();
    for (const client of clients) {
      const events = client.pump.behind() ? client.pump.ahead() : undefined;
      const last = events?.at(-1);
      if (!events || !last) {
        push(client);
        continue;
      }
      const key = `${client.pump.sent()} ${client.view}`;
      const page = pages.get(key) ?? { payload: { upTo: last._id, items: itemsFor(client.actor, events) }, to: [] };
      pages.set(key, page);
      if (client.pump.took(page.payload)) page.to.push(client.socket.id);
    }
    for (const { payload, to } of pages.values()) if (to.length > 0) live.to(to).emit('alerts', payload);
  };

  function push(client: Client): void {
    client.pump
      .push()
      .then(() => (client.waits = client.pump.behind()))
      .catch((error: unknown) => log.warn({ err: error }, 'a live client waits for the store'));
  }

  function pushGates(client: Client): void {
    const version = gates.version();
    if (version === client.gatesSent || Date.now() - client.gatesAt < gatesMs || !takes(client.socket)) return;
    const items = gates.since(client.gatesSent, client.actor);
    client.gatesSent = version;
    if (items.length === 0) return;
    client.gatesAt = Date.now();
    client.socket.emit('gates', { items });
  }

  async function recheck(): Promise<void> {
    const asked = new Map<string, Promise<Actor | null>>();
    await Promise.all(
      [...clients].map(async (client) => {
        const key = JSON.stringify(client.handshake);
        const answer = asked.get(key) ?? authenticate(client.handshake);
        asked.set(key, answer);
        // Whom the store cannot speak of for the moment is asked for again.
        const actor = await answer.catch(() => undefined);
        if (actor === undefined || (actor && isDeepStrictEqual(actor, client.actor))) return;
        client.socket.disconnect(true);
      }),
    );
  }

  live.use((socket, next) => {
    const auth = liveAuth.safeParse(socket.handshake.auth);
    if (!auth.success) return next(refusal('bad-handshake'));
    const handshake = { cookie: socket.handshake.headers.cookie, token: auth.data.token, address: socket.handshake.address };
    authenticate(handshake).then(
      (actor) => {
        if (!actor) return next(refusal('unauthenticated'));
        socket.data = { actor, handshake, auth: auth.data };
        next();
      },
      (error: unknown) => {
        log.warn({ err: error }, 'a live client could not be recognised');
        next(refusal('unavailable'));
      },
    );
  });

  async function welcome(socket: Socket): Promise<void> {
    const { actor, handshake, auth } = socket.data as {
      actor: Actor;
      handshake: LiveHandshake;
      auth: { after?: number; log?: string };
    };
    const [logId, last] = await Promise.all([store.logId(), store.last()]);
    if (!socket.connected) return;
    const seq = Math.max(last, tail.head());
    const { name, role, enterpriseId, counties, gateId } = actor;
    socket.emit('hello', {
      log: logId,
      seq,
      user: { name, role, ...(enterpriseId !== undefined && { enterpriseId }), ...(counties && { counties }) },
    });
    const pump = createPump({
      store,
      tail,
      actor,
      after: auth.after ?? seq,
      writable: () => takes(socket),
      sendAlerts: (payload) => socket.emit('alerts', payload),
      sendResync: (to) => socket.emit('resync', { seq: to }),
      options: { maxBehind, ...(page !== undefined && { page }) },
    });
    const view = JSON.stringify([role, enterpriseId, counties, gateId]);
    const client: Client = { socket, handshake, actor, view, pump, waits: false, gatesSent: 0, gatesAt: 0 };
    if ((auth.log !== undefined && auth.log !== logId) || (auth.after !== undefined && auth.after > seq)) {
      pump.end();
      socket.emit('resync', { seq });
    }
    clients.add(client);
    // The transport says when the last packet has left; it changes once, when polling becomes a WebSocket.
    const ready = () => {
      if (client.waits) push(client);
    };
    const listen = (transport: typeof socket.conn.transport) => transport.on('ready', ready);
    listen(socket.conn.transport);
    socket.conn.on('upgrade', listen);
    socket.on('disconnect', () => {
      clients.delete(client);
      pump.end();
      socket.conn.off('upgrade', listen);
      socket.conn.transport.off('ready', ready);
    });
    if (last > tail.head()) tail.wake();
    push(client);
  }

  live.on('connection', (socket) => {
    welcome(socket).catch((error: unknown) => {
      log.warn({ err: error }, 'a live client could not be welcomed');
      socket.disconnect(true);
    });
  });

  return {
    /** How many clients are connected to this process. */
    size: () => clients.size,
    start() {
      stopListening = tail.onMoved(() => {
        gathering ??= setTimeout(pushAll, gatherMs);
      });
      stopWatching = gates.onMoved(() => clients.forEach(pushGates));
      stopHearing = news.onNews((changed) => void live.emit('registry', changed));
      onEnded?.(() => void recheck());
      timers.push(
        setInterval(() => clients.forEach(pushGates), gatesMs / 5),
        setInterval(() => void recheck(), recheckMs),
        setInterval(pushAll, 1000),
      );
    },
    /** Disconnects everybody; the HTTP server itself is its owner's to close. */
    async stop() {
      stopListening();
      stopWatching();
      stopHearing();
      timers.forEach(clearInterval);
      clearTimeout(gathering);
      for (const client of clients) client.pump.end();
      io.disconnectSockets(true);
      live.disconnectSockets(true);
      io.engine.close();
      await Promise.resolve();
    },
  };
}

/** Whether everything written before has left for the kernel: otherwise the client is slow, and more would only pile up here. */
function takes(socket: Socket): boolean {
  const { writeBuffer } = socket.conn as unknown as { writeBuffer: unknown[] };
  return socket.connected && writeBuffer.length === 0 && socket.conn.transport.writable;
}

/** A browser says where the page came from; a page of another site may not use this one's cookie. */
function sameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refusal(code: string): Error {
  return Object.assign(new Error(code), { data: { code } });
}
