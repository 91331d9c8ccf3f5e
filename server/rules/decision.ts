import { createHash } from 'node:crypto';
import type { Decision, Reason } from '../../devices/contract/answers.ts';
import { MINUTE, formatInstant } from '../../devices/contract/instant.ts';
import type { DecisionWord } from '../../devices/contract/messages.ts';
import { compareText } from './order.ts';
import { LEVEL_ZH, cut, stageZh } from './texts.ts';
import type { FindingDraft, GateObservation, Recognition, ResponseFacts } from './types.ts';
import { isNewEnergy } from './words.ts';

/** How the answer at a gate is made of findings (rules.md §3) and said to the gate (wire contract). */

const MAX_BYTES = 4096;
const MAX_REASONS = 8;
const LINE = 16;
const VALID_MS = MINUTE;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const PROPOSAL_STRENGTH = { none: 0, review: 1, refuse: 2 } as const;
const SEVERITY_STRENGTH = { info: 0, warning: 1, critical: 2 } as const;
const COLOR = { admit: 'green', review: 'yellow', refuse: 'red' } as const;
const WORD_ZH = { admit: '准予通行', review: '请停车核查', refuse: '禁止通行' } as const;

/** What a decision is folded from: findings as judged or as stored. */
export type FoldedFinding = Pick<FindingDraft, 'rule' | 'code' | 'severity' | 'proposal' | 'zh' | 'en' | 'basis'>;

/** The strictest proposal: refuse > review > admit; out of a gate at most review, a truck is never shut in. */
export function foldDecision(findings: readonly Pick<FindingDraft, 'proposal'>[], direction: 'in' | 'out'): DecisionWord {
  const strength = findings.reduce((most, { proposal }) => Math.max(most, PROPOSAL_STRENGTH[proposal]), 0);
  if (strength === 0) return 'admit';
  return strength === 2 && direction === 'in' ? 'refuse' : 'review';
}

/**
 * The decision of a gate arrival or passage, at most 4 KiB as JSON: the weakest reasons fall away first.
 * @param at platform time of the answer, ms; it is valid for 60 s × `speed`, the clock's speed.
 */
export function composeDecision({
  observation,
  recognition,
  findings,
  response,
  policyVersion,
  at,
  speed,
}: {
  observation: GateObservation;
  recognition: Recognition;
  findings: readonly FoldedFinding[];
  response?: ResponseFacts | undefined;
  policyVersion: string;
  at: number;
  speed: number;
}): Decision {
  const { direction, lane } = observation.body;
  const word = foldDecision(findings, direction);
  const { vehicle } = recognition;
  const number = cut(recognition.number, 2 * LINE);
  const decision: Decision = {
    arrivalId: observation.id,
    ...(lane !== undefined && { lane }),
    decision: word,
    reasons: findings
      .filter(({ proposal }) => proposal !== 'none')
      .sort(byStrength)
      .slice(0, MAX_REASONS)
      .map(reasonOf),
    vehicle: { number, color: recognition.color, stage: vehicle?.stage ?? 'unknown', known: vehicle !== undefined },
    control: {
      level: response?.level ?? 'none',
      ...(response?.end !== undefined && { until: formatInstant(response.end) }),
    },
    display: { lines: displayLines(recognition, response, word), color: COLOR[word] },
    ref: decisionRef(observation.ref),
    policyVersion,
    at: formatInstant(at),
    validUntil: formatInstant(at + Math.round(VALID_MS * speed)),
  };
  while (Buffer.byteLength(JSON.stringify(decision)) > MAX_BYTES && decision.reasons.length > 0) decision.reasons.pop();
  return decision;
}

/** The number printed for the driver: ten characters (Crockford's base 32) that an observation always gives alike. */
export function decisionRef(observationRef: string): string {
  const digest = createHash('sha256').update(observationRef).digest();
  let bits = digest.readBigUInt64BE(0);
  let ref = '';
  for (let i = 0; i < 10; i += 1) {
    ref += CROCKFORD.charAt(Number(bits & 31n));
    bits >>= 5n;
  }
  return ref;
}

/** HJ 1321's display: plate, emission stage, control in force, allowed or not. */
function displayLines(
  { outcome, number, vehicle }: Recognition,
  response: ResponseFacts | undefined,
  word: DecisionWord,
): string[] {
  const stage = vehicle && isNewEnergy(vehicle) ? '新能源' : stageZh(vehicle?.stage);
  const lines = [
    outcome === 'unplated' ? '未见号牌' : number,
    outcome === 'trailer' ? '挂车' : vehicle ? stage : '无登记信息',
    LEVEL_ZH[response?.level ?? 'none'],
    WORD_ZH[word],
  ];
  return lines.map((line) => cut(line, LINE));
}

function byStrength(a: FoldedFinding, b: FoldedFinding): number {
  return (
    PROPOSAL_STRENGTH[b.proposal] - PROPOSAL_STRENGTH[a.proposal] ||
    SEVERITY_STRENGTH[b.severity] - SEVERITY_STRENGTH[a.severity] ||
    compareText(a.rule, b.rule) ||
    compareText(a.code, b.code)
  );
}

function reasonOf({ rule, code, zh, en, basis }: FoldedFinding): Reason {
  const named = [...new Set(basis.map((b) => `${b.number} ${b.article}`))].join('；');
  return { rule, code, zh: cut(zh, 120), en: cut(en, 120), basis: cut(named, 128) };
}
