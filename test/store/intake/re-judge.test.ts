import { expect } from 'chai';
import { createAlerts } from '../../../server/alerts/alerts.ts';
import type { Actor } from '../../../server/alerts/types.ts';
import { createJobRows } from '../../../server/audit/job-rows.ts';
import type { Jobs } from '../../../server/intake/jobs.ts';
import { recompute } from '../../../server/intake/recompute.ts';
import type { RejudgeResult } from '../../../server/intake/rejudge/result.ts';
import { createLog } from '../../../server/log.ts';
import type { DecisionDoc, FindingDoc } from '../../../server/store/types.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { after as later, arrival, feed, fill, forget, furnish, passage, reading, refOf, sighting, telemetry, truck, verdict, type Message } from '../../support/intake.ts'; // prettier-ignore
import { forgetJobs, jobsOn, type JobsOptions } from '../../support/jobs.ts';
import { startMongo } from '../../support/mongo.ts';
import { until } from '../../support/until.ts';

const bureau: Actor = { username: 'b', name: 'b', role: 'bureau' };
const owner: Actor = { username: 'admin', name: 'admin', role: 'owner' };
const REASON = '登记信息更正';
const DAY = '2022-03-10';
const FROM = Date.parse(`${DAY}T00:00:00+08:00`);
const TO = FROM + 86_400_000;
const at = (time: string) => `${DAY}T${time}:00+08:00`;

/** Registered wrongly at first, and as it was found to be later. */
const CASES = {
  cleaner: { was: truck('晋H77001', '3'), is: truck('晋H77001', '6') },
  older: { was: truck('晋H77002', '6'), is: truck('晋H77002', '4') },
  smoker: { was: truck('晋H77003', '6', { fuel: 'C' }), is: truck('晋H77003', '6') },
  dry: { was: truck('晋H77004', '4'), is: truck('晋H77004', '6') },
  through: { was: truck('晋H77005', '6', { vehicleType: 'K11' }), is: truck('晋H77005', '6') },
  swapped: { was: truck('晋H77006', '6'), is: truck('晋H77006', '6', { vin: 'LTESTOTHERVIN0006' }) },
  same: { was: truck('晋H77007', '3'), is: truck('晋H77007', '3') },
};
const CORRECTED = Object.values(CASES)
  .filter(({ was, is }) => was !== is)
  .map(({ is }) => ({ ...is, validFrom: '2021-07-01' }));

/** In force while the older one passes: let in against it, it is the graver. */
const RESPONSE = {
  id: 'r1',
  level: 'orange',
  counties: ['140900'],
  start: at('08:05'),
  end: at('08:15'),
  issuedBy: '市政府',
  reference: '1号',
};

/** A day of everything: gates, readings, telemetry, through traffic, pairs, ledgers. */
function messagesOfDay(): Message[][] {
  const turned = arrival('晋H77003', at('11:00'));
  const drive = Array.from({ length: 10 }, (_, i) => ({ at: later(at('13:00'), i), speed: 60, reagent: 1 }));
  return [
    [arrival('晋H77001', at('08:00')), passage('晋H77001', at('08:01')), sighting('晋H77001', at('06:00')), passage('晋H77001', at('09:00'), { direction: 'out' })],
    [arrival('晋H77002', at('08:10')), passage('晋H77002', at('08:11'), { cargo: { name: '煤', tonnes: 30 } }), fill('晋H77002', at('12:00'), 20)],
    [reading('晋H77003', at('08:00'), 55), reading('晋H77003', at('10:00'), 55, 's2'), turned, passage('晋H77003', at('11:01'), { arrivalId: turned.body.id })],
    [telemetry(CASES.dry.was.vin, drive), arrival('晋H77004', at('15:00'))],
    [sighting('晋H77005', at('06:00')), sighting('晋H77005', at('22:00'), 'c2')],
    [passage('晋H77006', at('07:00')), sighting('晋H77006', at('07:30'), 'c1'), sighting('晋H77006', at('07:31'), 'c9'), passage('晋H77006', at('09:00'), { direction: 'out' })],
    [arrival('晋H77007', at('08:20')), passage('晋H77007', at('08:21')), arrival('晋H00000', at('14:00'))],
  ]; // prettier-ignore
}

