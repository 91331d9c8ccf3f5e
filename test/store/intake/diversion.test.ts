import { expect } from 'chai';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  batches,
  feed,
  forget,
  furnish,
  INSIDE,
  OUTSIDE,
  passage,
  random,
  reading,
  refOf,
  shuffled,
  sighting,
  telemetry,
  truck,
  verdict,
} from '../../support/intake.ts';

const NUMBER = '晋H77001';
const TRUCK = truck(NUMBER, '6');
const VIN = TRUCK.vin;
const SEEN = '2022-01-15T12:00:00.000+08:00';
const HOUR = 3_600_000;

describe('through traffic in a diversion zone', function () {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [TRUCK, truck('晋H77002', '5'), truck('晋H77003', '5')]);
    await t.rows('permits', [
      {
        id: 'permit-1',
        plateNumber: '晋H77003',
        plateColor: 'yellow',
        zoneId: 'ring',
        from: '2022-01-15T10:00:00+08:00',
        to: '2022-01-15T12:00:00+08:00',
      },
    ]);
  });
  after(() => t.stop());
  beforeEach(() => t.clock.set(SEEN));
  afterEach(() => forget(t));

  const found = async () => (await t.core.stores.findings.find({ rule: 'diversion' })).sort((a, b) => (a._id < b._id ? -1 : 1));
  const only = async () => {
    const list = await found();
    expect(list).to.have.length(1);
    return list[0]!;
  };
  const alert = () => t.store.db.collection('alerts').findOne({ rule: 'diversion' });
  async function at(when: number | string) {
    t.clock.set(when);
    await t.core.sweeps.now();
  }
  const status = (online: boolean, queued = 0) =>
    t.core.stores.statuses.record([
      { _id: 'gate/g1', kind: 'gate', deviceId: 'g1', online, queued, receivedAt: new Date(t.clock.now()) },
    ]);

  it('is provisional for six hours, and confirmed then, in finding and alert', async () => {
    await feed(t, [sighting(NUMBER, SEEN)]);
    expect(await only()).to.include({
      status: 'pending',
      provisional: true,
      alert: `diversion|through-traffic|${VIN}|2022-01-15`,
    });
    expect(await alert()).to.include({ provisional: true, state: 'open' });
    await at(Date.parse(SEEN) + 6 * HOUR - 5000);
    expect((await only()).status).to.equal('pending');
    await at(Date.parse(SEEN) + 6 * HOUR + 5000);
    expect(await only())
      .to.include({ status: 'confirmed' })
      .and.not.have.any.keys('provisional', 'dueAt');
    expect(await alert()).to.include({ provisional: false });
  });

  it('counts its six hours from when it was received, if that was later', async () => {
    await feed(t, [sighting(NUMBER, '2022-01-14T12:00:00+08:00')]);
    await at(Date.parse(SEEN) + 5 * HOUR);
    expect((await only()).status).to.equal('pending');
    await at(Date.parse(SEEN) + 6 * HOUR + 1000);
    expect((await only()).status).to.equal('confirmed');
  });

  it('tells the alert of a confirmation whose process died before it could', async () => {
    await feed(t, [sighting(NUMBER, SEEN)]);
    t.clock.set(Date.parse(SEEN) + 7 * HOUR);
    await t.core.stores.findings.collection.updateOne(
      { rule: 'diversion' },
      { $set: { status: 'confirmed' }, $unset: { provisional: 1 } },
    );
    expect(await alert()).to.include({ provisional: true });
    await t.core.sweeps.now();
    expect(await alert()).to.include({ provisional: false });
    expect(await only()).not.to.have.property('dueAt');
  });

  it('waits while a gate in the zone is away or has messages queued, and is confirmed when it has spoken', async () => {
    await status(false);
    await feed(t, [sighting(NUMBER, SEEN)]);
    await at(Date.parse(SEEN) + 7 * HOUR);
    expect((await only()).status).to.equal('pending');
    await status(true, 3);
    await at(Date.parse(SEEN) + 8 * HOUR);
    expect((await only()).status).to.equal('pending');
    await status(true);
    await at(Date.parse(SEEN) + 9 * HOUR);
    expect(await only()).to.include({ status: 'confirmed' });
  });

  it('is confirmed after 72 hours all the same, naming the gates not heard, and those stay named when a later message changes it', async () => {
    await status(false);
    await feed(t, [sighting(NUMBER, SEEN)]);
    await at(Date.parse(SEEN) + 71 * HOUR);
    expect((await only()).status).to.equal('pending');
    // The clock runs on between the message and the look; the edge itself is held by the rule's own table.
    await at(Date.parse(SEEN) + 72.1 * HOUR);
    expect((await only()).measured.unheardGates).to.deep.equal(['g1']);
    await feed(t, [sighting(NUMBER, later(SEEN, 10))]);
    const finding = await only();
    expect(finding).to.include({ status: 'confirmed', count: 2 });
    expect(finding.measured.unheardGates).to.deep.equal(['g1']);
    await status(true);
  });

  it('is none where the truck had business at a gate in the zone up to six hours before or after, and one a millisecond beyond', async () => {
    await feed(t, [arrival(NUMBER, later(SEEN, -360))]);
    await feed(t, [sighting(NUMBER, SEEN)]);
    expect(await found()).to.have.length(0);
    await feed(t, [sighting(NUMBER, new Date(Date.parse(SEEN) + 1).toISOString())]);
    expect(await only()).to.include({ status: 'pending', count: 1 });
  });

  it('is withdrawn by business told later, also when confirmed, and its alert with it', async () => {
    await feed(t, [sighting(NUMBER, SEEN)]);
    await at(Date.parse(SEEN) + 30 * HOUR);
    expect((await only()).status).to.equal('confirmed');
    await feed(t, [passage(NUMBER, later(SEEN, 360))]);
    expect(await only()).to.include({ status: 'withdrawn' });
    expect(await alert()).to.include({ state: 'withdrawn', count: 0 });
  });

  it('stands again when the business was turned back, whether the passage or the arrival is told first and whatever plate was read', async () => {
    const gate = arrival(NUMBER, later(SEEN, 60));
    t.clock.set(later(SEEN, 120));
    await feed(t, [sighting(NUMBER, SEEN)]);
    await feed(t, [gate]);
    expect((await only()).status).to.equal('withdrawn');
    await feed(t, [passage('', later(SEEN, 62), { outcome: 'turned-back', arrivalId: gate.body.id })]);
    expect((await only()).status).to.equal('pending');
    await forget(t);
    await feed(t, [passage('', later(SEEN, 62), { outcome: 'turned-back', arrivalId: gate.body.id })]);
    await feed(t, [sighting(NUMBER, SEEN)]);
    await feed(t, [gate]);
    expect((await only()).status).to.equal('pending');
  });

  it('is not pending again when it was confirmed once, was withdrawn and stands again', async () => {
    const gate = arrival(NUMBER, later(SEEN, 60));
    await feed(t, [sighting(NUMBER, SEEN)]);
    await at(Date.parse(SEEN) + 7 * HOUR);
    await feed(t, [gate]);
    expect((await only()).status).to.equal('withdrawn');
    await status(false);
    await feed(t, [passage('', later(SEEN, 62), { outcome: 'turned-back', arrivalId: gate.body.id })]);
    expect(await only())
      .to.include({ status: 'confirmed' })
      .and.not.have.any.keys('provisional', 'dueAt', 'withdrawnReason', 'stood');
    await status(true);
  });

  it('is not excused by a gate outside the zone', async () => {
    await feed(t, [sighting(NUMBER, SEEN), arrival(NUMBER, later(SEEN, -10), {}, 'g9')]);
    expect((await only()).status).to.equal('pending');
  });

  it('is judged at each position of a terminal, of the civil day the sample lies in', async () => {
    const samples = [
      { at: '2022-01-14T23:59:59.999+08:00', ...INSIDE },
      { at: '2022-01-15T00:00:00.000+08:00', ...INSIDE },
      { at: '2022-01-15T00:01:00.000+08:00', ...OUTSIDE },
    ];
    const message = telemetry(VIN, samples);
    await feed(t, [message]);
    const findings = await found();
    expect(findings.map((f) => [f.subject, f.at.toISOString(), f.count])).to.deep.equal([
      [`${VIN}:ring:2022-01-14`, '2022-01-14T15:59:59.999Z', 1],
      [`${VIN}:ring:2022-01-15`, '2022-01-14T16:00:00.000Z', 1],
    ]);
    expect(findings[0]!.observations).to.deep.equal([refOf(message)]);
  });

  it('is found in each of two zones that overlap', async () => {
    await feed(t, [sighting(NUMBER, SEEN, 'c2')]);
    expect((await found()).map((f) => f.subject)).to.deep.equal([`${VIN}:core:2022-01-15`, `${VIN}:ring:2022-01-15`]);
    expect(await alert()).to.include({ count: 2 });
  });

  it('is none by an unsynchronised clock, a corrected plate, a permit that covers the moment, or out of season', async () => {
    await feed(t, [
      sighting(NUMBER, SEEN, 'c1', { clock: 'unsynced' }),
      sighting('晋H7700L', SEEN),
      sighting('晋H77003', '2022-01-15T11:59:59.999+08:00'),
    ]);
    expect(await found()).to.have.length(0);
    await feed(t, [sighting('晋H77003', '2022-01-15T12:00:00+08:00')]);
    expect(await found()).to.have.length(1);
    await forget(t);
    t.clock.set('2022-04-02T12:00:00+08:00');
    await feed(t, [sighting(NUMBER, '2022-04-01T00:00:00+08:00')]);
    expect(await found()).to.have.length(0);
  });

  it('comes to the same findings and alerts in whatever order its messages arrive', async () => {
    const gate = arrival('晋H77002', later(SEEN, 300));
    const messages = [
      sighting(NUMBER, SEEN),
      sighting(NUMBER, later(SEEN, -700)),
      sighting(NUMBER, later(SEEN, 600)),
      reading(NUMBER, later(SEEN, 20), 3, 's3'),
      passage(NUMBER, later(SEEN, -350)),
      sighting(NUMBER, later(SEEN, 720), 'c2'),
      telemetry(VIN, [
        { at: later(SEEN, -900), ...INSIDE },
        { at: later(SEEN, 400), ...INSIDE },
      ]),
      sighting('晋H77002', SEEN),
      gate,
      passage('晋H9Z999', later(SEEN, 301), { outcome: 'turned-back', arrivalId: gate.body.id }),
      passage('晋H77002', later(SEEN, 700), {}, 'g9'),
      arrival('晋H77002', later(SEEN, 1000)),
      sighting('晋H77002', later(SEEN, 700)),
    ];
    t.clock.set(later(SEEN, 24 * 60));
    await feed(t, messages);
    const expected = await verdict(t);
    expect(expected.findings.length).to.be.greaterThan(3);
    for (let seed = 1; seed <= 12; seed++) {
      await forget(t);
      const next = random(seed);
      for (const batch of batches(shuffled(messages, next), next)) await feed(t, batch);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });
});
