import { expect } from 'chai';
import mongoose from 'mongoose';
import type { Db } from 'mongodb';
import { pino } from 'pino';
import { createAlerts, type Alerts } from '../../../server/alerts/alerts.ts';
import { alertId } from '../../../server/alerts/evolve.ts';
import type { AlertDoc } from '../../../server/alerts/types.ts';
import { ensureAlertIndexes } from '../../../server/store/alerts.ts';
import { startMongo } from '../../support/mongo.ts';
import { at, finding, NOON, storeFindings } from '../../support/alerts.ts';

describe('alerts follow their findings in the store', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  let db: Db;
  let alerts: Alerts;
  const log = pino({ level: 'silent' });
  const clock = { now: () => NOON, speed: 1 };
  const read = (key = 'K') => db.collection<AlertDoc>('alerts').findOne({ _id: alertId(key) });

  before(async () => {
    mongo = await startMongo();
    connection = await mongoose.createConnection(mongo.uri).asPromise();
    db = connection.db!;
    await ensureAlertIndexes(connection);
  });
  after(async () => {
    await connection.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    await db.collection('findings').deleteMany({});
    await db.collection('alerts').deleteMany({});
    alerts = createAlerts({ db, clock, log });
  });

  it('opens one alert for many findings of a key, with first, last, count and the worst severity', async () => {
    await storeFindings(db, [
      finding('b', { at: at(5), severity: 'critical' }),
      finding('a', { at: at(1) }),
      finding('c', { at: at(3), status: 'withdrawn' }),
    ]);
    await alerts.refresh(['K']);
    const alert = await read();
    expect(alert).to.include({
      state: 'open',
      severity: 'critical',
      count: 2,
      rev: 1,
      provisional: false,
      plate: '晋H12345,yellow',
    });
    expect(alert?.firstAt).to.deep.equal(at(1));
    expect(alert?.lastAt).to.deep.equal(at(5));
    expect(alert?.findings).to.deep.equal(['emission-standard|below-stage|a', 'emission-standard|below-stage|b']);
    expect(alert?.pending.map((event) => [event.id, event.kind])).to.deep.equal([[`${alertId('K')}:1`, 'opened']]);
  });

  it('changes nothing and makes no event when it is repeated', async () => {
    await storeFindings(db, [
      finding('a'),
      finding('b', { enterprise: 'e2', images: [] }),
      finding('r', { alert: 'L', rule: 'diversion', device: 'checkpoint/c' }),
    ]);
    await alerts.refresh(['K', 'L']);
    const first = [await read('K'), await read('L')];
    await alerts.refresh(['K', 'L', 'K']);
    expect([await read('K'), await read('L')]).to.deep.equal(first);
  });

  it('is withdrawn when all its findings are, and comes back with a new one', async () => {
    await storeFindings(db, [finding('a')]);
    await alerts.refresh(['K']);
    await storeFindings(db, [finding('a', { status: 'withdrawn' })]);
    await alerts.refresh(['K']);
    expect(await read()).to.include({ state: 'withdrawn', count: 0, rev: 2 });
    await storeFindings(db, [finding('b', { recordedAt: at(9) })]);
    await alerts.refresh(['K']);
    const alert = await read();
    expect(alert).to.include({ state: 'open', count: 1, rev: 3 });
    expect(alert?.history.map((entry) => entry.step)).to.deep.equal(['opened', 'withdrawn', 'reopened']);
  });

  it('opens none on findings of info, but for the ledger and the devices', async () => {
    await storeFindings(db, [
      finding('a', { severity: 'info' }),
      finding('b', { severity: 'info', rule: 'gate-ledger', code: 'no-exit', alert: 'L' }),
    ]);
    await alerts.refresh(['K', 'L']);
    expect(await read('K')).to.equal(null);
    expect(await read('L')).to.include({ severity: 'info' });
  });

  it('shows two hundred of many findings and counts them all', async () => {
    await storeFindings(
      db,
      Array.from({ length: 450 }, (_, i) => finding(String(i).padStart(4, '0'))),
    );
    await alerts.refresh(['K']);
    const alert = await read();
    expect(alert?.count).to.equal(450);
    expect(alert?.findings).to.have.length(200);
  });

  it('finds its findings by an index', async () => {
    await storeFindings(db, [finding('a')]);
    const plan = await db.collection('findings').find({ alert: { $in: ['K', 'L'] } }).sort({ alert: 1, at: 1, _id: 1 }).explain('queryPlanner'); // prettier-ignore
    const text = JSON.stringify(plan.queryPlanner.winningPlan);
    expect(text).to.contain('IXSCAN').and.not.contain('"SORT"');
  });

  it('comes to the same alerts whoever and however many refresh, each finding written before its refresh', async () => {
    const other = await mongoose.createConnection(mongo.uri).asPromise();
    try {
      const two = createAlerts({ db: other.db!, clock, log });
      const keys = ['A', 'B', 'C'];
      const work = Array.from({ length: 60 }, (_, i) =>
        finding(`f${i}`, {
          alert: keys[i % 3]!,
          at: at(i),
          recordedAt: at(i),
          severity: i % 10 === 0 ? 'critical' : 'warning',
          status: i % 7 === 0 ? 'withdrawn' : 'confirmed',
        }),
      );
      await Promise.all(
        work.map(async (item, i) => {
          await storeFindings(db, [{ ...item, status: 'confirmed' }]);
          await (i % 2 ? alerts : two).refresh([item.alert!]);
          await storeFindings(db, [item]);
          await (i % 3 ? alerts : two).refresh([item.alert!]);
        }),
      );
      const found = await db.collection<AlertDoc>('alerts').find().toArray();
      await db.collection('alerts').deleteMany({});
      await alerts.refresh(keys);
      const plain = (all: AlertDoc[]) =>
        all
          .map(({ rev: _r, history: _h, pending, ...rest }) => ({ ...rest, last: { ...pending.at(-1)!.alert, rev: 0 } }))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(plain(found)).to.deep.equal(plain(await db.collection<AlertDoc>('alerts').find().toArray()));
      for (const alert of found)
        expect(alert.pending.map((event) => event.rev)).to.deep.equal(
          alert.pending.map((_, i) => i + 1 + alert.rev - alert.pending.length),
        );
    } finally {
      await other.close();
    }
  });
});
