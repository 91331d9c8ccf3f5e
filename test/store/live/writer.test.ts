import { expect } from 'chai';
import mongoose from 'mongoose';
import type { Db } from 'mongodb';
import { createAlerts } from '../../../server/alerts/alerts.ts';
import { alertId } from '../../../server/alerts/evolve.ts';
import type { AlertDoc, LiveEventDoc } from '../../../server/alerts/types.ts';
import { createLogWriter } from '../../../server/live/writer.ts';
import { ensureAlertIndexes } from '../../../server/store/alerts.ts';
import { createLiveEventStore, ensureLiveIndexes } from '../../../server/store/live-events.ts';
import { finding, NOON, storeFindings } from '../../support/alerts.ts';
import { silent } from '../../support/live.ts';
import { until } from '../../support/until.ts';
import { startMongo } from '../../support/mongo.ts';

describe('the live log in the store', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  let db: Db;
  const clock = { now: () => NOON, speed: 1 };
  const events = () => db.collection<LiveEventDoc>('live_events').find().sort({ _id: 1 }).toArray(); // prettier-ignore
  const waiting = () => db.collection('alerts').countDocuments({ 'pending.0': { $exists: true } });

  before(async () => {
    mongo = await startMongo();
    connection = await mongoose.createConnection(mongo.uri).asPromise();
    db = connection.db!;
    await ensureAlertIndexes(connection);
    await ensureLiveIndexes(connection);
  });
  after(async () => {
    await connection.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    for (const name of ['findings', 'alerts', 'live_events', 'live_meta']) await db.collection(name).deleteMany({});
  });

  async function change(keys: string[], round: number): Promise<void> {
    await storeFindings(db, keys.map((key) => finding(`${key}-${round}`, { alert: key }))); // prettier-ignore
    await createAlerts({ db, clock, log: silent }).refresh(keys);
  }

  it('numbers events from 1 without gaps and tells the alerts their numbers', async () => {
    await change(['A', 'B'], 1);
    await change(['A'], 2);
    expect(await createLogWriter({ store: createLiveEventStore(db, silent), log: silent }).turn()).to.equal(3);
    const log = await events();
    expect(log.map((event) => event._id)).to.deep.equal([1, 2, 3]);
    expect(
      log.filter((event) => event.alertId === alertId('A')).map((event) => [event.kind, event.alert.rev, event.alert.count]),
    ).to.deep.equal([
      ['opened', 1, 1],
      ['extended', 2, 2],
    ]);
    const alert = await db.collection<AlertDoc>('alerts').findOne({ key: 'A' });
    const own = log.filter((event) => event.alertId === alertId('A')).map((event) => event._id);
    expect(alert).to.include({ openedSeq: own[0], seq: own[1], rev: 2 });
    expect(alert?.pending).to.deep.equal([]);
  });

  it('numbers an event once when its writer died between the insert and the alert', async () => {
    const store = createLiveEventStore(db, silent);
    await change(['A', 'B', 'C'], 1);
    const dying = createLogWriter({ store: { ...store, settle: () => Promise.reject(new Error('killed')) }, log: silent });
    await dying.turn().catch(() => {});
    await change(['A'], 2);
    await createLogWriter({ store, log: silent }).turn();
    const log = await events();
    expect(log.map((event) => event._id)).to.deep.equal([1, 2, 3, 4]);
    expect(new Set(log.map((event) => event.event)).size).to.equal(4);
    expect(await waiting()).to.equal(0);
  });

  it('does not let a writer that was thought dead number anything twice', async () => {
    const store = createLiveEventStore(db, silent);
    await change(['A', 'B'], 1);
    const stale = await store.pending(10);
    await createLogWriter({ store, log: silent }).turn();
    let asked = 0;
    const believing = createLogWriter({
      store: { ...store, pending: async () => stale, last: async () => (asked++ === 0 ? 0 : store.last()) },
      log: silent,
    });
    await believing.turn();
    expect(asked).to.be.greaterThan(1);
    expect((await events()).map((event) => event._id)).to.deep.equal([1, 2]);
  });

  it('stays whole and in order while two writers fight', async () => {
    const other = await mongoose.createConnection(mongo.uri).asPromise();
    try {
      const fighters = [db, other.db!].map((base) =>
        createLogWriter({ store: createLiveEventStore(base, silent), log: silent, options: { batch: 7 } }),
      );
      const keys = Array.from({ length: 12 }, (_, i) => `K${i}`);
      let busy = true;
      const fight = fighters.map(async (fighter) => {
        while (busy || (await waiting()) > 0) await fighter.turn();
      });
      for (let round = 0; round < 15; round += 1)
        await Promise.all([change(keys.slice(0, 6), round), change(keys.slice(6), round)]);
      busy = false;
      await Promise.all(fight);
      const log = await events();
      expect(log.map((event) => event._id)).to.deep.equal(log.map((_, i) => i + 1));
      for (const key of keys) {
        const own = log.filter((event) => event.alertId === alertId(key)).map((event) => event.alert.rev);
        expect(own).to.deep.equal(Array.from({ length: 15 }, (_, i) => i + 1));
      }
    } finally {
      await other.close();
    }
  });

  it('has one writer at a time by a lease, and another takes over when it leaves', async () => {
    const store = createLiveEventStore(db, silent);
    expect([await store.lease('one', 60_000), await store.lease('two', 60_000), await store.lease('one', 300)]).to.deep.equal([
      true,
      false,
      true,
    ]);
    await until(() => store.lease('two', 60_000)); // the lease runs out
    expect(await store.lease('one', 300)).to.equal(false);
    await store.release('two');
    expect(await store.lease('one', 300)).to.equal(true);
  });

  it('is woken by changes in other processes and stops cleanly', async () => {
    const writer = createLogWriter({ store: createLiveEventStore(db, silent), log: silent, options: { pollMs: 60_000 } });
    writer.start();
    try {
      await until(async () => (await db.collection('live_meta').countDocuments()) === 1);
      await change(['A'], 1);
      await until(async () => (await events()).length === 1);
    } finally {
      await writer.stop();
    }
    expect(await db.collection('live_meta').countDocuments()).to.equal(0);
  });

  it('forgets a prefix only, and never its last number', async () => {
    const store = createLiveEventStore(db, silent);
    for (let round = 1; round <= 4; round += 1) await change(['A'], round);
    await createLogWriter({ store, log: silent }).turn();
    const old = new Date(0);
    await db.collection<LiveEventDoc>('live_events').updateMany({ _id: { $in: [1, 2, 4] } }, { $set: { publishedAt: old } });
    await store.retain(new Date(1));
    expect((await events()).map((event) => event._id)).to.deep.equal([3, 4]);
    await db.collection<LiveEventDoc>('live_events').updateMany({}, { $set: { publishedAt: old } });
    await store.retain(new Date(1));
    expect((await events()).map((event) => event._id)).to.deep.equal([4]);
    await change(['A'], 5);
    await createLogWriter({ store, log: silent }).turn();
    expect(await store.last()).to.equal(5);
  });

  it('keeps its name over starts and takes a new one after a restore', async () => {
    const store = createLiveEventStore(db, silent);
    const [one, two] = await Promise.all([store.logId(), store.logId()]);
    expect(one).to.equal(two);
    await store.forgetLog();
    expect(await store.logId()).to.not.equal(one);
  });

  it('finds waiting events by an index', async () => {
    const plan = await db.collection('alerts').find({ 'pending.0': { $exists: true } }).sort({ 'pending.at': 1 }).explain('queryPlanner'); // prettier-ignore
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).to.contain('IXSCAN');
  });
});
