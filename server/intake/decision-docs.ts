import { MINUTE } from '../../devices/contract/instant.ts';
import { composeDecision, type FoldedFinding } from '../rules/decision.ts';
import type { FindingDraft, GateObservation } from '../rules/types.ts';
import type { DecisionDoc } from '../store/types.ts';
import { findingKey } from './finding-docs.ts';
import type { Work } from './types.ts';

/** What a decision is folded from: drafts of the message itself, and stored findings that end at it. */
export type Joining = FoldedFinding & Pick<FindingDraft, 'subject'>;

/**
 * The decision on a gate message as it is stored.
 * @param now platform time; an arrival older than a minute of real time gets its decision stored, not published
 * @param speed of the platform's clock
 */
export function decisionDoc(work: Work, drafts: Joining[], now: number, speed: number): DecisionDoc {
  const observation = work.observation as GateObservation;
  const decision = composeDecision({
    observation,
    recognition: work.recognition!,
    findings: drafts,
    response: work.response,
    policyVersion: work.policy.version,
    at: now,
    speed,
  });
  const { doc, vehicle } = work;
  const live =
    observation.message === 'arrival' &&
    !observation.backfill &&
    !work.incoming?.replay &&
    now - observation.at <= MINUTE * speed;
  return {
    _id: observation.ref,
    ref: decision.ref,
    message: observation.message,
    at: doc.at,
    recordedAt: new Date(now),
    published: live,
    decision,
    reasons: decision.reasons,
    findings: drafts.map(findingKey),
    rules: [...new Set(drafts.map((d) => d.rule))],
    facts: doc.facts,
    ...(doc.plate !== undefined && { plate: doc.plate }),
    ...(vehicle && { vin: vehicle.vin }),
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    device: `gate/${doc.deviceId}`,
  };
}
