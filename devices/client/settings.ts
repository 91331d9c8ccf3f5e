import type { Kind } from '../contract/kinds.ts';

/** How a device sends. The defaults are the wire contract's; benches and fault tests raise the rates and shorten the waits. */
export interface DeviceSettings {
  /** Unsettled messages in flight at most. */
  maxInFlight: number;
  /** Messages in any one real second at most. */
  perSecond: number;
  /** Real ms until an unanswered message is sent again; doubles up to `max`, give or take `jitter`. */
  resend: { first: number; max: number; jitter: number };
  /** Real ms before connecting again: grows from `first` to `max`, with jitter. */
  reconnect: { first: number; max: number };
  /** Real ms after which a message refused for a while is tried again when the answer names no time. */
  retryAfter: number;
  /** Device ms after a message's `at` from which it counts as sent late. Runs with the clock's speed. */
  backfillAfter: number;
  /** Device ms between two statuses. Runs with the clock's speed, but never faster than once a real second. */
  statusEvery: number;
  /** Bytes the outbox may hold: more than a week of any device. */
  maxOutboxBytes: number;
  /** Seconds. */
  keepalive: number;
  /** Real ms for CONNACK, and for SUBACK. */
  connectTimeout: number;
}

/** The wire contract's settings for a kind of device. */
export function defaultSettings(kind: Kind): DeviceSettings {
  return {
    maxInFlight: 32,
    perSecond: kind === 'gate' ? 15 : 40,
    resend: { first: 30_000, max: 600_000, jitter: 0.2 },
    reconnect: { first: 1_000, max: 120_000 },
    retryAfter: 60_000,
    backfillAfter: 60_000,
    statusEvery: 60_000,
    maxOutboxBytes: 128 << 20,
    keepalive: 60,
    connectTimeout: 15_000,
  };
}
