import type { LiveEventDoc } from '../alerts/types.ts';
import type { Logger } from '../log.ts';
import { createLoop } from './loop.ts';
import type { LogReader } from './types.ts';

export interface TailDeps {
  store: LogReader;
  log: Logger;
  options?: { pollMs?: number; ring?: number };
}

export type LogTail = ReturnType<typeof createLogTail>;

const PAGE = 500;

/** The one reader of the live log's end in a process: keeps the newest events in a ring and tells when there are more. */
export function createLogTail({ store, log, options = {} }: TailDeps) {
  const { pollMs = 1000, ring: size = 1000 } = options;
  const listeners = new Set<() => void>();
  let ring: LiveEventDoc[] = [];
  let head = 0;
  let watch: { close(): Promise<void> } | undefined;

  /** Goes on to the end of these events, of which some may be known. */
  function take(events: LiveEventDoc[]): void {
    const news = events.filter((event) => event._id > head);
    const end = news.at(-1);
    if (!end) return;
    // A jump is possible only where this process slept through the whole retention.
    ring = news[0]!._id === head + 1 ? [...ring, ...news].slice(-size) : news.slice(-size);
    head = end._id;
    for (const listener of listeners) listener();
  }

  async function read(): Promise<void> {
    for (;;) {
      const events = await store.after(head, PAGE);
      take(events);
      if (events.length < PAGE) return;
    }
  }

  const loop = createLoop(read, pollMs, (error) => log.warn({ err: error }, 'the live log cannot be read for now'));

  return {
    /** The last number read. */
    head: () => head,
    /** Up to `limit` events after a number, or undefined when the ring does not reach back so far. */
    slice(seq: number, limit: number): LiveEventDoc[] | undefined {
      const first = ring[0]?._id;
      if (first === undefined || seq + 1 < first) return undefined;
      return ring.slice(seq + 1 - first, seq + 1 - first + limit);
    },
    /** Calls the listener whenever `head` moved. @returns how to end that */
    onMoved(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    wake: loop.wake,
    /** Events that this process has stored: those that go on where the ring ends need not be read. */
    appended(events: LiveEventDoc[]): void {
      if (events[0]?._id === head + 1) take(events);
      else loop.wake();
    },
    async start() {
      head = await store.last();
      watch = store.watchEvents((seq) => seq > head && loop.wake());
      loop.start();
    },
    async stop() {
      await watch?.close();
      await loop.stop();
    },
  };
}
