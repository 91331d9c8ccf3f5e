/** How long to wait before a part that died is started again: at once, then doubling; from the beginning after a quiet time. */
export interface BackOff {
  /** Milliseconds to wait before the next start. */
  next(nowMs: number): number;
}

/**
 * @param firstMs wait after a first death
 * @param mostMs longest wait
 * @param quietMs after this long without a death the next one counts as the first
 */
export function createBackOff(firstMs = 50, mostMs = 5_000, quietMs = 30_000): BackOff {
  let wait = firstMs;
  let last = -Infinity;
  return {
    next(nowMs) {
      if (nowMs - last > quietMs) wait = firstMs;
      last = nowMs;
      const current = wait;
      wait = Math.min(wait * 2, mostMs);
      return current;
    },
  };
}
