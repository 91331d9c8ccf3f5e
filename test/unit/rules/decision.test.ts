import { expect } from 'chai';
import { decision as decisionSchema } from '../../../devices/contract/answers.ts';
import { composeDecision, decisionRef, foldDecision, type FoldedFinding } from '../../../server/rules/decision.ts';
import { emissionStandard } from '../../../server/rules/emission-standard.ts';
import { judgeAll, RULES } from '../../../server/rules/index.ts';
import type { Proposal, Rule } from '../../../server/rules/types.ts';
import { arrival, contextOf, expectWellFormed, passage, recognition, response, t, vehicle } from '../../support/rules.ts';

const FOLD: [proposals: Proposal[], direction: 'in' | 'out', decision: string][] = [
  [[], 'in', 'admit'],
  [['none'], 'in', 'admit'],
  [['none', 'review'], 'in', 'review'],
  [['review', 'refuse', 'none'], 'in', 'refuse'],
  [['refuse'], 'out', 'review'],
  [['review'], 'out', 'review'],
  [['none'], 'out', 'admit'],
  [[], 'out', 'admit'],
];

function finding(facts: Partial<FoldedFinding> = {}): FoldedFinding {
  return {
    rule: 'r',
    code: 'c',
    severity: 'warning',
    proposal: 'refuse',
    zh: '国四 < 要求国六',
    en: 'China 4 < China 6',
    basis: [],
    ...facts,
  };
}

function compose(facts: Partial<Parameters<typeof composeDecision>[0]> = {}) {
  const made = composeDecision({
    observation: arrival(),
    recognition: recognition({ vehicle: vehicle({ stage: '4' }) }),
    findings: [],
    policyVersion: 'xinzhou-2021',
    at: t('2021-11-15T08:00:00.250'),
    speed: 1,
    ...facts,
  });
  decisionSchema.parse(made);
  expect(Buffer.byteLength(JSON.stringify(made))).to.be.at.most(4096);
  return made;
}

describe('folding findings', () => {
  for (const [proposals, direction, expected] of FOLD) {
    it(`[${proposals.join(', ')}] ${direction}: ${expected}`, () => {
      expect(
        foldDecision(
          proposals.map((proposal) => ({ proposal })),
          direction,
        ),
      ).to.equal(expected);
    });
  }
});

