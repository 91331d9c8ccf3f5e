import type { ChangeStream, Db, Document } from 'mongodb';
import type { Logger } from '../log.ts';

/** `$changeStream` on a server that is no replica set: watching can never work there. */
const NOT_A_REPLICA_SET = 40573;

/** Which changes of a collection are told: a `$match` on its change events. */
export interface Watched {
  collection: string;
  changes: Document;
}

export interface ChangeFeed {
  /** Calls `onChange` with the changed document's `_id` for every such change, and what others watch in the collection, until closed. */
  watch(what: Watched, onChange: (id: unknown) => void): { close(): Promise<void> };
}

const feeds = new WeakMap<Db, ChangeFeed>();

/**
 * The changes of a database, for all who watch some: one stream, since each stream makes the store look through everything that is
 * written. It is a hint that comes early, never a guarantee: whoever uses it polls too.
 */
export function changeFeed(db: Db, log: Logger): ChangeFeed {
  const known = feeds.get(db);
  if (known) return known;
  const feed = createFeed(db, log);
  feeds.set(db, feed);
  return feed;
}

function createFeed(db: Db, log: Logger): ChangeFeed {
  const watchers = new Map<object, { what: Watched; onChange: (id: unknown) => void }>();
  let stream: ChangeStream | undefined;
  let again: NodeJS.Timeout | undefined;
  let opening: NodeJS.Immediate | undefined;

  function tell({ ns, documentKey }: Document): void {
    for (const { what, onChange } of watchers.values()) if (what.collection === ns?.coll) onChange(documentKey?._id);
  }

  async function close(): Promise<void> {
    clearTimeout(again);
    clearImmediate(opening);
    opening = undefined;
    const old = stream;
    stream = undefined;
    await old?.close().catch(() => {});
  }

  /** Opens the stream for those who watch now, in place of the one before; opens it again when it breaks. */
  function open(): void {
    void close();
    if (watchers.size === 0) return;
    const some = [...watchers.values()].map(({ what }) => ({ 'ns.coll': what.collection, ...what.changes }));
    const opened = db.watch([{ $match: { $or: some } }, { $project: { _id: 1, operationType: 1, ns: 1, documentKey: 1 } }]);
    stream = opened;
    opened.on('change', tell);
    const broken = (error?: { code?: number }) => {
      if (stream !== opened) return;
      stream = undefined;
      opened.close().catch(() => {});
      if (error?.code === NOT_A_REPLICA_SET) log.warn('no change streams here: only polling');
      else again = setTimeout(open, 1000);
    };
    opened.on('error', broken);
    opened.on('close', () => broken());
  }

  return {
    watch(what, onChange) {
      const watcher = {};
      watchers.set(watcher, { what, onChange });
      // Who begins in the same turn begins with the same stream.
      opening ??= setImmediate(open);
      return {
        async close() {
          watchers.delete(watcher);
          if (watchers.size === 0) await close();
        },
      };
    },
  };
}
