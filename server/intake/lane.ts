import { setTimeout as sleep } from 'node:timers/promises';

export interface LaneOptions<T> {
  name: string;
  /** Largest batch. */
  size: number;
  /** Wait for more before a batch starts, ms; 0 starts at once. */
  linger: number;
  /** The same while another batch is under way: what comes meanwhile shares its round trips. Default `linger`. */
  lingerBusy?: number;
  /** Batches under way at the same time; those that made room are not counted. */
  parallel: number;
  /** Handles a batch; throws when it could not be stored. `makeRoom` lets the next batch begin while this one is still under way. */
  work(items: T[], makeRoom: () => void): Promise<void>;
  /** Whether a failure is the store being away (the batch is tried again until it is back) rather than the batch's own fault. */
  isStoreAway(error: unknown): boolean;
  /** A single item that fails by itself. */
  poison(item: T, error: unknown): Promise<void>;
  onError(error: unknown, items: number): void;
}

/** A lane of the intake: gathers items into batches. A batch that fails is halved until the one that fails by itself is found. */
export function createLane<T>(options: LaneOptions<T>) {
  const queue: T[] = [];
  /** Batches that take up room, and all that are under way. */
  let running = 0;
  let underWay = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const idle: (() => void)[] = [];

  function pump() {
    while (running < options.parallel && queue.length > 0 && !stopped) {
      const linger = running > 0 ? (options.lingerBusy ?? options.linger) : options.linger;
      if (linger > 0 && queue.length < options.size) {
        timer ??= setTimeout(flush, linger);
        return;
      }
      start();
    }
  }

  function flush() {
    timer = null;
    if (queue.length > 0 && running < options.parallel && !stopped) start();
  }

  function start() {
    if (timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
    const items = queue.splice(0, options.size);
    running++;
    underWay++;
    let room = false;
    const makeRoom = () => {
      if (room) return;
      room = true;
      running--;
      pump();
    };
    void handle(items, makeRoom).finally(() => {
      underWay--;
      if (underWay === 0 && (queue.length === 0 || stopped)) for (const done of idle.splice(0)) done();
      makeRoom();
    });
  }

  async function handle(items: T[], makeRoom: () => void): Promise<void> {
    let pause = 50;
    for (;;) {
      try {
        return await options.work(items, makeRoom);
      } catch (error) {
        options.onError(error, items.length);
        if (!options.isStoreAway(error)) return split(items, error, makeRoom);
        if (stopped) return;
        await sleep(pause);
        pause = Math.min(pause * 2, 1000);
      }
    }
  }

  async function split(items: T[], error: unknown, makeRoom: () => void): Promise<void> {
    if (items.length === 1) return poison(items[0]!, error);
    const half = items.length >> 1;
    await handle(items.slice(0, half), makeRoom);
    await handle(items.slice(half), makeRoom);
  }

  async function poison(item: T, error: unknown): Promise<void> {
    while (!stopped) {
      try {
        return await options.poison(item, error);
      } catch (e) {
        options.onError(e, 1);
        if (!options.isStoreAway(e)) return;
        await sleep(1000);
      }
    }
  }

  return {
    name: options.name,
    push(item: T) {
      queue.push(item);
      pump();
    },
    /** Items that wait, not counting batches under way. */
    waiting: () => queue.length,
    running: () => underWay,
    /** Takes no new batch; resolves when those under way are through, or after `timeout` ms. */
    async stop(timeout: number): Promise<void> {
      stopped = true;
      if (underWay === 0) return;
      await Promise.race([new Promise<void>((resolve) => idle.push(resolve)), sleep(timeout, undefined, { ref: false })]);
    },
  };
}
export type Lane<T> = ReturnType<typeof createLane<T>>;
