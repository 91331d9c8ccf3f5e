/** A device's clock. Outside demos and tests it is the real one. */
export interface DeviceClock {
  /** Device time in whole milliseconds since 1970-01-01Z. */
  now(): number;
  /** Device seconds per real second: 1 in service; a demo's devices run on the platform's faster clock. */
  readonly speed: number;
}

export const realClock: DeviceClock = { now: () => Date.now(), speed: 1 };

/** A clock that showed `start` at the real instant `real` and runs `speed` times as fast. */
export function fastClock(anchor: { real: number; start: number; speed: number }): DeviceClock {
  return { speed: anchor.speed, now: () => Math.floor(anchor.start + (Date.now() - anchor.real) * anchor.speed) };
}
