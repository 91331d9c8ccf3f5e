import type { Socket } from 'socket.io-client';
import { watch } from 'vue';
import { useRouter } from 'vue-router';
import type { GateLane, Hello, LiveItem, LiveRegistry } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { useNotice } from '../stores/notice.ts';
import { useRegistry } from '../stores/registry.ts';
import { useSession } from '../stores/session.ts';
import { hasSlept } from './notice.ts';

/** How often it is looked whether the computer has slept. */
const BEAT_MS = 5_000;

/**
 * Keeps the live line up while somebody is signed in. The last sequence number goes along at every connection, so whatever was missed
 * follows; when the server cannot replay it says `resync`, and the lists are read again. A computer that has slept does not wait until
 * the dead line is noticed.
 */
export function useLiveLine(): void {
  const live = useLive();
  const notice = useNotice();
  const router = useRouter();
  notice.onOpen((alert) => void router.push(alert ? { name: 'alert', params: { id: alert.id } } : { name: 'alerts' }));
  const session = useSession();
  const registry = useRegistry();
  let socket: Socket | null = null;
  /** Raised when the line is taken down, so that one that is still being loaded does not come up afterwards. */
  let turn = 0;

  async function open() {
    const mine = ++turn;
    const { io } = await import('socket.io-client');
    if (mine !== turn) return;
    const line = io('/live', {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      reconnectionDelay: 1_000,
      reconnectionDelayMax: 10_000,
      auth: (give) => give(live.upTo === null || live.log === null ? {} : { after: live.upTo, log: live.log }),
    });
    socket = line;
    line.on('hello', (hello: Hello) => {
      live.hello(hello);
      // What was published while the line was down was told to nobody here.
      void registry.heard(['responses', 'zones']);
    });
    line.on('registry', ({ changed }: LiveRegistry) => void registry.heard(changed));
    line.on('alerts', (batch: { upTo: number; items: LiveItem[] }) => notice.tell(live.alertsCame(batch)));
    line.on('gates', ({ items }: { items: GateLane[] }) => live.gatesCame(items));
    line.on('resync', ({ seq }: { seq: number }) => {
      live.resync(seq);
      line.disconnect().connect();
    });
    line.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      live.lost();
      // The server ends a line when rights change; the library then waits to be asked.
      if (reason === 'io server disconnect') void returnAfterEnd(line);
    });
    line.on('connect_error', () => {
      live.lost();
      // Refused by the server itself, not for want of a way to it: the session may have ended.
      if (!line.active) void returnAfterEnd(line);
    });
  }

  async function returnAfterEnd(line: Socket) {
    session.asked = false;
    await session.ask().catch(() => undefined);
    if (session.asked && !session.user) return session.lost();
    setTimeout(() => socket === line && line.connect(), 3_000);
  }

  function close() {
    turn += 1;
    socket?.close();
    socket = null;
    live.forget();
  }

  let beat = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (hasSlept(beat, now, BEAT_MS) && socket?.connected) socket.disconnect().connect();
    beat = now;
  }, BEAT_MS);
  window.addEventListener('online', () => socket && !socket.connected && socket.connect());

  watch(
    () => session.user?.name,
    (name) => {
      if (name === undefined) close();
      else if (!socket) void open();
    },
    { immediate: true },
  );
}
