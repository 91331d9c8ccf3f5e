import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import { having, retireIndexes } from './indexes.ts';
import type { DecisionDoc } from './types.ts';
import { insertUnlessThere } from './observations.ts';

const schema = new Schema<DecisionDoc>(
  {
    _id: { type: String },
    ref: { type: String, required: true },
    at: { type: Date, required: true },
    recordedAt: { type: Date, required: true },
    published: { type: Boolean, required: true },
    device: { type: String, required: true },
  },
  { collection: 'decisions', versionKey: false, strict: false },
);
schema.index({ at: 1, _id: 1 });
schema.index({ ref: 1 });
/** A device's decisions in order of lists. */
export const DEVICE_LINE = 'device-line';
schema.index({ device: 1, at: 1, _id: 1 }, { name: DEVICE_LINE });
// Lists by each of their filters, in their order.
for (const field of ['plate', 'vin', 'enterprise', 'county'])
  schema.index({ [field]: 1, at: 1, _id: 1 }, { name: `${field}-list`, ...having(field) });
schema.index({ 'decision.decision': 1, at: 1, _id: 1 }, { name: 'word-list' });
schema.index({ 'decision.reasons.0.rule': 1, at: 1, _id: 1 }, { name: 'rule-list', ...having('decision.reasons.0.rule') });
const RETIRED = ['device_1_at_1', 'plate_1_at_1'];
/** What the day's figures, and the vehicles seen at gates, are counted along: no document is read for them. */
export const DECISION_FIGURES = 'figures-with-vin';
schema.index({ at: 1, message: 1, 'decision.decision': 1, county: 1, enterprise: 1, vin: 1 }, { name: DECISION_FIGURES });
/** Refused arrivals: few among all. */
export const REFUSALS = 'refusals';
schema.index({ at: 1, _id: 1 }, { name: REFUSALS, partialFilterExpression: { 'decision.decision': 'refuse' } });
/** What gates were told to review: few among all. */
export const REVIEWS = 'reviews';
schema.index({ at: 1, _id: 1, enterprise: 1 }, { name: REVIEWS, partialFilterExpression: { 'decision.decision': 'review' } });

/** A registered vehicle and the enterprises whose gates it passed. */
export interface SeenVehicle {
  vin: string;
  enterprises: string[];
}

/** Gate decisions: made once, kept for good. What is published is what is stored. */
export function decisionStore(connection: Connection) {
  const model = connection.model<DecisionDoc>('Decision', schema);
  const collection = model.collection as unknown as Collection<DecisionDoc>;
  return {
    collection,
    async indexes(): Promise<void> {
      await model.createIndexes();
      await retireIndexes(collection, RETIRED);
    },

    /** Stores decisions once; where one was there already, the stored one is given back in its place. */
    async insertOrRead(docs: DecisionDoc[]): Promise<DecisionDoc[]> {
      const there = await insertUnlessThere(collection, docs);
      if (there.size === 0) return docs;
      const stored = new Map((await this.byIds([...there].map((i) => docs[i]!._id))).map((d) => [d._id, d]));
      return docs.map((d) => stored.get(d._id) ?? d);
    },

    byIds(ids: string[]): Promise<DecisionDoc[]> {
      return ids.length === 0 ? Promise.resolve([]) : collection.find({ _id: { $in: ids } }).toArray();
    },

    /**
     * The registered vehicles that passed gates of enterprises in some counties in [from, to), with the last time at each enterprise.
     * Of more than `most` vehicles those seen last are told, and since when they are all of them.
     */
    async seenAt(counties: readonly string[], from: Date, to: Date, most: number): Promise<{ since: Date; seen: SeenVehicle[] }> {
      const rows = await collection
        .aggregate<{ _id: { vin: string; enterprise: string }; last: Date }>(
          [
            { $match: { at: { $gte: from, $lt: to }, message: 'passage', county: { $in: [...counties] }, enterprise: { $gt: '' }, vin: { $gt: '' } } },
            { $group: { _id: { vin: '$vin', enterprise: '$enterprise' }, last: { $max: '$at' } } },
            { $sort: { last: -1 } },
          ],
          { hint: DECISION_FIGURES },
        )
        .toArray(); // prettier-ignore
      const vehicles = new Map<string, SeenVehicle>();
      for (const { _id, last } of rows) {
        const known = vehicles.get(_id.vin);
        if (known) known.enterprises.push(_id.enterprise);
        else if (vehicles.size === most) return { since: last, seen: [...vehicles.values()] };
        else vehicles.set(_id.vin, { vin: _id.vin, enterprises: [_id.enterprise] });
      }
      return { since: from, seen: [...vehicles.values()] };
    },

    /** Records later judgements beside the decisions that were given. */
    async rejudged(changes: { id: string; at: Date; decision: string; findings: string[] }[]): Promise<void> {
      if (changes.length === 0) return;
      await collection.bulkWrite(
        changes.map(({ id, at, decision, findings }) => ({
          updateOne: { filter: { _id: id }, update: { $set: { rejudged: { at, decision, findings } } } },
        })),
        { ordered: false },
      );
    },
  };
}
export type DecisionStore = ReturnType<typeof decisionStore>;
