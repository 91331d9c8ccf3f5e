import type { Fill } from '../../devices/contract/messages.ts';
import { civilDate, formatInstant } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import type { FindingDraft, JudgeContext, Rule, VehicleFacts } from './types.ts';
import { isDiesel, stageNumber } from './words.ts';

/**
 * Urea of SCR vehicles (plan item 18, GB 29518-2013): single fills, and the gate's answer to a warning that stands. What hours of
 * telemetry come to stands in `urea-samples.ts` and `urea-day.ts`.
 */

/** Whether a vehicle has SCR: as registered, or where that is not said, diesel of a known stage from the policy's (5) on. */
export function isScr(vehicle: Pick<VehicleFacts, 'scr' | 'fuel' | 'stage'>, policy: Policy): boolean {
  if (vehicle.scr !== undefined) return vehicle.scr;
  return isDiesel(vehicle) && (stageNumber(vehicle) ?? -Infinity) >= policy.rules['urea-use'].scrMinStage;
}

/**
 * `bad-urea` of any fill but a trailer's (its vehicle's only if exactly matched: `facts.ofVehicle`), and at gates `urea-warning` where a
 * warning of the exactly matched vehicle stands.
 */
export const ureaUse: Rule = {
  id: 'urea-use',
  version: 1,
  judge(context) {
    const { observation } = context;
    if (observation.kind === 'urea-pump') return badUrea(context, observation.body);
    return observation.kind === 'gate' ? ureaWarning(context) : [];
  },
};

function badUrea(context: JudgeContext, fill: Fill): FindingDraft[] {
  const outcome = context.recognition?.outcome;
  const { concentration } = fill;
  if (outcome === 'trailer' || concentration === undefined) return [];
  const { concentrationPercent, fillBasis } = context.policy.rules['urea-use'];
  const [least, most] = concentrationPercent;
  if (concentration >= least && concentration <= most) return [];
  return [
    findingOn(ureaUse, context, {
      code: 'bad-urea',
      severity: 'warning',
      proposal: 'none',
      basis: fillBasis,
      measured: { concentration, volume: fill.volume },
      limit: { least, most },
      facts: { ofVehicle: outcome === 'matched' },
      zh: `加注的尿素溶液浓度${shown(concentration)}%，标准为${least}%～${most}%`,
      en: `Urea solution of ${shown(concentration)} % filled, the standard is ${least} to ${most} %`,
    }),
  ];
}

function ureaWarning(context: JudgeContext): FindingDraft[] {
  const { standingUreaWarning: warning, recognition, policy } = context;
  if (recognition?.outcome !== 'matched' || warning === undefined) return [];
  const limits = policy.rules['urea-use'];
  const day = civilDate(warning.at);
  return [
    findingOn(ureaUse, context, {
      code: 'urea-warning',
      severity: 'info',
      proposal: 'review',
      basis: warning.code === 'bad-urea' ? limits.fillBasis : limits.basis,
      measured: { warning: warning.code, endedAt: formatInstant(warning.at) },
      limit: { days: limits.warningDays },
      facts: { warning: warning.code, endedAt: warning.at },
      zh: `该车${day}有尿素使用预警，此后尚无检验或维修合格记录`,
      en: `Urea warning of ${day}, no inspection or repair passed since`,
    }),
  ];
}

function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
