import { expect } from 'chai';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { freePort } from '../../support/ports.ts';
import { quietLog } from '../../support/log.ts';
import { startMongo } from '../../support/mongo.ts';
import { until } from '../../support/until.ts';

describe('the connection to the store', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, quietLog);
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });

  it('writes to a majority with its journal, and reads what cannot be taken back, from the primary', () => {
    expect(store.db.writeConcern).include({ w: 'majority', journal: true });
    expect(store.db.readConcern?.level).equal('majority');
    expect(store.db.readPreference?.mode).equal('primary');
  });

  it('uses the database the URI names, and `cleanhaul` where it names none', async () => {
    expect(store.db.databaseName).equal('cleanhaul');
    const unnamed = await connectStore(mongo.uri.replace('/cleanhaul?', '/?'), quietLog);
    expect(unnamed.db.databaseName).equal('cleanhaul');
    await unnamed.close();
    const other = await connectStore(mongo.uri.replace('/cleanhaul?', '/other?'), quietLog);
    expect(other.db.databaseName).equal('other');
    await other.close();
  });

  it('gives up at the start where there is no store', async () => {
    const problem = await connectStore(`mongodb://127.0.0.1:${await freePort()}/x?directConnection=true`, quietLog).then(
      () => '',
      (error: Error) => error.name,
    );
    expect(problem).equal('MongooseServerSelectionError');
  });

  it('fails an operation while the store is away instead of holding it, and works again when it is back', async () => {
    const things = store.db.collection('things');
    await things.insertOne({ n: 1 });
    const pid = mongo.pid() ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(
      () =>
        things.insertOne({ n: 2 }).then(
          () => true,
          () => false,
        ),
      30_000,
    );
    expect(await things.countDocuments({ n: 1 })).equal(1);
  });
});
