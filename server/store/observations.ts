import { Schema, type Connection } from 'mongoose';
import type { Collection, Filter, MongoBulkWriteError } from 'mongodb';
import { having, retireIndexes } from './indexes.ts';
import type { ObservationDoc } from './types.ts';

const schema = new Schema<ObservationDoc>(
  {
    _id: { type: String },
    kind: { type: String, required: true },
    deviceId: { type: String, required: true },
    id: { type: String, required: true },
    message: { type: String, required: true },
    source: String,
    at: { type: Date, required: true },
    receivedAt: { type: Date, required: true },
    batch: { type: String, required: true },
    raw: { type: Schema.Types.Buffer, required: true },
    vehicle: String,
    plate: String,
  },
  { collection: 'observations', versionKey: false, strict: false },
);
schema.index({ at: 1, _id: 1 });
schema.index({ batch: 1 });
// Lines of something in order of lists, (at, id): what is asked for by it is read in that order, and no more of it than a page.
schema.index({ vehicle: 1, at: 1, _id: 1 }, { name: 'vehicle-line', ...having('vehicle') });
schema.index({ vehicle: 1, at: 1, _id: 1 }, { name: 'sighted-line', ...having('vehicle', 'source') });
schema.index({ source: 1, at: 1, _id: 1 }, { name: 'source-line', ...having('source') });
// It holds all that is asked of sightings of plates, many of which are looked at for every new one: no document need be read.
schema.index(
  {
    plate: 1,
    at: 1,
    _id: 1,
    'recognition.outcome': 1,
    'position.lon': 1,
    'position.lat': 1,
    unsynced: 1,
    'facts.policy': 1,
  },
  { name: 'plate-sightings', ...having('plate') },
);
// Lists by what most messages, telemetry, do not have.
schema.index({ kind: 1, at: 1, _id: 1 }, { name: 'kind-list', ...having('source') });
schema.index({ county: 1, at: 1, _id: 1 }, { name: 'county-list', ...having('county') });
schema.index({ enterprise: 1, at: 1, _id: 1 }, { name: 'enterprise-list', ...having('enterprise') });
schema.index({ vehicle: 1, at: 1 }, { name: 'over', partialFilterExpression: { over: true } });
schema.index({ vehicle: 1, at: 1 }, { name: 'inside', partialFilterExpression: { 'inside.zone': { $exists: true } } });
schema.index({ vehicle: 1, at: 1 }, { name: 'off-route', partialFilterExpression: { 'offRoute.code': { $exists: true } } });
schema.index({ vehicle: 1, at: 1 }, { name: 'long', partialFilterExpression: { long: true } });
schema.index({ vehicle: 1, enterprise: 1, at: 1 }, { name: 'rows', partialFilterExpression: { row: true } });
schema.index({ pictures: 1 }, { partialFilterExpression: { pictures: { $exists: true } } });
schema.index({ kind: 1, at: 1, _id: 1 }, { name: 'passages', partialFilterExpression: { message: 'passage' } });
schema.index(
  { enterprise: 1, kind: 1, at: 1, _id: 1 },
  { name: 'enterprise-passages', partialFilterExpression: { message: 'passage' } },
);
schema.index({ at: 1, _id: 1 }, { name: 'readings', partialFilterExpression: { kind: 'remote-sensing' } });
schema.index({ 'invalid.0': 1, at: 1, _id: 1 }, { name: 'reasons', partialFilterExpression: { kind: 'remote-sensing' } });
schema.index({ arrival: 1 }, { partialFilterExpression: { arrival: { $exists: true } } });

/**
 * The indexes of a vehicle's time line. To be named in every query by vehicles and times: left to itself mongod tries plans that walk
 * through the times of all vehicles. `sighted` holds everything but telemetry, for queries that ask `source: { $exists: true }`;
 * `rows` the passages of ledgers, for queries that ask `row: true`.
 */
export const TIME_LINE = {
  all: 'vehicle-line',
  sighted: 'sighted-line',
  over: 'over',
  inside: 'inside',
  offRoute: 'off-route',
  long: 'long',
  rows: 'rows',
} as const;
export const SIGHTED = { source: { $exists: true } } as const;

/** The indexes of ledgers and accounts: passages at gates and machinery gates in order of lists, of everybody and of one enterprise. */
export const PASSAGES = { all: 'passages', ofEnterprise: 'enterprise-passages' } as const;

/** The indexes of a device's messages (all but terminals'), and of a plate's, in order of time. */
export const SOURCE_LINE = 'source-line';
export const PLATE_LINE = 'plate-sightings';
const RETIRED = ['vehicle_1_at_1', 'sighted', 'source_1_at_1', 'plate_1_at_1', 'plate-line'];

/** The index of remote-sensing readings, of all stations. */
export const READINGS = 'readings';

