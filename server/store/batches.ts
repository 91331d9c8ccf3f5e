import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { BatchDoc } from './types.ts';

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
    state: { type: String, enum: ['open', 'done'], required: true },
    openedAt: { type: Date, required: true },
  },
  { collection: 'batches', versionKey: false },
);
schema.index({ state: 1, owner: 1 }, { partialFilterExpression: { state: 'open' } });
schema.index({ openedAt: 1 }, { expireAfterSeconds: 7 * 86_400, partialFilterExpression: { state: 'done' } });

/**
 * Batch records: a batch is opened before its messages are inserted and done when all of them are judged, so whatever a dead process
 * left half-judged is found and finished by any other.
 */
export function batchStore(connection: Connection) {
  const model = connection.model<BatchDoc>('Batch', schema);
  const collection = model.collection as unknown as Collection<BatchDoc>;
  const processes = connection.db!.collection<ProcessDoc>('processes');
  return {
    indexes: () => model.createIndexes(),
    open: (doc: BatchDoc) => collection.insertOne(doc),
    done: (ids: string[]) => collection.updateMany({ _id: { $in: ids } }, { $set: { state: 'done' } }),

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
