import type { GatePolicy, PolicyVehicle, Requirement, Stage } from './answers.ts';
import { parseInstant } from './instant.ts';
import type { DecisionWord, PlateColor } from './messages.ts';

/** What stands at the barrier. `number` as the platform writes plates: exact match, no correction. */
export interface OfflineInput {
  number: string;
  color: PlateColor;
  direction: 'in' | 'out';
}

/** Why a gate decided alone as it did; the requirement's own words where it was one. */
export interface OfflineReason {
  rule: string;
  code: string;
  zh: string;
  answer: DecisionWord;
}

export interface OfflineDecision {
  decision: DecisionWord;
  /** Strictest first; what does not change the decision stands there too. Answers as given, before `out` softens them. */
  reasons: OfflineReason[];
}

const STRICTNESS: Record<DecisionWord, number> = { admit: 0, review: 1, refuse: 2 };

/**
 * The decision of a gate that gets none from the platform, exactly by the wire contract: pure, and the same on the platform, which
 * checks by it what gates say they decided.
 * @param policy the retained policy last received, or null when the gate never had one (reviewed, like an expired one).
 */
export function decideOffline(policy: GatePolicy | null, input: OfflineInput, nowMs: number): OfflineDecision {
  const reasons = answers(policy, input, nowMs).sort((a, b) => STRICTNESS[b.answer] - STRICTNESS[a.answer]);
  const strictest = reasons[0]?.answer ?? 'admit';
  // A truck is never shut in.
  const decision = input.direction === 'out' && strictest === 'refuse' ? 'review' : strictest;
  return { decision, reasons };
}

function answers(policy: GatePolicy | null, input: OfflineInput, nowMs: number): OfflineReason[] {
  if (policy === null) return [reason('no-policy', '尚未收到离线策略', 'review')];
  if (!(nowMs < parseInstant(policy.validUntil))) return [reason('policy-expired', '离线策略已过期', policy.expired ?? 'review')];
  const vehicle = policy.vehicles.find(([number, color]) => number === input.number && color === input.color);
  if (vehicle === undefined) return [reason('unknown-vehicle', '车辆不在离线名单', policy.unknownVehicle)];

  const [, , stage, fuel, type, , blocked] = vehicle;
  const found: OfflineReason[] = [];
  if (blocked) found.push(reason('vehicle-blocked', '车辆被列入禁行名单', 'refuse'));
  if (isNewEnergy(stage, fuel)) return found;
  for (const requirement of policy.requirements) {
    if (concerns(requirement, vehicle, input.direction, nowMs)) {
      found.push({ rule: requirement.rule, code: requirement.code, zh: requirement.zh, answer: requirement.answer });
    }
  }
  if (stageRank(stage) === null && /^[HQ]/.test(type)) found.push(reason('stage-unknown', '排放阶段不明', 'review'));
  return found;
}

function reason(code: string, zh: string, answer: DecisionWord): OfflineReason {
  return { rule: 'policy', code, zh, answer };
}

/** Fuel exactly electric or hydrogen (C, P, X), or stage D: a hybrid's `CO` is not. */
function isNewEnergy(stage: string, fuel: string): boolean {
  return fuel === 'C' || fuel === 'P' || fuel === 'X' || stage === 'D';
}

/** Whether the requirement concerns the vehicle now. */
function concerns(requirement: Requirement, vehicle: PolicyVehicle, direction: 'in' | 'out', nowMs: number): boolean {
  const [, , stage, fuel, type, useNature] = vehicle;
  const { from, to, directions, types, fuels, minStage, exemptUse } = requirement;
  if (nowMs < parseInstant(from) || (to !== undefined && nowMs >= parseInstant(to))) return false;
  if (!directions.includes(direction) || !types.some((prefix) => type.startsWith(prefix))) return false;
  if (fuels !== undefined && fuels.length > 0 && !fuels.some((letter) => fuel.includes(letter))) return false;
  if (exemptUse !== undefined && exemptUse.includes(useNature)) return false;
  if (minStage === undefined) return true;
  const [own, least] = [stageRank(stage), stageRank(minStage)];
  return own !== null && least !== null && own < least;
}

const RANKS: readonly Stage[] = ['0', '1', '2', '3', '4', '5', '6', 'D'];

/** Position of a known stage; null for unknown, of which every comparison is false. */
function stageRank(stage: string): number | null {
  const rank = RANKS.indexOf(stage as Stage);
  return rank < 0 ? null : rank;
}
