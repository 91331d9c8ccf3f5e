import { expect } from 'chai';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { ensureAnchor, ensureLiveLogId, renewLiveLogId } from '../../../server/store/settings.ts';
import { quietLog } from '../../support/log.ts';
import { startMongo } from '../../support/mongo.ts';

describe('the stored settings', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, quietLog);
  });
  beforeEach(() => store.db.collection('settings').deleteMany({}));
  after(async () => {
    await store.close();
    await mongo.stop();
  });

  it('keep the clock of the first start, whatever later ones ask for', async () => {
    expect(await ensureAnchor(store.db, { start: 5_000, speed: 60 }, 1_000)).eql({ real: 1_000, start: 5_000, speed: 60 });
    expect(await ensureAnchor(store.db, { start: 9_000, speed: 1 }, 2_000)).eql({ real: 1_000, start: 5_000, speed: 60 });
  });

  it('begin at the real time where no start is asked for', async () => {
    expect(await ensureAnchor(store.db, { start: undefined, speed: 1 }, 1_000)).eql({ real: 1_000, start: 1_000, speed: 1 });
  });

  it('give several processes that start at once one clock and one live log', async () => {
    const anchors = await Promise.all(Array.from({ length: 8 }, (_, i) => ensureAnchor(store.db, { start: i, speed: 1 }, i)));
    expect(new Set(anchors.map((anchor) => JSON.stringify(anchor))).size).equal(1);
    const logs = await Promise.all(Array.from({ length: 8 }, () => ensureLiveLogId(store.db)));
    expect(new Set(logs).size).equal(1);
  });

  it('give the live log another id only when it is renewed', async () => {
    const first = await ensureLiveLogId(store.db);
    expect(await ensureLiveLogId(store.db)).equal(first);
    const renewed = await renewLiveLogId(store.db);
    expect(renewed).not.equal(first);
    expect(await ensureLiveLogId(store.db)).equal(renewed);
  });
});