/** The stored messages. Inserts are unordered on the unique `_id`; a duplicate means "stored already", not "judged already". */
export function observationStore(connection: Connection) {
  const model = connection.model<ObservationDoc>('Observation', schema);
  const collection = model.collection as unknown as Collection<ObservationDoc>;
  return {
    collection,
    async indexes(): Promise<void> {
      await model.createIndexes();
      await retireIndexes(collection, RETIRED);
    },

    /** Inserts; gives the positions of those that were there already. Throws on any other failure. */
    async insert(docs: ObservationDoc[]): Promise<Set<number>> {
      return insertUnlessThere(collection, docs);
    },

    /** Observations by key; absent ones are left out. */
    byIds(ids: string[]): Promise<ObservationDoc[]> {
      return ids.length === 0 ? Promise.resolve([]) : collection.find({ _id: { $in: ids } }).toArray();
    },

    /** All messages a batch stored. */
    ofBatch(batch: string): Promise<ObservationDoc[]> {
      return collection.find({ batch }).toArray();
    },

    /** Of the messages of a batch what the chain of evidence asks, one after another, some at a time. */
    toSealOf(batch: string): AsyncIterable<Pick<ObservationDoc, '_id' | 'kind' | 'message' | 'receivedAt' | 'raw' | 'facts'>> {
      const projection = { kind: 1, message: 1, receivedAt: 1, raw: 1, facts: 1 } as const;
      return collection.find({ batch }, { projection, hint: 'batch_1', batchSize: 200 });
    },

    /** How many messages each of these batches stored, along the index alone. */
    async countOf(batches: string[]): Promise<Map<string, number>> {
      if (batches.length === 0) return new Map();
      const counted = collection.aggregate<{ _id: string; n: number }>(
        [
          { $match: { batch: { $in: batches } } },
          { $project: { _id: 0, batch: 1 } },
          { $group: { _id: '$batch', n: { $sum: 1 } } },
        ],
        { hint: 'batch_1' },
      );
      return new Map((await counted.toArray()).map(({ _id, n }) => [_id, n]));
    },

    /** Messages in which a plate was read, of these plates and times, out of the index alone. */
    async sightings(stretches: { plate: string | { $in: string[] }; at: { $gte: Date; $lte: Date } }[]): Promise<SightingDoc[]> {
      if (stretches.length === 0) return [];
      const projection = {
        ...{ at: 1, plate: 1, 'recognition.outcome': 1, 'position.lon': 1, 'position.lat': 1 },
        ...{ unsynced: 1, 'facts.policy': 1 },
      } as const;
      const found = await collection.find({ $or: stretches }, { projection, hint: PLATE_LINE }).toArray();
      return found.map((doc) => {
        const { kind, deviceId, id } = partsOfKey(doc._id);
        const { _id, at, plate, recognition, unsynced, facts, position } = doc;
        return {
          ...{ _id, kind, deviceId, id, at, plate, facts },
          // What a document does not have, the index says is null.
          ...(recognition?.outcome && { recognition }),
          ...(unsynced && { unsynced }),
          ...(typeof position?.lon === 'number' && { position }),
        };
      });
    },

    /** Messages of vehicles, slim or whole, in order of time. */
    find(filter: Filter<ObservationDoc>, projection?: Record<string, 1> | null, hint?: string): Promise<ObservationDoc[]> {
      return collection.find(filter, { ...(projection && { projection }), ...(hint && { hint }) }).toArray();
    },
  };
}
export type ObservationStore = ReturnType<typeof observationStore>;

/** Of a message in which a plate was read what is asked of it beside others. */
export type SightingDoc = Pick<ObservationDoc, '_id' | 'kind' | 'deviceId' | 'id' | 'at' | 'plate' | 'position' | 'unsynced'> & {
  recognition?: Pick<NonNullable<ObservationDoc['recognition']>, 'outcome'>;
  facts: Pick<ObservationDoc['facts'], 'policy'>;
};

/** A message's key is `<kind>/<device>/<id>`; only the id may itself hold a slash. */
export function partsOfKey(key: string): Pick<ObservationDoc, 'kind' | 'deviceId' | 'id'> {
  const [kind, deviceId, ...id] = key.split('/') as [ObservationDoc['kind'], string, ...string[]];
  return { kind, deviceId, id: id.join('/') };
}

/**
 * Unordered insert in which a duplicate `_id` is no error.
 * @returns the positions in `docs` of the duplicates
 */
export async function insertUnlessThere<T extends { _id: string }>(collection: Collection<T>, docs: T[]): Promise<Set<number>> {
  if (docs.length === 0) return new Set();
  return unlessThere(collection.insertMany(docs as unknown as Parameters<typeof collection.insertMany>[0], { ordered: false }));
}

/**
 * An unordered bulk write whose only fault may be that a key is there already: an insert of what is stored, or an upsert whose filter
 * leaves a newer document alone.
 * @returns the positions of these; throws whatever else failed, an unmet write concern too
 */
export async function unlessThere(write: Promise<unknown>): Promise<Set<number>> {
  try {
    await write;
    return new Set();
  } catch (error) {
    const bulk = error as MongoBulkWriteError;
    const errors = bulk.name === 'MongoBulkWriteError' ? [bulk.writeErrors ?? []].flat() : [];
    if (errors.length === 0 || errors.some((e) => e.code !== 11000) || bulk.result?.getWriteConcernError()) throw error;
    return new Set(errors.map((e) => e.index));
  }
}
