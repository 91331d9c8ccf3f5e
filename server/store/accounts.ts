import type { Db } from 'mongodb';

/** A revision of an account as it was served and is served for ever. */
export interface AccountDoc {
  /** `<enterprise>|<month>|<revision>`: of two processes that make the same revision one is told that it exists. */
  _id: string;
  enterprise: string;
  month: string;
  revision: number;
  state: 'provisional' | 'final';
  asOf: Date;
  digest: string;
  /** The canonical JSON, byte for byte. */
  text: string;
}

/** What lists of revisions show. */
export type RevisionMark = Pick<AccountDoc, 'revision' | 'state' | 'asOf' | 'digest'>;

/** The clean-transport accounts: revisions are only ever added. */
export function accountStore(db: Db) {
  const collection = db.collection<AccountDoc>('accounts');
  const deliveries = db.collection<{ key: string; recordedAt: number; row: { enterpriseId: string; month: string } }>(
    'registry_deliveries',
  );
  return {
    async indexes(): Promise<void> {
      await collection.createIndex({ enterprise: 1, month: 1, revision: -1 }, { unique: true });
      await collection.createIndex({ month: 1, enterprise: 1, revision: -1 });
    },

    /** @returns false when somebody else has made this revision */
    async insert(doc: AccountDoc): Promise<boolean> {
      try {
        await collection.insertOne(doc);
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === 11_000) return false;
        throw error;
      }
    },

    last: (enterprise: string, month: string) => collection.find({ enterprise, month }).sort({ revision: -1 }).limit(1).next(),

    revision: (enterprise: string, month: string, revision: number) => collection.findOne({ enterprise, month, revision }),

    /** Newest first. */
    revisions: (enterprise: string, month: string): Promise<RevisionMark[]> =>
      collection
        .find({ enterprise, month }, { projection: { _id: 0, revision: 1, state: 1, asOf: 1, digest: 1 } })
        .sort({ revision: -1 })
        .toArray(),

    /** The last revision of every enterprise that has an account of the month. */
    async lastOf(month: string): Promise<AccountDoc[]> {
      const found = collection.aggregate<{ doc: AccountDoc }>([
        { $match: { month } },
        { $sort: { month: 1, enterprise: 1, revision: -1 } },
        { $group: { _id: '$enterprise', doc: { $first: '$$ROOT' } } },
      ]);
      return (await found.toArray()).map(({ doc }) => doc);
    },

    /** The last revisions of an enterprise's months of a stretch, both ends included, oldest first. */
    async months(enterprise: string, first: string, last: string): Promise<AccountDoc[]> {
      const found = collection.aggregate<{ doc: AccountDoc }>([
        { $match: { enterprise, month: { $gte: first, $lte: last } } },
        { $sort: { enterprise: 1, month: 1, revision: -1 } },
        { $group: { _id: '$month', doc: { $first: '$$ROOT' } } },
        { $sort: { _id: 1 } },
      ]);
      return (await found.toArray()).map(({ doc }) => doc);
    },

    /** When a delivery was last recorded, of every enterprise and month that has some: `[enterprise, month, ms]`. */
    async deliveriesRecorded(since: number): Promise<[enterprise: string, month: string, at: number][]> {
      const found = deliveries.aggregate<{ _id: { enterprise: string; month: string }; at: number }>([
        { $match: { recordedAt: { $gte: since } } },
        { $group: { _id: { enterprise: '$row.enterpriseId', month: '$row.month' }, at: { $max: '$recordedAt' } } },
      ]);
      return (await found.toArray()).map(({ _id, at }) => [_id.enterprise, _id.month, at]);
    },

    /** Keys of all deliveries that ever were of this enterprise and month. */
    deliveryKeys: (enterprise: string, month: string): Promise<string[]> =>
      deliveries.distinct('key', { 'row.enterpriseId': enterprise, 'row.month': month }),
  };
}
export type AccountStore = ReturnType<typeof accountStore>;
