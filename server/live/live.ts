import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Actor, GateLane } from '../alerts/types.ts';
import type { Logger } from '../log.ts';
import { createGateHub } from './gates.ts';
import { createRegistryNews } from './registry-news.ts';
import { createSockets, type SocketsDeps } from './sockets.ts';
import { createLogTail } from './tail.ts';
import type { Authenticate, LaneSource, LogAppender, LogReader } from './types.ts';
import { createLogWriter, type WriterDeps } from './writer.ts';

export interface LiveDeps {
  http: HttpServer | HttpsServer;
  /** `createLiveEventStore(db, log)` */
  store: LogReader & LogAppender;
  /** `createGateLaneStore(db, log)` */
  lanes: LaneSource;
  /** The revision numbers of the registry's collections. */
  revisions: () => Promise<Record<string, number>>;
  authenticate: Authenticate;
  onEnded?: (listener: () => void) => void;
  log: Logger;
  options?: SocketsDeps['options'] & WriterDeps['options'];
}

export type Live = ReturnType<typeof createLive>;

/** Everything live of one process: the writer of the log, its reader, the gate lanes and the sockets. */
export function createLive({ http, store, lanes, revisions, authenticate, onEnded, log, options = {} }: LiveDeps) {
  const tail = createLogTail({ store, log });
  const writer = createLogWriter({ store, log, onAppended: tail.appended, options });
  const gates = createGateHub({ source: lanes, log });
  const news = createRegistryNews({ read: revisions, log });
  const sockets = createSockets({ http, authenticate, ...(onEnded && { onEnded }), store, tail, gates, news, log, options });

  return {
    /** An alert changed in this process (`createAlerts({ onChange })`). */
    wake: () => writer.wake(),
    /** Responses or zones were published in this process. */
    registryChanged: () => news.wake(),
    /** Puts the newest states of lanes on every gate board, of all processes. One round trip, not majority. */
    publishGateState: (items: GateLane[]): Promise<void> => lanes.publish(items),
    /** The lanes a reader may see, as this process knows them. */
    lanes: (actor: Actor) => gates.since(0, actor),
    /** Connected clients of this process. */
    clients: () => sockets.size(),
    async start(): Promise<void> {
      await Promise.all([tail.start(), gates.start()]);
      writer.start();
      news.start();
      sockets.start();
    },
    /** Sends every client away: an HTTP server is not closed while one is connected. What changed is still numbered until `stop`. */
    disconnect: () => sockets.stop(),
    async stop(): Promise<void> {
      await sockets.stop();
      await news.stop();
      await writer.stop();
      await Promise.all([tail.stop(), gates.stop()]);
    },
  };
}
