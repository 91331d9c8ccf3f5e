import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { createRandom } from '../../../devices/simulators/city/random.ts';
import type { Outcome } from '../../../server/intake/types.ts';
import type { FindingDoc } from '../../../server/store/types.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { batches, forget, incomingOf } from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';
import { countryOf, type Country } from '../../support/second-reading/country.ts';
import { messagesOf } from '../../support/second-reading/messages.ts';
import { findingsOf, type Found, type Told } from '../../support/second-reading/rules.ts';

const FIRST = Number(process.env.READING_SEED ?? randomInt(1, 1_000_000_000));
const COUNT = Number(process.env.READING_SEEDS ?? 2);
const MESSAGES = Number(process.env.READING_MESSAGES ?? 150);
const DAY = 86_400_000;

/** The rules that are read twice. */
const RULES = [
  ...['identification', 'emission-standard', 'planning-area', 'peak-shift', 'sale-ban', 'phase-out', 'diversion', 'route'],
  ...['nonroad-registration', 'attribute-mismatch'],
];

describe('two readers of the rules', function () {
  this.timeout(300_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;

  before(async () => void (mongo = await startMongo()));
  after(() => mongo.stop());

  for (let seed = FIRST; seed < FIRST + COUNT; seed++)
    it(`find the same in a country of edges (READING_SEED=${seed})`, async () => {
      const country = countryOf(seed);
      const messages = messagesOf(country, seed, MESSAGES);
      const wanted = findingsOf(country.world, messages).map(said).sort();
      const t = await startCore({
        at: new Date(country.recorded[0]!.at).toISOString(),
        uri: mongo.uri,
        judgeAfterMs: 0,
        env: { TOO_OLD_HOURS: '9600' },
      });
      try {
        await t.store.db.dropDatabase();
        await forget(t);
        await t.registry.indexes();
        await t.core.indexes();
        await play(t, country, messages, seed);
        const stored = await t.core.stores.findings.find({ rule: { $in: RULES } });
        expect(stored.filter((f) => f.code === 'rule-error')).to.deep.equal([]);
        const found = stored
          .filter((f) => f.status !== 'withdrawn')
          .map(storedSaid)
          .sort();
        const differing = [
          ...wanted.filter((w) => !found.includes(w)).map((w) => `missing: ${w}`),
          ...found.filter((f) => !wanted.includes(f)).map((f) => `not in the text: ${f}`),
        ];
        if (process.env.READING_SAY) console.log(wanted.length, counted(wanted));
        expect(differing, differing.join('\n')).to.deep.equal([]);
        expect(found).to.deep.equal(wanted);
        await decisionsFold(t, messages);
      } finally {
        await t.stop();
      }
    });
});

/** What a gate is told is the strictest of the findings that end at its message; out of it at most `review`. */
async function decisionsFold(t: TestCore, messages: Told[]): Promise<void> {
  const refs = messages.filter((m) => m.kind === 'gate').map((m) => [m, `gate/${m.deviceId}/${m.id}`] as const);
  const decisions = new Map((await t.core.stores.decisions.byIds(refs.map(([, ref]) => ref))).map((d) => [d._id, d]));
  const findings = (await t.core.stores.findings.find({})).filter((f) => f.status !== 'withdrawn');
  for (const [m, ref] of refs) {
    const proposals = findings.filter((f) => f.observations.at(-1) === ref).map((f) => f.proposal);
    const strictest = proposals.includes('refuse') ? 'refuse' : proposals.includes('review') ? 'review' : 'admit';
    const wanted = strictest === 'refuse' && m.body.direction === 'out' ? 'review' : strictest;
    const decision = decisions.get(ref)!;
    expect(decision.rejudged?.decision ?? decision.decision.decision, ref).to.equal(wanted);
  }
}

function counted(lines: string[]) {
  const n: Record<string, number> = {};
  for (const line of lines) n[line.split(' ')[0]!] = (n[line.split(' ')[0]!] ?? 0) + 1;
  return JSON.stringify(n);
}

/** Rows as they are recorded, messages as they come in; then past all moments. */
async function play(t: TestCore, { recorded }: Country, messages: Told[], seed: number): Promise<void> {
  const random = createRandom(seed);
  const times = [...new Set([...recorded.map((r) => r.at), ...messages.map((m) => m.receivedAt)])].sort((a, b) => a - b);
  for (const time of times) {
    t.clock.set(time);
    const rows = recorded.filter((r) => r.at === time);
    for (const collection of new Set(rows.map((r) => r.collection)))
      await t.rows(
        collection,
        rows.filter((r) => r.collection === collection).map((r) => r.row),
      );
    for (const batch of batches(
      messages.filter((m) => m.receivedAt === time),
      () => random.next(),
      6,
    )) {
      const outcomes: Outcome[] = [];
      await t.core.pipeline.process(batch.map((m, i) => incomingOf(m as never, time, (outcome) => (outcomes[i] = outcome))));
      for (const [i, m] of batch.entries())
        if (!outcomes[i]?.stored) throw new Error(`${JSON.stringify(m)}: ${JSON.stringify(outcomes[i])}`);
    }
  }
  t.clock.set(times.at(-1)! + 10 * DAY);
  await t.core.sweeps.now();
  await t.core.sweeps.now();
}

function said(f: Found): string {
  const { rule, code, severity, proposal, at, first = '', count = '', last = '', vin = '', plate = '', zone = '' } = f;
  return [`${rule}|${code}`, `${severity}/${proposal}`, formatInstant(at), first, count, last, vin, plate, zone].join(' ');
}

function storedSaid(f: FindingDoc): string {
  expect(f.status, f._id).to.equal('confirmed');
  const zone = f.rule === 'diversion' ? (f.facts.zone as string) : '';
  return [
    `${f.rule}|${f.code}`,
    `${f.severity}/${f.proposal}`,
    formatInstant(f.at.getTime()),
    f.observations[0] ?? '',
    f.count ?? '',
    f.last ?? '',
    f.vin ?? '',
    f.rule === 'sale-ban' ? '' : (f.plate ?? ''),
    zone,
  ].join(' ');
}
