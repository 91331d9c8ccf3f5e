import type { Policy } from '../policy/types.ts';
import { basisOf, proposalUnder } from './basis.ts';
import { cut } from './texts.ts';
import type { FindingDraft, JudgeContext, Observation, Proposal, Rule, Severity, VehicleFacts } from './types.ts';

const SENTENCE = 120;

interface Parts {
  code: string;
  severity: Severity;
  proposal: Proposal;
  /** Names of the policy's bases. */
  basis: readonly string[];
  zh: string;
  en: string;
  measured?: FindingDraft['measured'];
  limit?: FindingDraft['limit'];
  facts?: FindingDraft['facts'];
}

/** What a finding on one observation needs of its context. */
export interface Judged {
  observation: Pick<Observation, 'ref' | 'at'>;
  policy: Policy;
}

/** A confirmed finding whose subject is the observation itself; it proposes at most `review` where no basis is valid at its `at`. */
export function findingOn(rule: Pick<Rule, 'id' | 'version'>, context: Judged, parts: Parts): FindingDraft {
  const { ref, at } = context.observation;
  const basis = basisOf(context.policy, parts.basis);
  return {
    rule: rule.id,
    ruleVersion: rule.version,
    code: parts.code,
    severity: parts.severity,
    proposal: proposalUnder(basis, parts.proposal, at),
    subject: ref,
    at,
    observations: [ref],
    status: 'confirmed',
    basis,
    zh: cut(parts.zh, SENTENCE),
    en: cut(parts.en, SENTENCE),
    ...(parts.measured && { measured: parts.measured }),
    ...(parts.limit && { limit: parts.limit }),
    ...(parts.facts && { facts: parts.facts }),
  };
}

/** The registered vehicle at a gate, exactly matched or corrected; undefined elsewhere and for plates without facts. */
export function vehicleAtGate({ observation, recognition, vehicle }: JudgeContext): VehicleFacts | undefined {
  if (observation.kind !== 'gate') return undefined;
  return recognition?.outcome === 'matched' || recognition?.outcome === 'corrected' ? vehicle : undefined;
}
