import { civilDayStart } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn, vehicleAtGate } from './draft.ts';
import { hasSpur, isIndustrial, isLargeIndustrial } from './emission-standard.ts';
import { INDUSTRY_ZH, requiredEn, requiredZh, stageEn, stageZh } from './texts.ts';
import type { EnterpriseFacts, Rule } from './types.ts';
import { isBelowStage, isGoods } from './words.ts';

/** Plan item 15: from 1 October 2021 power and coking enterprises in the planning area take by road only China 6 or new-energy. */
export const planningArea: Rule = {
  id: 'planning-area',
  version: 1,
  judge(context) {
    const { enterprise, policy, observation } = context;
    const limits = policy.rules['planning-area'];
    const vehicle = vehicleAtGate(context);
    if (!vehicle || !enterprise || !isGoods(vehicle)) return [];
    if (!mustBeClean(enterprise, observation.at, policy) || !isBelowStage(vehicle, limits.minStage)) return [];
    return [
      findingOn(planningArea, context, {
        code: 'not-clean-road',
        severity: 'warning',
        proposal: limits.proposal,
        basis: limits.basis,
        measured: { stage: vehicle.stage ?? null, industry: enterprise.industry, planningArea: true },
        limit: { stage: limits.minStage, from: limits.from },
        zh: `${stageZh(vehicle.stage)} < 要求${requiredZh(limits.minStage)}或新能源 · 规划区内${INDUSTRY_ZH[enterprise.industry]}企业 · ${limits.from}起`,
        en: `${stageEn(vehicle.stage)} < required ${requiredEn(limits.minStage)} or new-energy · ${enterprise.industry} in the planning area · since ${limits.from}`,
      }),
    ];
  },
};

/** Whether an enterprise's road transport must be clean at `at`: its industry, its place, its freight, from the policy's day on. */
export function mustBeClean(enterprise: EnterpriseFacts, at: number, policy: Policy): boolean {
  const limits = policy.rules['planning-area'];
  if (at < civilDayStart(limits.from) || !enterprise.planningArea || !limits.industries.includes(enterprise.industry))
    return false;
  if (!(limits.smallerEnterprises ? isIndustrial(enterprise, policy) : isLargeIndustrial(enterprise, policy))) return false;
  return !(limits.spurExempts && hasSpur(enterprise, at));
}
