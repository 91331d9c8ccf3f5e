import { expect } from 'chai';
import type { GatePolicy } from '../../../devices/contract/answers.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  batches,
  feed,
  forget,
  furnish,
  passage,
  random,
  reading,
  refOf,
  shuffled,
  sighting,
  truck,
  verdict,
} from '../../support/intake.ts';

const MORNING = '2022-01-15T08:00:00.000+08:00';
const OLD = '晋H99001';
const DIRTY = '晋H99002';
const CLEAN = '晋H99003';

describe('gates, and the road, by day and by response', function () {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [
      truck(OLD, '3', { scrapDue: '2022-01-14' }),
      truck(DIRTY, '4'),
      truck(CLEAN, '6'),
      truck('晋H99004', '3', { useNature: 'A' }),
    ]);
  });
  after(() => t.stop());
  beforeEach(() => t.clock.set(later(MORNING, 600)));
  afterEach(async () => {
    await forget(t);
    await t.store.db.collection('registry_responses').deleteMany({});
    await t.store.db.collection('revisions').updateOne({ _id: 'revisions' as never }, { $inc: { 'numbers.responses': 1 } });
  });

  const codes = async (filter: object = {}) =>
    (await t.core.stores.findings.find({ status: { $ne: 'withdrawn' }, ...filter })).map((f) => f.code).sort();
  const live = (minutes = 0) => ({ backfill: false, at: later(MORNING, minutes) });
  const releases = () => t.core.stores.findings.find({ rule: 'forced-release', status: { $ne: 'withdrawn' } });

  describe('vehicles that are to be gone', () => {
    it('gives one finding per code and civil day of stations and checkpoints together, at the first sighting, with count and last, whatever the order', async () => {
      const messages = [
        sighting(OLD, '2022-01-14T23:59:59.999+08:00', 'c9'),
        sighting(OLD, '2022-01-15T00:00:00.000+08:00', 'c9'),
        reading(OLD, '2022-01-15T09:00:00+08:00', 3),
        sighting(OLD, '2022-01-15T10:00:00+08:00', 'c9'),
        sighting('晋H99004', '2022-01-15T10:00:00+08:00', 'c9'),
        arrival(OLD, '2022-01-15T09:30:00+08:00', {}, 'g9'),
      ];
      await feed(t, messages);
      const road = (await t.core.stores.findings.find({ rule: 'phase-out', count: { $exists: true } })).sort((a, b) =>
        a._id < b._id ? -1 : 1,
      );
      expect(road.map((f) => [f.code, f.subject.slice(-10), f.count, f.observations[0], f.last])).to.deep.equal([
        ['past-scrap', '2022-01-15', 3, refOf(messages[1]!), refOf(messages[3]!)],
        ['phase-out-listed', '2022-01-14', 1, refOf(messages[0]!), refOf(messages[0]!)],
        ['phase-out-listed', '2022-01-15', 3, refOf(messages[1]!), refOf(messages[3]!)],
      ]);
      expect(await codes({ rule: 'phase-out', device: 'gate/g9' })).to.deep.equal(['past-scrap', 'phase-out-listed']);
      const expected = await verdict(t);
      for (let seed = 1; seed <= 6; seed++) {
        await forget(t);
        const next = random(seed);
        for (const batch of batches(shuffled(messages, next), next)) await feed(t, batch);
        expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
      }
    });
  });

  describe('a passage against the answer its gate had', () => {
    it('is compared with the published decision of the arrival it names', async () => {
      t.clock.set(MORNING);
      const refused = arrival(DIRTY, MORNING, live());
      const admitted = arrival(CLEAN, MORNING, live());
      await feed(t, [refused, admitted]);
      await feed(t, [
        passage(DIRTY, MORNING, { ...live(), arrivalId: refused.body.id, release: { mode: 'manual' } }),
        passage(DIRTY, MORNING, { ...live(), arrivalId: admitted.body.id }),
      ]);
      expect((await releases()).map((f) => f.limit.source)).to.deep.equal(['arrival']);
    });

    it('is compared with its own decision where the arrival’s was told too late to be published', async () => {
      const gone = arrival(DIRTY, MORNING, live());
      await feed(t, [gone, passage(DIRTY, later(MORNING, 1), { arrivalId: gone.body.id })]);
      expect((await releases()).map((f) => f.limit.source)).to.deep.equal(['own']);
    });

    it('is none out of the gate, turned back, of a trailer, or on a review somebody looked at', async () => {
      await feed(t, [
        passage(DIRTY, MORNING, { direction: 'out' }),
        passage(DIRTY, MORNING, { outcome: 'turned-back' }),
        passage('晋H1234挂', MORNING),
        passage('晋H55555', MORNING, { release: { mode: 'manual' } }),
      ]);
      expect(await releases()).to.have.length(0);
      await feed(t, [passage('晋H55555', MORNING, { release: { mode: 'automatic' } })]);
      expect(await releases()).to.have.length(1);
    });

    it('says where a gate decided alone what its payload does not give, and goes by what it decided', async () => {
      t.clock.set(MORNING);
      const payload = (await t.core.gatePolicies.of('g1')) as GatePolicy;
      const decided = (decision: string, payloadId: string) => ({ source: 'policy', decision, payloadId, at: later(MORNING, 1) });
      t.clock.set(later(MORNING, 600));
      const wrong = passage(DIRTY, later(MORNING, 1), { decided: decided('admit', payload.payloadId) });
      const right = passage(CLEAN, later(MORNING, 1), { decided: decided('review', payload.payloadId) });
      const unknown = passage(DIRTY, later(MORNING, 1), { decided: decided('refuse', 'no-such-payload') });
      await feed(t, [wrong, right, unknown]);
      const found = await releases();
      const of = (m: typeof wrong) => found.filter((f) => f.observations[0] === refOf(m)).map((f) => f.code);
      expect(of(wrong), 'the payload does not know the truck: review').to.deep.equal(['local-decision-differs']);
      expect(of(right)).to.deep.equal([]);
      expect(of(unknown)).to.deep.equal(['released-against-decision']);
      expect(found.find((f) => f.code === 'local-decision-differs')!.limit).to.deep.equal({ decision: 'review' });
    });
  });

  describe('peak shift', () => {
    const orange = { id: 'r-1', level: 'orange', counties: ['140900'], issuedBy: '示例', reference: '示例〔2022〕1号' };

    it('has no effect before the response is published, however early it says it began', async () => {
      t.clock.set('2022-01-15T12:00:00+08:00');
      await t.rows('responses', [{ ...orange, start: '2022-01-15T08:00:00+08:00', end: '2022-01-16T08:00:00+08:00' }]);
      const [published] = await t.store.db.collection('registry_responses').find().toArray();
      const moment = published!.recordedAt as number;
      t.clock.set('2022-01-17T12:00:00+08:00');
      const at = (ms: number) => new Date(ms).toISOString();
      await feed(t, [arrival(DIRTY, at(moment - 1)), arrival(DIRTY, at(moment)), arrival(DIRTY, '2022-01-16T08:00:00+08:00')]);
      const hits = await t.core.stores.findings.find({ code: 'measure-hit' });
      expect(hits.map((f) => f.at.getTime())).to.deep.equal([moment]);
    });

    it('is raised, lifted and judged by the row that counts at the time, critical under red, and a forced release under it is critical', async () => {
      const rows = [
        { ...orange, start: '2022-01-15T00:00:00+08:00', recordedAt: '2022-01-14T20:00:00+08:00' },
        { ...orange, level: 'red', start: '2022-01-15T06:00:00+08:00', recordedAt: '2022-01-15T05:00:00+08:00' },
        {
          ...orange,
          level: 'red',
          start: '2022-01-15T06:00:00+08:00',
          end: '2022-01-15T09:00:00+08:00',
          recordedAt: '2022-01-15T08:30:00+08:00',
        },
      ];
      await t.rows('responses', rows);
      await feed(t, [
        arrival(CLEAN, '2022-01-15T05:59:59.999+08:00'),
        passage(CLEAN, '2022-01-15T06:00:00+08:00', { release: { mode: 'forced' } }),
        arrival(CLEAN, '2022-01-15T09:00:00+08:00'),
      ]);
      const hits = await t.core.stores.findings.find({ code: 'measure-hit' });
      expect(hits.map((f) => [f.at.toISOString(), f.severity])).to.deep.equal([['2022-01-14T22:00:00.000Z', 'critical']]);
      expect((await releases()).map((f) => f.severity)).to.deep.equal(['critical']);
    });
  });

  it('comes to the same findings and last words whether passages or arrivals are told first', async () => {
    const named = arrival(DIRTY, MORNING);
    const messages = [
      named,
      passage(DIRTY, later(MORNING, 1), { arrivalId: named.body.id, release: { mode: 'forced' } }),
      passage(CLEAN, later(MORNING, 2), { arrivalId: named.body.id }),
      arrival('晋H5555', later(MORNING, 3)),
      passage('', later(MORNING, 4), { release: { mode: 'automatic' } }),
      arrival(OLD, later(MORNING, 5)),
      passage(OLD, later(MORNING, 6), { outcome: 'turned-back' }),
    ];
    await feed(t, messages);
    const expected = await verdict(t);
    for (let seed = 1; seed <= 6; seed++) {
      await forget(t);
      const next = random(seed);
      for (const batch of batches(shuffled(messages, next), next)) await feed(t, batch);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });
});
