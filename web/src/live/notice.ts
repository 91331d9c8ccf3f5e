import type { Alert, LiveItem } from '../api/types.ts';

/**
 * The alerts of a batch that are news to somebody at a screen: opened, or open again after they were done with. What others do with an
 * alert, and what grows, is none.
 * @param known alerts before the batch
 */
export function newsOf(items: LiveItem[], known: ReadonlyMap<string, Alert>): Alert[] {
  const news = new Map<string, Alert>();
  for (const item of items) {
    if (item.kind === 'removed') {
      news.delete(item.alert.id);
      continue;
    }
    const before = known.get(item.alert.id);
    if (before && before.rev >= item.alert.rev) continue;
    const isNews = before ? ['handled', 'closed', 'withdrawn'].includes(before.state) : item.kind === 'opened';
    if (isNews || news.has(item.alert.id)) {
      if (item.alert.state === 'open') news.set(item.alert.id, item.alert);
      else news.delete(item.alert.id);
    }
  }
  return [...news.values()];
}

/** Whether a computer has slept between two beats of a timer: far more time went by than the timer was set to. */
export function hasSlept(before: number, now: number, everyMs: number): boolean {
  return now - before > everyMs + 20_000;
}
