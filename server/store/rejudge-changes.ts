import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { ObservationDoc } from './types.ts';

/** What is said of a stored message once its facts are known, and may be said otherwise when more is known. */
export const DERIVED = [
  'facts', 'vehicle', 'plate', 'recognition', 'enterprise', 'county', 'position', 'invalid', 'over', 'no', 'smoke', 'inside', 'offRoute',
  'listed', 'row', 'turnedBack', 'arrival', 'direction', 'long',
] as const satisfies (keyof ObservationDoc)[]; // prettier-ignore

export type Derived = Pick<ObservationDoc, (typeof DERIVED)[number]>;

/** A message that a re-judge judges otherwise: what was known of it and what is known now. */
export interface RejudgeChangeDoc {
  /** `<job>|<observation>` */
  _id: string;
  job: string;
  at: Date;
  observation: string;
  before: Derived;
  after: Derived;
}

/** A place in the changes of a job, in order of time. */
export interface ChangePlace {
  at: Date;
  id: string;
}

const schema = new Schema<RejudgeChangeDoc>(
  {
    _id: { type: String },
    job: { type: String, required: true },
    at: { type: Date, required: true },
    observation: { type: String, required: true },
    before: Schema.Types.Mixed,
    after: Schema.Types.Mixed,
  },
  { collection: 'rejudge_changes', versionKey: false, minimize: false },
);
schema.index({ job: 1, at: 1, _id: 1 });

/** The changes of a re-judge between being found and being settled: kept in the store, so that memory does not grow with the period. */
export function rejudgeChangeStore(connection: Connection) {
  const model = connection.model<RejudgeChangeDoc>('RejudgeChange', schema);
  const collection = model.collection as unknown as Collection<RejudgeChangeDoc>;
  return {
    indexes: () => model.createIndexes(),

    /** Keeps changes; of one that is there already what was known before stays. */
    async keep(docs: RejudgeChangeDoc[]): Promise<void> {
      if (docs.length === 0) return;
      await collection.bulkWrite(
        docs.map(({ _id, after, ...rest }) => ({
          updateOne: { filter: { _id }, update: { $set: { after }, $setOnInsert: rest }, upsert: true },
        })),
        { ordered: false },
      );
    },

    /** The next changes after a place, up to another one. */
    next(job: string, after: ChangePlace | undefined, limit: number, until?: ChangePlace): Promise<RejudgeChangeDoc[]> {
      const beyond = after ? [{ $or: [{ at: { $gt: after.at } }, { at: after.at, _id: { $gt: after.id } }] }] : [];
      const within = until ? [{ $or: [{ at: { $lt: until.at } }, { at: until.at, _id: { $lte: until.id } }] }] : [];
      return collection
        .find({ $and: [{ job }, ...beyond, ...within] })
        .sort({ at: 1, _id: 1 })
        .limit(limit)
        .toArray();
    },

    count: (job: string) => collection.countDocuments({ job }),
    drop: (job: string) => collection.deleteMany({ job }),
  };
}
export type RejudgeChangeStore = ReturnType<typeof rejudgeChangeStore>;
