import { expect } from 'chai';
import { pino } from 'pino';
import { fillLists, listServices, SMALL } from '../../../scripts/bench/lists.ts';
import { listQuestions } from '../../../scripts/bench/list-queries.ts';
import { RARE } from '../../../scripts/bench/list-rows.ts';
import { planOf, planText, readsOf, type Plan } from '../../../scripts/bench/plans.ts';
import { startMongo } from '../../support/mongo.ts';

/**
 * How the store finds the first page of every list, by each documented filter and as people combine them: along an index in the order of
 * the list, no more rows than a page and what a second filter leaves out. Rows are few here, but rare things are rare.
 */

const ROWS = 4_000;
const PAGE = 101;
/**
 * Rows read for one that is shown, where a filter is left to be looked at row by row: a common county or enterprise among others, one
 * rule's severity.
 */
const MOST = 1_100;
/**
 * What may be sorted in memory: alerts since a number of the live log, which are as many as it is late; and where so few rows meet two
 * filters that it is quicker than a page in order, as it is at this size only.
 */
const SORTED = ['alerts: after a late number', 'findings: police of a county, rule'];
/** A reader of the whole city leaves out what has no place: telemetry, two thirds of all messages. */
const WHOLE_CITY = /bureau of the city/;

describe('the first page of a list', function () {
  this.timeout(90_000);
  const plans = new Map<string, Plan[]>();
  const questions = listQuestions(ROWS - 10);
  let stop: () => Promise<void>;

  before(async () => {
    const mongo = await startMongo();
    const log = pino({ level: 'silent' });
    await fillLists(mongo.uri, ROWS, log);
    const { client, services } = await listServices(mongo.uri, log);
    stop = async () => {
      await client.close();
      await mongo.stop();
    };
    for (const { name, ask } of questions) {
      const found: Plan[] = [];
      for (const read of await readsOf(client, () => ask(services)))
        if (!SMALL.includes(String(read.find))) found.push(await planOf(client.db(), read));
      plans.set(name, found);
    }
  });
  after(() => stop?.());

  for (const { name } of questions) {
    it(name, () => {
      for (const plan of plans.get(name)!) {
        const text = planText(plan);
        expect(plan.stages, text).not.to.include('COLLSCAN');
        if (WHOLE_CITY.test(name)) continue;
        if (!SORTED.includes(name)) expect(plan.sorted, text).to.equal(0);
        // Where few are shown, few are read: what is rare has an index.
        const rare = /rare|nobody|unknown|market|before/.test(name);
        expect(plan.docs, text).to.be.at.most(rare ? plan.returned + 2 * RARE : Math.max(PAGE, MOST));
      }
    });
  }
});
