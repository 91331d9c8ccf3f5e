import { DAY, civilDate, civilDayStart } from '../../../devices/contract/instant.ts';
import { ACCOUNT, GENERAL, RULES, type Basis, type PartSpec, type Policy } from '../../../server/http/contract/policy-words.ts';
import type { PolicyShown } from '../api/policy.ts';
import { valueAt } from './tree.ts';

/** Where a version stands, and whether a part of it applies: what people want to know before they read numbers. */

export type PolicyState = 'inForce' | 'toCome' | 'past' | 'draft';

/** @param now platform time */
export function stateOf({ state, inForce, from }: Pick<PolicyShown, 'state' | 'inForce' | 'from'>, now: number): PolicyState {
  if (state === 'draft') return 'draft';
  if (inForce) return 'inForce';
  return from !== undefined && Date.parse(from) > now ? 'toCome' : 'past';
}

/** The parts of a policy in the order of reading: its id, its path, and what is in it. */
export const PARTS: readonly { id: string; path: string; spec: PartSpec }[] = [
  { id: 'general', path: '', spec: GENERAL },
  ...Object.entries(RULES).map(([id, spec]) => ({ id, path: `rules.${id}.`, spec })),
  { id: 'account', path: 'account.', spec: ACCOUNT },
];

/** Whether a path lies in a part. */
export function isIn(path: string, part: { path: string; spec: PartSpec }): boolean {
  if (part.path !== '') return path.startsWith(part.path);
  return Object.keys(part.spec.numbers).includes(path);
}

/** Whether a basis is valid on a civil day: yet, no longer, or it is. */
export function validity(basis: Pick<Basis, 'validFrom' | 'validTo'>, now: number): 'valid' | 'notYet' | 'lapsed' {
  if (!(civilDayStart(basis.validFrom) <= now)) return 'notYet';
  return basis.validTo !== undefined && civilDayStart(basis.validTo) + DAY <= now ? 'lapsed' : 'valid';
}

export type Applies = { state: 'on' | 'recorded' | 'lapsed' } | { state: 'later'; from: string };

/** Whether a part applies now: its own first day, its bases, and what it proposes. @param path as in `PARTS` */
export function appliesNow(policy: Policy, path: string, now: number): Applies {
  const at = (name: string) => valueAt(policy, `${path}${name}`);
  const requirements = at('requirements') as { from: string }[] | undefined;
  const from = (at('from') as string | undefined) ?? requirements?.[0]?.from;
  if (from !== undefined && from > civilDate(now)) return { state: 'later', from };
  const ids = (at('basis') ?? []) as string[];
  const bases = ids.flatMap((id) => policy.basis[id] ?? []);
  if (bases.length > 0 && bases.every((basis) => validity(basis, now) !== 'valid')) return { state: 'lapsed' };
  return { state: at('proposal') === 'none' || at('listedProposal') === 'none' ? 'recorded' : 'on' };
}
