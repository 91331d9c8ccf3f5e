import { Schema, type Connection } from 'mongoose';
import type { Collection, Db, Filter, UpdateFilter } from 'mongodb';
import type { AlertDoc } from '../alerts/types.ts';
import type { FindingDoc } from './types.ts';

/** The alerts of the store: shape, indexes, and the few queries of the hot path, on the driver's own collection. */

export const ALERTS = 'alerts';
export const LIVE_EVENTS = 'live_events';

/** Mongoose's view of an alert: documentation and indexes. Documents are written by the driver, built by `server/alerts`. */
export const alertSchema = new Schema(
  {
    _id: { type: String },
    key: { type: String, required: true },
    rev: { type: Number, required: true },
    seq: Number,
    openedSeq: Number,
    rule: { type: String, required: true },
    code: { type: String, required: true },
    state: { type: String, required: true },
    severity: { type: String, required: true },
    audiences: [String],
    counties: [String],
    enterprises: [String],
    plate: String,
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    assignee: String,
    overdueAt: Date,
    pending: [Schema.Types.Mixed],
  },
  { collection: ALERTS, autoIndex: false, autoCreate: false, versionKey: false, strict: false },
);
alertSchema.index({ key: 1 }, { unique: true });
alertSchema.index({ firstAt: -1, _id: -1 });
alertSchema.index({ state: 1, firstAt: -1, _id: -1 });
alertSchema.index({ plate: 1, firstAt: -1, _id: -1 }, { partialFilterExpression: { plate: { $exists: true } } });
for (const field of ['enterprises', 'counties', 'audiences', 'rule', 'severity'])
  alertSchema.index({ [field]: 1, firstAt: -1, _id: -1 });
alertSchema.index({ firstAt: -1, _id: -1 }, { name: 'provisional', partialFilterExpression: { provisional: true } });
alertSchema.index({ seq: 1 });
alertSchema.index({ assignee: 1, firstAt: -1, _id: -1 }, { partialFilterExpression: { assignee: { $exists: true } } });
alertSchema.index({ overdueAt: 1 }, { partialFilterExpression: { overdueAt: { $exists: true } } });
alertSchema.index({ 'pending.at': 1 }, { partialFilterExpression: { 'pending.0': { $exists: true } } });

/** Makes the indexes of alerts, and the one on findings by which alerts find theirs. Idempotent. */
export async function ensureAlertIndexes(connection: Connection): Promise<void> {
  const model = connection.models.Alert ?? connection.model('Alert', alertSchema);
  await model.createIndexes();
  await connection
    .collection('findings')
    .createIndex({ alert: 1, at: 1, _id: 1 }, { partialFilterExpression: { alert: { $exists: true } } });
}

/** The findings of one alert in one group: those that stand or the withdrawn ones, at one enterprise or on the road. */
export interface FindingGroup {
  _id: { alert: string; standing: boolean; enterprise?: string };
  count: number;
  firstAt: Date;
  lastAt: Date;
  newest: Date;
  /** Index into info, warning, critical. */
  worst: number;
  pending: number;
  retroactive: number;
  disputed: number;
  penal: number;
  atGate: number;
  findings: string[];
  counties: string[];
  first: Pick<FindingDoc, '_id' | 'rule' | 'code' | 'vehicle' | 'place' | 'images' | 'county'>;
  clues: string[];
}

/** A compare-and-set: the update happens only while `rev` is what was read. */
export interface AlertChange {
  id: string;
  rev: number;
  update: UpdateFilter<AlertDoc>;
}

export type AlertStore = ReturnType<typeof createAlertStore>;

