import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { Policy } from '../policy/types.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** One re-judge at a time: two would take each other's changes for their own. */
export const REJUDGE = 're-judge';

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
  /** Of a re-judge: facts recorded by then count. Fixed when it was asked for, whoever goes on with it. */
  knownBy?: Date;
  /** Of a re-judge: batches from here on may hold messages that came in before and were stored later. */
  batchesFrom?: string;
  /** It was cancelled, and what it changed so far is still to be settled. */
  settling?: true;
  /** Of jobs with the same word here one at a time is under way. */
  exclusive?: string;
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
    knownBy: Date,
    batchesFrom: String,
    settling: Boolean,
    exclusive: String,
  },
  { collection: 'jobs', versionKey: false, minimize: false },
);
schema.index({ createdAt: -1, _id: -1 });
schema.index({ state: 1 }, { name: 'open', partialFilterExpression: { state: { $in: ['queued', 'running'] } } });

schema.index({ settling: 1 }, { name: 'settling', partialFilterExpression: { settling: true } });
schema.index({ exclusive: 1 }, { name: 'exclusive', unique: true, partialFilterExpression: { exclusive: { $exists: true } } });

/** Jobs: taken by one process at a time, by lease; whoever lost the lease or was cancelled can write nothing more. */
export function jobStore(connection: Connection) {
  const model = connection.model<JobDoc>('Job', schema);
  const collection = model.collection as unknown as Collection<JobDoc>;
  const held = (id: string, owner: string) => ({
    _id: id,
    owner,
    $or: [{ state: 'running' as const }, { settling: true as const }],
  });
  const over = { owner: 1, leasedUntil: 1, progress: 1, settling: 1, exclusive: 1 } as const;
  return {
    indexes: () => model.createIndexes(),
    insert: (doc: JobDoc) => collection.insertOne(doc),
    get: (id: string) => collection.findOne({ _id: id }),

    /** Takes the oldest job nobody works on. */
    take: (owner: string, now: number, leaseMs: number) =>
      collection.findOneAndUpdate(
        {
          $or: [
            { state: 'queued' },
            { state: 'running', leasedUntil: { $lt: new Date(now) } },
            { settling: true, leasedUntil: { $lt: new Date(now) } },
          ],
        },
        // One that was cancelled stays so.
        [
          {
            $set: {
              state: { $cond: [{ $eq: ['$state', 'queued'] }, 'running', '$state'] },
              owner,
              leasedUntil: new Date(now + leaseMs),
            },
          },
        ],
        { sort: { createdAt: 1, _id: 1 }, returnDocument: 'after' },
      ),

    /** Keeps how far it came. @returns null when it is no longer this process's to do; whether it was cancelled and is to be settled */
    async keep(
      id: string,
      owner: string,
      set: Partial<JobDoc>,
      now: number,
      leaseMs: number,
    ): Promise<{ settling: boolean } | null> {
      const kept = await collection.findOneAndUpdate(
        held(id, owner),
        { $set: { ...set, leasedUntil: new Date(now + leaseMs) } },
        { projection: { settling: 1 } },
      );
      return kept && { settling: kept.settling === true };
    },

    /** Whether a job of this exclusive kind is asked for or under way. */
    async isUnderWay(exclusive: string): Promise<boolean> {
      return (await collection.findOne({ exclusive }, { projection: { _id: 1 } })) !== null;
    },

    /**
     * Ends a job. @param doneAt of one that may have been cancelled meanwhile: only if it was not, it is done, since then
     * @returns whether it was still this process's
     */
    async end(id: string, owner: string, set: Partial<JobDoc>, doneAt?: Date): Promise<boolean> {
      if (doneAt) {
        const { matchedCount } = await collection.updateOne(
          { _id: id, owner, state: 'running' },
          { $set: { ...set, state: 'done', endedAt: doneAt }, $unset: over },
        );
        if (matchedCount === 1) return true;
      }
      const { matchedCount } = await collection.updateOne(held(id, owner), { $set: set, $unset: over });
      return matchedCount === 1;
    },

    /** Puts a job back that this process cannot go on with now. */
    async release(id: string, owner: string): Promise<void> {
      await collection.updateOne(held(id, owner), { $set: { leasedUntil: new Date(0) } });
    },

    /**
     * Cancels a job that is not over. One that writes is cancelled when what it changed is settled, by whoever holds it.
     * @returns the job as it is afterwards; null when there is none
     */
    async cancel(id: string, at: Date): Promise<JobDoc | null> {
      const cancelled = { state: 'cancelled' as const, endedAt: at };
      await collection.updateOne({ _id: id, state: 'queued' }, { $set: cancelled, $unset: over });
      await collection.updateOne(
        { _id: id, state: 'running', exclusive: { $exists: true } },
        { $set: { ...cancelled, settling: true } },
      );
      await collection.updateOne({ _id: id, state: 'running', exclusive: { $exists: false } }, { $set: cancelled, $unset: over });
      return collection.findOne({ _id: id });
    },
  };
}
export type JobStore = ReturnType<typeof jobStore>;
