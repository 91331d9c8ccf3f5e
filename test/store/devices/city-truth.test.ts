import { expect } from 'chai';
import { judgeDay, type Judged } from '../../../scripts/judge/judge.ts';
import { addUp, passes } from '../../../scripts/judge/table.ts';
import { startMongo } from '../../support/mongo.ts';

/** Seeds kept: each once showed something wrong in the city or the product. `npm run judge-city -- --seeds 1-20` tries more. */
const DAYS = [
  { seed: 7, date: '2021-11-15', scale: 0.03 },
  // A truck that called at one end of the map and was planted again at the other an hour later.
  { seed: 8, date: '2021-11-15', scale: 0 },
  { seed: 3, date: '2022-01-10', scale: 0, city: 'yangquan' },
];

describe('labelled days of simulated cities', function () {
  this.timeout(600_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  const judged: Judged[] = [];

  before(async () => {
    mongo = await startMongo();
    judged.push(...(await Promise.all(DAYS.map((day) => judgeDay(mongo.uri, day)))));
  });
  after(() => mongo?.stop());

  it('have everything found that was planted, and that ordinary traffic gives', () => {
    for (const { day, misses } of judged)
      expect(
        misses.map((t) => [t.rule, t.code, t.kind, t.vin, t.observation, t.why]),
        `${day.city.name} ${day.seed}`,
      ).to.deep.equal([]);
  });

  it('have nothing found in anybody else, nor in the honest who only look like it', () => {
    for (const { day, wrong } of judged)
      expect(
        wrong.map(({ finding, why }) => [finding._id, finding.severity, why]),
        `${day.city.name} ${day.seed}`,
      ).to.deep.equal([]);
    expect(passes(judged)).to.equal(true);
  });

  it('speak of at least twenty-five kinds of cheats, of every rule, and as many look-alikes', () => {
    const kinds = (truth: string) => new Set(judged.flatMap(({ day }) => day.truth.filter((t) => t.truth === truth).map((t) => t.kind))); // prettier-ignore
    expect(kinds('expected').size).to.be.at.least(45);
    expect(kinds('honest').size).to.be.at.least(60);
    expect(addUp(judged).rules.map((r) => r.rule)).to.include.members([
      'attribute-mismatch', 'cloned-plate', 'device-health', 'diversion', 'emission-standard', 'forced-release', 'gate-ledger', 'identification',
      'nonroad-registration', 'peak-shift', 'phase-out', 'planning-area', 'remote-sensing', 'route', 'sale-ban', 'urea-use',
    ]); // prettier-ignore
  });

  it('have taken back what messages of a silent gate excuse', () => {
    for (const { day, findings } of judged)
      for (const t of day.truth.filter((line) => line.withdrawn)) {
        const found = findings.filter((f) => f.rule === t.rule && f.vin === t.vin);
        expect(found.filter((f) => f.status !== 'withdrawn')).to.deep.equal([]);
      }
  });
});
