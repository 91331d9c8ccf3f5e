import { scopeFilter, scopeOf, sees, type Scope } from '../alerts/scope.ts';
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
      const payload = { upTo: last._id, items: itemsFor(actor, events) };
      if (took(payload)) sendAlerts(payload);
    }
  }

  /** Goes on to the end of a page. @returns whether the client is to be told of it: news for it, or much passed over */
  function took({ upTo, items }: LiveAlerts): boolean {
    sent = upTo;
    const told = items.length > 0 || sent - announced >= quiet;
    if (told) announced = sent;
    return told;
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
    /** Whether the log goes on beyond what the client was sent. */
    behind: () => !ended && tail.head() > sent,
    /** The next page for this client if it lies in memory and the client takes it now; what clients alike are sent can then be shared. */
    ahead(): LiveEventDoc[] | undefined {
      if (busy || ended || !writable() || tail.head() - sent > page) return undefined;
      return tail.slice(sent, page);
    },
    took,
    end() {
      ended = true;
    },
  };
}

/** What one reader is told of a page of the log. */
export function itemsFor(actor: Actor, events: LiveEventDoc[]): LiveItem[] {
  const scope = scopeOf(actor);
  return events.flatMap((event) => itemFor(actor, scope, event) ?? []);
}

function itemFor(actor: Actor, scope: Scope, event: LiveEventDoc): LiveItem | undefined {
  if (sees(scope, event.now))
    return { seq: event._id, kind: event.kind, alert: seenBy(actor, { ...event.alert, seq: event._id }, event.shares) };
  if (event.was && sees(scope, event.was)) {
    return { seq: event._id, kind: 'removed', alert: { id: event.alert.id, rev: event.alert.rev, seq: event._id } };
  }
  return undefined;
}
