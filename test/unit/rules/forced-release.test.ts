import { expect } from 'chai';
import type { Passage } from '../../../devices/contract/messages.ts';
import { judgeForcedRelease, type ReleaseFacts } from '../../../server/rules/forced-release.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { AnswerGiven } from '../../../server/rules/types.ts';
import { arrival, expectWellFormed, passage, recognition } from '../../support/rules.ts';

const decided = (source: 'platform' | 'policy' | 'operator', decision: 'admit' | 'refuse' | 'review'): Passage['decided'] => ({
  source,
  decision,
  payloadId: 'xinzhou-2021#7',
  at: '2021-11-15T08:00:01+08:00',
});
const answer = (decision: AnswerGiven['decision'], rules: string[] = ['emission-standard'], published = true): AnswerGiven => ({
  decision,
  rules,
  published,
});

interface Case {
  what: string;
  message?: Parameters<typeof passage>[0];
  facts?: Partial<ReleaseFacts>;
  codes: string[];
  severity?: string;
}

const released = ['released-against-decision'];
const CASES: Case[] = [
  {
    what: 'refused and let in by force',
    message: { release: { mode: 'forced' } },
    facts: { own: answer('refuse') },
    codes: released,
  },
  {
    what: 'refused and let in by hand',
    message: { release: { mode: 'manual' } },
    facts: { own: answer('refuse') },
    codes: released,
  },
  { what: 'refused, no word of how', facts: { own: answer('refuse') }, codes: released },
  {
    what: 'to be reviewed and let in by itself',
    message: { release: { mode: 'automatic' } },
    facts: { own: answer('review') },
    codes: released,
  },
  {
    what: 'to be reviewed and let in by hand',
    message: { release: { mode: 'manual' } },
    facts: { own: answer('review') },
    codes: [],
  },
  { what: 'to be reviewed, no word of how', facts: { own: answer('review') }, codes: [] },
  { what: 'admitted', message: { release: { mode: 'automatic' } }, facts: { own: answer('admit') }, codes: [] },
  { what: 'refused and turned back', message: { outcome: 'turned-back' }, facts: { own: answer('refuse') }, codes: [] },
  { what: 'out', message: { direction: 'out' }, facts: { own: answer('refuse') }, codes: [] },
  { what: 'a trailer', facts: { own: answer('refuse'), recognition: recognition({ outcome: 'trailer' }) }, codes: [] },
  {
    what: 'unplated',
    facts: { own: answer('review'), recognition: recognition({ outcome: 'unplated' }) },
    message: { release: { mode: 'automatic' } },
    codes: released,
  },
  {
    what: 'peak-shift among its own findings',
    facts: { own: answer('refuse', ['emission-standard', 'peak-shift']) },
    codes: released,
    severity: 'critical',
  },
  {
    what: 'the arrival refused, the passage would admit',
    message: { arrivalId: 'a1' },
    facts: { published: answer('refuse') },
    codes: released,
  },
  {
    what: 'the arrival admitted, the passage would refuse',
    message: { arrivalId: 'a1' },
    facts: { published: answer('admit'), own: answer('refuse') },
    codes: [],
  },
  {
    what: 'an arrival’s decision that was never sent',
    message: { arrivalId: 'a1' },
    facts: { published: answer('refuse', [], false), own: answer('admit') },
    codes: [],
  },
  { what: 'no arrival named', facts: { published: answer('refuse'), own: answer('admit') }, codes: [] },
  {
    what: 'peak-shift among the arrival’s findings',
    message: { arrivalId: 'a1' },
    facts: { published: answer('refuse', ['peak-shift']), own: answer('refuse', []) },
    codes: released,
    severity: 'critical',
  },
  {
    what: 'peak-shift among the passage’s findings, the arrival compared had none',
    message: { arrivalId: 'a1' },
    facts: { published: answer('refuse'), own: answer('refuse', ['peak-shift']) },
    codes: released,
    severity: 'warning',
  },
  {
    what: 'the gate’s policy refused',
    message: { decided: decided('policy', 'refuse') },
    facts: { own: answer('admit') },
    codes: released,
  },
  {
    what: 'the gate’s policy admitted',
    message: { decided: decided('policy', 'admit') },
    facts: { own: answer('refuse') },
    codes: [],
  },
  {
    what: 'the gate’s policy refused, peak-shift among the passage’s findings',
    message: { decided: decided('policy', 'refuse') },
    facts: { own: answer('refuse', ['peak-shift']) },
    codes: released,
    severity: 'critical',
  },
  {
    what: 'an operator’s word is not the gate’s answer',
    message: { decided: decided('operator', 'admit') },
    facts: { own: answer('refuse') },
    codes: released,
  },
  {
    what: 'the published decision before the gate’s policy',
    message: { arrivalId: 'a1', decided: decided('policy', 'refuse') },
    facts: { published: answer('admit') },
    codes: [],
  },
  {
    what: 'the payload gives another answer',
    message: { decided: decided('policy', 'admit') },
    facts: { payload: 'refuse' },
    codes: ['local-decision-differs'],
  },
  {
    what: 'both',
    message: { decided: decided('policy', 'refuse') },
    facts: { payload: 'admit' },
    codes: [...released, 'local-decision-differs'],
  },
  {
    what: 'the payload gives the same',
    message: { decided: decided('policy', 'admit') },
    facts: { payload: 'admit' },
    codes: [],
  },
  {
    what: 'the payload is not asked of an operator',
    message: { decided: decided('operator', 'admit') },
    facts: { payload: 'refuse' },
    codes: [],
  },
];

describe('forced-release', () => {
  for (const { what, message, facts, codes, severity = 'warning' } of CASES) {
    it(`${what}: ${codes.join(' and ') || 'nothing'}`, () => {
      const observation = passage(message);
      const findings = judgeForcedRelease(observation, {
        policy: xinzhou2021,
        recognition: recognition(),
        own: answer('admit'),
        ...facts,
      });
      expect(findings.map((f) => f.code)).to.deep.equal(codes);
      for (const finding of findings) {
        expectWellFormed(finding);
        expect(finding).to.include({ proposal: 'none', subject: observation.ref });
        expect(finding.severity).to.equal(finding.code === 'local-decision-differs' ? 'info' : severity);
      }
    });
  }

  it('does not judge arrivals', () => {
    expect(judgeForcedRelease(arrival(), { policy: xinzhou2021, own: answer('refuse') })).to.deep.equal([]);
  });
});
