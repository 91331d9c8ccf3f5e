import { setImmediate as turnOver } from 'node:timers/promises';

/**
 * Long work in bites: every `atOnce`-th call lets what waits in the process go first (a gate's answer, above all); the others go on at
 * once. One for each piece of work.
 */
export function createPause(atOnce: number): () => Promise<void> | undefined {
  let n = 0;
  return () => (++n % atOnce === 0 ? turnOver() : undefined);
}
