import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import {
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
  truck,
  verdict,
  type Message,
} from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';

const NOW = '2022-03-20T12:00:00+08:00';
const TRUCK = truck('晋H66001', '6');
const BLACK = 55;
const CLEAN = 5;

/** What gates say of the truck's past, by message. */
async function answers(t: TestCore): Promise<Record<string, string>> {
  const found = await t.core.stores.findings.find({ code: 'failed-vehicle' });
  return Object.fromEntries(found.map((f) => [f.observations[0]!, f.status]));
}

async function decisionOf(t: TestCore, message: Message) {
  return (await t.core.stores.decisions.byIds([refOf(message)]))[0]!;
}

const failed = (t: TestCore) => t.core.stores.findings.find({ rule: 'remote-sensing', code: 'failed' });

describe('a vehicle that fails at remote sensing', function () {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;

  before(async () => {
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, judgeAfterMs: 0 });
    await furnish(t, [TRUCK, truck('晋H66002', '5')]);
    t.clock.set(NOW);
  });
  after(async () => {
    await t.stop();
    await mongo.stop();
  });
  afterEach(async () => {
    await forget(t);
    await t.store.db.collection('registry_inspections').deleteMany({});
  });

  it('is refused at gates from its second failing pass on, that moment included', async () => {
    const second = '2022-03-02T08:00:00.000+08:00';
    await feed(t, [reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK), reading('晋H66001', second, BLACK, 's2')]);
    const before = arrival('晋H66001', '2022-03-02T07:59:59.999+08:00');
    const from = arrival('晋H66001', second);
    await feed(t, [before, from]);
    expect(await failed(t)).to.have.length(1);
    expect(await answers(t)).to.deep.equal({ [refOf(from)]: 'confirmed' });
    expect((await decisionOf(t, before)).decision.decision).to.equal('admit');
    expect((await decisionOf(t, from)).decision.decision).to.equal('refuse');
  });

  it('is admitted again when a clean reading turns up between the two: the failure and what gates said are withdrawn, the answer given stays with the later one beside it', async () => {
    await feed(t, [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-03T08:00:00+08:00', BLACK),
    ]);
    const gate = passage('晋H66001', '2022-03-04T08:00:00+08:00');
    await feed(t, [gate]);
    const released = () => t.core.stores.findings.find({ code: 'released-against-decision' });
    expect((await released()).map((f) => f.status)).to.deep.equal(['confirmed']);
    const alerts = () => t.store.db.collection('alerts').find({ state: 'open' }).toArray();
    expect((await alerts()).map((a) => a.code as string).sort()).to.deep.equal([
      'failed',
      'failed-vehicle',
      'released-against-decision',
    ]);

    await feed(t, [reading('晋H66001', '2022-03-02T08:00:00+08:00', CLEAN, 's2')]);

    expect((await failed(t)).map((f) => f.status)).to.deep.equal(['withdrawn']);
    expect(await answers(t)).to.deep.equal({ [refOf(gate)]: 'withdrawn' });
    expect((await released()).map((f) => f.status)).to.deep.equal(['withdrawn']);
    expect(await alerts()).to.have.length(0);
    const decision = await decisionOf(t, gate);
    expect(decision.decision.decision).to.equal('refuse');
    expect(decision.rejudged).to.include({ decision: 'admit' });
  });

  it('has its earlier admitted gate message judged again when the failing reading comes late', async () => {
    const gate = passage('晋H66001', '2022-03-04T08:00:00+08:00');
    await feed(t, [gate]);
    await feed(t, [reading('晋H66001', '2022-03-03T08:00:00+08:00', BLACK)]);
    await feed(t, [reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK)]);
    expect(await answers(t)).to.deep.equal({ [refOf(gate)]: 'confirmed' });
    const decision = await decisionOf(t, gate);
    expect(decision.decision.decision).to.equal('admit');
    expect(decision.rejudged).to.deep.include({ decision: 'refuse', findings: [`remote-sensing|failed-vehicle|${refOf(gate)}`] });
  });

  it('names all readings of its passes, also one that comes when the failure was found', async () => {
    const [first, second] = [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-02T08:00:00+08:00', BLACK),
    ];
    await feed(t, [first, second]);
    const within = reading('晋H66001', '2022-03-01T08:00:30+08:00', CLEAN);
    await feed(t, [within]);
    const [finding] = await failed(t);
    expect(finding).to.include({ status: 'confirmed', subject: `${refOf(first)}+${refOf(second)}` });
    expect(finding!.facts.readings).to.deep.equal([first, within, second].map(refOf));
  });

  it('is free from a passed inspection on, also when that is imported later, and a failed one changes nothing', async () => {
    await feed(t, [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-02T08:00:00+08:00', BLACK),
    ]);
    const early = arrival('晋H66001', '2022-03-03T08:00:00+08:00');
    const late = arrival('晋H66001', '2022-03-06T08:00:00+08:00');
    await feed(t, [early, late]);
    const inspection = { vin: TRUCK.vin, inspectionKind: 'periodic', station: '示例检测站' };
    await t.rows('inspections', [{ ...inspection, at: '2022-03-04T08:00:00+08:00', result: 'failed' }]);
    await t.core.sweeps.now();
    expect(await answers(t)).to.deep.equal({ [refOf(early)]: 'confirmed', [refOf(late)]: 'confirmed' });

    await t.rows('inspections', [{ ...inspection, at: '2022-03-05T08:00:00+08:00', result: 'passed' }]);
    expect((await answers(t))[refOf(late)], 'judged as due work, not by the import').to.equal('confirmed');
    await t.core.sweeps.now();
    expect(await answers(t)).to.deep.equal({ [refOf(early)]: 'confirmed', [refOf(late)]: 'withdrawn' });
    expect((await decisionOf(t, late)).rejudged).to.include({ decision: 'admit' });
    expect(await t.store.db.collection('due_work').countDocuments()).to.equal(0);
  });

  it('is judged again by another process when the one that imported the inspection dies before it does', async () => {
    await feed(t, [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-03T08:00:00+08:00', BLACK),
    ]);
    const gate = arrival('晋H66001', '2022-03-04T08:00:00+08:00');
    await feed(t, [gate]);
    const dying = await startCore({ at: NOW, uri: mongo.uri, instance: '2', judgeAfterMs: 0 });
    await dying.rows('inspections', [
      { vin: TRUCK.vin, at: '2022-03-02T08:00:00+08:00', inspectionKind: 'repair', result: 'failed', station: '示例维修站' },
    ]);
    await dying.stop();
    expect((await failed(t))[0]!.status).to.equal('confirmed');
    await t.core.sweeps.now();
    expect((await failed(t))[0]!.status).to.equal('withdrawn');
    expect(await answers(t)).to.deep.equal({ [refOf(gate)]: 'withdrawn' });
  });

  it('has its alerts and gate answers brought into line when a process dies after the findings were written and before anything else', async () => {
    await feed(t, [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-03T08:00:00+08:00', BLACK),
    ]);
    const gate = arrival('晋H66001', '2022-03-04T08:00:00+08:00');
    await feed(t, [gate]);
    // The one who died had taken the work, withdrawn both findings, and done no more.
    await t.rows('inspections', [
      { vin: TRUCK.vin, at: '2022-03-02T08:00:00+08:00', inspectionKind: 'repair', result: 'passed', station: '示例维修站' },
    ]);
    await t.core.stores.due.take(Date.now(), 10, -1);
    for (const f of [...(await failed(t)), ...(await t.core.stores.findings.find({ code: 'failed-vehicle' }))])
      await t.core.stores.findings.collection.updateOne(
        { _id: f._id },
        { $set: { status: 'withdrawn', withdrawnReason: 'told by a test', basisSize: f.basisSize + 1 } },
      );
    await t.core.sweeps.now();
    expect(await t.store.db.collection('alerts').countDocuments({ state: 'open' })).to.equal(0);
    expect((await decisionOf(t, gate)).rejudged).to.include({ decision: 'admit' });
  });

  it('stays failed by the policy its readings were judged by, whatever comes into force later', async () => {
    await feed(t, [
      reading('晋H66001', '2021-10-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
    ]);
    const rules = { ...xinzhou2021.rules, 'remote-sensing': { ...xinzhou2021.rules['remote-sensing'], windowMonths: 1 } };
    await t.activate({ ...xinzhou2021, version: 'one-month', rules }, '2022-03-25T00:00:00+08:00');
    t.clock.set('2022-03-26T12:00:00+08:00');
    await feed(t, [reading('晋H66001', '2022-03-26T08:00:00+08:00', CLEAN)]);
    expect((await failed(t)).map((f) => [f.status, f.policyVersion])).to.deep.equal([['confirmed', 'xinzhou-2021']]);
    t.clock.set(NOW);
  });

  it('comes to the same findings, last words and alerts in whatever order its messages arrive', async () => {
    const messages = [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66001', '2022-03-01T08:00:40+08:00', CLEAN),
      reading('晋H66001', '2022-03-02T08:00:00+08:00', BLACK, 's2'),
      reading('晋H66001', '2022-03-03T08:00:00+08:00', BLACK, 's1'),
      reading('晋H66001', '2022-03-05T08:00:00+08:00', CLEAN, 's2'),
      reading('晋H66001', '2022-03-07T08:00:00+08:00', BLACK, 's1'),
      arrival('晋H66001', '2022-03-02T07:00:00+08:00'),
      passage('晋H66001', '2022-03-02T09:00:00+08:00'),
      passage('晋H66001', '2022-03-06T09:00:00+08:00'),
      arrival('晋H66001', '2022-03-08T09:00:00+08:00', { direction: 'out' }),
      reading('晋H66002', '2022-03-01T08:00:00+08:00', BLACK),
      reading('晋H66002', '2022-03-01T08:01:00+08:00', BLACK),
      reading('晋H66002', '2022-03-01T08:01:01+08:00', BLACK),
      passage('晋H66002', '2022-03-01T10:00:00+08:00'),
    ];
    await feed(t, messages);
    const expected = await verdict(t);
    expect(expected.findings.map((f) => (f as { _id: string })._id).filter((key) => key.includes('|failed|'))).to.have.length(3);
    for (let seed = 1; seed <= 12; seed++) {
      await forget(t);
      const next = random(seed);
      for (const batch of batches(shuffled(messages, next), next)) await feed(t, batch);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });
});
