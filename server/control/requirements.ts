import { civilDayStart, formatInstant } from '../../devices/contract/instant.ts';
import type { ControlNotice } from '../http/contract/control.ts';
import type { Policy, PolicyStretch } from '../policy/types.ts';
import { basisOf, proposalUnder } from '../rules/basis.ts';
import { mustHoldStandard, requiredStage } from '../rules/emission-standard.ts';
import { mustBeClean } from '../rules/planning-area.ts';
import { freightEn, freightZh, INDUSTRY_ZH, requiredEn, requiredZh } from '../rules/texts.ts';
import type { EnterpriseFacts } from '../rules/types.ts';

type Requirement = ControlNotice['requirements'][number];

/**
 * What an enterprise's gates must ask of a vehicle on every day, response or not, by the rules' own conditions: in force at `now` first,
 * then what policies or the registry say is still to begin. Pure.
 * @param policies which version counts when, from `now` on; the first one counts now
 */
export function requirementsOf(enterprise: EnterpriseFacts, policies: readonly PolicyStretch[], now: number): Requirement[] {
  const policyAt = (at: number) => policies.findLast(({ from = -Infinity }) => from <= at)!.policy;
  const changes = policies.flatMap(({ policy, from }) => [
    ...(from === undefined ? [] : [from]),
    ...changesOf(enterprise, policy),
  ]);
  const moments = [now, ...new Set(changes.filter((at) => at > now))].sort((a, b) => a - b);
  const found: Requirement[] = [];
  for (const at of moments) {
    for (const one of standingAt(enterprise, policyAt(at), at)) {
      const before = found.findLast(({ rule }) => rule === one.rule);
      if (before?.stage === one.stage && before.proposal === one.proposal) continue;
      found.push(at === now ? one : { ...one, from: formatInstant(at) });
    }
  }
  return found;
}

/** Moments at which a requirement of a policy may begin or change. */
function changesOf({ railSpurSince }: EnterpriseFacts, policy: Policy): number[] {
  const { 'emission-standard': standard, 'planning-area': planning } = policy.rules;
  const days = [...standard.requirements.map(({ from }) => from), planning.from].map(civilDayStart);
  return [...days, ...(railSpurSince === undefined ? [] : [railSpurSince])];
}

function standingAt(enterprise: EnterpriseFacts, policy: Policy, at: number): Requirement[] {
  const { 'emission-standard': standard, 'planning-area': planning, 'phase-out': phaseOut } = policy.rules;
  const found: Requirement[] = [];
  const add = (
    of: Pick<Requirement, 'rule' | 'stage' | 'zh' | 'en'>,
    limits: { proposal: Requirement['proposal']; basis: string[] },
  ) => {
    const basis = basisOf(policy, limits.basis);
    found.push({ ...of, proposal: proposalUnder(basis, limits.proposal, at), basis });
  };
  const stage = requiredStage(policy, at);
  if (stage !== undefined && mustHoldStandard(enterprise, at, policy)) {
    const { industry, annualFreightTonnes: freight } = enterprise;
    add(
      {
        rule: 'emission-standard',
        stage,
        zh: `货车须达到${requiredZh(stage)}，新能源除外（${INDUSTRY_ZH[industry]}企业，年货运量${freightZh(freight)}${standard.spurExempts ? '，铁路专用线未投用' : ''}）`,
        en: `Goods vehicles of ${requiredEn(stage)} at least, or new-energy (${industry}, freight ${freightEn(freight)} a year${standard.spurExempts ? ', no rail spur in use' : ''})`,
      },
      standard,
    );
  }
  if (mustBeClean(enterprise, at, policy)) {
    add(
      {
        rule: 'planning-area',
        stage: planning.minStage,
        zh: `规划区内${INDUSTRY_ZH[enterprise.industry]}企业：公路运输只限${requiredZh(planning.minStage)}或新能源货车`,
        en: `${enterprise.industry} in the planning area: by road only ${requiredEn(planning.minStage)} or new-energy`,
      },
      planning,
    );
  }
  add(
    {
      rule: 'phase-out',
      stage: phaseOut.stageMax,
      zh: `${requiredZh(phaseOut.stageMax)}及以下营运柴油货车列入淘汰范围；已报废、已注销车辆一律不得进厂`,
      en: `Commercial diesel goods vehicles of ${requiredEn(phaseOut.stageMax)} and below are listed for phase-out; scrapped and deregistered ones are never let in`,
    },
    { proposal: phaseOut.listedProposal, basis: phaseOut.basis },
  );
  return found;
}
