import { expect } from 'chai';
import { audiencesOf } from '../../../server/alerts/audiences.ts';
import { scopeOf, sees } from '../../../server/alerts/scope.ts';
import type { Actor, Concern } from '../../../server/alerts/types.ts';
import { actor } from '../../support/alerts.ts';

/** Rule, code, at an enterprise's gate → audiences. */
const AUDIENCES: [string, string, boolean, string][] = [
  ['diversion', 'through-traffic', false, 'bureau police'],
  ['route', 'no-permit', false, 'bureau police'],
  ['remote-sensing', 'failed', false, 'bureau police'],
  ['remote-sensing', 'failed-vehicle', true, 'bureau enterprise'],
  ['cloned-plate', 'impossible-travel', true, 'bureau police enterprise'],
  ['phase-out', 'past-scrap', false, 'bureau police'],
  ['phase-out', 'phase-out-listed', true, 'bureau enterprise'],
  ['identification', 'unplated-vehicle', true, 'bureau police enterprise'],
  ['sale-ban', 'sold-below-stage', false, 'bureau market'],
  ['emission-standard', 'below-stage', true, 'bureau enterprise'],
  ['device-health', 'silent', false, 'bureau owner'],
  ['urea-use', 'bad-urea', false, 'bureau owner'],
  ['urea-use', 'not-consumed', false, 'bureau'],
];

const concern = (more: Partial<Concern>): Concern => ({ audiences: ['bureau'], counties: ['140902'], enterprises: [], ...more });

/** Reader, concern → seen. */
const SCOPES: [Actor, Concern, boolean][] = [
  [actor('bureau'), concern({}), true],
  [actor('bureau'), concern({ counties: [] }), true],
  [actor('bureau', { counties: ['140902'] }), concern({}), true],
  [actor('bureau', { counties: ['140902'] }), concern({ counties: ['140981', '140902'] }), true],
  [actor('bureau', { counties: ['140981'] }), concern({}), false],
  [actor('bureau', { counties: ['140981'] }), concern({ counties: [] }), false],
  [actor('bureau', { counties: ['140900'] }), concern({}), true],
  [actor('bureau', { counties: ['140900'] }), concern({ counties: ['140102'] }), false],
  [actor('police'), concern({}), false],
  [actor('police'), concern({ audiences: ['bureau', 'police'] }), true],
  [actor('market'), concern({ audiences: ['bureau', 'market'], counties: [] }), true],
  [actor('market', { counties: ['140981'] }), concern({ audiences: ['bureau', 'market'], counties: [] }), true],
  [actor('market'), concern({}), false],
  [actor('enterprise'), concern({ audiences: ['bureau', 'enterprise'], enterprises: ['e1'] }), true],
  [actor('enterprise'), concern({ audiences: ['bureau', 'enterprise'], enterprises: ['e2'] }), false],
  [actor('enterprise'), concern({ audiences: ['bureau'], enterprises: ['e1'] }), false],
  [actor('enterprise'), concern({ audiences: ['bureau', 'owner'], enterprises: ['e1'] }), true],
  [{ username: 'x', name: 'x', role: 'enterprise' }, concern({ audiences: ['enterprise'], enterprises: ['e1'] }), false],
  [actor('auditor'), concern({}), true],
  [actor('owner'), concern({ counties: [] }), true],
  [actor('administrator'), concern({}), false],
];

describe('whom an alert concerns', () => {
  for (const [rule, code, atGate, told] of AUDIENCES) {
    it(`${rule} ${code}${atGate ? ' at a gate' : ''}: ${told}`, () =>
      expect(audiencesOf(rule, code, atGate, false).join(' ')).to.equal(told));
  }

  it('is not the police when all of it is retroactive', () => {
    expect(audiencesOf('cloned-plate', 'impossible-travel', true, true)).to.deep.equal(['bureau', 'enterprise']);
  });

  for (const [reader, about, seen] of SCOPES) {
    it(`${reader.role} ${reader.counties ?? reader.enterpriseId ?? ''} ${seen ? 'sees' : 'does not see'} ${JSON.stringify(about)}`, () =>
      expect(sees(scopeOf(reader), about)).to.equal(seen));
  }
});
