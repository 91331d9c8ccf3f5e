import { expect } from 'chai';
import type { Actor } from '../../../server/alerts/types.ts';
import type { Jobs } from '../../../server/intake/jobs.ts';
import type { WhatIfResult } from '../../../server/intake/what-if.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { after as later, arrival, feed, furnish, passage, reading, sighting, telemetry, truck } from '../../support/intake.ts';
import { jobsOn } from '../../support/jobs.ts';
import { until } from '../../support/until.ts';

const bureau: Actor = { username: 'b', name: 'b', role: 'bureau' };
const DAY = '2022-03-10';
const PERIOD = { from: Date.parse(`${DAY}T00:00:00+08:00`), to: Date.parse(`${DAY}T00:00:00+08:00`) + 86_400_000 };
const at = (time: string) => `${DAY}T${time}:00+08:00`;
const changed = (version: string, change: (rules: Policy['rules']) => void): Policy => {
  const policy = { ...structuredClone(xinzhou2021), version };
  change(policy.rules);
  return policy;
};
const DRAFTS = {
  smokeless: changed('smokeless', (r) => (r['remote-sensing'].opacityPercent = 20)),
  smoky: changed('smoky', (r) => (r['remote-sensing'].opacityPercent = 60)),
  fuller: changed('fuller', (r) => (r['urea-use'].reagentEmpty.belowPercent = 6)),
  faster: changed('faster', (r) => (r['cloned-plate'].kmh = 10_000)),
  shorter: changed('shorter', (r) => (r.diversion.localBusinessHours = 1)),
  others: changed('others', (r) => {
    r.route.corridorM = 100;
    r.diversion.edgeToleranceM = 5;
  }),
};

describe('a what-if over stretches of history', function () {
  this.timeout(60_000);
  let t: TestCore;
  let jobs: Jobs;
  const [clean, smoker, dry, twice, local] = ['晋H78001', '晋H78002', '晋H78003', '晋H78004', '晋H78005'] as const;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    const trucks = [clean, smoker, dry, twice, local].map((number) => truck(number, '6'));
    await furnish(t, trucks);
    t.clock.set('2022-03-10T23:00:00+08:00');
    const drive = Array.from({ length: 10 }, (_, i) => ({ at: later(at('13:00'), i), speed: 60, reagent: 4 }));
    await feed(t, [
      reading(clean, at('08:00'), 25), reading(clean, at('10:00'), 25, 's2'), arrival(clean, at('12:00')),
      passage(clean, at('12:01'), { cargo: { name: '煤', tonnes: 20 } }),
      reading(smoker, at('08:00'), 50), reading(smoker, at('10:00'), 50, 's2'), arrival(smoker, at('12:00')),
      telemetry(trucks[2]!.vin, drive), arrival(dry, at('15:00')),
      sighting(twice, at('09:00')), sighting(twice, at('09:03'), 'c9'),
      sighting(local, at('09:00')), passage(local, at('12:00')),
    ]); // prettier-ignore
    await t.core.sweeps.now();
    jobs = jobsOn(t, { policies: Object.values(DRAFTS), chunk: 3 });
    await jobs.indexes();
    jobs.start();
  });
  after(async () => {
    await jobs.stop();
    await t.stop();
  });

  async function judged(draft: Policy): Promise<WhatIfResult> {
    const names = ['observations', 'findings', 'decisions', 'alerts', 'due_work', 'due_moments', 'hour_sums'];
    const stored = () => Promise.all(names.map((name) => t.store.db.collection(name).find().sort({ _id: 1 }).toArray()));
    const before = await stored();
    const { job } = await jobs.whatIf({ policy: draft.version, ...PERIOD }, 'b');
    await until(async () => ['done', 'failed'].includes((await jobs.get(job, bureau)).state), 20_000);
    const shown = await jobs.get(job, bureau);
    expect(shown.state).to.equal('done');
    expect(await stored(), 'touches nothing').to.deep.equal(before);
    return shown.result as unknown as WhatIfResult;
  }

  it('finds the failures of lower limits and what gates would have answered', async () => {
    const { rules, decisions, enterprises, notJudged } = await judged(DRAFTS.smokeless);
    expect(rules['remote-sensing']).to.deep.equal({
      exceedance: { added: 2, removed: 0 },
      failed: { added: 1, removed: 0 },
      'failed-vehicle': { added: 2, removed: 0 },
    });
    expect(decisions['admit→refuse']).to.equal(2);
    expect(enterprises['coking-1']!.tonnes).to.equal(20);
    expect(notJudged).to.equal(undefined);
  });

  it('takes away those of higher ones', async () => {
    const { rules, decisions } = await judged(DRAFTS.smoky);
    expect(rules['remote-sensing']).to.deep.equal({
      exceedance: { added: 0, removed: 2 },
      failed: { added: 0, removed: 1 },
      'failed-vehicle': { added: 0, removed: 1 },
    });
    expect(decisions['refuse→admit']).to.equal(1);
  });

  it('sums telemetry up by the draft', async () => {
    const { rules, notJudged } = await judged(DRAFTS.fuller);
    expect(rules['urea-use']).to.deep.equal({ 'reagent-empty': { added: 1, removed: 0 } });
    expect(notJudged!.map((n) => n.en)).to.deep.equal([
      'what gates answer to urea warnings: the warnings are those that were found',
    ]);
  });

  it('judges pairs of sightings and local business by the draft', async () => {
    const pairs = (await judged(DRAFTS.faster)).rules['cloned-plate'];
    expect(pairs).to.deep.equal({ 'impossible-travel': { added: 0, removed: 1 } });
    expect((await judged(DRAFTS.shorter)).rules.diversion!['through-traffic']!.added).to.be.greaterThan(0);
  });

  it('names in both languages what it takes as it was found', async () => {
    const { notJudged } = await judged(DRAFTS.others);
    expect(notJudged!.map((n) => n.rule)).to.deep.equal(['route', 'diversion']);
    for (const { zh, en } of notJudged!) expect(zh.length * en.length).to.be.greaterThan(0);
  });
});
