import { expect } from 'chai';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, forget, furnish, refOf, truck, type Message } from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';
import { until } from '../../support/until.ts';

/** Below China 6 and not below China 5. */
const FIVE = truck('晋H50001', '5');
const FOUR = truck('晋H40001', '4');
const ACTIVATED = '2021-11-15T08:00:00.000+08:00';
const FROM = '2021-11-16T00:00:00.000+08:00';

/** China 6 at once. */
function stricter(version: string): Policy {
  const policy = { ...structuredClone(xinzhou2021), version };
  policy.rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];
  return policy;
}

describe('a policy version activated from a date on', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let one: TestCore;
  let two: TestCore;

  before(async () => {
    mongo = await startMongo();
    one = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri });
    two = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, instance: '2' });
    await furnish(one, [FIVE, FOUR]);
    setClocks(ACTIVATED);
    await feed(two, [arrival(FIVE.plateNumber, '2021-11-15T07:00:00+08:00')]);
    await one.activate(stricter('strict'), FROM);
  });
  after(async () => {
    await one.stop();
    await two.stop();
    await mongo.stop();
  });
  const setClocks = (at: string) => [one, two].forEach((t) => t.clock.set(at));
  const judged = async (t: TestCore, message: Message) => {
    await feed(t, [message]);
    const [doc] = await t.core.stores.observations.byIds([refOf(message)]);
    const codes = await t.core.stores.findings.collection
      .find({ observations: refOf(message), rule: 'emission-standard' })
      .toArray();
    return `${doc!.facts.policy} ${codes.map((f) => f.code).join()}`.trim();
  };

  const TABLE: [what: string, at: string, receivedAt: string, expected: string][] = [
    ['between activation and beginning', '2021-11-15T20:00:00+08:00', '2021-11-15T20:00:01+08:00', 'xinzhou-2021'],
    ['a millisecond before', '2021-11-15T23:59:59.999+08:00', '2021-11-16T00:00:00+08:00', 'xinzhou-2021'],
    ['at its beginning', FROM, '2021-11-16T00:00:00.001+08:00', 'strict below-stage'],
    ['after it', '2021-11-16T09:00:00+08:00', '2021-11-16T09:00:01+08:00', 'strict below-stage'],
    ['of before, heard of late', '2021-11-15T22:00:00+08:00', '2021-11-17T09:00:00+08:00', 'xinzhou-2021'],
    ['of before its activation, heard of late', '2021-11-14T22:00:00+08:00', '2021-11-17T09:00:00+08:00', 'xinzhou-2021'],
    ['after it, heard of late', '2021-11-16T00:00:00.001+08:00', '2021-11-17T09:00:00+08:00', 'strict below-stage'],
  ];
  for (const [what, at, receivedAt, expected] of TABLE) {
    it(`judges an event ${what}: ${expected}, in the process that activated it and in another`, async () => {
      setClocks(receivedAt);
      expect(await judged(one, arrival(FIVE.plateNumber, at)), 'one').to.equal(expected);
      expect(await judged(two, arrival(FIVE.plateNumber, at)), 'two').to.equal(expected);
    });
  }

  it('is known to a process that starts later, also to finish what a dead one stored under it', async () => {
    setClocks('2021-11-17T10:00:00+08:00');
    const message = arrival(FIVE.plateNumber, '2021-11-17T09:59:00+08:00');
    await feed(one, [message]);
    const docs = await one.core.stores.observations.byIds([refOf(message)]);
    const three = await startCore({ at: '2021-11-17T10:00:00+08:00', uri: mongo.uri, instance: '3' });
    try {
      await three.core.pipeline.finish(docs);
      expect(await judged(three, arrival(FIVE.plateNumber, '2021-11-17T09:59:30+08:00'))).to.equal('strict below-stage');
    } finally {
      await three.stop();
    }
  });

  it('tells gates in time: a payload of the day before changes over by itself, and gets the new name at the moment', async () => {
    setClocks('2021-11-15T12:00:00+08:00');
    const { requirements, payloadId } = (await two.core.gatePolicies.of('g1'))!;
    const standard = requirements.filter((r) => r.rule === 'emission-standard').map((r) => [r.minStage, r.to ?? null]);
    expect(payloadId).to.match(/^xinzhou-2021#/);
    expect(standard).to.deep.equal([['5', FROM], ['6', null]]); // prettier-ignore
    expect(requirements.find((r) => r.minStage === '6' && r.rule === 'emission-standard')!.from).to.equal(FROM);
    two.published.splice(0);
    two.core.gatePolicies.start();
    setClocks('2021-11-15T23:59:59.000+08:00');
    await until(() => two.published.some(({ payload }) => String(payload.payloadId).startsWith('strict#')));
  });
});

describe('a response of one day', function () {
  this.timeout(60_000);
  let t: TestCore;
  const day = (time: string) => `2021-11-20T${time}+08:00`;
  const response = (level: string, start: string, end: string, recordedAt: string, id = 'r1') => ({
    id, level, counties: ['140902'], start: day(start), end: day(end), recordedAt: day(recordedAt), issuedBy: '市政府', reference: '1号',
  }); // prettier-ignore

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00' });
    await furnish(t, [FIVE, FOUR]);
    t.clock.set('2021-11-21T12:00:00+08:00');
    await t.rows('responses', [
      response('yellow', '06:00:00', '20:00:00', '05:00:00'),
      response('orange', '08:00:00', '20:00:00', '07:30:00'), // raised
      response('red', '10:00:00', '20:00:00', '10:00:30'), // raised, published after its start
      response('orange', '12:00:00', '20:00:00', '11:00:00'), // lowered
      response('orange', '12:00:00', '22:00:00', '18:00:00'), // extended
      response('orange', '12:00:00', '21:00:00', '20:30:00'), // lifted early
    ]);
  });
  after(() => t.stop());
  afterEach(() => forget(t));

  // A China 4 heavy truck is hit under orange and red, a China 5 one under red alone.
  const TABLE: [what: string, at: string, four: string | null, five: string | null][] = [
    ['before it', '05:59:59.999', null, null],
    ['yellow, which asks nothing', '06:00:00', null, null],
    ['to the last of yellow', '07:59:59.999', null, null],
    ['raised to orange', '08:00:00', 'warning', null],
    ['at the start of red, which is not published yet', '10:00:00', 'warning', null],
    ['to the last before its publication', '10:00:29.999', 'warning', null],
    ['red from its publication', '10:00:30', 'critical', 'critical'],
    ['to the last of red', '11:59:59.999', 'critical', 'critical'],
    ['lowered to orange', '12:00:00', 'warning', null],
    ['extended before its end', '20:00:00', 'warning', null],
    ['to the last before it is lifted', '20:59:59.999', 'warning', null],
    ['lifted', '21:00:00', null, null],
    ['at the end it had before', '22:00:00', null, null],
  ];
  for (const [what, at, four, five] of TABLE) {
    it(`${at} ${what}`, async () => {
      const messages = [arrival(FOUR.plateNumber, day(at)), arrival(FIVE.plateNumber, day(at))];
      for (const receivedAt of [new Date(Date.parse(day(at)) + 1).toISOString(), '2021-11-21T12:00:00+08:00']) {
        await forget(t);
        t.clock.set(receivedAt);
        await feed(t, messages);
        const found = await t.core.stores.findings.collection.find({ code: 'measure-hit' }).toArray();
        const of = (m: Message) => found.find((f) => f.observations[0] === refOf(m))?.severity ?? null;
        expect(messages.map(of), receivedAt).to.deep.equal([four, five]);
      }
    });
  }
});
