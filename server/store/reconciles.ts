import type { Db } from './connection.ts';

/** A civil day on which stored messages of the two days before were judged again. */
export interface ReconcileDoc {
  /** The civil day on which it ran, `YYYY-MM-DD`: one process does it. */
  _id: string;
  /** Who does it. */
  owner: string;
  /** Real time until which nobody else takes it over; it is put off while it runs. */
  lease: Date;
  /** When it was done, platform time; absent while it runs. */
  at?: Date;
  observations?: number;
  differences?: number;
  /** The first of the findings that were not as stored. */
  findings?: { id: string; kind: string; fields: string[] }[];
  /** Stored messages that could not be judged. */
  notJudged?: number;
}

/** What the nightly reconcile found, a document a day. */
export function reconcileStore(db: Db) {
  const collection = db.collection<ReconcileDoc>('reconciles');
  return {
    /**
     * Takes a day. Its key is the fence: one process inserts it; another takes it over when the first was not heard of until its lease.
     * @param now real ms
     */
    async take(day: string, owner: string, now: number, leaseMs: number): Promise<boolean> {
      const lease = new Date(now + leaseMs);
      const seen = await collection.findOne({ _id: day });
      if (!seen) {
        return collection.insertOne({ _id: day, owner, lease }).then(
          () => true,
          (error: unknown) => {
            if ((error as { code?: number }).code === 11_000) return false;
            throw error;
          },
        );
      }
      if (seen.at !== undefined || seen.lease.getTime() > now) return false;
      const taken = await collection.updateOne(
        { _id: day, owner: seen.owner, lease: seen.lease, at: { $exists: false } },
        { $set: { owner, lease } },
      );
      return taken.modifiedCount === 1;
    },

    /** Still at it. @returns false when another process took it over */
    async hold(day: string, owner: string, now: number, leaseMs: number): Promise<boolean> {
      const held = await collection.updateOne({ _id: day, owner }, { $set: { lease: new Date(now + leaseMs) } });
      return held.matchedCount === 1;
    },

    async done(
      day: string,
      owner: string,
      result: Required<Pick<ReconcileDoc, 'at' | 'observations' | 'differences' | 'findings' | 'notJudged'>>,
    ): Promise<void> {
      await collection.updateOne({ _id: day, owner }, { $set: result });
    },

    /** The last day that was done. */
    last: () =>
      collection
        .find({ at: { $exists: true } })
        .sort({ _id: -1 })
        .limit(1)
        .next(),
  };
}
export type ReconcileStore = ReturnType<typeof reconcileStore>;
