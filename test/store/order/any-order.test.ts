import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { differencesOf } from '../../support/days/last-word.ts';
import { asItHappens, otherOrders } from '../../support/days/orders.ts';
import { playInProcess, prepareDays } from '../../support/days/run.ts';
import { happenings } from '../../support/days/stories.ts';
import { startMongo } from '../../support/mongo.ts';
import { FOUND } from './found.ts';

/** Seeds of this run: those that once found something, and new ones. `ORDER_SEED` names the first of the new, `ORDER_SEEDS` how many. */
const FIRST = Number(process.env.ORDER_SEED ?? randomInt(1, 1_000_000_000));
const COUNT = Number(process.env.ORDER_SEEDS ?? 2);

/** Days in which much happens, and what they must come to: so that equality says something of every rule that looks back. */
const FULL = { seed: 3, stories: 120 };
const LOOKING_BACK = [
  ...['cloned-plate|clock-doubtful', 'cloned-plate|impossible-travel', 'cloned-plate|possible-misread'],
  ...['device-health|clock-skew'],
  ...['diversion|through-traffic'],
  ...['forced-release|local-decision-differs', 'forced-release|released-against-decision'],
  ...[
    'gate-ledger|exit-without-entry',
    'gate-ledger|no-arrival',
    'gate-ledger|no-exit',
    'gate-ledger|photo-missing',
    'gate-ledger|photo-not-uploaded',
  ],
  ...['phase-out|past-scrap', 'phase-out|phase-out-listed'],
  ...['remote-sensing|failed', 'remote-sensing|failed-vehicle'],
  ...['route|no-permit', 'route|off-corridor', 'route|outside-hours'],
  ...['sale-ban|sold-below-stage'],
  ...[
    'urea-use|bad-urea',
    'urea-use|dark-terminal',
    'urea-use|frozen-sensor',
    'urea-use|low-consumption',
    'urea-use|reagent-empty',
    'urea-use|reagent-low',
    'urea-use|scr-ineffective',
    'urea-use|urea-warning',
  ],
];

describe('the same days in any order', function () {
  this.timeout(600_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;

  before(async () => {
    mongo = await startMongo();
    await prepareDays(mongo.uri);
  });
  after(() => mongo.stop());

  /** @returns all differences, by seed and order */
  async function differing(seed: number, { stories, only }: { stories?: number; only?: string } = {}): Promise<string[]> {
    const days = happenings(seed, { ...(stories !== undefined && { stories }) });
    const wanted = await playInProcess(mongo.uri, asItHappens(days));
    const orders = otherOrders(days, seed).filter(({ name }) => only === undefined || name === only);
    expect(orders).not.to.deep.equal([]);
    const found: string[] = [];
    for (const order of orders) {
      const differences = differencesOf(await playInProcess(mongo.uri, order, seed), wanted);
      if (differences !== '') found.push(`ORDER_SEED=${seed}, ${order.name}:\n${differences}`);
    }
    return found;
  }

  for (const { seed, stories, order, what } of FOUND)
    it(`come to the same: ${what} (seed ${seed}, ${order})`, async () => {
      expect((await differing(seed, { stories, only: order })).join('\n')).to.equal('');
    });

  it(`come to the same: new ones (ORDER_SEED=${FIRST})`, async () => {
    const found: string[] = [];
    for (let i = 0; i < COUNT; i++) found.push(...(await differing(FIRST + i)));
    expect(found.join('\n\n')).to.equal('');
  });

  it('are days in which every rule that looks back finds something', async () => {
    const { findings } = await playInProcess(mongo.uri, asItHappens(happenings(FULL.seed, FULL)));
    const found = new Set([...findings.keys()].map((key) => key.split('|').slice(0, 2).join('|')));
    if (process.env.ORDER_SAY) console.log([...found].sort().join('\n'));
    expect(LOOKING_BACK.filter((code) => !found.has(code))).to.deep.equal([]);
  });
});
