import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { FindingDoc } from '../../../server/store/types.ts';
import type { TestCore } from '../../support/core.ts';
import { startMongo } from '../../support/mongo.ts';
import { countryOf } from '../../support/second-reading/country.ts';
import { messagesOf } from '../../support/second-reading/messages.ts';
import { beginAnew, correct, play } from '../../support/second-reading/play.ts';
import { findingsOf } from '../../support/second-reading/rules.ts';
import type { Found, Told } from '../../support/second-reading/words.ts';

/** The first seed of this run, and how many: `READING_SEED`, `READING_SEEDS`. */
const FIRST = Number(process.env.READING_SEED ?? randomInt(1, 1_000_000_000));
const COUNT = Number(process.env.READING_SEEDS ?? 2);
const MESSAGES = Number(process.env.READING_MESSAGES ?? 120);

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
    it(`find the same in a country of edges, and once more when it was corrected (READING_SEED=${seed})`, async () => {
      const country = countryOf(seed);
      const messages = messagesOf(country, seed, MESSAGES);
      const t = await beginAnew(mongo.uri, country);
      try {
        await play(t, country, messages, seed);
        await compare(t, findingsOf(country.world, messages, country.late - 1));
        await decisionsFold(t, messages);
        const knownBy = await correct(t, country, messages);
        const again = messages.map((m) => ({ ...m, knownBy }));
        await compare(t, findingsOf(country.world, again, knownBy));
        await decisionsFold(t, messages);
      } finally {
        await t.stop();
      }
    });
});

async function compare(t: TestCore, found: Found[]): Promise<void> {
  const wanted = found.map(said).sort();
  const stored = await t.core.stores.findings.find({ rule: { $in: RULES } });
  expect(stored.filter((f) => f.code === 'rule-error')).to.deep.equal([]);
  const standing = stored.filter((f) => f.status !== 'withdrawn');
  for (const f of standing) wellFormed(f);
  const got = standing.map(storedSaid).sort();
  if (process.env.READING_SAY) console.log(counted(wanted));
  const differing = [
    ...wanted.filter((w) => !got.includes(w)).map((w) => `missing: ${w}`),
    ...got.filter((f) => !wanted.includes(f)).map((f) => `not in the text: ${f}`),
  ];
  expect(differing.length, differing.join('\n')).to.equal(0);
  expect(got).to.deep.equal(wanted);
}

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

/** Every finding says by what it was judged, of what, and why (rules.md §9). */
function wellFormed(f: FindingDoc): void {
  expect(f.status, f._id).to.equal('confirmed');
  expect(f.ruleVersion, f._id).to.be.above(0);
  expect(f.policyVersion, f._id).to.be.a('string').and.not.equal('');
  expect(f.basis.length, f._id).to.be.above(0);
  expect(Object.keys(f.facts).length, f._id).to.be.above(0);
  expect(Object.keys(f.measured).length, f._id).to.be.above(0);
  if (f.rule !== 'identification' && !['unregistered-machine', 'undeclared'].includes(f.code))
    expect(Object.keys(f.limit).length, f._id).to.be.above(0);
  for (const text of [f.zh, f.en])
    expect(text, f._id)
      .to.match(/^.{5,120}$/u)
      .and.not.match(/undefined|NaN|null/);
}

function counted(lines: string[]) {
  const n: Record<string, number> = {};
  for (const line of lines) n[line.split(' ')[0]!] = (n[line.split(' ')[0]!] ?? 0) + 1;
  return JSON.stringify(n);
}

function said(f: Found): string {
  const { rule, code, severity, proposal, at, first = '', count = '', last = '', vin = '', plate = '', zone = '' } = f;
  return [`${rule}|${code}`, `${severity}/${proposal}`, formatInstant(at), first, count, last, vin, plate, zone].join(' ');
}

function storedSaid(f: FindingDoc): string {
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
