import { expect } from 'chai';
import { gatePolicy, type GatePolicy } from '../../../devices/contract/answers.ts';
import { parseInstant } from '../../../devices/contract/instant.ts';
import type { DecisionWord, PlateColor } from '../../../devices/contract/messages.ts';
import { decideOffline } from '../../../devices/contract/offline.ts';
import { readVectors } from '../../support/vectors.ts';

interface OfflineCase {
  name: string;
  policy: string | null;
  number: string;
  color: PlateColor;
  direction: 'in' | 'out';
  now: string;
  decision: DecisionWord;
  codes?: string[];
}

describe('A gate that decides alone', () => {
  const { policies, cases } = readVectors<{ policies: Record<string, GatePolicy>; cases: OfflineCase[] }>('offline.json');

  for (const { name, policy, number, color, direction, now, decision, codes } of cases) {
    it(`holds to it that ${name}`, () => {
      const decided = decideOffline(
        policy === null ? null : (policies[policy] ?? null),
        { number, color, direction },
        parseInstant(now),
      );
      expect(decided.decision).to.equal(decision);
      if (codes) expect(decided.reasons.map((reason) => reason.code)).to.deep.equal(codes);
    });
  }

  it('has policies of the contract’s form in its vectors', () => {
    for (const policy of Object.values(policies)) expect(gatePolicy.safeParse(policy).success).to.equal(true);
  });

  it('reviews where an expired policy names no answer', () => {
    const { expired: _, ...silent } = policies.strict as GatePolicy;
    const input = { number: '晋H00006', color: 'yellow', direction: 'in' } as const;
    expect(decideOffline(silent, input, parseInstant(silent.validUntil)).decision).to.equal('review');
  });

  it('leaves the policy as it is', () => {
    const before = JSON.stringify(policies.plain);
    decideOffline(
      policies.plain as GatePolicy,
      { number: '晋H00004', color: 'yellow', direction: 'in' },
      parseInstant('2022-03-03T12:00:00Z'),
    );
    expect(JSON.stringify(policies.plain)).to.equal(before);
  });
});
