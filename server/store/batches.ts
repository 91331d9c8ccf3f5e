import { Schema, type Connection } from 'mongoose';
import { Binary, type Collection } from 'mongodb';
import type { BatchDoc, BatchSums } from './types.ts';

interface ProcessDoc {
  _id: string;
  instance: string;
  /** Real time of the store's own clock. */
  beatAt: Date;
}

const schema = new Schema<BatchDoc>(
  {
    _id: { type: String },
    owner: { type: String, required: true },
    instance: { type: String, required: true },
    state: { type: String, enum: ['open', 'done', 'sealed', 'kept'], required: true },
    openedAt: { type: Date, required: true },
  },
  { collection: 'batches', versionKey: false },
);
schema.index({ state: 1, owner: 1 }, { partialFilterExpression: { state: 'open' } });
schema.index({ openedAt: 1 }, { name: 'to-seal', partialFilterExpression: { state: 'done' } });
schema.index({ sealedAt: 1 }, { name: 'sealed', partialFilterExpression: { state: 'sealed' } });
schema.index({ openedAt: 1 }, { name: 'kept', expireAfterSeconds: 7 * 86_400, partialFilterExpression: { state: 'kept' } });

/**
 * Batch records: a batch is opened before its messages are inserted and done when all of them are judged, so whatever a dead process
 * left half-judged is found and finished by any other.
 */
export function batchStore(connection: Connection) {
  const model = connection.model<BatchDoc>('Batch', schema);
  const collection = model.collection as unknown as Collection<BatchDoc>;
  const processes = connection.db!.collection<ProcessDoc>('processes');
  return {
    async indexes(): Promise<void> {
      // Earlier versions let batches go that are not sealed.
      await collection.dropIndex('openedAt_1').catch(() => undefined);
      await model.createIndexes();
    },
    open: (doc: BatchDoc) => collection.insertOne(doc),
    /** Their messages are all judged; they are to be sealed, also those that were before: something may have been added. */
    done: (ids: string[]) => collection.updateMany({ _id: { $in: ids } }, { $set: { state: 'done' } }),

    /** The same of one, with what the chain is to say of its messages. */
    doneWith: (id: string, { leaves, messages, facts }: BatchSums) =>
      collection.updateOne({ _id: id }, { $set: { state: 'done', leaves: new Binary(Buffer.concat(leaves)), messages, facts } }),

    /** Batches to be sealed, the oldest first. */
    toSeal: (limit: number) => collection.find({ state: 'done' }).sort({ openedAt: 1 }).limit(limit).hint('to-seal').toArray(),

    /** They are sealed, with so many messages. */
    async sealed(batches: { id: string; messages: number }[]): Promise<void> {
      if (batches.length === 0) return;
      await collection.bulkWrite(
        batches.map(({ id, messages }) => ({
          updateOne: {
            filter: { _id: id, state: 'done' as const },
            update: {
              $set: { state: 'sealed' as const, sealed: messages },
              $currentDate: { sealedAt: true as const },
              $unset: { leaves: 1 as const, messages: 1 as const, facts: 1 as const },
            },
          },
        })),
        { ordered: false },
      );
    },

    /** Batches sealed so long ago that whoever was late with a message of theirs has stored it or never will. */
    sealedLongAgo: (ms: number, limit: number) =>
      collection
        .find({ state: 'sealed', $expr: { $lt: ['$sealedAt', { $subtract: ['$$NOW', ms] }] } })
        .sort({ sealedAt: 1 })
        .limit(limit)
        .hint('sealed')
        .toArray(),

    /** Nothing came after they were sealed. */
    keep: (ids: string[]) => collection.updateMany({ _id: { $in: ids }, state: 'sealed' }, { $set: { state: 'kept' } }),

    /** When the longest waiting of those to be sealed was opened (real time); null where none waits. */
    async waitingSince(): Promise<Date | null> {
      return (await collection.find({ state: 'done' }).sort({ openedAt: 1 }).limit(1).hint('to-seal').next())?.openedAt ?? null;
    },

    /** Of these batches, those whose messages are all judged. */
    async doneOf(ids: string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set();
      const open = await collection.find({ _id: { $in: ids }, state: 'open' }, { projection: { _id: 1 } }).toArray();
      const still = new Set(open.map((b) => b._id));
      return new Set(ids.filter((id) => !still.has(id)));
    },

    /** Tells the others that this process lives (the store's clock). */
    beat: (owner: string, instance: string) =>
      processes.updateOne({ _id: owner }, { $currentDate: { beatAt: true }, $set: { instance } }, { upsert: true }),

    leave: (owner: string) => processes.deleteOne({ _id: owner }),

    /**
     * Batches left open by processes that are gone: of the same instance at once, of others when their beat is older than `staleMs`, and
     * the batch too (a process that has just begun was not heard yet).
     */
    async abandoned(owner: string, instance: string, staleMs: number): Promise<BatchDoc[]> {
      const living = await processes
        .find({ $expr: { $gt: ['$beatAt', { $subtract: ['$$NOW', staleMs] }] }, instance: { $ne: instance } })
        .toArray();
      return collection
        .find({
          state: 'open',
          owner: { $nin: [owner, ...living.map((p) => p._id)] },
          $or: [{ instance }, { $expr: { $lt: ['$openedAt', { $subtract: ['$$NOW', staleMs] }] } }],
        })
        .limit(50)
        .toArray();
    },
  };
}
export type BatchStore = ReturnType<typeof batchStore>;
