import { createHeap } from './heap.ts';
import type { Entry } from './outbox.ts';
import type { DeviceSettings } from './settings.ts';

/**
 * Decides what is sent when: arrivals, then passages, then the rest, oldest first; at most so many unsettled in flight, no more than
 * so many in any second; an unanswered message again after a while that doubles, only while connected. Runs in real time.
 */
export interface Sender {
  /** A new or recovered message. */
  add(entry: Entry): void;
  /** The line is up and its subscriptions stand. */
  up(): void;
  /** The line is down: nothing is in flight any more. */
  down(): void;
  /** The message is settled or dropped. */
  settled(entry: Entry): void;
  /** The message was refused for now: it leaves the flight and is tried again after `ms`. */
  defer(entry: Entry, ms: number): void;
  inFlight(): number;
  stop(): void;
}

interface Flight {
  due: number;
  wait: number;
}

const rank = (entry: Entry) => (entry.message === 'arrival' ? 0 : entry.message === 'passage' ? 1 : 2);
const byOrder = (a: Entry, b: Entry) => rank(a) - rank(b) || a.n - b.n;

/** @param publish hands one message to the line; called only while up. */
export function createSender(settings: DeviceSettings, publish: (entry: Entry) => void): Sender {
  const ready = createHeap<Entry>(byOrder);
  const deferred = createHeap<{ entry: Entry; due: number }>((a, b) => a.due - b.due);
  const flight = new Map<Entry, Flight>();
  /** When the last `perSecond` messages were sent, as a ring. */
  const sentAt = new Array<number>(Math.max(1, Math.floor(settings.perSecond))).fill(-Infinity);
  let sent = 0;
  let connected = false;
  let timer: NodeJS.Timeout | undefined;

  const now = () => performance.now();
  const jittered = (ms: number) => ms * (1 + settings.resend.jitter * (2 * Math.random() - 1));

  function mostOverdue(at: number): Entry | undefined {
    let best: Entry | undefined;
    for (const [entry, { due }] of flight) if (due <= at && (!best || byOrder(entry, best) < 0)) best = entry;
    return best;
  }

  function next(at: number): Entry | undefined {
    while (ready.peek()?.settled) ready.pop();
    const again = mostOverdue(at);
    const fresh = flight.size < settings.maxInFlight ? ready.peek() : undefined;
    if (again && (!fresh || byOrder(again, fresh) < 0)) return again;
    return fresh && ready.pop();
  }

  function send(entry: Entry, at: number): void {
    const last = flight.get(entry);
    const wait = last ? Math.min(last.wait * 2, settings.resend.max) : settings.resend.first;
    flight.set(entry, { wait, due: at + jittered(wait) });
    sentAt[sent++ % sentAt.length] = at;
    publish(entry);
  }

  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!connected) return;
    for (;;) {
      const at = now();
      for (let d = deferred.peek(); d && d.due <= at; d = deferred.peek()) {
        deferred.pop();
        if (!d.entry.settled) ready.push(d.entry);
      }
      const free = (sentAt[sent % sentAt.length] as number) + 1000;
      if (free > at) return wake(free - at);
      const entry = next(at);
      if (!entry) break;
      send(entry, at);
      if (!connected) return;
    }
    let due = deferred.peek()?.due ?? Infinity;
    for (const f of flight.values()) due = Math.min(due, f.due);
    if (due < Infinity) wake(due - now());
  }

  function wake(ms: number): void {
    timer = setTimeout(pump, Math.max(1, Math.ceil(ms)));
  }

  return {
    add(entry) {
      ready.push(entry);
      pump();
    },
    up() {
      connected = true;
      pump();
    },
    down() {
      connected = false;
      for (const entry of flight.keys()) ready.push(entry);
      flight.clear();
      pump();
    },
    settled(entry) {
      if (flight.delete(entry)) pump();
    },
    defer(entry, ms) {
      if (!flight.delete(entry)) return;
      deferred.push({ entry, due: now() + ms });
      pump();
    },
    inFlight: () => flight.size,
    stop() {
      connected = false;
      clearTimeout(timer);
    },
  };
}
