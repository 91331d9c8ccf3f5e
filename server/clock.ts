/**
 * The platform's clock: one injected thing. `at`, `receivedAt`, pending moments, civil days and due times run on it;
 * resends, receipts, quotas, time-outs, sessions and sockets run in real time.
 */
export interface Clock {
  /** Platform time in whole milliseconds since 1970-01-01Z. */
  now(): number;
  /** Platform seconds per real second; 1 in service. */
  readonly speed: number;
}

/** A stored anchor: at the real instant `real` the platform's clock showed `start`. */
export interface ClockAnchor {
  real: number;
  start: number;
  speed: number;
}

export const realClock: Clock = { now: () => Date.now(), speed: 1 };

/** A clock that runs from an anchor; every process of a platform uses the same stored one. */
export function anchoredClock(anchor: ClockAnchor, real: () => number = Date.now): Clock {
  return { speed: anchor.speed, now: () => Math.floor(anchor.start + (real() - anchor.real) * anchor.speed) };
}
