import { expect } from 'chai';
import { MongoNetworkError } from 'mongodb';
import { createAlerts } from '../../../server/alerts/alerts.ts';
import { refreshAlerts } from '../../../server/alerts/refresh.ts';
import type { Actor } from '../../../server/alerts/types.ts';
import type { Jobs } from '../../../server/intake/jobs.ts';
import { recompute } from '../../../server/intake/recompute.ts';
import type { RejudgeResult } from '../../../server/intake/rejudge/result.ts';
import { createLog } from '../../../server/log.ts';
import { createAlertStore } from '../../../server/store/alerts.ts';
import type { FindingDoc } from '../../../server/store/types.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, forget, furnish, passage, reading, refOf, truck, type Message } from '../../support/intake.ts';
import { forgetJobs, jobsOn, type JobsOptions } from '../../support/jobs.ts';
import { startMongo } from '../../support/mongo.ts';
import { until } from '../../support/until.ts';

const bureau: Actor = { username: 'b', name: 'b', role: 'bureau' };
const FROM = Date.parse('2022-03-10T00:00:00+08:00');
const TO = FROM + 86_400_000;
const DAY_AFTER = '2022-03-11T08:00:00+08:00';
const at = (time: string) => `2022-03-10T${time}:00+08:00`;

const cleaner = { was: truck('晋H78001', '3'), is: truck('晋H78001', '6') };
const smoker = { was: truck('晋H78002', '6', { fuel: 'C' }), is: truck('晋H78002', '6') };
const sound = { was: truck('晋H78003', '6'), is: truck('晋H78003', '6', { fuel: 'C' }) };
const CASES = [cleaner, smoker, sound];

type Where = Required<Pick<JobsOptions, 'alerts' | 'decisions'>>;

