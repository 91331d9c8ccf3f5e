import type { BatchStore } from '../store/batches.ts';
import type { BatchSums } from '../store/types.ts';

/** A process unheard for so long may soon be taken for dead. */
const UNHEARD_MS = 5_000;

/**
 * Gives each insert an open batch record that precedes it in the store. One record serves all batches that start within a second: it is
 * done when they are all judged, so that records cost two writes a second and a crash costs at most a second of judging again.
 */
export function createBatchRecords(store: BatchStore, owner: string, instance: string, windowMs = 1000) {
  interface Window {
    id: string;
    opened: Promise<unknown>;
    closesAt: number;
    users: number;
    failed: boolean;
    /** What the chain of evidence is to say of its messages; null where not all of it is known. */
    sums: BatchSums | null;
  }
  let current: Window | null = null;
  let next: Window | null = null;
  let counter = 0;
  /** When this process was last heard by the others; nobody listens while it is null. */
  let heardAt: number | null = null;
  /** Records under which something failed after its messages may have been inserted. */
  let failed: string[] = [];

  function open(): Window {
    const at = new Date();
    const id = `${batchIdAt(at.getTime())}-${owner}-${(counter++).toString(36)}`;
    const window: Window = {
      id,
      opened: store.open({ _id: id, owner, instance, state: 'open', openedAt: at }),
      closesAt: Infinity,
      users: 0,
      failed: false,
      sums: { leaves: [], messages: 0, facts: [] },
    };
    window.opened.catch(() => {
      if (current === window) current = null;
      if (next === window) next = null;
    });
    return window;
  }

  function close(window: Window) {
    if (window.users > 0) return;
    if (window.failed) {
      failed.push(window.id);
      return;
    }
    // Late, it means no more than judging its messages once more; where it cannot be written the sweep does it.
    (window.sums ? store.doneWith(window.id, window.sums) : store.done([window.id])).catch(() => failed.push(window.id));
  }

  return {
    /**
     * An open record and the call that ends its use: `judged: false` leaves it open for the sweep.
     * `sums`: what the chain of evidence is to say of what was stored under it; absent: it is read from the store.
     */
    async use(): Promise<{ id: string; end(judged: boolean, sums?: BatchSums): void }> {
      const now = Date.now();
      if (heardAt !== null && now - heardAt > UNHEARD_MS) {
        // The others may take this process for dead and have ended its records: none of them may precede a new insert.
        if (next) close(next);
        next = null;
        if (current) current.closesAt = now;
      }
      if (current && now >= current.closesAt) {
        const old = current;
        current = null;
        close(old);
      }
      if (!current) {
        current = next ?? open();
        current.closesAt = now + windowMs;
        next = null;
      }
      const window = current;
      window.users++;
      try {
        await window.opened;
      } catch (error) {
        window.users--;
        throw error;
      }
      next ??= open();
      next.opened.catch(() => undefined);
      return {
        id: window.id,
        end(judged, sums) {
          window.users--;
          if (!judged) window.failed = true;
          if (!sums || !window.sums) window.sums = null;
          else {
            window.sums.leaves.push(...sums.leaves);
            window.sums.messages += sums.messages;
            window.sums.facts.push(...sums.facts);
          }
          if (window !== current) close(window);
        },
      };
    },
    /** Ends a record whose second is over though no batch came to replace it: called about once a second. */
    tick() {
      if (!current || Date.now() < current.closesAt) return;
      const old = current;
      current = null;
      close(old);
    },
    /** The others have heard of this process just now. */
    heard() {
      heardAt = Date.now();
    },
    /** Own records that were left open by a failure: their messages are to be judged again. */
    failed: () => [...failed],
    /** They were. */
    finished(id: string) {
      failed = failed.filter((other) => other !== id);
    },
    /** Ends what is open and unused. */
    async stop(): Promise<void> {
      const windows = [current, next].filter((w): w is Window => w !== null && w.users === 0 && !w.failed);
      current = null;
      next = null;
      for (const { id, sums } of windows) await (sums ? store.doneWith(id, sums) : store.done([id]));
    },
  };
}
export type BatchRecords = ReturnType<typeof createBatchRecords>;

/** Where the ids of batches opened at a moment (real ms) begin. */
export function batchIdAt(at: number): string {
  return at.toString(36).padStart(9, '0');
}
