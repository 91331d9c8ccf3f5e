import type { ChangeStream, Collection, Document } from 'mongodb';
import type { Logger } from '../log.ts';

/** `$changeStream` on a server that is no replica set: watching can never work there. */
const NOT_A_REPLICA_SET = 40573;

/**
 * Calls `onChange` for every change of a collection that the pipeline lets through, and opens the stream again when it breaks.
 * It is a hint that comes early, never a guarantee: whoever uses it polls too.
 */
export function watchChanges<T extends Document>(
  collection: Collection<T>,
  pipeline: Document[],
  onChange: (change: Document) => void,
  log: Logger,
): { close(): Promise<void> } {
  let stream: ChangeStream | undefined;
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  function open(): void {
    if (closed) return;
    const opened: ChangeStream = collection.watch(pipeline);
    stream = opened;
    opened.on('change', onChange);
    opened.on('error', (error) => {
      const { code } = error as { code?: number };
      if (closed || stream !== opened) return;
      stream = undefined;
      opened.close().catch(() => {});
      if (code === NOT_A_REPLICA_SET) log.warn({ collection: collection.collectionName }, 'no change streams here: only polling');
      else again = setTimeout(open, 1000);
    });
  }

  open();
  return {
    async close() {
      closed = true;
      clearTimeout(again);
      await stream?.close().catch(() => {});
    },
  };
}
