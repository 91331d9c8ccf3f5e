import { expect } from 'chai';
import type { FindingDoc } from '../../../server/store/types.ts';
import { recompute } from '../../../server/intake/recompute.ts';
import { explainFinding } from '../../../server/intake/explain.ts';
import { createMetrics } from '../../../server/metrics.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  feed,
  fill,
  forget,
  furnish,
  passage,
  reading,
  refOf,
  sighting,
  telemetry,
  truck,
} from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';

const OLD = truck('晋H77001', '3');
const SMOKER = truck('晋H77002', '6');
const DRY = truck('晋H77003', '6');
const DAY = '2022-03-10';
const FROM = Date.parse(`${DAY}T00:00:00+08:00`);
const TO = FROM + 86_400_000;
const NEXT_NIGHT = '2022-03-11T03:00:00+08:00';

describe('judging a stored day again', function () {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;

  before(async () => {
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, judgeAfterMs: 0 });
    await furnish(t, [OLD, SMOKER, DRY]);
  });
  after(async () => {
    await t.stop();
    await mongo.stop();
  });
  beforeEach(async () => {
    t.clock.set('2022-03-10T22:00:00+08:00');
    await forget(t);
    await t.store.db.collection('reconciles').deleteMany({});
    await storeDay();
  });

  const collection = () => t.core.stores.findings.collection;
  const again = (chunk?: number) => recompute(t.core.again, { from: FROM, to: TO, ...(chunk !== undefined && { chunk }) });
  const named = async (chunk?: number) =>
    (await again(chunk)).differences.map(({ id, kind, fields }) => ({ id, kind, fields })).sort((a, b) => (a.id < b.id ? -1 : 1));

  /** Of everything something: gates, failures, through traffic, an empty urea tank, a released truck. */
  async function storeDay() {
    const at = (time: string) => `${DAY}T${time}:00+08:00`;
    const turned = arrival('晋H77002', at('11:00'));
    await feed(t, [arrival('晋H77001', at('08:00')), sighting('晋H77001', at('06:00')), sighting('晋H77001', at('22:00'), 'c2')]);
    await feed(t, [reading('晋H77002', at('08:00'), 55), reading('晋H77002', at('10:00'), 55, 's2'), turned]);
    await feed(t, [passage('晋H77002', at('11:02'), { arrivalId: turned.body.id }), fill('晋H77003', at('12:00'), 20)]);
    const drive = Array.from({ length: 10 }, (_, i) => ({ at: later(at('13:00'), i), speed: 60, reagent: 1 }));
    await feed(t, [telemetry(DRY.vin, drive), arrival('晋H00000', at('14:00')), arrival('晋H77003', at('15:00'))]);
    await t.core.sweeps.now();
  }

  const stored = async (filter: object): Promise<FindingDoc> => {
    const found = await collection().findOne(filter);
    if (!found) throw new Error(`no finding ${JSON.stringify(filter)}`);
    return found;
  };

  it('finds no difference, whatever the size of its chunks, and writes nothing', async () => {
    const rules = new Set((await collection().find().toArray()).map((f) => `${f.rule}|${f.code}`));
    expect([...rules]).to.include.members([
      'emission-standard|below-stage',
      'diversion|through-traffic',
      'remote-sensing|failed',
      'remote-sensing|failed-vehicle',
      'urea-use|reagent-empty',
      'urea-use|urea-warning',
    ]);
    const before = await dump();
    for (const chunk of [1, 4, 200]) {
      const result = await again(chunk);
      expect(
        result.differences.map(({ id, kind, fields }) => ({ id, kind, fields })),
        `chunks of ${chunk}`,
      ).to.deep.equal([]);
      expect(result).to.include({ observations: 11 });
      expect(result.notJudged).to.deep.equal([]);
    }
    expect(await dump()).to.deep.equal(before);
  });

  it('finds none past the moments of what was pending', async () => {
    t.clock.set('2022-03-14T12:00:00+08:00');
    await t.core.sweeps.now();
    expect((await stored({ rule: 'diversion' })).status).to.equal('confirmed');
    expect(await named()).to.deep.equal([]);
  });

  it('names a finding that was changed, one deleted, one added, on one message and on a stretch of history', async () => {
    const changed = await stored({ rule: 'emission-standard' });
    await collection().updateOne({ _id: changed._id }, { $set: { 'measured.stage': '2', zh: '别的' } });
    const failed = await stored({ code: 'failed' });
    await collection().updateOne({ _id: failed._id }, { $set: { severity: 'info' } });
    const deleted = await stored({ rule: 'diversion' });
    await collection().deleteOne({ _id: deleted._id });
    const bad = await stored({ code: 'bad-urea' });
    await collection().deleteOne({ _id: bad._id });
    const ref = changed.subject;
    const added = { ...changed, _id: `planning-area|made-up|${ref}`, rule: 'planning-area', code: 'made-up' };
    await collection().insertOne(added);
    const urea = await stored({ code: 'reagent-empty' });
    await collection().updateOne({ _id: urea._id }, { $set: { 'measured.km': 99 } });
    expect(await named(3)).to.deep.equal(
      [
        { id: changed._id, kind: 'differs', fields: ['measured', 'zh'] },
        { id: failed._id, kind: 'differs', fields: ['severity'] },
        { id: deleted._id, kind: 'missing', fields: [] },
        { id: bad._id, kind: 'missing', fields: [] },
        { id: added._id, kind: 'extra', fields: [] },
        { id: urea._id, kind: 'differs', fields: ['measured'] },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });

  it('is repaired by the nightly reconcile, once, counted, and shown in the metrics', async () => {
    const [deleted, failed, changed] = [
      await stored({ rule: 'emission-standard' }),
      await stored({ code: 'failed' }),
      await stored({ code: 'reagent-empty' }),
    ];
    await collection().deleteMany({ _id: { $in: [deleted._id, failed._id] } });
    await collection().updateOne({ _id: changed._id }, { $set: { severity: 'info' } });
    await collection().insertOne({ ...deleted, _id: `${deleted._id}x`, code: 'made-up' });
    t.clock.set('2022-03-11T01:00:00+08:00');
    expect(await t.core.reconcile.turn(), 'before two in the morning').to.equal(undefined);
    t.clock.set(NEXT_NIGHT);
    expect(await t.core.reconcile.turn(), 'these four, and the gate answer that stood on the changed one').to.equal(5);
    expect(await t.core.reconcile.turn(), 'once a day').to.equal(undefined);
    const [again] = await t.core.stores.findings.byIds([deleted._id]);
    const written = { recordedAt: 0, toSeal: 0 };
    expect({ ...again, ...written }).to.deep.equal({ ...deleted, ...written });
    expect((await stored({ _id: failed._id })).status).to.equal('confirmed');
    expect((await stored({ _id: changed._id })).severity).to.equal(changed.severity);
    expect((await stored({ code: 'urea-warning' })).status, 'stands again, as what it answers does').to.equal('confirmed');
    expect(await stored({ code: 'made-up' })).to.include({
      status: 'withdrawn',
      withdrawnReason: 'judging again does not give it',
    });
    expect(await t.core.reconciles.last()).to.include({ _id: '2022-03-11', differences: 5, observations: 11 });
    const text = await createMetrics(() => t.core.reconciles.last()).registry.metrics();
    expect(text).to.contain('cleanhaul_reconcile_differences 5\n');
    expect(text).to.contain(`cleanhaul_reconcile_last_day ${Date.parse('2022-03-11T00:00:00+08:00') / 1000}\n`);
    t.clock.set('2022-03-12T03:00:00+08:00');
    expect(await t.core.reconcile.turn(), 'nothing is left').to.equal(0);
  });

  it('has gates of later days answer a failure that was repaired', async () => {
    t.clock.set(NEXT_NIGHT);
    const gate = arrival('晋H77002', '2022-03-11T02:00:00+08:00');
    await feed(t, [gate]);
    const answer = await stored({ code: 'failed-vehicle', observations: refOf(gate) });
    await collection().deleteMany({ _id: { $in: [answer._id, (await stored({ code: 'failed' }))._id] } });
    expect(await t.core.reconcile.turn()).to.equal(1);
    expect((await stored({ _id: answer._id })).status).to.equal('confirmed');
  });

  it('is done by one of several processes', async () => {
    t.clock.set(NEXT_NIGHT);
    const other = await startCore({ at: NEXT_NIGHT, uri: mongo.uri, instance: '2' });
    try {
      const did = await Promise.all([t.core.reconcile.turn(), other.core.reconcile.turn()]);
      expect(did.filter((n) => n === 0)).to.have.length(1);
    } finally {
      await other.stop();
    }
  });

  it('is explained in both languages, with what judging again gives', async () => {
    const one = await stored({ rule: 'emission-standard' });
    const text = (await explainFinding(one._id, t.core.again))!;
    for (const said of [one.zh, one.en, one.policyVersion, one.basis[0]!.zh, one.basis[0]!.en, refOf(arrivalOf(one)), 'the same'])
      expect(text).to.contain(said);
    await collection().updateOne({ _id: one._id }, { $set: { severity: 'info' } });
    expect(await explainFinding(one._id, t.core.again)).to.contain('severity');
    expect(await explainFinding('no such', t.core.again)).to.equal(null);
    const urea = await stored({ code: 'reagent-empty' });
    expect(await explainFinding(urea._id, t.core.again)).to.contain('the same');
  });

  const arrivalOf = (f: FindingDoc) => {
    const [kind, deviceId, id] = f.observations[0]!.split('/') as ['gate', string, string];
    return { kind, deviceId, message: 'arrival', body: { id, at: '' } };
  };

  async function dump() {
    const names = ['observations', 'findings', 'decisions', 'alerts', 'due_work', 'due_moments', 'hour_sums'];
    return Promise.all(names.map((name) => t.store.db.collection(name).find().sort({ _id: 1 }).toArray()));
  }
});
