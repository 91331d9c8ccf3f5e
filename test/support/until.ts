import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds. @throws when it does not within the time */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await sleep(10);
  }
}

/** Whether a process lives (one that has ended and is not yet reaped does not). */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
