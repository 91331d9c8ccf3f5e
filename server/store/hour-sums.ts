import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { HourSums } from '../rules/types.ts';
import { unlessThere } from './observations.ts';

/** The sums of a vehicle's clock hour: made anew from its stored samples each time, never added to. */
export interface HourSumsDoc extends HourSums {
  /** `<vin>/<hour ms>` */
  _id: string;
  vin: string;
  /** How many messages they were made of. */
  messages: number;
  /** The last known position in the hour. */
  lon?: number;
  lat?: number;
}

const schema = new Schema<HourSumsDoc>(
  {
    _id: { type: String },
    vin: { type: String, required: true },
    hour: { type: Number, required: true },
    messages: { type: Number, required: true },
  },
  { collection: 'hour_sums', versionKey: false, strict: false },
);
schema.index({ vin: 1, hour: 1 });

export function hourSumsStore(connection: Connection) {
  const model = connection.model<HourSumsDoc>('HourSums', schema);
  const collection = model.collection as unknown as Collection<HourSumsDoc>;
  return {
    indexes: () => model.createIndexes(),

    /** Replaces sums; ones made of more messages stay. */
    async replace(docs: HourSumsDoc[]): Promise<void> {
      if (docs.length === 0) return;
      const operations = docs.map(({ _id, ...rest }) => ({
        replaceOne: { filter: { _id, messages: { $lte: rest.messages } }, replacement: rest, upsert: true },
      }));
      await unlessThere(collection.bulkWrite(operations, { ordered: false }));
    },

    /** The hours of vehicles in their ranges (beginnings, ms; both ends included). */
    ofVehicles(ranges: { vin: string; from: number; to: number }[]): Promise<HourSumsDoc[]> {
      return ranges.length === 0
        ? Promise.resolve([])
        : collection.find({ $or: ranges.map(({ vin, from, to }) => ({ vin, hour: { $gte: from, $lte: to } })) }).toArray();
    },
  };
}
export type HourSumsStore = ReturnType<typeof hourSumsStore>;
