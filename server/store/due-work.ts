import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';

/**
 * Work that is due: an hour of a vehicle's telemetry to sum up and judge, a vehicle whose history changed, a stretch of a ledger whose
 * moment comes. Its kind says who does it.
 */
export interface DueDoc {
  /** `<kind>/<about>/…`, such as `urea/<vin>/<hour>` or `vehicle/<vin>` */
  _id: string;
  kind: string;
  /** The VIN, enterprise or device it is about. */
  about: string;
  /** Urea: the civil hour's beginning. Vehicle: what is judged again lies from here on. */
  from: Date;
  /** When it may be taken; real time in `due_work`, the platform's in `due_moments`. */
  dueAt: Date;
  /** Counts its marks: it is taken away only if no new mark came while it was worked on. */
  marks: number;
  /** Somebody took it and is not done: `dueAt` is the end of the lease. Found again with it, its taker died half-way. */
  leased?: true;
}

const schema = new Schema<DueDoc>(
  {
    _id: { type: String },
    kind: { type: String, required: true },
    about: { type: String, required: true },
    from: { type: Date, required: true },
    dueAt: { type: Date, required: true },
    marks: { type: Number, required: true },
    leased: Boolean,
  },
  { versionKey: false },
);
schema.index({ dueAt: 1 });

/**
 * Durable due work, swept by any process; there are no timers in memory.
 * @param collectionName `due_work` (moments in real time), `due_moments` or `due_accounts` (in the platform's)
 */
export function dueStore(connection: Connection, collectionName: 'due_work' | 'due_moments' | 'due_accounts' = 'due_work') {
  const model = connection.model<DueDoc>(collectionName, schema, collectionName);
  const collection = model.collection as unknown as Collection<DueDoc>;
  return {
    indexes: () => model.createIndexes(),

    /**
     * Marks work; a mark on work already marked keeps its earlier moment and counts, so that nobody drops it meanwhile.
     * @returns when each is due (real ms), by id, as stored: until then nobody takes it. Work somebody holds is left out: it is due
     *   again as soon as that one is done
     */
    async mark(items: { id: string; kind: string; about: string; from: number; dueAt: number }[]): Promise<Map<string, number>> {
      if (items.length === 0) return new Map();
      await collection.bulkWrite(
        items.map(({ id, kind, about, from, dueAt }) => ({
          updateOne: {
            filter: { _id: id },
            update: { $inc: { marks: 1 }, $min: { from: new Date(from), dueAt: new Date(dueAt) }, $setOnInsert: { kind, about } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
      const stored = await collection
        .find({ _id: { $in: items.map((i) => i.id) } }, { projection: { dueAt: 1, leased: 1 } })
        .toArray();
      return new Map(stored.filter((doc) => !doc.leased).map((doc) => [doc._id, doc.dueAt.getTime()]));
    },

    /**
     * Takes work whose moment has come: nobody else takes it before `lease` ms are over.
     * @returns the work, with `leased` as it was before: set where an earlier taker did not finish
     */
    async take(now: number, limit: number, lease: number): Promise<DueDoc[]> {
      const found = await collection
        .find({ dueAt: { $lte: new Date(now) } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray();
      if (found.length === 0) return [];
      const until = new Date(now + lease);
      const results = await Promise.all(
        found.map((doc) =>
          collection.updateOne({ _id: doc._id, dueAt: doc.dueAt, marks: doc.marks }, { $set: { dueAt: until, leased: true } }),
        ),
      );
      return found.filter((_, i) => results[i]!.modifiedCount === 1).map((doc) => ({ ...doc, dueAt: until }));
    },

    /**
     * Work done: taken away unless it was marked again meanwhile; then it is due at once. Whoever was so slow that another took it leaves
     * it to that one: marks count anew once it was taken away.
     */
    async finish(docs: DueDoc[], now: number): Promise<void> {
      if (docs.length === 0) return;
      await collection.bulkWrite(
        docs.flatMap((doc) => [
          { deleteOne: { filter: { _id: doc._id, marks: doc.marks, dueAt: doc.dueAt } } },
          {
            updateOne: {
              filter: { _id: doc._id, marks: { $gt: doc.marks }, dueAt: { $lte: doc.dueAt } },
              update: { $set: { dueAt: new Date(now) }, $unset: { leased: true } },
            },
          },
        ]),
        { ordered: true },
      );
    },

    /** Which of these are marked and not done yet. */
    async waiting(ids: string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set();
      const found = await collection.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
      return new Set(found.map((doc) => doc._id));
    },

    /** How much waits, and since when the oldest (real time). */
    async lag(): Promise<{ count: number; oldest: Date | null }> {
      const [count, oldest] = await Promise.all([
        collection.estimatedDocumentCount(),
        collection.find().sort({ dueAt: 1 }).limit(1).next(),
      ]);
      return { count, oldest: oldest?.dueAt ?? null };
    },
  };
}
export type DueStore = ReturnType<typeof dueStore>;
