/** Runs one piece of work again and again: at once when woken, else every `pollMs`; never twice at a time. */
export function createLoop(work: () => Promise<void>, pollMs: number, onError: (error: unknown) => void) {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let woken = false;
  let stopped = true;

  async function round(): Promise<void> {
    let failed = false;
    do {
      woken = false;
      try {
        await work();
      } catch (error) {
        failed = true;
        if (!stopped) onError(error);
      }
    } while (woken && !failed && !stopped);
    running = undefined;
    if (!stopped) timer = setTimeout(wake, pollMs);
  }

  function wake(): void {
    if (stopped) return;
    woken = true;
    if (running) return;
    clearTimeout(timer);
    running = round();
  }

  return {
    wake,
    start() {
      stopped = false;
      wake();
    },
    /** Ends after the round that is under way. */
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
