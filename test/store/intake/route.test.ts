import { expect } from 'chai';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  batches, feed, forget, furnish, INSIDE, OUTSIDE, arrival, passage, random, reading, refOf, shuffled, sighting, telemetry, truck, verdict,
  type Message,
} from '../../support/intake.ts'; // prettier-ignore

const MUCK = truck('晋H66001', '6', { muck: true, vehicleType: 'Z11' });
const DUMPER = truck('晋H66002', '6', { vehicleType: 'H17' });
const PLAIN = truck('晋H66003', '6');
const BARE = truck('晋H66004', '6', { muck: true });
const day = (time: string) => `2022-01-15T${time}+08:00`;

describe('muck trucks and their routes', function () {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [MUCK, DUMPER, PLAIN, BARE]);
    const permit = { plateColor: 'yellow', from: '2022-01-01', to: '2022-01-31' };
    const corridor = {
      type: 'LineString',
      coordinates: [
        [112.6, 38.42],
        [112.8, 38.42],
      ],
    };
    await t.rows('permits', [
      { ...permit, id: 'r1', plateNumber: MUCK.plateNumber, corridor, hours: [{ from: '08:00', to: '18:00' }] },
      { ...permit, id: 'r2', plateNumber: DUMPER.plateNumber, corridor },
    ]);
  });
  after(() => t.stop());
  beforeEach(() => t.clock.set('2022-01-17T12:00:00+08:00'));
  afterEach(() => forget(t));

  const found = async () => (await t.core.stores.findings.find({ rule: 'route' })).sort((a, b) => (a._id < b._id ? -1 : 1));
  const sample = (at: string, place: object) => ({ at: new Date(at).toISOString(), speed: 30, ...place });

  it('is found at gates, stations, checkpoints and positions, of exactly matched vehicles whose clock was right', async () => {
    const messages = [
      sighting(MUCK.plateNumber, day('09:00:00'), 'c9'),
      passage(MUCK.plateNumber, day('08:30:00'), { direction: 'out', outcome: 'turned-back' }, 'g9'),
      reading(MUCK.plateNumber, day('10:00:00'), 5, 's1'),
      arrival(MUCK.plateNumber, day('11:00:00')),
      sighting(MUCK.plateNumber, day('07:00:00'), 'c9', { clock: 'unsynced' }),
      sighting('晋H660O1', day('06:00:00'), 'c9', { clock: 'unsynced' }),
      sighting(PLAIN.plateNumber, day('09:00:00'), 'c9'),
      sighting(BARE.plateNumber, day('09:00:00'), 'c1'),
      telemetry(DUMPER.vin, [sample(day('09:00:00'), INSIDE), sample(day('09:00:10'), OUTSIDE)]),
    ];
    await feed(t, messages);
    const [bare, off, dumper, ...more] = (await found()).sort((a, b) => (a.code + a.subject < b.code + b.subject ? -1 : 1));
    expect(more).to.have.length(0);
    expect(bare).to.include({ code: 'no-permit', subject: `${BARE.vin}:2022-01-15` });
    expect(off).to.include({ code: 'off-corridor', subject: `${MUCK.vin}:2022-01-15`, count: 3, last: refOf(messages[2]!) });
    expect(off!.observations).to.deep.equal([refOf(messages[1]!)]);
    expect(off!.facts.permits).to.deep.equal(['r1#1']);
    expect(dumper).to.include({ code: 'off-corridor', subject: `${DUMPER.vin}:2022-01-15`, count: 1, vin: DUMPER.vin });
    expect(dumper!.place).to.include(OUTSIDE);
    const alert = await t.store.db.collection('alerts').findOne({ key: `route|off-corridor|${MUCK.vin}|2022-01-15` });
    expect(alert!.audiences).to.include.members(['bureau', 'police']);
  });

  it('counts a sample in the civil day of its own moment, with the permits in force then', async () => {
    await feed(
      t,
      [
        telemetry(MUCK.vin, [
          sample('2022-01-31T23:59:59.999+08:00', OUTSIDE),
          sample('2022-02-01T00:00:00+08:00', INSIDE),
          sample('2022-02-01T20:00:00+08:00', INSIDE),
        ]),
      ].map((m) => (t.clock.set('2022-02-01T21:00:00+08:00'), m)),
    );
    expect((await found()).map((f) => [f.code, f.subject, f.count])).to.deep.equal([
      ['no-permit', `${MUCK.vin}:2022-02-01`, 1],
      ['off-corridor', `${MUCK.vin}:2022-01-31`, 1],
      ['outside-hours', `${MUCK.vin}:2022-01-31`, 1],
    ]);
  });

  it('comes out alike in whatever order and batches the messages come', async () => {
    const next = random(7);
    const messages: Message[] = [];
    for (let i = 0; i < 24; i++) {
      const at = new Date(Date.parse(day('00:00:00')) + Math.floor(next() * 40) * 3_600_000).toISOString();
      const who = [MUCK, DUMPER, BARE][Math.floor(next() * 3)]!;
      const earlier = new Date(Date.parse(at) - 20 * 3_600_000).toISOString();
      messages.push(
        [
          () => sighting(who.plateNumber, at, next() < 0.5 ? 'c9' : 'c1'),
          () => passage(who.plateNumber, at, {}, 'g9'),
          () => reading(who.plateNumber, at, 5, 's2'),
          () => telemetry(who.vin, [sample(earlier, OUTSIDE), sample(at, next() < 0.5 ? OUTSIDE : INSIDE)]),
        ][i % 4]!(),
      );
    }
    let expected: unknown;
    for (const order of [messages, [...messages].reverse(), shuffled(messages, next), shuffled(messages, next)]) {
      for (const batch of batches(order, next)) await feed(t, batch);
      const found = await verdict(t);
      expect(found.findings.filter((f) => String((f as { _id: string })._id).startsWith('route|'))).to.have.length.above(4);
      expected ??= found;
      expect(found).to.deep.equal(expected);
      await forget(t);
    }
  });
});
