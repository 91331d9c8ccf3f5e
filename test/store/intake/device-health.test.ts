import { expect } from 'chai';
import express from 'express';
import { civilDayStart, MINUTE } from '../../../devices/contract/instant.ts';
import type { Actor } from '../../../server/alerts/types.ts';
import { createDeviceHealth } from '../../../server/audit/device-health.ts';
import { deviceHealth } from '../../../server/http/contract/device-health.ts';
import { problemHandler } from '../../../server/http/problems.ts';
import { deviceHealthRouter } from '../../../server/http/routes/device-health.ts';
import { lookAtDevices } from '../../../server/intake/histories/device-health.ts';
import { policyBook } from '../../../server/intake/policy-book.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { DeviceStatusDoc } from '../../../server/store/device-status.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { listen } from '../../support/http.ts';
import { feed, forget, furnish, passage, random, shuffled, sighting, verdict, type Message } from '../../support/intake.ts';
import { quietLog } from '../../support/log.ts';

const at = (text: string) => Date.parse(`${text}+08:00`);
const DAY_15 = civilDayStart('2021-11-15');

describe('the health of devices', function () {
  this.timeout(60_000);
  let t: TestCore;
  const status = (id: string, receivedAt: number, more: Partial<DeviceStatusDoc> = {}): DeviceStatusDoc => ({
    _id: id,
    kind: id.split('/')[0] as DeviceStatusDoc['kind'],
    deviceId: id.split('/')[1]!,
    online: true,
    receivedAt: new Date(receivedAt),
    ...more,
  });
  const minutesFrom = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i * MINUTE);
  const record = (...docs: DeviceStatusDoc[]) => t.core.stores.statuses.record(docs);
  const listened = (minutes: number[]) => t.core.stores.statuses.listened(minutes);
  const found = async () =>
    (await t.core.stores.findings.find({ rule: 'device-health', status: 'confirmed' }))
      .map((f) => `${f.code} ${f.subject} ${f.severity}`)
      .sort();
  const look = async (now: number) => {
    t.clock.set(now);
    await t.core.sweeps.now();
  };

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00' });
    await furnish(t, []);
    await t.rows('devices', [
      { kind: 'remote-sensing', id: 's8', nameZh: '过期站', lon: 112.7, lat: 38.4, county: '140902', calibratedUntil: '2021-11-19', validFrom: '2021-11-17' },
      { kind: 'gate', id: 'g7', nameZh: '停用门', lon: 112.7, lat: 38.4, county: '140902', enabled: false },
    ]); // prettier-ignore
  });
  after(() => t.stop());
  beforeEach(async () => {
    await forget(t);
    for (const name of ['device_status', 'device_days']) await t.store.db.collection(name).deleteMany({});
  });

  it('finds the silent and the offline, not the disabled, nor those that never connected; tells the owner', async () => {
    const now = at('2021-11-15T10:00');
    await listened(minutesFrom(at('2021-11-15T08:00'), 120));
    await record(
      status('gate/g1', at('2021-11-15T09:54')),
      status('gate/g9', at('2021-11-15T09:56')),
      status('checkpoint/c1', at('2021-11-15T09:44'), { online: false }),
      status('gate/g7', at('2021-11-15T09:00')),
    );
    await look(now);
    await look(now + 1000);
    expect(await found()).to.deep.equal(['offline checkpoint/c1:2021-11-15 info', 'silent gate/g1:2021-11-15 info']);
    const alerts = await t.store.db.collection('alerts').find().sort({ key: 1 }).toArray();
    expect(alerts.map((a) => [a.key, a.audiences])).to.deep.equal([
      ['device-health|offline|checkpoint/c1|2021-11-15', ['bureau', 'owner']],
      ['device-health|silent|gate/g1|2021-11-15', ['bureau', 'owner', 'enterprise']],
    ]);
  });

  it('a state that lasts a day is a warning; one that ended stays found', async () => {
    await listened(minutesFrom(DAY_15, 2 * 1440));
    await record(status('gate/g1', at('2021-11-15T09:00'), { online: false }));
    await look(at('2021-11-16T00:10'));
    expect(await found()).to.include.members(['offline gate/g1:2021-11-15 info', 'offline gate/g1:2021-11-16 info']);
    await look(at('2021-11-16T10:00'));
    await record(status('gate/g1', at('2021-11-16T10:00')));
    await look(at('2021-11-16T10:01'));
    expect(await found()).to.include.members(['offline gate/g1:2021-11-15 info', 'offline gate/g1:2021-11-16 warning']);
  });

  it('a dispute stays with a finding that becomes a warning; one taken back by its answer does not come again', async () => {
    const findings = t.store.db.collection('findings');
    const disputed = { disputed: true, dispute: { text: '停电', by: 'gatekeeper', at: new Date(at('2021-11-16T01:00')) } };
    const answered = {
      ...disputed.dispute,
      answer: { outcome: 'withdrawn', reason: '属实', by: 'bureau', at: new Date(at('2021-11-16T02:00')) },
    };
    await listened(minutesFrom(DAY_15, 2 * 1440));
    for (const id of ['gate/g1', 'checkpoint/c1']) await record(status(id, at('2021-11-15T09:00'), { online: false }));
    await look(at('2021-11-16T00:10'));
    await findings.updateOne({ subject: 'gate/g1:2021-11-16' }, { $set: disputed });
    await findings.updateOne({ subject: 'checkpoint/c1:2021-11-16' }, { $set: { status: 'withdrawn', dispute: answered } });
    await look(at('2021-11-16T10:00'));
    expect(await findings.findOne({ subject: 'gate/g1:2021-11-16' })).to.deep.include({ severity: 'warning', ...disputed });
    expect(await findings.findOne({ subject: 'checkpoint/c1:2021-11-16' })).to.include({ status: 'withdrawn' });
  });

  it('whose alerts could not be told is told at the next look', async () => {
    await listened(minutesFrom(at('2021-11-12T08:00'), 120));
    await record(status('gate/g1', at('2021-11-12T09:54')));
    const takeAlerts = (validator: object) => t.store.db.command({ collMod: 'alerts', validator });
    await takeAlerts({ never: { $exists: true } });
    try {
      expect(
        await look(at('2021-11-12T10:00')).then(
          () => 'told',
          () => 'not told',
        ),
      ).to.equal('not told');
    } finally {
      await takeAlerts({});
    }
    expect(await found()).to.deep.equal(['silent gate/g1:2021-11-12 info']);
    expect(await t.store.db.collection('alerts').countDocuments({})).to.equal(0);
    await look(at('2021-11-12T10:00') + 1000);
    expect(await t.store.db.collection('alerts').countDocuments({})).to.equal(1);
  });

  it('a calibration that ran out is found, also of a station that was never heard', async () => {
    await record(status('remote-sensing/s1', at('2021-11-21T10:00')));
    await look(at('2021-11-21T10:01'));
    expect((await found()).filter((f) => f.startsWith('calibration'))).to.deep.equal([
      'calibration-overdue remote-sensing/s8:2021-11-20 info',
      'calibration-overdue remote-sensing/s8:2021-11-21 warning',
    ]);
  });

  it('judges the transmission of a past day by the minutes in which the platform listened, by any process once more', async () => {
    await listened(minutesFrom(at('2021-11-15T08:00'), 100));
    const heard = (id: string, start: number, count: number) => record(...minutesFrom(start, count).map((m) => status(id, m)));
    await heard('gate/g1', at('2021-11-15T08:00'), 94);
    await heard('gate/g9', at('2021-11-15T08:00'), 95);
    await heard('checkpoint/c1', at('2021-11-15T09:00'), 40);
    await heard('checkpoint/c2', at('2021-11-14T09:00'), 1);
    await heard('checkpoint/c9', at('2021-11-16T00:01'), 1);
    const deps = { ...t.core.stores, registry: t.core.registry, clock: t.clock };
    t.clock.set('2021-11-16T00:06:00+08:00');
    const one = await lookAtDevices({ ...deps, policies: policyBook(xinzhou2021) });
    const two = await lookAtDevices({ ...deps, policies: policyBook(xinzhou2021) });
    expect(two.map((c) => c.now._id)).to.deep.equal(one.map((c) => c.now._id));
    expect((await found()).filter((f) => f.startsWith('low'))).to.deep.equal([
      'low-transmission checkpoint/c2:2021-11-15 info',
      'low-transmission gate/g1:2021-11-15 info',
    ]);
  });

  it('notes the minutes in which it was there, and none in which it was not', async () => {
    for (const time of ['10:00:30', '10:01:00', '10:01:50', '10:02:10', '11:00:00', '11:00:59'])
      await look(at(`2021-11-15T${time}`));
    const minutes = (await t.core.stores.statuses.listening(['2021-11-15'])).get('2021-11-15');
    expect(minutes).to.deep.equal([601]);
  });

  const live = (minute: number, n: number, lateBy: number): { message: Message; receivedAt: number } => {
    const time = at('2021-11-15T10:00') + minute * MINUTE;
    const message = sighting('晋H11111', new Date(time).toISOString(), 'c1', { n, backfill: false });
    return { message, receivedAt: time + lateBy };
  };
  const tell = async (messages: { message: Message; receivedAt: number }[]) => {
    for (const { message, receivedAt } of messages) {
      t.clock.set(receivedAt);
      await feed(t, [message]);
    }
  };

  it('finds a wrong clock while the day runs, and takes it back when the day as a whole says otherwise', async () => {
    await tell(Array.from({ length: 20 }, (_, i) => live(i, i, 45_000)));
    await look(at('2021-11-15T10:25'));
    expect(await found()).to.deep.equal(['clock-skew checkpoint/c1:2021-11-15 info']);
    await tell(Array.from({ length: 21 }, (_, i) => live(60 + i, 20 + i, 500)));
    await look(at('2021-11-16T06:01'));
    expect(await found()).to.deep.equal([]);
  });

  it('is a warning on the second wrong day, also where that was found first', async () => {
    await tell(Array.from({ length: 20 }, (_, i) => live(i, i, 45_000)));
    await look(at('2021-11-15T10:25'));
    await tell(Array.from({ length: 20 }, (_, i) => live(i - 1440, 20 + i, 86_400_000 + 3_600_000)));
    await look(at('2021-11-15T11:25'));
    expect(await found()).to.include.members([
      'clock-skew checkpoint/c1:2021-11-14 info',
      'clock-skew checkpoint/c1:2021-11-15 warning',
    ]);
  });

  it('finds holes in the counter of a past day, whatever the order in which messages came, until they are filled', async () => {
    const numbers = [7, 8, 11, 12, 1, 2];
    const messages = numbers.map((n, i) =>
      passage('晋H11111', new Date(at('2021-11-15T10:00') + i * MINUTE).toISOString(), { n }),
    );
    const results: unknown[] = [];
    for (const order of [messages, [...messages].reverse(), shuffled(messages, random(5))]) {
      await forget(t);
      t.clock.set('2021-11-15T12:00:00+08:00');
      for (const message of order) await feed(t, [message]);
      await look(at('2021-11-16T05:59'));
      expect(await found()).to.deep.equal([]);
      await look(at('2021-11-16T06:00:01'));
      results.push((await verdict(t)).findings.filter((f) => JSON.stringify(f).includes('device-health')));
    }
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[2]).to.deep.equal(results[0]);
    expect(results[0]).to.have.length(1).and.nested.property('[0].measured.missing', 2);
    await feed(
      t,
      [9, 10].map((n) => passage('晋H11111', `2021-11-15T10:01:${n + 10}+08:00`, { n })),
    );
    await look(at('2021-11-16T06:10'));
    expect(await found()).to.deep.equal([]);
  });

  it('a wrong clock makes an impossible travel doubtful', async () => {
    const far = (minute: number, device: string) =>
      sighting('晋H11111', new Date(at('2021-11-15T10:00') + minute * MINUTE).toISOString(), device, { backfill: false });
    t.clock.set(at('2021-11-15T10:01:10'));
    await feed(t, [far(0, 'c1'), far(1, 'c9')]);
    const codes = async () =>
      (await t.core.stores.findings.find({ rule: 'cloned-plate', status: { $ne: 'withdrawn' } })).map((f) => f.code);
    expect(await codes()).to.deep.equal(['impossible-travel']);
    await tell(Array.from({ length: 20 }, (_, i) => live(60 + i, i, 45_000)));
    await look(at('2021-11-15T11:25'));
    expect(await found()).to.deep.equal(['clock-skew checkpoint/c1:2021-11-15 info']);
    expect(await codes()).to.deep.equal(['clock-doubtful']);
  });

  it('tells everybody how the devices in their scope are', async () => {
    const now = at('2021-11-15T10:00');
    await listened(minutesFrom(at('2021-11-15T08:00'), 120));
    await listened(minutesFrom(at('2021-11-14T08:00'), 4));
    await record(...minutesFrom(at('2021-11-14T08:00'), 3).map((m) => status('gate/g1', m)));
    await record(
      status('gate/g1', at('2021-11-15T09:54'), { at: new Date(at('2021-11-15T09:53:50')), queued: 3, firmware: '1.2' }),
    );
    t.clock.set(now);
    const { statuses, findings } = t.core.stores;
    await lookAtDevices({ ...t.core.stores, registry: t.core.registry, clock: t.clock, policies: policyBook(xinzhou2021) });
    const health = createDeviceHealth({ registry: t.core.registry, statuses, findings, clock: t.clock });
    const own: Actor = { username: 'e', name: 'e', role: 'enterprise', enterpriseId: 'coking-1' };
    const { items } = await health.list(own);
    expect(items).to.have.length(1);
    expect(deviceHealth.parse(items[0])).to.deep.include({
      id: 'g1',
      enterpriseName: '示例焦化',
      online: true,
      queued: 3,
      firmware: '1.2',
      clockSkew: 10,
      transmission: { today: 0.84, yesterday: 75 },
    });
    expect(items[0]!.findings.map((f) => f.code).sort()).to.deep.equal(['low-transmission', 'silent']);
    const all = await health.list({ ...own, role: 'bureau', counties: ['140902'] });
    expect(all.items.map((d) => d.id))
      .to.include.members(['g9', 'c1', 'p1'])
      .and.not.include('g7');
    expect(all.items.find((d) => d.id === 'c1')).to.deep.include({
      transmission: { today: null, yesterday: null },
      findings: [],
    });
    expect((await health.list({ ...own, role: 'market' })).items).to.deep.equal([]);
  });

  it('lists them page by page and as a file, to those who may ask', async () => {
    const { statuses, findings } = t.core.stores;
    const health = createDeviceHealth({ registry: t.core.registry, statuses, findings, clock: t.clock });
    const app = express();
    app.use((req, _res, next) => {
      const role = req.get('x-role') as Actor['role'];
      (req as unknown as { actor: Actor }).actor = { username: role, name: role, role };
      next();
    });
    app.use(deviceHealthRouter({ health }), problemHandler(quietLog));
    const web = await listen(app);
    const get = (path: string, role: string) => fetch(web.url + path, { headers: { 'x-role': role } });
    try {
      const first = (await (await get('/devices/health?limit=2', 'auditor')).json()) as { items: { id: string }[]; next: string };
      expect(first.items.map((d) => d.id)).to.deep.equal(['c1', 'c2']);
      const second = (await (await get(`/devices/health?limit=1&cursor=${first.next}`, 'auditor')).json()) as typeof first;
      expect(second.items.map((d) => d.id)).to.deep.equal(['c9']);
      const file = await (await get('/devices/health?format=csv&header=zh', 'bureau')).text();
      expect(file)
        .to.include('今日传输率')
        .and.match(/#end 9\s*$/);
      expect((await get('/devices/health', 'market')).status).to.equal(403);
    } finally {
      await web.close();
    }
  });
});
