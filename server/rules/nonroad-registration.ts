import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import { LEVEL_EN, LEVEL_ZH, requiredEn, requiredZh, stageEn, stageZh } from './texts.ts';
import type { FindingDraft, JudgeContext, MachineFacts, ResponseFacts, Rule } from './types.ts';

/**
 * Plan item 19: non-road machinery is registered, declared for the site before it enters, and of a stage the site and the response in
 * force in its county allow. Every passage of a site's gate, in and out, by the facts of its own `at`.
 */
export const nonroadRegistration: Rule = {
  id: 'nonroad-registration',
  version: 1,
  judge(context) {
    if (context.observation.kind !== 'machinery-gate') return [];
    const { machine } = context;
    return [
      ...(machine ? [] : [unregistered(context)]),
      ...(context.declaration ? [] : [undeclared(context)]),
      ...(machine ? stageFindings(context, machine) : []),
    ];
  },
};

function unregistered(context: JudgeContext): FindingDraft {
  const code = codeOf(context);
  return finding(context, {
    code: 'unregistered-machine',
    zh: code === '' ? '未读到机械环保登记号码' : `机械${code}无环保登记`,
    en: code === '' ? 'No registration code read from the machine' : `Machine ${code} is not registered`,
  });
}

function undeclared(context: JudgeContext): FindingDraft {
  const code = codeOf(context);
  const { id } = context.device;
  return finding(context, {
    code: 'undeclared',
    measured: { siteId: id },
    zh: `机械${code}未申报进入本工地`,
    en: `Machine ${code} is not declared for this site`,
  });
}

/** A machine of unknown stage is only looked at, and only where a stage is asked for. An electric one (D) meets every stage. */
function stageFindings(context: JudgeContext, machine: MachineFacts): FindingDraft[] {
  const { device, response } = context;
  const { minStage } = device;
  if (machine.stage === undefined) return minStage === undefined && !response ? [] : [stageUnknown(context)];
  if (machine.stage === 'D') return [];
  const { stageMax } = context.policy.rules['nonroad-registration'];
  const belowSite = minStage !== undefined && Number(machine.stage) < minStage;
  const underResponse = isBannedUnder(machine, response?.level, context.policy);
  if (!belowSite && !underResponse) return [];
  const zh = [
    ...(belowSite ? [`工地要求${requiredZh(minStage)}及以上`] : []),
    ...(response && underResponse ? [`${LEVEL_ZH[response.level]}期间禁用${requiredZh(stageMax)}及以下`] : []),
  ];
  const en = [
    ...(belowSite ? [`the site asks for ${requiredEn(minStage)}`] : []),
    ...(response && underResponse ? [`${LEVEL_EN[response.level]}: none of ${requiredEn(stageMax)} and below`] : []),
  ];
  return [
    finding(context, {
      code: 'stage-banned',
      measured: { stage: machine.stage, level: response?.level ?? 'none' },
      limit: { ...(belowSite && { minStage }), ...(response && underResponse && { stageMax, response: response.id }) },
      zh: `${stageZh(machine.stage)}机械：${zh.join('；')}`,
      en: `Machine of ${stageEn(machine.stage)}: ${en.join('; ')}`,
    }),
  ];
}

/** Whether a response of this level keeps a machine from working: one of a known stage, not an electric one. */
export function isBannedUnder(
  { stage }: Pick<MachineFacts, 'stage'>,
  level: ResponseFacts['level'] | undefined,
  policy: Policy,
): boolean {
  const { levels, stageMax } = policy.rules['nonroad-registration'];
  return stage !== undefined && stage !== 'D' && level !== undefined && levels.includes(level) && Number(stage) <= stageMax;
}

function stageUnknown(context: JudgeContext): FindingDraft {
  const { device, response } = context;
  const { minStage } = device;
  return {
    ...finding(context, {
      code: 'stage-unknown',
      measured: { stage: null, level: response?.level ?? 'none' },
      limit: { ...(minStage !== undefined && { minStage }), ...(response && { response: response.id }) },
      zh: `机械${codeOf(context)}排放阶段不明，请核查铭牌`,
      en: `Machine ${codeOf(context)}: emission stage unknown, check its plate`,
    }),
    severity: 'info',
    proposal: 'review',
  };
}

function finding(
  context: JudgeContext,
  parts: Pick<FindingDraft, 'code' | 'zh' | 'en'> & Partial<Pick<FindingDraft, 'measured' | 'limit'>>,
): FindingDraft {
  const { machine, declaration } = context;
  const { proposal, basis } = context.policy.rules['nonroad-registration'];
  return findingOn(nonroadRegistration, context, {
    ...parts,
    severity: 'warning',
    proposal,
    basis,
    measured: { registrationCode: codeOf(context), ...parts.measured },
    facts: { ...(machine && { machine }), ...(declaration && { declaration }) },
  });
}

function codeOf({ observation }: JudgeContext): string {
  return observation.kind === 'machinery-gate' ? observation.body.registrationCode : '';
}