/** @param db the platform's database. Writes are majority + journal, reads majority on the primary. */
export function createAlertStore(db: Db) {
  const durable = { writeConcern: { w: 'majority', journal: true }, readConcern: { level: 'majority' } } as const;
  const alerts: Collection<AlertDoc> = db.collection<AlertDoc>(ALERTS, durable);
  const findings = db.collection<FindingDoc>('findings', durable);

  return {
    /** The alerts of these ids, without those that do not exist. */
    async byIds(ids: string[]): Promise<AlertDoc[]> {
      return alerts.find({ _id: { $in: ids } }).toArray();
    },

    async get(id: string): Promise<AlertDoc | null> {
      return alerts.findOne({ _id: id });
    },

    /** What the findings of these alert keys say, in groups. `infoOpens`: rules whose `info` findings count. */
    async findingGroups(keys: string[], infoOpens: readonly string[]): Promise<FindingGroup[]> {
      const yes = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
      return findings
        .aggregate<FindingGroup>([
          { $match: { alert: { $in: keys }, $or: [{ severity: { $ne: 'info' } }, { rule: { $in: infoOpens } }] } },
          { $sort: { alert: 1, at: 1, _id: 1 } },
          {
            $group: {
              _id: { alert: '$alert', standing: { $ne: ['$status', 'withdrawn'] }, enterprise: '$enterprise' },
              count: { $sum: 1 },
              firstAt: { $first: '$at' },
              lastAt: { $last: '$at' },
              newest: { $max: '$recordedAt' },
              worst: { $max: { $indexOfArray: [['info', 'warning', 'critical'], '$severity'] } },
              pending: yes({ $eq: ['$status', 'pending'] }),
              retroactive: yes({ $eq: ['$retroactive', true] }),
              disputed: yes({ $eq: ['$disputed', true] }),
              penal: yes({
                $and: [
                  { $eq: ['$status', 'confirmed'] },
                  { $ne: ['$retroactive', true] },
                  { $ne: ['$disputed', true] },
                  { $ne: ['$provisional', true] },
                ],
              }),
              atGate: yes({
                $or: [
                  { $eq: ['$rule', 'gate-ledger'] },
                  { $regexMatch: { input: { $ifNull: ['$device', ''] }, regex: '^(machinery-)?gate/' } },
                ],
              }),
              findings: { $firstN: { input: '$_id', n: 200 } },
              counties: { $addToSet: '$county' },
              clues: { $addToSet: '$clue' },
              first: {
                $first: {
                  _id: '$_id',
                  rule: '$rule',
                  code: '$code',
                  vehicle: '$vehicle',
                  place: '$place',
                  images: '$images',
                  county: '$county',
                },
              },
            },
          },
        ])
        .toArray();
    },

    /**
     * Inserts and compare-and-set updates in one round trip.
     * @returns ids of those that somebody else was quicker with: read them again.
     */
    async write(inserts: AlertDoc[], changes: AlertChange[]): Promise<string[]> {
      if (inserts.length + changes.length === 0) return [];
      const operations = [
        ...inserts.map((document) => ({ insertOne: { document } })),
        ...changes.map(({ id, rev, update }) => ({ updateOne: { filter: { _id: id, rev }, update } })),
      ];
      const lost = new Set<string>();
      let matched: number;
      try {
        matched = (await alerts.bulkWrite(operations, { ordered: false })).matchedCount;
      } catch (error) {
        const failures = duplicateIndexes(error);
        if (!failures) throw error;
        for (const index of failures) lost.add(inserts[index]!._id);
        matched = (error as { result: { matchedCount: number } }).result.matchedCount;
      }
      // Which of the updates missed is not told: only the caller's reading again can tell, and that is harmless for the others.
      if (matched < changes.length) for (const { id } of changes) lost.add(id);
      return [...lost];
    },

    /** One compare-and-set. @returns the document after it, or null when `rev` has moved on. */
    async change({ id, rev, update }: AlertChange): Promise<AlertDoc | null> {
      return alerts.findOneAndUpdate({ _id: id, rev }, update, { returnDocument: 'after' });
    },

    /** Dispatched alerts whose time is over, the oldest first. */
    async overdue(now: Date, limit: number): Promise<AlertDoc[]> {
      return alerts.find({ overdueAt: { $lte: now } }).sort({ overdueAt: 1 }).limit(limit).toArray(); // prettier-ignore
    },

    /** How many alerts match, by state. */
    async countByState(filter: Filter<AlertDoc>): Promise<Record<string, number>> {
      const rows = await alerts
        .aggregate<{ _id: string; n: number }>([{ $match: filter }, { $group: { _id: '$state', n: { $sum: 1 } } }])
        .toArray();
      return Object.fromEntries(rows.map((row) => [row._id, row.n]));
    },

    /** The last number of the live log; 0 before the first. */
    async lastSeq(): Promise<number> {
      const last = await db
        .collection<{ _id: number }>(LIVE_EVENTS, durable)
        .findOne({}, { sort: { _id: -1 }, projection: { _id: 1 } });
      return last?._id ?? 0;
    },

    /** One page of alerts in order of (firstAt, id). */
    async page(filter: Filter<AlertDoc>, order: 1 | -1, limit: number): Promise<AlertDoc[]> {
      return alerts
        .find(filter, { projection: { pending: 0, done: 0, history: 0 } })
        .sort({ firstAt: order, _id: order })
        .limit(limit)
        .toArray();
    },
  };
}

/** Positions of the operations of a bulk that met an existing key, or undefined when something else went wrong too. */
function duplicateIndexes(error: unknown): number[] | undefined {
  const failures = (error as { writeErrors?: { code: number; index: number }[] | { code: number; index: number } }).writeErrors;
  const list = failures === undefined ? [] : Array.isArray(failures) ? failures : [failures];
  return list.length > 0 && list.every((failure) => failure.code === 11000) ? list.map((failure) => failure.index) : undefined;
}