describe('a re-judge', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;
  const running: Jobs[] = [];
  const jobsOf = (more: JobsOptions = {}): Jobs => {
    const jobs = jobsOn(t, more);
    running.push(jobs);
    return jobs;
  };
  const over = async (jobs: Jobs, id: string) => {
    await until(async () => {
      const { state, settling } = await jobs.get(id, bureau);
      return !['queued', 'running'].includes(state) && !settling;
    }, 30_000);
    return jobs.get(id, bureau);
  };
  const rejudged = async (more: JobsOptions = {}) => {
    const jobs = jobsOf(more);
    const { job } = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    jobs.start();
    const shown = await over(jobs, job);
    return { job, shown, result: shown.result as unknown as RejudgeResult };
  };
  const dump = () =>
    Promise.all(
      ['observations', 'findings', 'decisions', 'alerts'].map((name) =>
        t.store.db.collection(name).find().sort({ _id: 1 }).toArray(),
      ),
    );
  const finding = async (code: string, part: string): Promise<FindingDoc | undefined> =>
    (await t.core.stores.findings.find({ code })).find((f) => f._id.includes(part) || f.plate?.includes(part));
  const decisionOf = (message: Message): Promise<DecisionDoc> =>
    t.core.stores.decisions.byIds([refOf(message)]).then((found) => found[0]!);

  let day: Message[][];
  async function storeDay(core: TestCore) {
    for (const batch of day) await feed(core, batch);
    await core.core.sweeps.now();
    core.clock.set('2022-03-20T12:00:00+08:00');
    await core.core.sweeps.now();
    await core.core.sweeps.now();
  }

  before(async () => {
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, judgeAfterMs: 0, sweeps: true });
    await jobsOn(t).indexes();
  });
  after(async () => {
    await t.stop();
    await mongo.stop();
  });
  beforeEach(async () => {
    await forget(t);
    await forgetJobs(t);
    await t.store.db.collection('registry_vehicles').deleteMany({});
    t.clock.set('2021-06-01T00:00:00+08:00');
    await furnish(
      t,
      Object.values(CASES).map(({ was }) => was),
    );
    await t.rows('responses', [RESPONSE]);
    day = messagesOfDay();
    t.clock.set('2022-03-10T23:00:00+08:00');
    await storeDay(t);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
  });

  it('makes of a corrected registry what would have been judged had it been right, and nothing else', async () => {
    await t.rows('vehicles', CORRECTED);
    const { shown, result } = await rejudged({ chunk: 4 });
    expect(shown).to.include({ state: 'done', done: 22 });
    expect(result).to.include({ observations: 22 });
    expect(result.notJudged).to.deep.equal([]);
    await t.core.sweeps.now();
    const after = await verdict(t);

    const ideal = await startCore({
      at: '2021-06-01T00:00:00+08:00',
      uri: mongo.uri.replace('/cleanhaul', '/ideal'),
      judgeAfterMs: 0,
    });
    try {
      await furnish(
        ideal,
        Object.values(CASES).map(({ is }) => is),
      );
      await ideal.rows('responses', [RESPONSE]);
      ideal.clock.set('2022-03-10T23:00:00+08:00');
      await storeDay(ideal);
      const right = await verdict(ideal);
      expect(after.findings).to.deep.equal(right.findings);
      expect(after.decisions).to.deep.equal(right.decisions);
    } finally {
      await ideal.stop();
    }
    const again = await recompute(t.core.again, { from: FROM, to: TO });
    expect(again.differences.map(({ id, kind, fields }) => ({ id, kind, fields }))).to.deep.equal([]);
  });

  it('marks what is new, takes back with its reason what no longer holds, and leaves decisions as given', async () => {
    await t.rows('vehicles', CORRECTED);
    const [first, second] = [day[0]![0]!, day[1]![1]!];
    const given = [await decisionOf(first), await decisionOf(second)];
    const { job, result } = await rejudged();
    const gone = (await t.core.stores.findings.find({ code: 'below-stage', subject: refOf(first) }))[0]!;
    expect(gone.status).to.equal('withdrawn');
    expect(gone.withdrawnReason).to.contain(job).and.to.contain(REASON);
    const made = (await t.core.stores.findings.find({ code: 'below-stage', subject: refOf(second) }))[0]!;
    expect(made).to.include({ status: 'confirmed', retroactive: true });
    for (const code of ['failed', 'failed-vehicle', 'through-traffic', 'reagent-empty', 'impossible-travel'])
      for (const f of await t.core.stores.findings.find({
        code,
        status: { $ne: 'withdrawn' },
        vin: { $nin: [CASES.swapped.is.vin] },
      }))
        expect(f, f._id).to.include({ retroactive: true });
    const kept = (await t.core.stores.findings.find({ code: 'below-stage', plate: /77007/ }))[0]!;
    expect(kept.status, 'of a truck that was right').to.equal('confirmed');
    expect(kept).not.to.have.property('retroactive');

    const now = [await decisionOf(first), await decisionOf(second)];
    expect(now.map((d) => d.decision)).to.deep.equal(given.map((d) => d.decision));
    expect(now.map((d) => d.rejudged?.decision)).to.deep.equal(['admit', 'refuse']);
    expect(result.decisions['refuse→admit']).to.be.greaterThan(0);
    expect(result.decisions['admit→refuse']).to.be.greaterThan(0);
    expect(result.enterprises['coking-1']!.tonnes).to.be.at.least(30);
    expect(result.rules['emission-standard']!['below-stage']).to.include({ withdrawn: 4, new: 2 });
    expect(result.rules['remote-sensing']!.failed).to.deep.equal({ new: 1, withdrawn: 0, changed: 0 });
    expect(result.findings.unchanged).to.be.greaterThan(0);
    const doc = (await t.core.stores.observations.byIds([refOf(first)]))[0]!;
    expect(doc.knownBy!.getTime()).to.be.greaterThan(doc.receivedAt.getTime());
  });

  it('leaves a failure standing whose two readings are of another vehicle now, as the failure of that one', async () => {
    const { is, was } = CASES.swapped;
    const readings = [reading(is.plateNumber, at('16:00'), 55), reading(is.plateNumber, at('18:00'), 55, 's2')];
    const visit = arrival(is.plateNumber, at('19:00'));
    await feed(t, [...readings, visit]);
    const failures = async () => {
      const found = await t.core.stores.findings.find({
        code: { $in: ['failed', 'failed-vehicle'] },
        vin: { $in: [is.vin, was.vin] },
      });
      return found
        .map(({ code, vin, status, subject }) => ({ code, vin, status, subject }))
        .sort((a, b) => (a.code < b.code ? -1 : 1));
    };
    const of = (vin: string) => [
      { code: 'failed', vin, status: 'confirmed', subject: readings.map(refOf).join('+') },
      { code: 'failed-vehicle', vin, status: 'confirmed', subject: refOf(visit) },
    ];
    expect(await failures()).to.deep.equal(of(was.vin));
    await t.rows('vehicles', CORRECTED);
    const { result } = await rejudged();
    expect(result.notJudged).to.deep.equal([]);
    expect(await failures()).to.deep.equal(of(is.vin));
  });

  it('leaves impossible travel standing whose two sightings are of another plate now', async () => {
    const { was: row } = CASES.same;
    const unclear = { plate: { number: row.plateNumber, color: 'other' } };
    const seen = [sighting(row.plateNumber, at('21:00'), 'c1', unclear), sighting(row.plateNumber, at('21:01'), 'c9', unclear)];
    await feed(t, seen);
    const travel = async () => {
      const found = await t.core.stores.findings.find({ rule: 'cloned-plate', subject: seen.map(refOf).join('+') });
      return found.map(({ code, plate, status, span }) => ({ code, plate, status, of: span!.vehicle }));
    };
    const of = (plate: string) => [{ code: 'impossible-travel', plate, status: 'confirmed', of: plate }];
    expect(await travel()).to.deep.equal(of(`${row.plateNumber},yellow`));
    // It had blue plates for months.
    await t.rows('vehicles', [
      { ...row, validFrom: '2021-07-01', validTo: '2021-07-01' },
      { ...row, plateColor: 'blue', validFrom: '2021-07-02' },
    ]);
    await rejudged();
    expect(await travel()).to.deep.equal(of(`${row.plateNumber},blue`));
  });

  it('opens no penal alert: the police are not told, and nothing of it can be handed over', async () => {
    await t.rows('vehicles', CORRECTED);
    await rejudged();
    const alerts = createAlerts({ db: t.store.db, clock: t.clock, log: createLog('silent') });
    const failed = (await t.core.stores.findings.find({ code: 'failed' }))[0]!;
    expect(failed.retroactive).to.equal(true);
    const stored = await t.store.db
      .collection<{ _id: string; key: string; audiences: string[]; rev: number }>('alerts')
      .findOne({ key: failed.alert! });
    expect(stored!.audiences).to.deep.equal(['bureau']);
    const command = { step: 'hand-over', body: { to: 'traffic-police', code: '6063' } } as const;
    const refused = await alerts.step(stored!._id, command, { ifMatch: `"${stored!.rev}"` }, owner).then(
      () => 'done',
      (error: { status: number; code: string }) => [error.status, error.code],
    );
    expect(refused).to.deep.equal([409, 'nothing-to-hand-over']);
  });

  it('run once more changes nothing, and says so', async () => {
    await t.rows('vehicles', CORRECTED);
    await rejudged();
    await t.core.sweeps.now();
    const before = await dump();
    const { result } = await rejudged();
    expect(result).to.deep.include({ changed: 0, decisions: {}, rules: {}, enterprises: {} });
    expect(result.findings).to.include({ new: 0, withdrawn: 0, changed: 0 });
    expect(await dump()).to.deep.equal(before);
  });

  it('goes on in another process where one was stopped, knowing no more than when it was asked for', async () => {
    await t.rows('vehicles', CORRECTED);
    const first = jobsOf({ chunk: 2, restMs: 60 });
    const { job } = await first.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    first.start();
    await until(async () => (await first.get(job, bureau)).done >= 4, 10_000);
    await first.stop();
    // Recorded after the job was asked for: not of this re-judge.
    t.clock.set('2022-03-21T12:00:00+08:00');
    await t.rows('vehicles', [{ ...CASES.same.is, stage: '6', validFrom: '2021-07-01' }]);
    const second = jobsOf({ chunk: 2, owner: 'two' });
    second.start();
    const shown = await over(second, job);
    expect(shown).to.include({ state: 'done', done: 22 });
    const result = shown.result as unknown as RejudgeResult;
    expect(result.rules['emission-standard']!['below-stage']).to.include({ withdrawn: 4, new: 2 });
    expect((await finding('below-stage', '77007'))!.status, 'recorded later').to.equal('confirmed');
    const again = await recompute(t.core.again, { from: FROM, to: TO });
    expect(again.differences.map((d) => d.id)).to.deep.equal([]);
  });

  it('cut off while it settles is settled by the next, with the same result', async () => {
    await t.rows('vehicles', CORRECTED);
    const first = jobsOf({ chunk: 2, restMs: 40 });
    const { job } = await first.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    first.start();
    const jobs = t.store.db.collection<{ _id: string; progress?: { phase: string } }>('jobs');
    await until(async () => (await jobs.findOne({ _id: job }))?.progress?.phase === 'settle', 20_000);
    await first.stop();
    const second = jobsOf({ owner: 'two' });
    second.start();
    const result = (await over(second, job)).result as unknown as RejudgeResult;
    expect(result.rules['emission-standard']!['below-stage']).to.include({ withdrawn: 4, new: 2 });
    expect(result.settled).to.equal(result.changed);
    const again = await recompute(t.core.again, { from: FROM, to: TO });
    expect(again.differences.map((d) => d.id)).to.deep.equal([]);
  });

  it('can be cancelled: while it looks nothing was changed; what was written is settled, and it says how far it came', async () => {
    await t.rows('vehicles', CORRECTED);
    const before = await dump();
    const jobs = jobsOf({ chunk: 1, restMs: 60 });
    const looking = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    jobs.start();
    await until(async () => (await jobs.get(looking.job, bureau)).done >= 2, 10_000);
    expect((await jobs.cancel(looking.job)).state).to.equal('cancelled');
    const ended = await over(jobs, looking.job);
    expect(ended.state).to.equal('cancelled');
    const result = ended.result as unknown as RejudgeResult;
    expect(result.settled).to.equal(0);
    expect(result.observations).to.be.within(2, 21);
    expect(Date.parse(result.upTo)).to.be.within(FROM, TO);
    expect(await dump()).to.deep.equal(before);

    const writing = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    const docs = t.store.db.collection<{ _id: string; progress?: { phase: string; after?: unknown } }>('jobs');
    await until(async () => {
      const progress = (await docs.findOne({ _id: writing.job }))?.progress;
      return progress?.phase === 'apply' && progress.after !== undefined;
    }, 20_000);
    await jobs.cancel(writing.job);
    const half = (await over(jobs, writing.job)).result as unknown as RejudgeResult;
    expect(half.settled).to.be.greaterThan(0).and.lessThan(half.changed);
    const again = await recompute(t.core.again, { from: FROM, to: TO });
    expect(
      again.differences.map((d) => d.id),
      'what was written is settled',
    ).to.deep.equal([]);
  });

  it('is one at a time', async () => {
    const jobs = jobsOf();
    const { job } = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    const refused = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b').then(
      () => 'done',
      (error: { code: string; status: number }) => [error.status, error.code],
    );
    expect(refused).to.deep.equal([409, 're-judge-under-way']);
    await jobs.cancel(job);
    await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
  });

  it('judges right what comes while it runs, and an inspection recorded late still counts by its own time', async () => {
    await t.rows('vehicles', CORRECTED);
    const jobs = jobsOf({ chunk: 2, restMs: 30 });
    const { job } = await jobs.rejudge({ from: FROM, to: TO, reason: REASON }, 'b');
    jobs.start();
    await until(async () => (await jobs.get(job, bureau)).done >= 4, 10_000);
    await feed(t, [
      reading('晋H77003', at('09:00'), 10, 's2'),
      arrival('晋H77002', at('16:00')),
      passage('晋H77006', at('08:00'), { direction: 'out' }),
    ]);
    await over(jobs, job);
    t.clock.set('2022-03-24T12:00:00+08:00');
    await t.core.sweeps.now();
    await t.core.sweeps.now();
    expect(
      (await t.core.stores.findings.find({ code: 'failed', status: { $ne: 'withdrawn' } })).length,
      'a good reading lies between',
    ).to.equal(0);
    const again = await recompute(t.core.again, { from: FROM, to: TO });
    expect(again.differences.map((d) => d.id)).to.deep.equal([]);

    await feed(t, [
      reading('晋H77003', at('12:00'), 55),
      reading('晋H77003', at('13:00'), 55, 's2'),
      arrival('晋H77003', at('14:30')),
    ]);
    const standing = () =>
      t.core.stores.findings.find({ code: 'failed-vehicle', status: { $ne: 'withdrawn' }, at: new Date(at('14:30')) });
    expect((await standing()).length).to.equal(1);
    await t.rows('inspections', [
      { vin: CASES.smoker.is.vin, at: at('14:00'), inspectionKind: 'repair', result: 'passed', station: 's' },
    ]);
    await until(async () => (await standing()).length === 0, 10_000);
  });

  it('has its rows, each reader in his scope', async () => {
    await t.rows('vehicles', CORRECTED);
    const { job, result } = await rejudged();
    const rows = createJobRows({ db: t.store.db, clock: t.clock });
    const all = (await rows.page(job, owner, {}, { limit: 1000, order: 'asc' })).items;
    const { findings } = result;
    expect(all.filter((r) => r.what === 'finding').length).to.equal(findings.new + findings.withdrawn + findings.changed);
    expect(all.filter((r) => r.what === 'decision').length).to.equal(Object.values(result.decisions).reduce((a, b) => a + b, 0));
    expect(all.map((r) => r.at)).to.deep.equal([...all.map((r) => r.at as string)].sort());
    expect(all.find((r) => r.observation === refOf(day[1]![1]!) && r.what === 'decision')).to.include({
      plate: '晋H77002,yellow', enterprise: 'coking-1', before: 'admit', after: 'refuse', tonnes: 30,
    }); // prettier-ignore
    const pages: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await rows.page(job, owner, {}, { limit: 3, order: 'asc', cursor });
      pages.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(pages).to.deep.equal(all);
    const enterprise = (enterpriseId: string): Actor => ({ username: 'e', name: 'e', role: 'enterprise', enterpriseId });
    const own = (await rows.page(job, enterprise('coking-1'), {}, { limit: 1000 })).items;
    expect(own.length).to.be.greaterThan(0);
    expect(own.every((r) => r.enterprise === 'coking-1')).to.equal(true);
    expect((await rows.page(job, enterprise('far-1'), {}, { limit: 1000 })).items).to.deep.equal([]);
    const elsewhere: Actor = { ...bureau, counties: ['140999'] };
    expect((await rows.page(job, elsewhere, {}, { limit: 1000 })).items).to.deep.equal([]);
  });
});
