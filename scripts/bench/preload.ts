import { MongoClient, type Document, type IndexDescription } from 'mongodb';
import { DAY } from '../../devices/contract/instant.ts';
import { skeletonOf } from '../../server/recognition/skeleton.ts';

/** A store that has been in use: many registered vehicles, and the stored observations of a run many times over. */

const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';
const BATCH = 5000;

/** Plates of a place from which none of the bench's trucks come. */
function plateOf(i: number): string {
  let rest = (i * 7_368_787) % SERIAL.length ** 5;
  let serial = '';
  for (let place = 0; place < 5; place++) {
    serial += SERIAL[rest % SERIAL.length];
    rest = Math.floor(rest / SERIAL.length);
  }
  return `晋A${serial}`;
}

/**
 * Fills a bench's database.
 * @param like a database in which the platform has stored a run of the mix: its observations are copied, each copy moved back beyond any
 * window of the rules (31 days and one more each time)
 * @returns how many there are now
 */
export async function preload(o: {
  mongo: string;
  database: string;
  like: string;
  vehicles: number;
  observations: number;
}): Promise<{ vehicles: number; observations: number }> {
  const client = await new MongoClient(o.mongo).connect();
  try {
    const db = client.db(o.database);
    const vehicles = db.collection<Document & { _id: string }>('registry_vehicles');
    const { seq, row, ...first } = (await vehicles.findOne({}))! as unknown as { seq: number; row: Document };
    for (let i = 0; i < o.vehicles; i += BATCH) {
      const docs = Array.from({ length: Math.min(BATCH, o.vehicles - i) }, (_, j) => {
        const number = plateOf(i + j);
        const vin = `LZZ${String(i + j).padStart(14, '0')}`;
        const key = `${number},yellow`;
        const own = { _id: `${key}#${seq}`, key, plate: key, vin, skeleton: skeletonOf(number), digest: vin };
        return { ...first, ...own, seq, row: { ...row, plateNumber: number, vin } };
      });
      await vehicles.insertMany(docs, { ordered: false, writeConcern: { w: 1 } });
    }
    const source = client.db(o.like).collection('observations');
    // The indexes grow with what comes, as in a store that has been in use: built afterwards their pages would be packed, and split again.
    const indexes = (await source.listIndexes().toArray()).filter(({ name }) => name !== '_id_');
    await db.collection('observations').createIndexes(indexes.map(({ v: _v, ns: _ns, ...index }) => index as IndexDescription));
    const each = await source.countDocuments();
    for (let copy = 1; copy * each <= o.observations; copy++) {
      const back = (31 + copy) * DAY;
      const name = `~${copy}`;
      await source
        .aggregate([
          {
            $set: {
              _id: { $concat: ['$_id', name] },
              id: { $concat: ['$id', name] },
              at: { $subtract: ['$at', back] },
              receivedAt: { $subtract: ['$receivedAt', back] },
              ...{ arrival: { $cond: ['$arrival', { $concat: ['$arrival', name] }, '$$REMOVE'] } },
            },
          },
          { $merge: { into: { db: o.database, coll: 'observations' }, whenMatched: 'fail' } },
        ])
        .toArray();
    }
    return {
      vehicles: await vehicles.estimatedDocumentCount(),
      observations: await db.collection('observations').estimatedDocumentCount(),
    };
  } finally {
    await client.close();
  }
}
