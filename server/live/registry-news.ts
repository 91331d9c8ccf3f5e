import { LIVE_COLLECTIONS, type LiveRegistry } from '../http/contract/live.ts';
import type { Logger } from '../log.ts';
import { createLoop } from './loop.ts';

export type RegistryNews = ReturnType<typeof createRegistryNews>;

/**
 * Tells that responses or zones were published, by whatever process: consoles show them over every room and read them again. It says no
 * more than that; who may read them is asked of whoever does.
 * @param read the revision numbers of the registry's collections
 */
export function createRegistryNews({
  read,
  log,
  pollMs = 1000,
}: {
  read: () => Promise<Record<string, number>>;
  log: Logger;
  pollMs?: number;
}) {
  const listeners = new Set<(news: LiveRegistry) => void>();
  let seen: Record<string, number> | undefined;

  async function look(): Promise<void> {
    const numbers = await read();
    const before = seen;
    seen = numbers;
    const changed = before && LIVE_COLLECTIONS.filter((name) => (numbers[name] ?? 0) !== (before[name] ?? 0));
    if (changed && changed.length > 0) for (const listener of listeners) listener({ changed });
  }

  const loop = createLoop(look, pollMs, (error) => log.warn({ err: error }, 'the registry’s revisions cannot be read for now'));

  return {
    /** Calls the listener whenever something was published. @returns how to end that */
    onNews(listener: (news: LiveRegistry) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Something was published in this process. */
    wake: loop.wake,
    start: () => loop.start(),
    stop: () => loop.stop(),
  };
}
