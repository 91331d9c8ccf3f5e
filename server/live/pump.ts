import { scopeFilter, scopeOf, sees } from '../alerts/scope.ts';
import { seenBy } from '../alerts/json.ts';
import type { Actor, LiveEventDoc } from '../alerts/types.ts';
import type { LiveAlerts, LiveItem } from '../http/contract/live.ts';
import type { LogTail } from './tail.ts';
import type { LogReader } from './types.ts';

export interface PumpDeps {
  store: LogReader;
  tail: LogTail;
  actor: Actor;
  /** The last number the client has. */
  after: number;
  /** Whether everything sent before has left this process: only then is more read. */
  writable: () => boolean;
  sendAlerts: (payload: LiveAlerts) => void;
  sendResync: (seq: number) => void;
  options?: { page?: number; maxBehind?: number; quiet?: number };
}

export type Pump = ReturnType<typeof createPump>;

/**
 * Carries the live log to one socket, in order, a page at a time. It holds nothing but a number: for a client that does not take
 * what it is sent, nothing is read; when it takes again, it goes on from that number, out of the ring or out of the store.
 */
export function createPump({ store, tail, actor, after, writable, sendAlerts, sendResync, options = {} }: PumpDeps) {
  const { page = 200, maxBehind = 10_000, quiet = 500 } = options;
  const scope = scopeOf(actor);
  let sent = after;
  let announced = after;
  let countedAt: number | undefined;
  let busy = false;
  let ended = false;

  async function tooFarBehind(): Promise<boolean> {
    const head = tail.head();
    if (head - sent <= maxBehind) countedAt = undefined;
    if (head - sent <= maxBehind || (countedAt !== undefined && head - countedAt <= maxBehind)) return false;
    countedAt = head;
    return (await store.count(sent, [scopeFilter(scope, 'now.'), scopeFilter(scope, 'was.')], maxBehind + 1)) > maxBehind;
  }

  function resync(): void {
    ended = true;
    sendResync(tail.head());
  }

  async function round(): Promise<void> {
    while (!ended && writable() && tail.head() > sent) {
      if (await tooFarBehind()) return resync();
      const events = tail.slice(sent, page) ?? (await store.after(sent, page));
      const last = events.at(-1);
      if (ended || !last) return;
      // What lies between is older than the log keeps.
      if (events[0]!._id !== sent + 1) return resync();
      const items = events.map((event) => itemFor(actor, event)).filter((item) => item !== undefined);
      sent = last._id;
      if (items.length > 0 || sent - announced >= quiet) {
        announced = sent;
        sendAlerts({ upTo: sent, items });
      }
    }
  }

  return {
    /** Goes on if there is something to send and the client takes it. @throws what the store throws; may be called again. */
    async push(): Promise<void> {
      if (busy || ended) return;
      busy = true;
      try {
        await round();
      } finally {
        busy = false;
      }
    },
    sent: () => sent,
    end() {
      ended = true;
    },
  };
}

/** What one reader is told of an event, if anything. */
export function itemFor(actor: Actor, event: LiveEventDoc): LiveItem | undefined {
  const scope = scopeOf(actor);
  if (sees(scope, event.now))
    return { seq: event._id, kind: event.kind, alert: seenBy(actor, { ...event.alert, seq: event._id }, event.shares) };
  if (event.was && sees(scope, event.was)) {
    return { seq: event._id, kind: 'removed', alert: { id: event.alert.id, rev: event.alert.rev, seq: event._id } };
  }
  return undefined;
}
