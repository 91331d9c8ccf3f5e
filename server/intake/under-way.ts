import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked whether what was under way is in the store; real ms. */
const LOOK_MS = 5;

/**
 * The messages of this process that have come in and are not yet judged and stored, by when they came (real time). Lists ask it: what was
 * recorded before the oldest of them came will not become more.
 */
export function createUnderWay(realNow: () => number = Date.now) {
  /** In the order in which they came. */
  const open = new Set<{ at: number }>();
  const oldest = () => open.values().next().value?.at ?? Infinity;
  return {
    /** A message came in. @returns what is to be called when all it says is stored, or it was refused */
    enter(): () => void {
      const one = { at: realNow() };
      open.add(one);
      return () => open.delete(one);
    },

    /**
     * Waits for what is under way now, no longer than so many ms.
     * @returns a moment (real ms) before which everything is stored: now, or before the oldest that is still under way
     */
    async settled(waitMs: number): Promise<number> {
      const asked = realNow();
      while (oldest() <= asked && realNow() - asked < waitMs) await sleep(LOOK_MS);
      // A message's own stamp is up to a millisecond older than its entry here.
      return Math.min(asked, oldest() - 2);
    },
  };
}
export type UnderWay = ReturnType<typeof createUnderWay>;