describe('the decision a gate gets', () => {
  it('shows plate, stage, control and whether the vehicle may pass', () => {
    const shown = (facts: Parameters<typeof compose>[0]) => compose(facts).display;
    expect(shown({})).to.deep.equal({ lines: ['晋H12345', '国四', '无管控', '准予通行'], color: 'green' });
    expect(shown({ findings: [finding()], response: response() })).to.deep.equal({
      lines: ['晋H12345', '国四', '橙色响应', '禁止通行'],
      color: 'red',
    });
    expect(shown({ findings: [finding({ proposal: 'review' })] }).color).to.equal('yellow');
    expect(shown({ recognition: recognition({ outcome: 'unplated', number: '', read: '' }) }).lines.slice(0, 2)).to.deep.equal([
      '未见号牌',
      '无登记信息',
    ]);
    expect(shown({ recognition: recognition({ vehicle: vehicle({ fuel: 'X', stage: undefined }) }) }).lines[1]).to.equal(
      '新能源',
    );
    expect(shown({ recognition: recognition({ vehicle: vehicle({ stage: undefined }) }) }).lines[1]).to.equal('排放阶段不明');
  });

  it('names the response in force and until when', () => {
    expect(compose({ response: response({ level: 'red', end: t('2021-11-19T00:00') }) }).control).to.deep.equal({
      level: 'red',
      until: '2021-11-19T00:00:00.000+08:00',
    });
    expect(compose({ response: response() }).control).to.deep.equal({ level: 'orange' });
    expect(compose().control).to.deep.equal({ level: 'none' });
  });

  it('gives the strongest reasons first, eight at most, and none that proposes nothing', () => {
    const findings = [
      finding({ code: 'info', proposal: 'none', severity: 'critical' }),
      finding({ code: 'a', proposal: 'review', severity: 'warning' }),
      finding({ code: 'b', severity: 'warning' }),
      finding({ code: 'c', severity: 'critical' }),
      ...Array.from({ length: 7 }, (_, i) => finding({ code: `z${i}`, proposal: 'review', severity: 'info' })),
    ];
    expect(compose({ findings }).reasons.map((r) => r.code)).to.deep.equal(['c', 'b', 'a', 'z0', 'z1', 'z2', 'z3', 'z4']);
  });

  it('is valid for 60 s of the platform’s clock, whatever its speed', () => {
    expect(compose().validUntil).to.equal('2021-11-15T08:01:00.250+08:00');
    expect(compose({ speed: 60 }).validUntil).to.equal('2021-11-15T09:00:00.250+08:00');
  });

  it('stays within 4 KiB whatever was read and found', () => {
    const basis = {
      document: '文'.repeat(100),
      number: '号'.repeat(100),
      article: '条'.repeat(100),
      zh: '',
      en: '',
      validFrom: '2021-05-27',
    };
    const findings = Array.from({ length: 20 }, (_, i) =>
      finding({ code: `c${i}`, zh: '长'.repeat(300), en: 'long '.repeat(60), basis: [basis] }),
    );
    const read = '\u0001﷽😀'.repeat(200);
    const observation = arrival();
    observation.body.lane = '\u0001'.repeat(64);
    const made = compose({
      observation,
      findings,
      recognition: recognition({ outcome: 'invalid', number: read, read }),
    });
    expect(made.reasons.length).to.be.greaterThan(0);
    expect(made.decision).to.equal('refuse');
  });

  it('says of an unknown vehicle that it is not known', () => {
    expect(compose({ recognition: recognition({ outcome: 'unregistered' }) }).vehicle).to.deep.equal({
      number: '晋H12345',
      color: 'yellow',
      stage: 'unknown',
      known: false,
    });
    expect(compose().vehicle).to.deep.equal({ number: '晋H12345', color: 'yellow', stage: '4', known: true });
  });

  it('prints a reference that the same observation always gives', () => {
    expect(decisionRef('gate/g1/m1')).to.equal(decisionRef('gate/g1/m1'));
    expect(decisionRef('gate/g1/m1')).to.not.equal(decisionRef('gate/g1/m2'));
    expect(decisionRef('gate/g1/m1')).to.match(/^[0-9A-HJKMNP-TV-Z]{10}$/);
  });
});

describe('judging by every rule', () => {
  const broken: Rule = {
    id: 'broken',
    version: 3,
    judge() {
      throw new Error('no such fact');
    },
  };

  it('lets the others run where one throws, and asks for a review', () => {
    const told: string[] = [];
    const context = contextOf({ vehicle: vehicle({ stage: '4' }) }, arrival());
    const findings = judgeAll(context, (rule) => told.push(rule), [broken, emissionStandard]);
    expect(findings.map(({ rule, code, proposal }) => [rule, code, proposal])).to.deep.equal([
      ['broken', 'rule-error', 'review'],
      ['emission-standard', 'below-stage', 'refuse'],
    ]);
    expect(told).to.deep.equal(['broken']);
    findings.forEach(expectWellFormed);
  });

  it('gives the same findings for the same facts', () => {
    const context = contextOf(
      { vehicle: vehicle({ stage: '3', status: 'scrapped' }), response: response({ level: 'red' }) },
      passage({ direction: 'out' }),
    );
    expect(judgeAll(context)).to.deep.equal(judgeAll(structuredClone(context)));
    expect(judgeAll(context).map((f) => f.code)).to.deep.equal(['below-stage', 'measure-hit', 'past-scrap', 'phase-out-listed']);
  });

  it('gives a trailer nothing but trailer-plate', () => {
    const context = contextOf(
      { recognition: recognition({ outcome: 'trailer' }), response: response({ level: 'red' }) },
      arrival(),
    );
    expect(judgeAll(context).map((f) => f.code)).to.deep.equal(['trailer-plate']);
  });

  it('names every rule by its id', () => {
    expect(RULES.map((rule) => rule.id)).to.include.members([
      'identification',
      'emission-standard',
      'planning-area',
      'peak-shift',
      'phase-out',
      'remote-sensing',
      'urea-use',
    ]);
  });
});
