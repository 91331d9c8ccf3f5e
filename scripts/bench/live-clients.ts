import { io, type Socket } from 'socket.io-client';
import type { LiveAlerts } from '../../server/http/contract/live.ts';

/** Many consoles in one process. Keeps when each was told of which alert; compares with when they were stored, told at the end. */

export interface LiveClientsTask {
  url: string;
  tokens: string[];
  /** How many of them stop reading after they are connected. */
  stalled: number;
}

/** What the parent says at the end: when each alert's change was stored (ms since the epoch), by alert and revision. */
export interface LiveStored {
  stored: [key: string, at: number][];
}

export interface LiveMeasured {
  deliveries: number;
  p50: number;
  p99: number;
  max: number;
  /** Items a client got twice or out of order. */
  wrong: number;
}

const received: { key: string; at: number }[] = [];
let wrong = 0;
const now = () => performance.timeOrigin + performance.now();

async function connect({ url, tokens, stalled }: LiveClientsTask): Promise<void> {
  await Promise.all(
    tokens.map(
      (token, i) =>
        new Promise<void>((resolve, reject) => {
          const socket: Socket = io(`${url}/live`, {
            auth: { token },
            transports: ['websocket'],
            forceNew: true,
            reconnection: false,
          });
          let last = 0;
          socket.once('hello', () => resolve());
          socket.once('connect_error', reject);
          if (i < stalled) {
            socket.once('hello', () => pause(socket));
            return;
          }
          socket.on('alerts', ({ items }: LiveAlerts) => {
            const at = now();
            for (const { seq, alert } of items) {
              if (seq <= last) wrong += 1;
              last = seq;
              received.push({ key: `${alert.id} ${alert.rev}`, at });
            }
          });
        }),
    ),
  );
}

/** A console that no longer takes what it is sent: its machine sleeps with the connection open. */
function pause(socket: Socket): void {
  const { transport } = socket.io.engine as unknown as { transport: { ws: { pause(): void } } };
  transport.ws.pause();
}

function measure({ stored }: LiveStored): LiveMeasured {
  const at = new Map(stored);
  const late = received.flatMap((r) => {
    const from = at.get(r.key);
    return from === undefined ? [] : [r.at - from];
  });
  late.sort((a, b) => a - b);
  const share = (p: number) => late[Math.min(late.length - 1, Math.floor(late.length * p))] ?? NaN;
  return { deliveries: late.length, p50: share(0.5), p99: share(0.99), max: share(1), wrong };
}

process.on('message', (said: LiveClientsTask | LiveStored) => {
  if ('url' in said) {
    connect(said).then(
      () => process.send!({ connected: true }),
      (error: unknown) => process.send!({ error: String(error) }),
    );
  } else process.send!({ measured: measure(said) });
});
process.send!({ up: true });
process.on('SIGTERM', () => process.exit(0));
