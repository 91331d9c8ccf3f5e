import type { Actor } from '../alerts/types.ts';

/** Answers kept for a moment: many people look at the same figures, and what they look at need not be made twice in a second. */
export function createFigureCache<T>({
  restMs,
  most = 200,
  realNow = Date.now,
}: {
  restMs: number;
  most?: number;
  realNow?: () => number;
}) {
  const kept = new Map<string, { at: number; answer: Promise<T> }>();
  return (key: string, make: () => Promise<T>): Promise<T> => {
    const now = realNow();
    const there = kept.get(key);
    if (there && now - there.at < restMs) return there.answer;
    for (const [old, { at }] of kept) if (now - at >= restMs || kept.size >= most) kept.delete(old);
    const answer = make();
    kept.set(key, { at: now, answer });
    // A failure is not kept: whoever asks next tries again.
    answer.catch(() => kept.get(key)?.answer === answer && kept.delete(key));
    return answer;
  };
}

/** Readers who see the same share the same answer. */
export function scopeKey({ role, counties, enterpriseId }: Actor): string {
  return JSON.stringify([role, counties && [...counties].sort(), enterpriseId]);
}
