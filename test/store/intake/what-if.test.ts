import { expect } from 'chai';
import type { Actor } from '../../../server/alerts/types.ts';
import type { Jobs } from '../../../server/intake/jobs.ts';
import type { WhatIfResult } from '../../../server/intake/what-if.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { jobsOn } from '../../support/jobs.ts';
import { arrival, feed, furnish, passage, reading, truck } from '../../support/intake.ts';
import { until } from '../../support/until.ts';

const bureau: Actor = { username: 'b', name: 'b', role: 'bureau' };
const PERIOD = { from: Date.parse('2021-11-15T00:00:00+08:00'), to: Date.parse('2021-11-16T00:00:00+08:00') };

/** China 6 at once, and readings over 20 % opacity. */
const draft = structuredClone(xinzhou2021);
draft.version = 'stricter';
draft.rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];
draft.rules['remote-sensing'].opacityPercent = 20;
/** No requirement at all. */
const milder: Policy = structuredClone(xinzhou2021);
milder.version = 'milder';
milder.rules['emission-standard'].requirements = [];

describe('a what-if', () => {
  let t: TestCore;
  const running: Jobs[] = [];
  const createdWith = (more: { chunk?: number; restMs?: number; owner?: string } = {}): Jobs => {
    const jobs = jobsOn(t, { policies: [xinzhou2021, draft, milder], ...more });
    running.push(jobs);
    return jobs;
  };
  const ended = async (jobs: Jobs, id: string) => {
    await until(async () => !['queued', 'running'].includes((await jobs.get(id, bureau)).state), 10_000);
    return jobs.get(id, bureau);
  };
  const stored = async () => {
    const { db } = t.store;
    return Promise.all(
      ['observations', 'findings', 'decisions', 'alerts'].map((c) => db.collection(c).find().sort({ _id: 1 }).toArray()),
    );
  };

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck('晋H00005', '5'), truck('晋H00006', '6'), truck('晋H00004', '4')]);
    t.clock.set('2021-11-15T12:00:00+08:00');
    const at = (minute: number) => new Date(PERIOD.from + 8 * 3_600_000 + minute * 60_000).toISOString();
    await feed(t, [
      ...['晋H00005', '晋H00006', '晋H00004'].flatMap((number, i) => [
        arrival(number, at(i)),
        passage(number, at(i + 0.5), { cargo: { name: '煤', tonnes: 31.5 } }),
        arrival(number, at(i + 30), { direction: 'out' }),
      ]),
      reading('晋H00006', at(50), 25),
      // Another day's: out of the period.
      arrival('晋H00005', '2021-11-14T23:59:59.999+08:00'),
    ]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((jobs) => jobs.stop()));
  });
  after(() => t.stop());

  it('tells what a stricter draft would have changed, per rule and enterprise, and touches nothing', async () => {
    const before = await stored();
    const jobs = createdWith();
    const { job } = await jobs.whatIf({ policy: 'stricter', ...PERIOD }, 'b');
    expect((await jobs.get(job, bureau)).state).to.equal('queued');
    jobs.start();
    const shown = await ended(jobs, job);
    expect(shown).to.include({ state: 'done', done: 10, total: 10 });
    expect(shown.result).to.deep.equal({
      observations: 10,
      decisions: { 'admit→refuse': 2, 'admit→review': 1, 'admit→admit': 3, 'refuse→refuse': 2, 'review→review': 1 },
      rules: {
        'emission-standard': { 'below-stage': { added: 3, removed: 0 } },
        'remote-sensing': { exceedance: { added: 1, removed: 0 } },
      },
      enterprises: { 'coking-1': { decisions: { 'admit→refuse': 2, 'admit→review': 1 }, tonnes: 31.5 } },
    });
    expect(await stored()).to.deep.equal(before);
  });

  it('tells what a milder one would have let in, and nothing of the policy that was in force', async () => {
    const jobs = createdWith();
    jobs.start();
    const milderJob = await jobs.whatIf({ policy: 'milder', ...PERIOD }, 'b');
    const sameJob = await jobs.whatIf({ policy: xinzhou2021.version, ...PERIOD }, 'b');
    const eased = (await ended(jobs, milderJob.job)).result as unknown as WhatIfResult;
    expect(eased.rules).to.deep.equal({ 'emission-standard': { 'below-stage': { added: 0, removed: 3 } } });
    expect(eased.decisions['refuse→admit']).to.equal(2);
    expect(eased.enterprises['coking-1']).to.include({ tonnes: 0, tonnesFreed: 31.5 });
    const same = (await ended(jobs, sameJob.job)).result as unknown as WhatIfResult;
    expect(same).to.deep.include({ rules: {}, enterprises: {} });
  });

  it('goes on where a stopped process left it, with the same result', async () => {
    const first = createdWith({ chunk: 3, restMs: 1_000 });
    const { job } = await first.whatIf({ policy: 'stricter', ...PERIOD }, 'b');
    first.start();
    await until(async () => (await first.get(job, bureau)).done >= 3, 30_000);
    await first.stop();
    const left = await first.get(job, bureau);
    expect(left.state).to.equal('running');
    expect(left.done).to.be.lessThan(10);
    const second = createdWith({ chunk: 3, owner: 'two' });
    second.start();
    const shown = await ended(second, job);
    expect(shown).to.include({ state: 'done', done: 10 });
    expect((shown.result as unknown as WhatIfResult).decisions['admit→refuse']).to.equal(2);
  });

  it('can be cancelled while it runs, and then says so', async () => {
    const jobs = createdWith({ chunk: 1, restMs: 200 });
    const { job } = await jobs.whatIf({ policy: 'stricter', ...PERIOD }, 'b');
    jobs.start();
    await until(async () => (await jobs.get(job, bureau)).done >= 1, 30_000);
    expect((await jobs.cancel(job)).state).to.equal('cancelled');
    await until(async () => (await t.store.db.collection('jobs').countDocuments({ state: 'running' })) === 0, 30_000);
    expect((await jobs.get(job, bureau)).state).to.equal('cancelled');
    expect(await jobs.get(job, bureau)).not.to.have.property('result');
  });

  it('shows an enterprise what concerns itself', async () => {
    const jobs = createdWith();
    jobs.start();
    const { job } = await jobs.whatIf({ policy: 'stricter', ...PERIOD }, 'b');
    await ended(jobs, job);
    const own = await jobs.get(job, { username: 'e', name: 'e', role: 'enterprise', enterpriseId: 'coking-1' });
    expect(own.result).to.have.all.keys('enterprises');
    const other = await jobs.get(job, { username: 'f', name: 'f', role: 'enterprise', enterpriseId: 'far-1' });
    expect(other.result).to.deep.equal({ enterprises: {} });
  });

  it('asked for twice at once under one key is one job', async () => {
    const jobs = createdWith();
    const ask = () => jobs.whatIf({ policy: 'stricter', ...PERIOD }, 'b', 'twice-at-once');
    const [one, other] = await Promise.all([ask(), ask()]);
    expect(one.job).to.equal(other.job);
    expect([one.repeated, other.repeated].filter(Boolean)).to.have.length(1);
    const again = { from: PERIOD.from, to: PERIOD.to, reason: 'corrected' };
    const [first, second] = await Promise.all([jobs.rejudge(again, 'b', 'k'), jobs.rejudge(again, 'b', 'k')]);
    expect(first.job).to.equal(second.job);
    for (const { job } of [one, first]) await jobs.cancel(job);
  });

  it('of an unknown policy or job is told', async () => {
    const jobs = createdWith();
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (e: { code: string }) => e.code,
      );
    expect(await code(jobs.whatIf({ policy: 'none', ...PERIOD }, 'b'))).to.equal('unknown-policy');
    expect(await code(jobs.get('none', bureau))).to.equal('unknown-job');
    expect(await code(jobs.cancel('none'))).to.equal('unknown-job');
  });
});
