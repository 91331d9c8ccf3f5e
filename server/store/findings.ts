import { Schema, type Connection } from 'mongoose';
import { ObjectId, type AnyBulkWriteOperation, type Collection, type Filter } from 'mongodb';
import { having } from './indexes.ts';
import type { FindingDoc } from './types.ts';
import { insertUnlessThere } from './observations.ts';

const schema = new Schema<FindingDoc>(
  {
    _id: { type: String },
    rule: { type: String, required: true },
    code: { type: String, required: true },
    subject: { type: String, required: true },
    status: { type: String, enum: ['pending', 'confirmed', 'withdrawn'], required: true },
    at: { type: Date, required: true },
    recordedAt: { type: Date, required: true },
    basisSize: { type: Number, required: true },
  },
  { collection: 'findings', versionKey: false, strict: false },
);
schema.index({ at: 1, _id: 1 });
schema.index({ vin: 1, rule: 1, at: 1 }, { partialFilterExpression: { vin: { $exists: true } } });
// Lists by each of their filters, in their order. Findings are few beside messages: what these cost is little.
for (const field of ['plate', 'vin', 'device', 'enterprise', 'county'])
  schema.index({ [field]: 1, at: 1, _id: 1 }, { name: `${field}-list`, ...having(field) });
for (const field of ['rule', 'code', 'severity', 'status'])
  schema.index({ [field]: 1, at: 1, _id: 1 }, { name: `${field}-list` });
schema.index({ dueAt: 1 }, { name: 'due', partialFilterExpression: { dueAt: { $exists: true } } });
schema.index({ observations: 1 });
/** The vehicles under the sale ban: a small list. */
export const SALE_BANS = 'sale-bans';
schema.index({ rule: 1 }, { name: SALE_BANS, partialFilterExpression: { rule: 'sale-ban' } });
/** What figures are counted along: no document is read for them. */
export const FINDING_FIGURES = 'figures';
schema.index({ rule: 1, at: 1, status: 1, code: 1, county: 1, enterprise: 1 }, { name: FINDING_FIGURES });
/** Contested and not answered yet: few. */
export const DISPUTED = 'disputed';
schema.index({ at: 1, _id: 1 }, { name: DISPUTED, partialFilterExpression: { disputed: true } });
/** Contested, answered or not: few too. */
export const CONTESTED = 'contested';
schema.index({ at: 1, _id: 1 }, { name: CONTESTED, partialFilterExpression: { 'dispute.at': { $exists: true } } });
/** What is wrong with an enterprise's ledger, code by code. */
export const LEDGER_FAULTS = 'ledger-faults';
schema.index(
  { enterprise: 1, code: 1, at: 1, _id: 1 },
  { name: LEDGER_FAULTS, partialFilterExpression: { rule: 'gate-ledger' } },
);
/** Whose present state is not in the chain of evidence yet: in the order they were written in. */
const TO_SEAL = 'to-seal';
schema.index({ toSeal: 1 }, { name: TO_SEAL, partialFilterExpression: { toSeal: { $exists: true } } });
schema.index({ skeleton: 1, at: 1 }, { name: 'confusable', partialFilterExpression: { skeleton: { $exists: true } } });

/** What every write of a finding sets: this state of it is to be sealed. */
export const toBeSealed = () => ({ toSeal: new ObjectId() });

/** Findings by their key. A judgement on fewer messages never replaces one on more (`basisSize`). */
export function findingStore(connection: Connection) {
  const model = connection.model<FindingDoc>('Finding', schema);
  const collection = model.collection as unknown as Collection<FindingDoc>;
  return {
    collection,
    indexes: () => model.createIndexes(),

    /** Inserts what is not there; gives the positions of those that were. */
    insert: (docs: FindingDoc[]) =>
      insertUnlessThere(
        collection,
        docs.map((doc) => ({ ...doc, ...toBeSealed() })),
      ),

    byIds(ids: string[]): Promise<FindingDoc[]> {
      return ids.length === 0 ? Promise.resolve([]) : collection.find({ _id: { $in: ids } }).toArray();
    },

    find: (filter: Filter<FindingDoc>) => collection.find(filter).toArray(),

    /** Replaces findings that were judged on fewer or as many messages; others stay. */
    async replace(changes: { doc: FindingDoc; seen: FindingDoc }[]): Promise<void> {
      if (changes.length === 0) return;
      const operations: AnyBulkWriteOperation<FindingDoc>[] = changes.map(({ doc, seen }) => {
        const { _id, ...set } = doc;
        return {
          replaceOne: {
            filter: { _id, basisSize: seen.basisSize, status: seen.status, disputed: seen.disputed ?? { $exists: false } },
            replacement: { ...set, ...toBeSealed() },
          },
        };
      });
      await collection.bulkWrite(operations, { ordered: false });
    },

    /** Pending findings whose moment has come, oldest first; and confirmed ones whose alerts have not heard of it yet. */
    due(now: number, limit: number): Promise<FindingDoc[]> {
      return collection
        .find({ dueAt: { $lte: new Date(now) } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray();
    },

    /** Findings whose present state is to be sealed, those written first in front. */
    toSeal: (limit: number) =>
      collection
        .find({ toSeal: { $exists: true } })
        .sort({ toSeal: 1 })
        .limit(limit)
        .hint(TO_SEAL)
        .toArray(),

    /** These states are sealed; what was written over one since is to be sealed itself. */
    async sealed(docs: FindingDoc[]): Promise<void> {
      if (docs.length === 0) return;
      await collection.bulkWrite(
        docs.map(({ _id, toSeal }) => ({
          updateOne: { filter: { _id, toSeal: toSeal! }, update: { $unset: { toSeal: 1 as const } } },
        })),
        { ordered: false },
      );
    },

    /** The alerts of these have heard of their confirmation. */
    async told(ids: string[]): Promise<void> {
      if (ids.length === 0) return;
      await collection.updateMany({ _id: { $in: ids }, status: { $ne: 'pending' } }, { $unset: { dueAt: 1 } });
    },
  };
}
export type FindingStore = ReturnType<typeof findingStore>;
