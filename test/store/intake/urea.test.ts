import { expect } from 'chai';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  batches,
  feed,
  fill,
  forget,
  furnish,
  random,
  refOf,
  shuffled,
  sighting,
  telemetry,
  truck,
  verdict,
  type Message,
} from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';

const NUMBER = '晋H88001';
const TRUCK = truck(NUMBER, '6');
const VIN = TRUCK.vin;
const START = '2022-01-15T08:00:00.000+08:00';

/** A drive of so many minutes, a sample a minute, in messages of ten samples: at 60 km/h a kilometre a minute. */
function drive(from: string, minutes: number, sample: object, vin = VIN): Message[] {
  const messages: Message[] = [];
  for (let first = 0; first < minutes; first += 10) {
    const samples = Array.from({ length: Math.min(10, minutes - first) }, (_, i) => ({ at: later(from, first + i), ...sample }));
    messages.push(telemetry(vin, samples));
  }
  return messages;
}

describe('urea by clock hours', function () {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;

  before(async () => {
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, judgeAfterMs: 0 });
    await furnish(t, [TRUCK, truck('晋H88002', '6'), truck('晋H88003', '4')]);
    t.clock.set('2022-02-20T12:00:00+08:00');
  });
  after(async () => {
    await t.stop();
    await mongo.stop();
  });
  afterEach(async () => {
    await forget(t);
    await t.store.db.collection('registry_inspections').deleteMany({});
  });

  const findings = async () =>
    (await t.core.stores.findings.find({ rule: 'urea-use', status: { $ne: 'withdrawn' } })).sort((a, b) =>
      a._id < b._id ? -1 : 1,
    );
  const said = async () => (await findings()).map((f) => [f.code, f.subject, f.at.toISOString()]);
  async function take(...messages: Message[]) {
    for (const message of messages) await feed(t, [message]);
    await t.core.sweeps.now();
  }

  it('judges an hour when it is due, not when its messages come, and the mark is stored before they are answered', async () => {
    for (const message of drive(START, 10, { speed: 60, reagent: 1 })) await feed(t, [message]);
    expect(await findings()).to.have.length(0);
    expect((await t.store.db.collection('due_work').find().toArray()).map((d) => d.about as string)).to.deep.equal([VIN]);
    await t.core.sweeps.now();
    expect(await said()).to.deep.equal([['reagent-empty', `${VIN}:2022-01-15`, '2022-01-15T01:00:00.000Z']]);
    expect(await t.store.db.collection('due_work').countDocuments()).to.equal(0);
  });

  it('asks for more than five kilometres in one clock hour, the sample on the hour counting to the later one', async () => {
    await take(...drive('2022-01-15T08:55:00+08:00', 11, { speed: 60, reagent: 1 }));
    expect(await findings(), '4 km before nine, 6 with the one on the hour').to.have.length(1);
    expect((await findings())[0]).to.nested.include({ 'measured.km': 6, 'measured.reagentMin': 1 });
    await forget(t);
    await take(...drive('2022-01-15T08:55:00+08:00', 10, { speed: 60, reagent: 1 }));
    expect(await findings(), '4 and 5 km').to.have.length(0);
  });

  it('makes the same sums of a re-upload in any order, with overlaps and repeats', async () => {
    const messages = drive(START, 120, { speed: 60, reagent: 1, fuelFlow: 30 });
    await take(...messages);
    const sums = () => t.store.db.collection('hour_sums').find().sort({ _id: 1 }).toArray();
    const [expected, verdictThen] = [await sums(), await verdict(t)];
    expect(expected.map((s) => Math.round(s.distanceKm as number))).to.deep.equal([59, 60]);
    for (let seed = 1; seed <= 5; seed++) {
      await forget(t);
      const next = random(seed);
      const some = messages.filter(() => next() < 0.3);
      for (const batch of batches(shuffled([...messages, ...some], next), next)) {
        await feed(t, batch);
        if (next() < 0.4) await t.core.sweeps.now();
      }
      await t.core.sweeps.now();
      expect(await sums(), `seed ${seed}`).to.deep.equal(expected);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(verdictThen);
    }
  });

  it('finds 100 litres burnt with the level standing still, and takes it back when a fill in that stretch is told later', async () => {
    await take(...drive(START, 200, { speed: 40, reagent: 50, fuelFlow: 30 }));
    expect(await findings(), '99.5 L').to.have.length(0);
    await take(...drive(START, 240, { speed: 40, reagent: 50, fuelFlow: 30 }));
    expect(await said(), '119.5 L').to.deep.equal([['not-consumed', `${VIN}:2022-01-15`, '2022-01-15T04:00:00.000Z']]);
    await take(fill(NUMBER, later(START, 30)));
    expect(await findings()).to.have.length(0);
    const [withdrawn] = await t.core.stores.findings.find({ code: 'not-consumed' });
    expect(withdrawn).to.include({ status: 'withdrawn' });
    expect(await t.store.db.collection('alerts').countDocuments({ count: { $gt: 0 } })).to.equal(0);
  });

  it('takes a finding of days later back when a fill of the window is told', async () => {
    await take(...drive(START, 180, { speed: 40, reagent: 50, fuelFlow: 30 }));
    await take(...drive(later(START, 3 * 24 * 60), 60, { speed: 40, reagent: 50, fuelFlow: 30 }));
    expect(await said()).to.deep.equal([['not-consumed', `${VIN}:2022-01-18`, '2022-01-18T01:00:00.000Z']]);
    await take(fill(NUMBER, later(START, 24 * 60)));
    expect(await findings()).to.have.length(0);
  });

  it('speaks at gates for seven days from the hour’s end, until an inspection or repair is passed', async () => {
    const end = '2022-01-15T01:00:00.000Z';
    const gates = [
      arrival(NUMBER, new Date(Date.parse(end) - 1).toISOString()),
      arrival(NUMBER, end),
      arrival(NUMBER, later(end, 7 * 24 * 60)),
      arrival(NUMBER, new Date(Date.parse(later(end, 7 * 24 * 60)) + 1).toISOString()),
    ];
    await feed(t, gates.slice(0, 2));
    await take(...drive(START, 10, { speed: 60, reagent: 1 }));
    await feed(t, gates.slice(2));
    const warned = async () => (await findings()).filter((f) => f.code === 'urea-warning').flatMap((f) => f.observations);
    expect(await warned()).to.have.members([refOf(gates[1]!), refOf(gates[2]!)]);
    expect((await t.core.stores.decisions.byIds([refOf(gates[1]!)]))[0]!.rejudged).to.include({ decision: 'review' });
    await t.rows('inspections', [
      { vin: VIN, at: '2022-01-17T08:00:00+08:00', inspectionKind: 'repair', result: 'passed', station: '示例维修站' },
    ]);
    await t.core.sweeps.now();
    expect(await warned()).to.have.members([refOf(gates[1]!)]);
  });

  it('says bad urea of a fill, and to gates only where the plate was exactly matched and the vehicle is registered', async () => {
    await feed(t, [
      fill(NUMBER, START, 31.79),
      fill('晋H8800Z', START, 40),
      fill('晋H88003', START, 33.21),
      fill('晋H88003', START, 33.2),
    ]);
    expect((await findings()).map((f) => f.code)).to.deep.equal(['bad-urea', 'bad-urea', 'bad-urea']);
    await feed(t, [arrival(NUMBER, later(START, 1)), arrival('晋H88002', later(START, 1)), arrival('晋H88003', later(START, 1))]);
    const warned = (await findings()).filter((f) => f.code === 'urea-warning').map((f) => f.vin);
    expect(warned).to.have.members([VIN, truck('晋H88003', '4').vin]);
    const corrected = (await findings()).find((f) => f.vin === undefined);
    expect(corrected, 'of the plate as it was read').to.include({ plate: '晋H8800Z,yellow', code: 'bad-urea' });
    expect(corrected!.alert).to.contain('晋H8800Z,yellow');
  });

  it('tells gates of a bad fill that comes after them', async () => {
    const gate = arrival(NUMBER, later(START, 1));
    await feed(t, [gate]);
    await feed(t, [fill(NUMBER, START, 20)]);
    expect((await findings()).map((f) => f.code)).to.have.members(['bad-urea', 'urea-warning']);
  });

  it('judges an hour again that got a message while another process was judging it, however long that one’s lease was', async () => {
    const [first, second] = drive(START, 20, { speed: 60, reagent: 1 });
    const other = await startCore({ at: '2022-02-20T12:00:00+08:00', uri: mongo.uri, instance: '2' });
    try {
      await feed(t, [telemetry(VIN, [{ at: START }])]);
      const { due } = t.core.stores;
      const held = await due.take(Date.now(), 10, 60_000);
      await feed(other, [first!]);
      await due.finish(held, Date.now());
      await t.core.sweeps.now();
      await feed(other, [second!]);
      expect(await t.store.db.collection('due_work').countDocuments(), 'the second is marked, too').to.equal(1);
    } finally {
      await other.stop();
    }
  });

  const WARM = {
    speed: 60, fuelFlow: 30, reagent: 9, engineSpeed: 1200, engineTorque: 50, coolant: 80, scrInlet: 300, noxIn: 500, noxOut: 450,
  }; // prettier-ignore

  it('finds an SCR that does nothing, a sensor that stands still and a low tank, whatever order the messages come in', async () => {
    const messages = drive('2022-01-16T07:55:00+08:00', 120, WARM);
    await take(...messages);
    expect(await said()).to.deep.equal([
      ['frozen-sensor', `${VIN}:2022-01-16`, '2022-01-16T01:00:00.000Z'],
      ['reagent-low', `${VIN}:2022-01-16`, '2022-01-16T01:00:00.000Z'],
      ['scr-ineffective', `${VIN}:2022-01-16`, '2022-01-16T01:00:00.000Z'],
    ]);
    const expected = await verdict(t);
    for (let seed = 1; seed <= 5; seed++) {
      await forget(t);
      const next = random(seed);
      for (const batch of batches(shuffled(messages, next), next)) {
        await feed(t, batch);
        if (next() < 0.4) await t.core.sweeps.now();
      }
      await t.core.sweeps.now();
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });

  it('counts an hour’s engine warm from a start in the hour before, and sums it again when that is told later', async () => {
    const minutes = (from: string, n: number) => drive(from, n, WARM);
    const load = async () =>
      (await t.store.db.collection('hour_sums').findOne({ hour: Date.parse('2022-01-16T01:00:00Z') }))?.load as { ms: number };
    await take(...minutes('2022-01-16T09:00:00+08:00', 30));
    expect((await load()).ms, 'from 9:11 on').to.equal(19 * 60_000);
    await take(...minutes('2022-01-16T08:50:00+08:00', 10));
    expect((await load()).ms, 'from 9:01 on').to.equal(29 * 60_000);
  });

  it('finds 200 litres burnt on hardly any urea, asks the registry for the tank, and counts a fill told later', async () => {
    const day = (levels: number[]) =>
      levels.flatMap((reagent, i) => drive(later('2022-01-17T08:00:00+08:00', i * 60), 60, { speed: 10, fuelFlow: 60, reagent }));
    await take(...day([50, 48, 47, 46.4]));
    const low = async () => (await findings()).filter((f) => f.code === 'low-consumption');
    expect((await low()).map((f) => [f.severity, f.measured.percent, f.measured.tankL])).to.deep.equal([['warning', 0.9, 60]]);
    await take(fill(NUMBER, '2022-01-17T09:30:00+08:00', 32.5, { volume: 1.5 }));
    expect((await low()).map((f) => [f.severity, f.measured.filledL])).to.deep.equal([['info', 1.5]]);
    await take(fill(NUMBER, '2022-01-17T10:30:00+08:00', 32.5, { volume: 40 }));
    expect(await low()).to.deep.equal([]);
  });

  describe('a dark terminal', () => {
    const [KEEPER, OTHER] = ['晋H88004', '晋H88005'];
    const keeper = truck(KEEPER, '6', { obdRequired: true });
    const SEEN = '2022-02-20T10:00:00+08:00';
    before(async () => {
      t.clock.set('2021-06-01T00:00:00+08:00');
      await t.rows('vehicles', [keeper, truck(OTHER, '4', { obdRequired: true })]);
      await t.rows('devices', [{ kind: 'on-board', id: keeper.vin, nameZh: '终端', enabled: true }]);
    });
    beforeEach(() => t.clock.set('2022-02-20T12:00:00+08:00'));
    const dark = async () =>
      (await findings()).filter((f) => f.code === 'dark-terminal').map((f) => [f.subject, f.observations[0], f.count]);
    const turn = async (at: string) => {
      t.clock.set(at);
      await t.core.sweeps.now();
    };

    it('is said a day after it was seen, of a vehicle with SCR and terminal only, and taken back when its samples come', async () => {
      const [first, second] = [sighting(KEEPER, SEEN), arrival(KEEPER, later(SEEN, 30))];
      await take(first, second, sighting(OTHER, SEEN), sighting(NUMBER, SEEN));
      await turn('2022-02-21T11:59:30+08:00');
      expect(await dark()).to.deep.equal([]);
      await turn('2022-02-21T12:01:00+08:00');
      expect(await dark()).to.deep.equal([[`${keeper.vin}:2022-02-20`, refOf(first), 2]]);
      expect(await t.store.db.collection('alerts').countDocuments({ key: /dark-terminal/, count: { $gt: 0 } })).to.equal(1);
      await take(telemetry(keeper.vin, [{ at: later(SEEN, 1) }]));
      expect(await dark(), 'between the two').to.deep.equal([[`${keeper.vin}:2022-02-20`, refOf(first), 1]]);
      await take(telemetry(keeper.vin, [{ at: later(SEEN, -24 * 60) }]));
      expect(await dark(), '24 h before, to the millisecond').to.deep.equal([]);
      expect(await t.core.stores.findings.find({ code: 'dark-terminal', status: 'withdrawn' })).to.have.length(1);
      expect(await t.store.db.collection('alerts').countDocuments({ key: /dark-terminal/, count: { $gt: 0 } })).to.equal(0);
    });

    it('is not said where samples came, in whatever message, and where a gate is told of it by no warning', async () => {
      await take(sighting(KEEPER, SEEN), telemetry(keeper.vin, [{ at: later(SEEN, -1) }, { at: later(SEEN, 60) }]));
      await turn('2022-02-21T12:01:00+08:00');
      expect(await dark()).to.deep.equal([]);
      await forget(t);
      t.clock.set('2022-02-20T12:00:00+08:00');
      await take(sighting(KEEPER, SEEN));
      await turn('2022-02-21T12:01:00+08:00');
      expect(await dark()).to.have.length(1);
      await take(arrival(KEEPER, '2022-02-21T11:00:00+08:00'));
      expect((await findings()).map((f) => f.code)).to.deep.equal(['dark-terminal']);
    });

    it('waits for each sighting by itself', async () => {
      const [first, second] = [sighting(KEEPER, SEEN), sighting(KEEPER, later(SEEN, 200))];
      await take(first, telemetry(keeper.vin, [{ at: later(SEEN, -24 * 60 + 10) }]));
      t.clock.set('2022-02-20T18:00:00+08:00');
      await take(second);
      await turn('2022-02-21T12:01:00+08:00');
      expect(await dark()).to.deep.equal([]);
      expect(
        (await t.store.db.collection('due_moments').find({ kind: 'dark' }).toArray()).map((d) =>
          (d.dueAt as Date).toISOString().slice(0, 16),
        ),
      ).to.deep.equal(['2022-02-21T10:00']);
      await turn('2022-02-21T18:01:00+08:00');
      expect(await dark()).to.deep.equal([[`${keeper.vin}:2022-02-20`, refOf(second), 1]]);
      expect(await t.store.db.collection('due_moments').countDocuments({ kind: 'dark' })).to.equal(0);
    });

    it('comes to the same whatever order the messages come in', async () => {
      const messages = [
        ...[0, 60, 120, 500].map((minutes) => sighting(KEEPER, later(SEEN, minutes - 24 * 60))),
        ...[70, 700].map((minutes) =>
          telemetry(keeper.vin, [{ at: later(SEEN, minutes - 48 * 60) }, { at: later(SEEN, minutes - 48 * 60 + 1) }]),
        ),
      ];
      let expected: unknown;
      for (let seed = 1; seed <= 6; seed++) {
        await forget(t);
        t.clock.set('2022-02-20T12:00:00+08:00');
        const next = random(seed);
        for (const batch of batches(seed === 1 ? messages : shuffled(messages, next), next, 2)) {
          await feed(t, batch);
          if (next() < 0.5) t.clock.set(t.clock.now() + 25 * 3_600_000);
          if (next() < 0.5) await t.core.sweeps.now();
        }
        t.clock.set(t.clock.now() + 49 * 3_600_000);
        await t.core.sweeps.now();
        expect((await dark()).length).to.equal(0);
        expected ??= await verdict(t);
        expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
      }
    });
  });
});