describe('a re-judge that is cut off between its writes', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;
  let later: Message[];
  const running: Jobs[] = [];
  const jobsOf = (more: JobsOptions): Jobs => {
    const jobs = jobsOn(t, more);
    running.push(jobs);
    return jobs;
  };
  const log = createLog('silent');

  /** Dependencies of which one fails once. */
  function failing(where: keyof Where, error: Error): { failed: () => boolean; deps: Where } {
    let failed = false;
    const once = () => {
      if (failed) return;
      failed = true;
      throw error;
    };
    const alerts = createAlerts({ db: t.store.db, clock: t.clock, log });
    const { decisions } = t.core.stores;
    return {
      failed: () => failed,
      deps: {
        alerts: {
          refresh: async (keys) => {
            if (where === 'alerts') once();
            await alerts.refresh(keys);
          },
        },
        decisions: {
          ...decisions,
          rejudged: async (changes) => {
            if (where === 'decisions') once();
            await decisions.rejudged(changes);
          },
        },
      },
    };
  }

  async function askedOf(jobs: Jobs): Promise<string> {
    const { job } = await jobs.rejudge({ from: FROM, to: TO, reason: '登记信息更正' }, 'b');
    jobs.start();
    return job;
  }

  /** Its lease has run out. */
  const handOver = (job: string) =>
    t.store.db.collection<{ _id: string }>('jobs').updateOne({ _id: job }, { $set: { leasedUntil: new Date(0) } });

  async function resultOf(jobs: Jobs, job: string): Promise<RejudgeResult> {
    await until(async () => (await jobs.get(job, bureau)).state === 'done', 30_000);
    return (await jobs.get(job, bureau)).result as unknown as RejudgeResult;
  }

  /** Every alert says what its findings say, and every gate message what its vehicle's past says. */
  async function isWhole(): Promise<void> {
    const findings = await t.core.stores.findings.find({});
    const keys = findings.flatMap((f) => f.alert ?? []);
    const changed = await refreshAlerts({ store: createAlertStore(t.store.db), clock: t.clock, log }, keys);
    const standing = (code: string, message: Message) =>
      findings.filter((f: FindingDoc) => f.code === code && f.status !== 'withdrawn' && f.observations.includes(refOf(message)));
    const [ofSmoker, ofSound] = later as [Message, Message];
    expect(standing('failed-vehicle', ofSmoker), 'asked of a vehicle that failed, after the period').to.have.length(1);
    expect(standing('failed-vehicle', ofSound), 'of one that did not').to.have.length(0);
    const decisions = await t.core.stores.decisions.byIds(later.map(refOf));
    expect(
      decisions.map((d) => d.rejudged?.findings.some((key) => key.includes('failed-vehicle'))).sort(),
      'beside the decisions',
    ).to.deep.equal([false, true]);
    expect(changed, 'alerts that did not say what their findings say').to.equal(0);
    const again = await recompute(t.core.again, { from: FROM, to: TO + 86_400_000 });
    expect(again.differences.map((d) => d.id)).to.deep.equal([]);
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
      CASES.map(({ was }) => was),
    );
    t.clock.set('2022-03-11T23:00:00+08:00');
    later = [arrival('晋H78002', DAY_AFTER), arrival('晋H78003', DAY_AFTER)];
    for (const batch of [
      [arrival('晋H78001', at('08:00')), passage('晋H78001', at('08:01'))],
      [reading('晋H78002', at('08:00'), 55), reading('晋H78002', at('10:00'), 55, 's2')],
      [reading('晋H78003', at('08:00'), 55), reading('晋H78003', at('10:00'), 55, 's2')],
      later,
    ])
      await feed(t, batch);
    await t.core.sweeps.now();
    t.clock.set('2022-03-20T12:00:00+08:00');
    await t.core.sweeps.now();
    await t.rows(
      'vehicles',
      CASES.map(({ is }) => ({ ...is, validFrom: '2021-07-01' })),
    );
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
  });

  for (const where of ['alerts', 'decisions'] as const) {
    it(`is made whole by the next process: cut off before its ${where} were written`, async () => {
      const { failed, deps } = failing(where, new MongoNetworkError('connection closed'));
      const first = jobsOf(deps);
      const job = await askedOf(first);
      await until(async () => failed(), 20_000);
      await first.stop();
      await handOver(job);
      const second = jobsOf({ owner: 'two' });
      second.start();
      const result = await resultOf(second, job);
      expect(result.notJudged).to.deep.equal([]);
      expect(result.rules['remote-sensing']!.failed).to.deep.equal({ new: 1, withdrawn: 1, changed: 0 });
      await isWhole();
    });

    it(`is made whole by its own second try: its ${where} could not be written at first`, async () => {
      const { deps } = failing(where, new Error('a defect'));
      const jobs = jobsOf(deps);
      const result = await resultOf(jobs, await askedOf(jobs));
      expect(result.notJudged).to.deep.equal([]);
      await isWhole();
    });
  }

  it('tells of what it marked as its own, too: found by a message that came meanwhile, on messages of the re-judge alone', async () => {
    const alerts = createAlerts({ db: t.store.db, clock: t.clock, log });
    const failures = () => t.core.stores.findings.find({ code: 'failed', plate: /78002/, status: { $ne: 'withdrawn' } });
    let [fed, cut] = [false, false];
    const refresh = async (keys: string[]) => {
      if (!fed) {
        fed = true;
        t.clock.set('2022-03-20T12:05:00+08:00');
        await feed(t, [reading('晋H78002', '2022-03-20T10:00:00+08:00', 10)]);
        const [live] = await failures();
        expect(live, 'found by the live message').to.include({ status: 'confirmed' }).and.not.to.have.property('retroactive');
        await alerts.refresh([live!.alert!]);
      }
      if (!cut && (await failures()).some((f) => f.retroactive)) {
        cut = true;
        throw new MongoNetworkError('connection closed');
      }
      await alerts.refresh(keys);
    };
    const first = jobsOf({ alerts: { refresh }, chunk: 1 });
    const job = await askedOf(first);
    await until(async () => cut, 20_000);
    await first.stop();
    await handOver(job);
    const second = jobsOf({ owner: 'two', chunk: 1 });
    second.start();
    await resultOf(second, job);
    await isWhole();
  });
});
