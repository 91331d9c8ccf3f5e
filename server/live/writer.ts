import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveEventDoc, PendingEvent } from '../alerts/types.ts';
import type { Logger } from '../log.ts';
import { createLoop } from './loop.ts';
import type { LogAppender } from './types.ts';

const DAY = 86_400_000;

export interface WriterDeps {
  store: LogAppender;
  log: Logger;
  /** Told of events that were numbered here, in order; of none when some may have been. */
  onAppended?: (events: LiveEventDoc[]) => void;
  options?: { pollMs?: number; leaseMs?: number; batch?: number; keepDays?: number };
}

export type LogWriter = ReturnType<typeof createLogWriter>;

/**
 * Numbers the events that wait in the alerts. Usually one process holds the lease and writes; that only saves work. What makes the
 * log right is the store: `_id = last + 1` is taken by an ordered insert, so of two writers one is told that its number exists, and
 * an event's own name is unique too, so that neither a writer that was thought dead nor a crash between the insert and the taking
 * out of the alert can number an event twice.
 */
export function createLogWriter({ store, log, onAppended = () => {}, options = {} }: WriterDeps) {
  const { pollMs = 500, leaseMs = 3000, batch = 200, keepDays = 30 } = options;
  const owner = randomUUID();
  let leasedUntil = 0;
  let last: number | undefined;
  let retainedAt = 0;
  let watch: { close(): Promise<void> } | undefined;

  /** One batch of waiting events. @returns how many were taken care of. */
  async function turn(): Promise<number> {
    const waiting = (await store.pending(batch)).flatMap(({ alertId, events }) => events.map((event) => ({ alertId, event })));
    if (waiting.length === 0) return 0;
    const numbers = new Map<string, number>();
    let todo = waiting;
    while (todo.length > 0) {
      const from = (last ??= await store.last());
      last = undefined;
      const documents = todo.map(({ alertId, event }, i) => numbered(from + 1 + i, alertId, event));
      const { appended, stopped } = await store.append(documents);
      // Of what broke off half-way the store says best what it has.
      onAppended(stopped === undefined ? documents : []);
      todo.slice(0, appended).forEach(({ event }, i) => numbers.set(event.id, from + 1 + i));
      last = from + appended;
      todo = todo.slice(appended);
      if (stopped === 'number') {
        last = undefined;
        await sleep(Math.random() * 20);
      } else if (stopped === 'event') {
        const known = await store.numbersOf(todo.map(({ event }) => event.id));
        for (const [id, seq] of known) numbers.set(id, seq);
        // The first one has a number that this reader may not see yet: the next turn will.
        todo = todo.slice(1).filter(({ event }) => !known.has(event.id));
      }
    }
    await store.settle(settled(waiting, numbers));
    return numbers.size;
  }

  async function run(): Promise<void> {
    if (Date.now() > leasedUntil - (leaseMs * 2) / 3) {
      const asked = Date.now();
      if (!(await store.lease(owner, leaseMs))) {
        last = undefined;
        return;
      }
      leasedUntil = asked + leaseMs;
    }
    if ((await turn()) > 0) loop.wake();
    if (Date.now() - retainedAt > 3_600_000) {
      retainedAt = Date.now();
      await store.retain(new Date(retainedAt - keepDays * DAY));
    }
  }

  const loop = createLoop(run, pollMs, (error) => {
    last = undefined;
    log.warn({ err: error }, 'the live log waits for the store');
  });

  return {
    turn,
    /** An alert changed here: look at once. */
    wake: loop.wake,
    start() {
      watch = store.watchAlerts(loop.wake);
      loop.start();
    },
    async stop() {
      await watch?.close();
      await loop.stop();
      if (Date.now() < leasedUntil) await store.release(owner).catch(() => {});
    },
  };
}

function numbered(seq: number, alertId: string, event: PendingEvent): LiveEventDoc {
  return {
    _id: seq,
    event: event.id,
    alertId,
    publishedAt: new Date(),
    kind: event.kind,
    now: event.now,
    ...(event.was && { was: event.was }),
    alert: event.alert,
    ...(event.shares && { shares: event.shares }),
  };
}

/** What each alert is to be told of its numbered events. */
function settled(waiting: { alertId: string; event: PendingEvent }[], numbers: Map<string, number>) {
  const alerts = new Map<string, { alertId: string; events: string[]; first: number; last: number }>();
  for (const { alertId, event } of waiting) {
    const seq = numbers.get(event.id);
    if (seq === undefined) continue;
    const entry = alerts.get(alertId) ?? { alertId, events: [], first: seq, last: seq };
    entry.events.push(event.id);
    entry.first = Math.min(entry.first, seq);
    entry.last = Math.max(entry.last, seq);
    alerts.set(alertId, entry);
  }
  return [...alerts.values()];
}
