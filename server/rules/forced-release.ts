import type { DecisionWord } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import type { AnswerGiven, FindingDraft, GateObservation, Recognition } from './types.ts';

const RULE = { id: 'forced-release', version: 1 };
const WORD_ZH = { admit: '放行', refuse: '禁行', review: '核查' } as const;

/** What a passage is judged with. */
export interface ReleaseFacts {
  policy: Policy;
  recognition?: Recognition;
  /** The decision of the arrival it names, if there is one; it counts only where it was published. */
  published?: AnswerGiven | undefined;
  /** The decision of the passage itself. */
  own: AnswerGiven;
  /** What the payload named by `decided.payloadId` gives for this vehicle; absent when that payload is not known. */
  payload?: DecisionWord | undefined;
}

/** Which answer the gate had: `own` is the only one that a re-judgement can change. */
export type ComparedWith = 'arrival' | 'payload' | 'own';

/**
 * Judges a passage in that passed against the answer the gate had: the published decision of the arrival it names, else what its
 * retained policy gave (`decided` by `policy`), else the passage's own decision. Never for trailers.
 * @returns `released-against-decision` where that answer is refuse, or review and nobody looked (release `automatic`);
 * `local-decision-differs` where the gate says its policy decided what the payload does not give.
 */
export function judgeForcedRelease(observation: GateObservation, facts: ReleaseFacts): FindingDraft[] {
  const { recognition, policy } = facts;
  if (observation.message !== 'passage' || recognition?.outcome === 'trailer') return [];
  const { direction, outcome, release, decided, arrivalId } = observation.body;
  if (direction !== 'in' || outcome !== 'passed') return [];

  const findings: FindingDraft[] = [];
  const { decision, rules, source } = answerCompared(observation, facts);
  const mode = release?.mode ?? null;
  if (decision === 'refuse' || (decision === 'review' && mode === 'automatic')) {
    findings.push(
      findingOn(
        RULE,
        { observation, policy },
        {
          code: 'released-against-decision',
          severity: rules.includes('peak-shift') ? 'critical' : 'warning',
          proposal: 'none',
          basis: policy.rules['forced-release'].basis,
          measured: { outcome, release: mode, operator: release?.operator ?? null },
          limit: { decision, source },
          facts: { comparedWith: source, ...(arrivalId !== undefined && { arrivalId }) },
          zh: `应答为${WORD_ZH[decision]}，车辆仍被放入 · ${modeZh(mode)}`,
          en: `Answered ${decision}, the vehicle was let in all the same · ${mode ?? 'unstated'} release`,
        },
      ),
    );
  }
  if (decided?.source === 'policy' && facts.payload !== undefined && decided.decision !== facts.payload) {
    findings.push(
      findingOn(
        RULE,
        { observation, policy },
        {
          code: 'local-decision-differs',
          severity: 'info',
          proposal: 'none',
          basis: policy.rules['forced-release'].basis,
          measured: { decision: decided.decision, payloadId: decided.payloadId ?? null },
          limit: { decision: facts.payload },
          zh: `门禁自主判定${WORD_ZH[decided.decision]}，所用策略应为${WORD_ZH[facts.payload]}`,
          en: `The gate decided ${decided.decision} alone, its payload gives ${facts.payload}`,
        },
      ),
    );
  }
  return findings;
}

/** The answer a passage is compared with, the rules behind it, and where it came from. */
export function answerCompared(
  observation: Extract<GateObservation, { message: 'passage' }>,
  { published, own }: Pick<ReleaseFacts, 'published' | 'own'>,
): { decision: DecisionWord; rules: string[]; source: ComparedWith } {
  const { arrivalId, decided } = observation.body;
  if (arrivalId !== undefined && published?.published)
    return { decision: published.decision, rules: published.rules, source: 'arrival' };
  if (decided?.source === 'policy') return { decision: decided.decision, rules: own.rules, source: 'payload' };
  return { decision: own.decision, rules: own.rules, source: 'own' };
}

function modeZh(mode: 'automatic' | 'manual' | 'forced' | null): string {
  return mode === null ? '未说明放行方式' : { automatic: '自动放行', manual: '人工放行', forced: '强制放行' }[mode];
}
