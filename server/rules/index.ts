import { attributeMismatch } from './attribute-mismatch.ts';
import { emissionStandard } from './emission-standard.ts';
import { gatePhotos } from './gate-ledger.ts';
import { identification } from './identification.ts';
import { nonroadRegistration } from './nonroad-registration.ts';
import { peakShift } from './peak-shift.ts';
import { phaseOut } from './phase-out.ts';
import { planningArea } from './planning-area.ts';
import { remoteSensing } from './remote-sensing.ts';
import type { FindingDraft, JudgeContext, Rule } from './types.ts';
import { ureaUse } from './urea-use.ts';

/**
 * The rules that judge one observation by itself, in the order in which they are asked. Rules that need a history (passes, hours,
 * pairs, days) stand beside them and are asked by the pipeline: `failuresOf`, `judgeUreaDay`, `judgeRoadDay`, `judgeForcedRelease`.
 */
export const RULES: readonly Rule[] = [
  identification,
  emissionStandard,
  planningArea,
  peakShift,
  phaseOut,
  remoteSensing,
  ureaUse,
  attributeMismatch,
  nonroadRegistration,
  gatePhotos,
];

/**
 * Judges an observation by every rule. A rule that throws gives `rule-error` (review, an alert to the bureau); the others still run.
 * @param onError told of each such throw, so that it is counted and logged.
 */
export function judgeAll(
  context: JudgeContext,
  onError: (rule: string, error: unknown) => void = () => {},
  rules: readonly Rule[] = RULES,
): FindingDraft[] {
  return rules.flatMap((rule) => {
    try {
      return rule.judge(context);
    } catch (error) {
      onError(rule.id, error);
      return [ruleError(rule, context)];
    }
  });
}

/** The finding that stands in for a rule that failed. The error itself goes to the log: it is no fact about the vehicle. */
export function ruleError(rule: Pick<Rule, 'id' | 'version'>, { observation }: Pick<JudgeContext, 'observation'>): FindingDraft {
  return {
    rule: rule.id,
    ruleVersion: rule.version,
    code: 'rule-error',
    severity: 'warning',
    proposal: 'review',
    subject: observation.ref,
    at: observation.at,
    observations: [observation.ref],
    status: 'confirmed',
    basis: [],
    zh: `规则${rule.id}未能判定，请人工核查`,
    en: `Rule ${rule.id} could not judge this: check by hand`,
  };
}
