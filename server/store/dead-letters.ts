import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { DeadLetterDoc } from './types.ts';
import { insertUnlessThere } from './observations.ts';

const schema = new Schema<DeadLetterDoc>(
  {
    _id: { type: String },
    device: { type: String, required: true },
    at: { type: Date, required: true },
    day: { type: String, required: true },
    code: { type: String, required: true },
    sha256: { type: String, required: true },
  },
  { collection: 'dead_letters', versionKey: false, strict: false },
);
schema.index({ at: 1, _id: 1 });
schema.index({ device: 1, day: 1 });
for (const field of ['device', 'code']) schema.index({ [field]: 1, at: 1, _id: 1 }, { name: `${field}-list` });

interface DayCount {
  _id: string;
  count: number;
}

/** What was refused, with its bytes: once per device and content, at most `perDay` payloads per device and civil day, then only counted. */
export function deadLetterStore(connection: Connection, perDay = 1000) {
  const model = connection.model<DeadLetterDoc>('DeadLetter', schema);
  const collection = model.collection as unknown as Collection<DeadLetterDoc>;
  const counts = connection.db!.collection<DayCount>('dead_letter_counts');
  return {
    collection,
    indexes: () => model.createIndexes(),

    /** Keeps refused messages. Three round trips whatever their number. */
    async keep(docs: DeadLetterDoc[]): Promise<void> {
      if (docs.length === 0) return;
      const unique = [...new Map(docs.map((d) => [d._id, d])).values()];
      const days = [...new Set(unique.map((d) => `${d.device}|${d.day}`))];
      const kept = new Map((await counts.find({ _id: { $in: days } }).toArray()).map((c) => [c._id, c.count]));
      const room = new Map(days.map((day) => [day, perDay - (kept.get(day) ?? 0)]));
      const withPayload: DeadLetterDoc[] = [];
      for (const doc of unique) {
        const day = `${doc.device}|${doc.day}`;
        const left = room.get(day) ?? 0;
        if (left > 0) withPayload.push(doc);
        room.set(day, left - 1);
      }
      await insertUnlessThere(collection, withPayload);
      await counts.bulkWrite(
        days.map((day) => ({
          updateOne: {
            filter: { _id: day },
            update: { $inc: { count: docs.filter((d) => `${d.device}|${d.day}` === day).length } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
  };
}
export type DeadLetterStore = ReturnType<typeof deadLetterStore>;
