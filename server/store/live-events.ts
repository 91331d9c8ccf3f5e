import { randomUUID } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import type { Db } from 'mongodb';
import type { AlertDoc, LiveEventDoc, PendingEvent } from '../alerts/types.ts';
import type { Logger } from '../log.ts';
import { ALERTS, LIVE_EVENTS } from './alerts.ts';
import { createLease } from './lease.ts';
import { changeFeed } from './watch.ts';

/** The live log of the store: numbered events of alerts, and what belongs to numbering them. */

/** Mongoose's view of an event: documentation and indexes. `_id` is its number. */
export const liveEventSchema = new Schema(
  {
    _id: { type: Number },
    event: { type: String, required: true },
    alertId: { type: String, required: true },
    publishedAt: { type: Date, required: true },
    kind: { type: String, required: true },
  },
  { collection: LIVE_EVENTS, autoIndex: false, autoCreate: false, versionKey: false, strict: false },
);
liveEventSchema.index({ event: 1 }, { unique: true, name: 'event_1' });
liveEventSchema.index({ publishedAt: 1 });

/** Makes the indexes of the live log. Idempotent. */
export async function ensureLiveIndexes(connection: Connection): Promise<void> {
  const model = connection.models.LiveEvent ?? connection.model('LiveEvent', liveEventSchema);
  await model.createIndexes();
}

/** The log's name; the writer's lease lies beside it. */
interface MetaDoc {
  _id: 'log';
  log?: string;
}

/** What an alert's events were numbered as. */
export interface Settled {
  alertId: string;
  events: string[];
  first: number;
  last: number;
}

export type LiveEventStore = ReturnType<typeof createLiveEventStore>;

/** @param db the platform's database. Writes are majority + journal; reads majority, so that nobody is shown what could be undone. */
export function createLiveEventStore(db: Db, log: Logger) {
  const durable = { writeConcern: { w: 'majority', journal: true }, readConcern: { level: 'majority' } } as const;
  const events = db.collection<LiveEventDoc>(LIVE_EVENTS, durable);
  const alerts = db.collection<AlertDoc>(ALERTS, durable);
  const meta = db.collection<MetaDoc>('live_meta', durable);
  const lease = createLease(db, 'live_meta', 'writer');

  async function edge(order: 1 | -1): Promise<number> {
    return (await events.findOne({}, { sort: { _id: order }, projection: { _id: 1 } }))?._id ?? 0;
  }

  return {
    /** The log's name: made at the first start, and anew after a backup was restored (`forgetLog`). */
    async logId(): Promise<string> {
      const named = async () => (await meta.findOne({ _id: 'log' }))?.log;
      const known = await named();
      if (known !== undefined) return known;
      await meta
        .updateOne({ _id: 'log' }, { $setOnInsert: { log: randomUUID() } }, { upsert: true })
        .catch((error: { code?: number }) => {
          if (error.code !== 11000) throw error;
        });
      return (await named())!;
    },

    /** To be called when a backup was restored: numbers may be given a second time now, so the log takes a new name. */
    async forgetLog(): Promise<void> {
      await meta.deleteOne({ _id: 'log' });
    },

    /** The last number; 0 before the first. */
    last: () => edge(-1),
    /** The first number still kept; 0 when there is none. */
    first: () => edge(1),

    /** Events after a number, in order. */
    async after(seq: number, limit: number): Promise<LiveEventDoc[]> {
      return events.find({ _id: { $gt: seq } }).sort({ _id: 1 }).limit(limit).toArray(); // prettier-ignore
    },

    /** How many events after a number match any of the filters, counted to `limit` at most. */
    async count(seq: number, anyOf: Record<string, unknown>[], limit: number): Promise<number> {
      return events.countDocuments({ $and: [{ _id: { $gt: seq } }, { $or: anyOf }] }, { limit });
    },

    /** Alerts with events that wait for their numbers, the longest waiting first. */
    async pending(limit: number): Promise<{ alertId: string; events: PendingEvent[] }[]> {
      const docs = await alerts
        .find({ 'pending.0': { $exists: true } }, { projection: { pending: 1 } })
        .sort({ 'pending.at': 1 })
        .limit(limit)
        .toArray();
      return docs.map((doc) => ({ alertId: doc._id, events: doc.pending }));
    },

    /**
     * Inserts events in order.
     * @returns how many of them (from the first) are in, and why it stopped: `number` is taken by another writer, or the `event`
     * itself was numbered before.
     */
    async append(documents: LiveEventDoc[]): Promise<{ appended: number; stopped?: 'number' | 'event' }> {
      try {
        await events.insertMany(documents, { ordered: true });
        return { appended: documents.length };
      } catch (error) {
        const { code, insertedCount } = error as { code?: number; insertedCount?: number };
        if (code !== 11000) throw error;
        return { appended: insertedCount ?? 0, stopped: /index: event_1/.test((error as Error).message) ? 'event' : 'number' };
      }
    },

    /** The numbers of those of these events that have one. */
    async numbersOf(ids: string[]): Promise<Map<string, number>> {
      const found = await events.find({ event: { $in: ids } }, { projection: { event: 1 } }).toArray();
      return new Map(found.map((doc) => [doc.event, doc._id]));
    },

    /** Takes numbered events out of their alerts, which learn their numbers. Harmless to repeat. */
    async settle(all: Settled[]): Promise<void> {
      if (all.length === 0) return;
      await alerts.bulkWrite(
        all.map(({ alertId, events: ids, first, last }) => ({
          updateOne: {
            filter: { _id: alertId },
            update: { $pull: { pending: { id: { $in: ids } } }, $max: { seq: last }, $min: { openedSeq: first } },
          },
        })),
        { ordered: false },
      );
    },

    /** Who numbers events. */
    lease: lease.take,
    release: lease.release,

    /** Deletes events published before `before`: a prefix only, and never the last one. @returns how many */
    async retain(before: Date): Promise<number> {
      const firstKept = await events.findOne({ publishedAt: { $gte: before } }, { sort: { _id: 1 }, projection: { _id: 1 } });
      const bound = firstKept?._id ?? (await edge(-1));
      return (await events.deleteMany({ _id: { $lt: bound } })).deletedCount;
    },

    /** Wakes a tail: an event was numbered, by whichever process. */
    watchEvents: (onChange: (seq: number) => void) =>
      changeFeed(db, log).watch({ collection: LIVE_EVENTS, changes: { operationType: 'insert' } }, (id) =>
        onChange(id as number),
      ),

    /** Wakes a writer: an alert changed, in whichever process. Its own settling does not touch `rev`. */
    watchAlerts(onChange: () => void) {
      const changes = { $or: [{ operationType: 'insert' }, { 'updateDescription.updatedFields.rev': { $exists: true } }] };
      return changeFeed(db, log).watch({ collection: ALERTS, changes }, onChange);
    },
  };
}
