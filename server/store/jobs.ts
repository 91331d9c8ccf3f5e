import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { Policy } from '../policy/types.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Long work that somebody asked for. It goes on after a restart, in any process. */
export interface JobDoc {
  _id: string;
  kind: string;
  by: string;
  createdAt: Date;
  params: Record<string, unknown>;
  /** The policy a what-if judges by, as it was when it was asked for: a draft may change meanwhile. */
  policy?: Policy;
  state: JobState;
  /** Observations looked at, and how many there are. */
  done: number;
  total: number;
  /** Where to go on, and what was found until there. */
  progress?: Record<string, unknown>;
  result?: Record<string, unknown>;
  /** A code, where it failed. */
  error?: string;
  endedAt?: Date;
  /** The process that works on it, and until when (real time) nobody else does. */
  owner?: string;
  leasedUntil?: Date;
}

const schema = new Schema<JobDoc>(
  {
    _id: { type: String },
    kind: { type: String, required: true },
    by: { type: String, required: true },
    createdAt: { type: Date, required: true },
    params: { type: Schema.Types.Mixed, required: true },
    policy: Schema.Types.Mixed,
    state: { type: String, required: true },
    done: { type: Number, required: true },
    total: { type: Number, required: true },
    progress: Schema.Types.Mixed,
    result: Schema.Types.Mixed,
    error: String,
    endedAt: Date,
    owner: String,
    leasedUntil: Date,
  },
  { collection: 'jobs', versionKey: false, minimize: false },
);
schema.index({ createdAt: -1, _id: -1 });
schema.index({ state: 1 }, { name: 'open', partialFilterExpression: { state: { $in: ['queued', 'running'] } } });

/** Jobs: taken by one process at a time, by lease; whoever lost the lease or was cancelled can write nothing more. */
export function jobStore(connection: Connection) {
  const model = connection.model<JobDoc>('Job', schema);
  const collection = model.collection as unknown as Collection<JobDoc>;
  const held = (id: string, owner: string) => ({ _id: id, owner, state: 'running' as const });
  return {
    indexes: () => model.createIndexes(),
    insert: (doc: JobDoc) => collection.insertOne(doc),
    get: (id: string) => collection.findOne({ _id: id }),
    list: (limit: number) => collection.find({}, { projection: { progress: 0, result: 0, policy: 0 } }).sort({ createdAt: -1, _id: -1 }).limit(limit).toArray(), // prettier-ignore

    /** Takes the oldest job nobody works on. */
    take: (owner: string, now: number, leaseMs: number) =>
      collection.findOneAndUpdate(
        { $or: [{ state: 'queued' }, { state: 'running', leasedUntil: { $lt: new Date(now) } }] },
        { $set: { state: 'running', owner, leasedUntil: new Date(now + leaseMs) } },
        { sort: { createdAt: 1, _id: 1 }, returnDocument: 'after' },
      ),

    /** Keeps how far it came. @returns false when it is no longer this process's to do */
    async keep(id: string, owner: string, set: Partial<JobDoc>, now: number, leaseMs: number): Promise<boolean> {
      const { matchedCount } = await collection.updateOne(held(id, owner), {
        $set: { ...set, leasedUntil: new Date(now + leaseMs) },
      });
      return matchedCount === 1;
    },

    async end(id: string, owner: string, set: Partial<JobDoc>): Promise<boolean> {
      const { matchedCount } = await collection.updateOne(held(id, owner), {
        $set: set,
        $unset: { owner: 1, leasedUntil: 1, progress: 1 },
      });
      return matchedCount === 1;
    },

    /** Puts a job back that this process cannot go on with now. */
    async release(id: string, owner: string): Promise<void> {
      await collection.updateOne(held(id, owner), { $set: { leasedUntil: new Date(0) } });
    },

    /** @returns the job as it is afterwards; null when there is none */
    async cancel(id: string, at: Date): Promise<JobDoc | null> {
      await collection.updateOne(
        { _id: id, state: { $in: ['queued', 'running'] } },
        { $set: { state: 'cancelled', endedAt: at }, $unset: { owner: 1, leasedUntil: 1, progress: 1 } },
      );
      return collection.findOne({ _id: id });
    },
  };
}
export type JobStore = ReturnType<typeof jobStore>;
