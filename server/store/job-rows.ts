import { Schema, type Connection } from 'mongoose';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { having } from './indexes.ts';

/** A verdict that a job changed, or would change: what a result is exported from, at any size. */
export interface JobRowDoc {
  /** `<job>|<what it is about>`: found once more after a restart it is the same row. */
  _id: string;
  job: string;
  at: Date;
  /** Platform time. */
  recordedAt: Date;
  what: 'decision' | 'finding';
  /** The observation it is shown at: the last of several. */
  observation?: string;
  /** `number,colour` */
  plate?: string;
  enterprise?: string;
  county?: string;
  /** Of a decision `decision`. */
  rule: string;
  code: string;
  /** A decision's word, or a finding's `severity/proposal`; null where there was, or is, none. */
  before: string | null;
  after: string | null;
  /** Cargo of a passage. */
  tonnes?: number;
  /** The finding's key. */
  finding?: string;
  /** What was said in all, shortened: a row that came back to what it was is none. */
  said?: { before: string; after: string };
  /** Of a re-judge's finding: how many messages were settled when the chunk began that was the last to write it. */
  chunk?: number;
  /** What it was where re-judging wrote over it: whose it was then, and which alert it belonged to. */
  was?: EarlierFinding[];
}

/** What is asked of an earlier state of a finding, once it is written over. */
export interface EarlierFinding {
  at: Date;
  vin?: string;
  alert?: string;
}

/** A row to be kept: of one kept before, what stood before stays, and what it was is added to what it was before. */
export type JobRow = Omit<JobRowDoc, 'recordedAt'>;

const schema = new Schema<JobRowDoc>(
  {
    _id: { type: String },
    job: { type: String, required: true },
    at: { type: Date, required: true },
    recordedAt: { type: Date, required: true },
  },
  { collection: 'job_rows', versionKey: false, strict: false },
);
schema.index({ job: 1, at: 1, _id: 1 });
schema.index({ job: 1, chunk: 1 }, { name: 'chunk', ...having('chunk') });

/** Sums over the rows of a job. */
export interface RowSum {
  what: JobRowDoc['what'];
  rule: string;
  code: string;
  enterprise: string | null;
  before: string | null;
  after: string | null;
  count: number;
  tonnes: number;
}

export function jobRowStore(connection: Connection) {
  const model = connection.model<JobRowDoc>('JobRow', schema);
  const collection = model.collection as unknown as Collection<JobRowDoc>;
  return {
    collection,
    indexes: () => model.createIndexes(),

    async keep(rows: JobRow[], recordedAt: Date): Promise<void> {
      if (rows.length === 0) return;
      const operations: AnyBulkWriteOperation<JobRowDoc>[] = rows.map(({ _id, before, said, chunk, was, ...set }) => ({
        updateOne: {
          filter: { _id },
          update: {
            $set: { ...set, ...(said && { 'said.after': said.after }) },
            $setOnInsert: { before, recordedAt, ...(said && { 'said.before': said.before }) },
            ...(chunk !== undefined && { $max: { chunk } }),
            ...(was && { $addToSet: { was: { $each: was } } }),
          },
          upsert: true,
        },
      }));
      await collection.bulkWrite(operations, { ordered: false });
    },

    /** Rows of findings that this chunk of a re-judge wrote or was about to write. */
    ofChunk: (job: string, chunk: number): Promise<JobRowDoc[]> => collection.find({ job, chunk }).sort({ _id: 1 }).toArray(),

    /** Drops rows of verdicts that ended as they began. */
    async dropUnchanged(job: string): Promise<void> {
      await collection.deleteMany({ job, said: { $exists: true }, $expr: { $eq: ['$said.before', '$said.after'] } });
    },

    sums: (job: string): Promise<RowSum[]> =>
      collection
        .aggregate<RowSum>(
          [
            { $match: { job } },
            {
              $group: {
                _id: {
                  what: '$what',
                  rule: '$rule',
                  code: '$code',
                  enterprise: { $ifNull: ['$enterprise', null] },
                  before: {
                    $cond: [{ $eq: ['$what', 'decision'] }, '$before', { $cond: [{ $eq: ['$before', null] }, null, 'stood'] }],
                  },
                  after: {
                    $cond: [{ $eq: ['$what', 'decision'] }, '$after', { $cond: [{ $eq: ['$after', null] }, null, 'stands'] }],
                  },
                },
                count: { $sum: 1 },
                tonnes: { $sum: { $ifNull: ['$tonnes', 0] } },
              },
            },
            { $replaceWith: { $mergeObjects: ['$_id', { count: '$count', tonnes: '$tonnes' }] } },
          ],
          { allowDiskUse: true },
        )
        .toArray(),
  };
}
export type JobRowStore = ReturnType<typeof jobRowStore>;
