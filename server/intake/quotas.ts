/** Rate limits per device in real time: a token bucket each, and one `rejected rate-limited` a minute. A rate of 0 is no limit. */
export interface QuotaBounds {
  gatePerSecond: number;
  otherPerSecond: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
  toldAt: number;
}

const FORGET_AFTER = 10 * 60_000;

export function createQuotas(bounds: QuotaBounds, now: () => number = Date.now) {
  const buckets = new Map<string, Bucket>();
  let sweptAt = now();

  function sweep(at: number) {
    sweptAt = at;
    for (const [key, bucket] of buckets) if (at - bucket.at > FORGET_AFTER) buckets.delete(key);
  }

  return {
    /** `ok`, or over the limit: `tell` at most once a minute, else `silent`. */
    take(kind: string, deviceId: string): 'ok' | 'tell' | 'silent' {
      const rate = kind === 'gate' ? bounds.gatePerSecond : bounds.otherPerSecond;
      if (rate === 0) return 'ok';
      const at = now();
      if (at - sweptAt > FORGET_AFTER) sweep(at);
      const key = `${kind}/${deviceId}`;
      let bucket = buckets.get(key);
      if (!bucket) buckets.set(key, (bucket = { tokens: bounds.burst, at, toldAt: -Infinity }));
      bucket.tokens = Math.min(bounds.burst, bucket.tokens + ((at - bucket.at) / 1000) * rate);
      bucket.at = at;
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 'ok';
      }
      if (at - bucket.toldAt < 60_000) return 'silent';
      bucket.toldAt = at;
      return 'tell';
    },
  };
}
export type Quotas = ReturnType<typeof createQuotas>;
