import { expect } from 'chai';
import { MongoClient, type Db } from 'mongodb';
import { changeFeed } from '../../../server/store/watch.ts';
import { silent } from '../../support/live.ts';
import { until } from '../../support/until.ts';
import { startMongo } from '../../support/mongo.ts';

describe('changes in the store', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let client: MongoClient;
  let db: Db;

  before(async () => {
    mongo = await startMongo();
    client = await new MongoClient(mongo.uri).connect();
    db = client.db();
  });
  after(async () => {
    await client.close();
    await mongo.stop();
  });

  const streams = async () => {
    const running = await client.db('admin').aggregate([{ $currentOp: { idleCursors: true } }]).toArray(); // prettier-ignore
    return running.filter((op) => JSON.stringify(op.cursor?.originatingCommand ?? {}).includes('$changeStream')).length;
  };

  it('tells everyone what it watches and no more, by one stream, until nobody watches', async () => {
    const told: [string, unknown][] = [];
    const feed = changeFeed(db, silent);
    expect(changeFeed(db, silent)).to.equal(feed);
    const watches = [
      feed.watch({ collection: 'a', changes: { operationType: 'insert' } }, (id) => told.push(['a', id])),
      feed.watch({ collection: 'b', changes: {} }, (id) => told.push(['b', id])),
    ];
    await until(async () => (await streams()) === 1);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => db.collection<{ _id: number; x?: number }>(name));
    await c!.insertOne({ _id: 1 });
    await a!.insertOne({ _id: 2 });
    await a!.updateOne({ _id: 2 }, { $set: { x: 1 } });
    await b!.insertOne({ _id: 3 });
    await b!.updateOne({ _id: 3 }, { $set: { x: 1 } });
    await until(() => told.length >= 3);
    expect(told).to.deep.equal([['a', 2], ['b', 3], ['b', 3]]); // prettier-ignore
    await watches[0]!.close();
    await b!.insertOne({ _id: 4 });
    await until(() => told.length >= 4); // the other goes on
    await watches[1]!.close();
    await until(async () => (await streams()) === 0);
  });

  it('goes on when the stream breaks', async () => {
    const told: unknown[] = [];
    const watch = changeFeed(db, silent).watch({ collection: 'd', changes: {} }, (id) => told.push(id));
    await until(async () => (await streams()) === 1);
    await db.dropDatabase();
    await until(async () => {
      await db.collection<{ _id: number }>('d').insertOne({ _id: Date.now() + Math.random() });
      return told.length > 0;
    });
    await watch.close();
  });
});
