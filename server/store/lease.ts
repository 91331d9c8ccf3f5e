import type { Db } from 'mongodb';

interface LeaseDoc {
  _id: string;
  owner?: string;
  until?: Date;
}

export type Lease = ReturnType<typeof createLease>;

/**
 * Who of several processes does a piece of work, by the store's own clock. It saves work and nothing more: what must not happen twice is
 * to be prevented by a unique key.
 * @param db writes must be majority + journal
 */
export function createLease(db: Db, collection: string, id: string) {
  const leases = db.collection<LeaseDoc>(collection, { writeConcern: { w: 'majority', journal: true } });
  return {
    /** Takes or keeps it. @returns whether it is the owner's now */
    async take(owner: string, ttlMs: number): Promise<boolean> {
      const mine = { $or: [{ $eq: ['$owner', owner] }, { $lt: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] }] };
      try {
        const lease = await leases.findOneAndUpdate(
          { _id: id },
          [
            { $set: { owner: { $cond: [mine, owner, '$owner'] } } },
            { $set: { until: { $cond: [{ $eq: ['$owner', owner] }, { $add: ['$$NOW', ttlMs] }, '$until'] } } },
          ],
          { upsert: true, returnDocument: 'after' },
        );
        return lease?.owner === owner;
      } catch (error) {
        if ((error as { code?: number }).code === 11000) return false;
        throw error;
      }
    },

    /** Gives it back, so that another need not wait for its end. */
    async release(owner: string): Promise<void> {
      await leases.deleteOne({ _id: id, owner });
    },
  };
}
