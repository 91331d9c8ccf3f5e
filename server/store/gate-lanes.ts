import type { Db, Document } from 'mongodb';
import type { GateLane } from '../alerts/types.ts';
import type { Logger } from '../log.ts';
import { changeFeed } from './watch.ts';

/** A lane with the store's time of its change. */
export type GateLaneDoc = GateLane & { changed: Date };

/** The lanes may have been changed by a clock's tick before one that was read already. */
const OVERLAP_MS = 10_000;

export type GateLaneStore = ReturnType<typeof createGateLaneStore>;

/**
 * The last thing that happened on each lane, for the gate board. A view of what is recorded elsewhere: written without waiting for
 * the journal, and the newest `at` wins, in whatever order things come.
 */
export function createGateLaneStore(db: Db, log: Logger) {
  const lanes = db.collection<GateLaneDoc>('gate_lanes');

  return {
    /** Puts lanes in unless something newer stands there. One round trip. */
    async publish(items: GateLane[]): Promise<void> {
      const newest = new Map<string, GateLane>();
      for (const item of items) {
        const other = newest.get(item._id);
        if (!other || other.at <= item.at) newest.set(item._id, item);
      }
      if (newest.size === 0) return;
      const operations = [...newest.values()].map((lane) => ({
        updateOne: {
          filter: { _id: lane._id, at: { $lte: lane.at } },
          update: [{ $replaceWith: { $mergeObjects: [{ $literal: lane }, { changed: '$$NOW' }] } }] as Document[],
          upsert: true,
        },
      }));
      await lanes.bulkWrite(operations, { ordered: false, writeConcern: { w: 1 } }).catch((error: unknown) => {
        const { writeErrors } = error as { writeErrors?: { code: number }[] | { code: number } };
        // 11000: something newer stands there.
        if (writeErrors === undefined || ![writeErrors].flat().every((failure) => failure.code === 11000)) throw error;
      });
    },

    /** Lanes changed since (and a little before) a moment of the store's clock; all of them without one. */
    async changedSince(moment: Date | undefined): Promise<GateLaneDoc[]> {
      return lanes.find(moment ? { changed: { $gte: new Date(moment.getTime() - OVERLAP_MS) } } : {}).toArray();
    },

    /** Wakes a reader: some lane changed, by whichever process. */
    watch: (onChange: () => void) => changeFeed(db, log).watch({ collection: 'gate_lanes', changes: {} }, onChange),
  };
}
