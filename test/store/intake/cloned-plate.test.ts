import { expect } from 'chai';
import { rejudgeDeviceDay } from '../../../server/intake/histories/cloned-plate.ts';
import type { HistoryDeps } from '../../../server/intake/histories/deps.ts';
import { policyBook } from '../../../server/intake/policy-book.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  batches,
  feed,
  fill,
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
  type Message,
} from '../../support/intake.ts';

const NOW = '2022-02-01T12:00:00+08:00';
const START = '2022-01-15T08:00:00.000+08:00';
/** `c9`, `g9`, `s1` and `s2` are some 51 km from `c1`, `g1` and `s3`. */
const [NEAR, FAR] = ['c1', 'c9'];
const A = '晋H12345';
const B = '晋H1234S';
const C = '晋H77777';

describe('cloned plates', function () {
  this.timeout(120_000);
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(A, '6'), truck(B, '6'), truck(C, '6')]);
    t.clock.set(NOW);
  });
  after(() => t.stop());
  afterEach(() => forget(t));

  const found = async () =>
    (await t.core.stores.findings.find({ rule: 'cloned-plate' }))
      .map(({ code, status, observations }) => `${status} ${code} ${observations.join(' ')}`)
      .sort();

  const say = (status: string, code: string, first: Message, last: Message) => `${status} ${code} ${refOf(first)} ${refOf(last)}`;

  it('are looked for in the index of plates alone, which says of a sighting what its document says', async () => {
    const one = sighting(A, START, NEAR);
    const unset = sighting(A, later(START, 5), FAR, { clock: 'unsynced' });
    const pump = fill(A, later(START, 6));
    await feed(t, [one, unset, pump, arrival('', later(START, 7))]);
    const looked = async () =>
      ((await t.store.db.command({ serverStatus: 1 })) as { metrics: { queryExecutor: { scannedObjects: bigint } } }).metrics
        .queryExecutor.scannedObjects;
    const stored = await t.core.stores.observations.find({ plate: `${A},yellow` });
    const before = await looked();
    const seen = await t.core.stores.observations.sightings([
      { plate: `${A},yellow`, at: { $gte: new Date(START), $lte: new Date(later(START, 60)) } },
    ]);
    expect(Number(await looked()) - Number(before)).to.equal(0);
    expect(seen.map(({ _id }) => _id)).to.have.members([one, unset, pump].map(refOf));
    for (const { recognition, facts, ...slim } of seen) {
      const doc = stored.find(({ _id }) => _id === slim._id)!;
      expect(doc).to.deep.include(slim);
      expect(Object.keys(doc)).to.include.members(Object.keys(slim));
      expect([recognition?.outcome, facts.policy]).to.deep.equal([doc.recognition?.outcome, doc.facts.policy]);
      for (const field of ['position', 'unsynced'] as const) expect(field in slim, field).to.equal(field in doc);
    }
  });

  it('are seen at two places at once; a sighting between withdraws the pair and makes its own', async () => {
    const image = (role: string, digit: string) => ({ images: [{ role, sha256: digit.repeat(64), contentType: 'image/jpeg' }] });
    const [first, last] = [
      sighting(A, START, NEAR, image('plate', 'a')),
      sighting(A, later(START, 10), FAR, image('vehicle', 'b')),
    ];
    await feed(t, [last]);
    await feed(t, [first]);
    expect(await found()).to.deep.equal([say('confirmed', 'impossible-travel', first, last)]);
    const [finding] = await t.core.stores.findings.find({ rule: 'cloned-plate' });
    expect(finding!.images!.map((i) => i.role)).to.deep.equal(['plate', 'vehicle']);
    expect(finding!.vin).to.be.a('string');
    expect(finding!.alert).to.equal(`cloned-plate|impossible-travel|${finding!.vin}|2022-01-15`);

    const between = sighting(A, later(START, 1), 'c2');
    await feed(t, [between]);
    expect(await found()).to.deep.equal(
      [say('withdrawn', 'impossible-travel', first, last), say('confirmed', 'impossible-travel', between, last)].sort(),
    );
  });

  it('join the decision of the gate at which they are known', async () => {
    const [first, last] = [sighting(A, START, NEAR), arrival(A, later(START, 10), {}, 'g9')];
    await feed(t, [first]);
    await feed(t, [last]);
    const [decision] = await t.core.stores.decisions.byIds([refOf(last)]);
    expect(decision!.decision.decision).to.equal('review');
    expect(decision!.decision.reasons.map((r) => r.rule)).to.include('cloned-plate');
    expect(decision!.rejudged).to.equal(undefined);
  });

  it('are recorded beside a decision that was given before, and taken from it when they fall away', async () => {
    const [first, last] = [sighting(A, START, NEAR), arrival(A, later(START, 10), {}, 'g9')];
    await feed(t, [last]);
    const said = async () => {
      const [stored] = await t.core.stores.decisions.byIds([refOf(last)]);
      return [stored!.decision.decision, stored!.rejudged?.decision];
    };
    expect(await said()).to.deep.equal(['admit', undefined]);
    await feed(t, [first]);
    expect(await said()).to.deep.equal(['admit', 'review']);
    await feed(t, [reading(A, later(START, 9), 2)]);
    expect(await said()).to.deep.equal(['admit', 'admit']);
  });

  it('may be a misread of a confusable vehicle, whenever its sighting comes', async () => {
    const pair = [sighting(A, START, NEAR), sighting(A, later(START, 10), FAR)] as const;
    await feed(t, [...pair]);
    await feed(t, [sighting(B, later(START, -29), 'c2')]);
    expect(await found()).to.deep.equal(
      [say('withdrawn', 'impossible-travel', ...pair), say('confirmed', 'possible-misread', ...pair)].sort(),
    );
  });

  it('are doubtful while a device’s clock is', async () => {
    const pair = [sighting(A, START, NEAR), arrival(A, later(START, 10), {}, 'g9')] as const;
    await feed(t, [...pair]);
    const skew = {
      _id: 'device-health|clock-skew|checkpoint/c1:2022-01-15',
      rule: 'device-health',
      code: 'clock-skew',
      status: 'confirmed',
      basisSize: 1,
    };
    const collection = t.store.db.collection<typeof skew>('findings');
    await collection.insertOne(skew);
    const deps = depsOf(t);
    await rejudgeDeviceDay('checkpoint/c1', '2022-01-14', deps);
    expect(await found()).to.deep.equal([say('confirmed', 'impossible-travel', ...pair)]);
    expect(await rejudgeDeviceDay('checkpoint/c1', '2022-01-15', deps)).to.have.length(2);
    expect(await found()).to.deep.equal(
      [say('withdrawn', 'impossible-travel', ...pair), say('confirmed', 'clock-doubtful', ...pair)].sort(),
    );
    const [decision] = await t.core.stores.decisions.byIds([refOf(pair[1])]);
    expect([decision!.decision.decision, decision!.rejudged?.decision]).to.deep.equal(['review', 'admit']);

    await collection.updateOne({ _id: skew._id }, { $set: { status: 'withdrawn' } });
    await rejudgeDeviceDay('checkpoint/c1', '2022-01-15', deps);
    expect(await found()).to.deep.equal(
      [say('confirmed', 'impossible-travel', ...pair), say('withdrawn', 'clock-doubtful', ...pair)].sort(),
    );
  });

  it('come to the same in whatever order and company the messages arrive', async () => {
    const U = '晋H55555';
    const messages = [
      ...[A, C, U].flatMap((number, i) => [
        sighting(number, later(START, i)),
        reading(number, later(START, 5 + i), 2),
        arrival(number, later(START, 8 + i)),
        passage(number, later(START, 9 + i), {}, 'g9'),
        sighting(number, later(START, 9 + i), 'c2'),
        sighting(number, later(START, 40 + i), FAR),
        sighting(number, later(START, 12 + i), FAR, { clock: 'unsynced' }),
        arrival(number, later(START, 300 + i), {}, 'g9'),
        arrival(number, later(START, 310 + i)),
      ]),
      sighting(B, later(START, 30), FAR),
      arrival(B, later(START, 41)),
    ];
    await feed(t, messages);
    const expected = await verdict(t);
    expect(expected.findings.length).to.be.greaterThan(10);
    for (let seed = 1; seed <= 8; seed++) {
      await forget(t);
      const next = random(seed);
      const order = seed === 1 ? [...messages].reverse() : shuffled(messages, next);
      for (const batch of seed === 1 ? order.map((m) => [m]) : batches(order, next)) await feed(t, batch);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });
});

function depsOf(t: TestCore): HistoryDeps {
  return { ...t.core.stores, registry: t.core.registry, policies: policyBook(xinzhou2021), clock: t.clock };
}
