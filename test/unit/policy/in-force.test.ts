import { expect } from 'chai';
import { policyInForce } from '../../../server/policy/in-force.ts';
import { builtInPolicy, xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { policySchema } from '../../../server/policy/schema.ts';
import type { PolicyVersion } from '../../../server/policy/types.ts';
import { t } from '../../support/rules.ts';

function version(name: string, from: string, recorded: string): PolicyVersion {
  return { policy: { ...xinzhou2021, version: name }, from: t(from), recordedAt: t(recorded) };
}

const planned = version('planned', '2021-12-01T00:00', '2021-11-20T10:00');
const late = version('late', '2021-12-05T00:00', '2021-12-06T09:00');
const twin = version('twin', '2021-12-01T00:00', '2021-11-21T10:00');

const CASES: [versions: PolicyVersion[], at: string, knownBy: string, expected: string][] = [
  [[builtInPolicy, planned], '2021-11-30T23:59:59.999', '2022-01-01T00:00', 'xinzhou-2021'],
  [[builtInPolicy, planned], '2021-12-01T00:00', '2022-01-01T00:00', 'planned'],
  [[builtInPolicy, planned, late], '2021-12-06T08:59:59.999', '2022-01-01T00:00', 'planned'],
  [[builtInPolicy, planned, late], '2021-12-06T09:00', '2022-01-01T00:00', 'late'],
  [[builtInPolicy, planned, late], '2021-12-06T09:00', '2021-12-06T08:59', 'planned'],
  [[planned, twin, builtInPolicy], '2021-12-01T00:00', '2022-01-01T00:00', 'twin'],
  [[twin, planned, builtInPolicy], '2021-12-01T00:00', '2022-01-01T00:00', 'twin'],
  [[builtInPolicy], '2001-01-01T00:00', '2022-01-01T00:00', 'xinzhou-2021'],
];

describe('the policy in force', () => {
  for (const [versions, at, knownBy, expected] of CASES) {
    it(`at ${at}, known by ${knownBy}, is ${expected}`, () => {
      expect(policyInForce(versions, t(at), t(knownBy))?.policy.version).to.equal(expected);
    });
  }

  it('is none before any began', () => {
    expect(policyInForce([planned], t('2021-11-30T00:00'), t('2022-01-01T00:00'))).to.equal(undefined);
  });
});

describe('the built-in policy', () => {
  it('has the shape of a policy', () => {
    expect(policySchema.parse(xinzhou2021)).to.deep.equal(xinzhou2021);
  });

  it('names for every rule a basis in both languages', () => {
    for (const [name, rule] of Object.entries(xinzhou2021.rules)) {
      expect(rule.basis, name).to.not.be.empty;
      for (const id of rule.basis) expect(xinzhou2021.basis[id]?.zh, `${name}: ${id}`).to.be.a('string');
    }
  });

  it('says from when each basis is valid, without end', () => {
    for (const basis of Object.values(xinzhou2021.basis)) {
      expect(basis).to.not.have.property('validTo');
      if (basis.number.includes('50号')) expect(basis.validFrom).to.equal('2021-05-27');
      else if (basis.number === 'HJ 845-2017') expect(basis.validFrom).to.equal('2017-07-27');
      else expect(basis.validFrom < '2021').to.equal(true);
    }
  });

  it('is refused as a policy when it names a basis that is not there', () => {
    const broken = structuredClone(xinzhou2021);
    broken.rules['phase-out'].basis = ['nowhere'];
    expect(policySchema.safeParse(broken).success).to.equal(false);
  });
});
