import { findingOn } from './draft.ts';
import { COLOR_ZH } from './texts.ts';
import type { FindingDraft, JudgeContext, Rule } from './types.ts';
import { isGoods, isStageUnknown } from './words.ts';

/** What a plate read itself gives rise to: nothing to look up, nothing registered, nothing certain (rules.md §4). */
export const identification: Rule = {
  id: 'identification',
  version: 1,
  judge(context) {
    const { observation, recognition } = context;
    if (!recognition) return [];
    if (recognition.outcome === 'unplated') return seesTheRoad(context) ? [unplated(context)] : [];
    if (observation.kind !== 'gate') return [];
    return [...plateFindings(context), ...stageFindings(context)];
  },
};

/** Gates, stations and checkpoints; a urea pump sees its customer only. */
function seesTheRoad({ observation: { kind } }: JudgeContext): boolean {
  return kind === 'gate' || kind === 'remote-sensing' || kind === 'checkpoint';
}

function unplated(context: JudgeContext): FindingDraft {
  return findingOn(identification, context, {
    code: 'unplated-vehicle',
    severity: 'warning',
    proposal: 'review',
    basis: context.policy.rules.identification.basis,
    measured: { read: context.recognition?.read ?? '' },
    zh: '未见号牌，请人工核实',
    en: 'No plate seen: check by hand',
  });
}

function plateFindings(context: JudgeContext): FindingDraft[] {
  const { outcome = 'unplated', number = '', read = '', color = 'other' } = context.recognition ?? {};
  switch (outcome) {
    case 'trailer':
      return [
        note(
          context,
          'trailer-plate',
          `识别到挂车号牌${read}，请核实牵引车号牌`,
          `Trailer plate ${read}: check the tractor's plate`,
        ),
      ];
    case 'corrected':
      return [
        note(
          context,
          'plate-corrected',
          `识别为${read}，按登记更正为${number}`,
          `Read as ${read}, taken for the registered ${number}`,
        ),
      ];
    case 'invalid':
      return [note(context, 'invalid-plate', `号牌${read}不符合号牌规则`, `${read} is not a plate number`)];
    case 'unregistered':
      return [
        note(context, 'unregistered-vehicle', `${COLOR_ZH[color]}${read}无登记信息`, `${read} (${color}) is not registered`),
      ];
    case 'unplated':
    case 'matched':
      return [];
  }
}

function stageFindings(context: JudgeContext): FindingDraft[] {
  const { recognition, vehicle } = context;
  if (recognition?.outcome !== 'matched' && recognition?.outcome !== 'corrected') return [];
  if (!vehicle || !isGoods(vehicle) || !isStageUnknown(vehicle)) return [];
  return [
    note(
      context,
      'stage-unknown',
      `${recognition.number}排放阶段不明，请核查随车清单`,
      `${recognition.number}: emission stage unknown, check its papers`,
    ),
  ];
}

function note(context: JudgeContext, code: string, zh: string, en: string): FindingDraft {
  const { read = '', number = '', color = 'other' } = context.recognition ?? {};
  return findingOn(identification, context, {
    code,
    severity: 'info',
    proposal: 'review',
    basis: context.policy.rules.identification.basis,
    measured: { read, number, color },
    zh,
    en,
  });
}
