import { DAY, civilDayStart } from '../../devices/contract/instant.ts';
import type { Basis, BasisId, Policy } from '../policy/types.ts';
import type { Proposal } from './types.ts';

/** The legal bases of a requirement as a finding carries them. Throws on a name the policy does not have: a policy is whole or wrong. */
export function basisOf(policy: Policy, ids: readonly BasisId[]): Basis[] {
  return ids.map((id) => {
    const basis = policy.basis[id];
    if (basis === undefined) throw new Error(`policy ${policy.version} names the basis ${id} and does not hold it`);
    return basis;
  });
}

/** What a requirement may propose at a moment (ms): where none of its bases is valid then, at most `review` (rules.md §9). */
export function proposalUnder(basis: readonly Basis[], proposal: Proposal, at: number): Proposal {
  if (proposal !== 'refuse' || basis.length === 0) return proposal;
  return basis.some((it) => isValid(it, at)) ? proposal : 'review';
}

function isValid(basis: Basis, at: number): boolean {
  if (at < civilDayStart(basis.validFrom)) return false;
  return basis.validTo === undefined || at < civilDayStart(basis.validTo) + DAY;
}
