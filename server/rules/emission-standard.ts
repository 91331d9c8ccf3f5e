import { civilDayStart } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn, vehicleAtGate } from './draft.ts';
import { freightEn, freightZh, requiredEn, requiredZh, stageEn, stageZh } from './texts.ts';
import type { EnterpriseFacts, Rule } from './types.ts';
import { isBelowStage, isGoods } from './words.ts';

/** Plan item 15: industrial enterprises of 1.5 Mt a year and more take goods vehicles of China 5, from 2022 China 6, until their rail spur is in use. */
export const emissionStandard: Rule = {
  id: 'emission-standard',
  version: 1,
  judge(context) {
    const { enterprise, policy, observation } = context;
    const vehicle = vehicleAtGate(context);
    if (!vehicle || !enterprise || !isGoods(vehicle) || !mustHoldStandard(enterprise, observation.at, policy)) return [];
    const required = requiredStage(policy, observation.at);
    if (required === undefined || !isBelowStage(vehicle, required)) return [];
    const limits = policy.rules['emission-standard'];
    return [
      findingOn(emissionStandard, context, {
        code: 'below-stage',
        severity: 'warning',
        proposal: limits.proposal,
        basis: limits.basis,
        measured: { stage: vehicle.stage ?? null, annualFreightTonnes: enterprise.annualFreightTonnes },
        limit: { stage: required, minAnnualFreightTonnes: limits.minAnnualFreightTonnes },
        zh: `${stageZh(vehicle.stage)} < 要求${requiredZh(required)} · 年货运量${freightZh(enterprise.annualFreightTonnes)}`,
        en: `${stageEn(vehicle.stage)} < required ${requiredEn(required)} · freight ${freightEn(enterprise.annualFreightTonnes)} a year`,
      }),
    ];
  },
};

/** Whether an enterprise is industrial and large, by the policy's list and tonnes a year. */
export function isLargeIndustrial(enterprise: EnterpriseFacts, policy: Policy): boolean {
  return (
    isIndustrial(enterprise, policy) && enterprise.annualFreightTonnes >= policy.rules['emission-standard'].minAnnualFreightTonnes
  );
}

export function isIndustrial(enterprise: EnterpriseFacts, policy: Policy): boolean {
  return policy.industrial.includes(enterprise.industry);
}

/** Whether the rail spur is in use at `at` (ms). */
export function hasSpur(enterprise: EnterpriseFacts, at: number): boolean {
  return enterprise.railSpurSince !== undefined && enterprise.railSpurSince <= at;
}

/** Whether the enterprise's vehicles must hold the standard at `at`. */
export function mustHoldStandard(enterprise: EnterpriseFacts, at: number, policy: Policy): boolean {
  return isLargeIndustrial(enterprise, policy) && !(policy.rules['emission-standard'].spurExempts && hasSpur(enterprise, at));
}

/** The stage required at `at`: that of the last requirement whose civil day has begun; undefined before the first. */
export function requiredStage(policy: Policy, at: number): number | undefined {
  let required: number | undefined;
  for (const requirement of policy.rules['emission-standard'].requirements) {
    if (civilDayStart(requirement.from) <= at) required = requirement.stage;
  }
  return required;
}
