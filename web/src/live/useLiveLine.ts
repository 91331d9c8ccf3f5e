import type { Socket } from 'socket.io-client';
import { watch } from 'vue';
import type { GateLane, Hello, LiveItem } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { useSession } from '../stores/session.ts';

/**
 * Keeps the live line up while somebody is signed in. The last sequence number goes along at every connection, so whatever was missed
 * follows; when the server cannot replay it says `resync`, and the lists are read again.
 */
export function useLiveLine(): void {
  const live = useLive();
  const session = useSession();
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
    line.on('hello', (hello: Hello) => live.hello(hello));
    line.on('alerts', (batch: { upTo: number; items: LiveItem[] }) => live.alertsCame(batch));
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

  watch(
    () => session.user?.name,
    (name) => {
      if (name === undefined) close();
      else if (!socket) void open();
    },
    { immediate: true },
  );
}
