import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openJournal } from './journal.ts';

/** A message that waits to be settled. `text` is its JSON without `backfill`; it never changes. */
export interface Entry {
  readonly id: string;
  readonly message: string;
  readonly n: number;
  /** The message's own `at`, in device time. */
  readonly at: number;
  readonly text: string;
  settled: boolean;
}

/** The outbox: every message on disk until it is settled (wire contract, "Delivery"). */
export interface Outbox {
  /** Unsettled messages found on opening, oldest first. */
  readonly found: readonly Entry[];
  /**
   * Keeps a message; settles once it is on the disk. Undefined when the outbox was full and the message, being of the least kind
   * left, was dropped and counted.
   */
  put(message: string, at: number, body: object): Promise<Entry | undefined>;
  get(id: string): Entry | undefined;
  /** Lets a message go. Not synced: after a crash it is sent once more, which is harmless. */
  settle(entry: Entry): void;
  queued(): number;
  dropped(): number;
  close(): Promise<void>;
}

/** What is given up first when the outbox is full; passages are in no list and stay. */
const DROP_ORDER = ['telemetry', 'sighting', 'reading', 'fill', 'arrival'];
/** Below this a journal is not worth compacting. */
const COMPACT_BYTES = 1 << 20;

type JournalRecord =
  { put: Omit<Entry, 'text' | 'settled'>; text: string } | { done: string } | { mark: { n: number; dropped: number } };

/**
 * Opens the outbox kept in `dir`. Ids are `<bootId>-<counter>`: the boot id is new at every start, so they never repeat.
 * @param maxBytes what the waiting messages may take; only passages may exceed it.
 */
export async function openOutbox(dir: string, maxBytes: number): Promise<Outbox> {
  const journal = await openJournal(join(dir, 'outbox.log'));
  const bootId = randomBytes(6).toString('hex');
  const entries = new Map<string, Entry>();
  let counter = 0;
  let n = 0;
  let dropped = 0;
  let bytes = 0;
  let compacting = false;

  for (const record of journal.found as JournalRecord[]) {
    if ('put' in record) {
      entries.set(record.put.id, { ...record.put, text: record.text, settled: false });
      n = Math.max(n, record.put.n);
    } else if ('done' in record) entries.delete(record.done);
    else {
      n = Math.max(n, record.mark.n);
      dropped = Math.max(dropped, record.mark.dropped);
    }
  }
  for (const entry of entries.values()) bytes += entry.text.length;

  function* live(): Iterable<JournalRecord> {
    yield { mark: { n, dropped } };
    for (const { id, message, n: number, at, text } of entries.values()) yield { put: { id, message, n: number, at }, text };
  }

  function compactIfWorthIt(): void {
    if (compacting || journal.bytes() < COMPACT_BYTES || journal.bytes() < 2 * bytes) return;
    compacting = true;
    journal
      .rewrite(live)
      .catch(() => undefined) // the longer file is as good; the next settled message tries again
      .finally(() => (compacting = false));
  }

  function remove(entry: Entry): void {
    if (!entries.delete(entry.id)) return;
    entry.settled = true;
    bytes -= entry.text.length;
    journal.note({ done: entry.id });
    compactIfWorthIt();
  }

  /** Makes room by dropping the oldest of the least kinds. @returns whether the new message may come in. */
  function makeRoom(message: string, needed: number): boolean {
    for (const least of DROP_ORDER) {
      if (bytes + needed <= maxBytes) return true;
      for (const entry of entries.values()) {
        if (entry.message !== least) continue;
        remove(entry);
        dropped++;
        if (bytes + needed <= maxBytes) break;
      }
      if (least === message && bytes + needed > maxBytes) return false;
    }
    return true;
  }

  return {
    found: [...entries.values()],
    async put(message, at, body) {
      const id = `${bootId}-${++counter}`;
      const number = ++n;
      const text = JSON.stringify({ ...body, id, n: number });
      const before = dropped;
      const fits = makeRoom(message, text.length);
      if (!fits) dropped++;
      if (dropped > before) journal.note({ mark: { n, dropped } });
      if (!fits) return undefined;
      const entry: Entry = { id, message, n: number, at, text, settled: false };
      entries.set(id, entry);
      bytes += text.length;
      try {
        await journal.append([{ put: { id, message, n: number, at }, text }]);
      } catch (error) {
        entries.delete(id);
        bytes -= text.length;
        throw error;
      }
      return entry;
    },
    get: (id) => entries.get(id),
    settle: remove,
    queued: () => entries.size,
    dropped: () => dropped,
    close: () => journal.close(),
  };
}
