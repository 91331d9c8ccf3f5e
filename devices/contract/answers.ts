import { z } from 'zod';
import { decisionWord, direction, instant, plateColor, text } from './messages.ts';
import { REJECT_CODES } from './kinds.ts';

/** What the platform answers (wire contract v1). Devices ignore unknown fields here too. */

export const STAGES = ['0', '1', '2', '3', '4', '5', '6', 'D'] as const;
export type Stage = (typeof STAGES)[number];

export const CONTROL_LEVELS = ['none', 'yellow', 'orange', 'red'] as const;
export type ControlLevel = (typeof CONTROL_LEVELS)[number];

/** Largest payloads the platform sends. */
export const MAX_DECISION_BYTES = 4 * 1024;
export const MAX_POLICY_BYTES = 48 * 1024;

/** 120 characters at most, in each language. */
const sentence = text(120);

export const reason = z.object({ rule: text(), code: text(), zh: sentence, en: sentence, basis: text(256) });

export const decision = z.object({
  arrivalId: z.string(),
  lane: text().optional(),
  decision: decisionWord,
  reasons: z.array(reason).max(8),
  vehicle: z.object({ number: z.string(), color: plateColor, stage: z.string(), known: z.boolean() }),
  control: z.object({ level: z.enum(CONTROL_LEVELS), until: instant.optional() }),
  display: z.object({ lines: z.array(text(16)).max(4), color: z.enum(['red', 'yellow', 'green']) }),
  ref: text(10).describe('printed for the driver'),
  policyVersion: z.string(),
  at: instant,
  validUntil: instant,
});

export const requirement = z.object({
  rule: z.string(),
  code: z.string(),
  zh: sentence,
  from: instant,
  to: instant.optional(),
  directions: z.array(direction).min(1),
  types: z.array(z.string()).min(1).describe('prefixes of GA 24.4 codes; "" is a prefix of all'),
  fuels: z.array(z.string()).optional().describe('letters, one of which the fuel code contains; empty = absent'),
  minStage: z.enum(STAGES).optional().describe('concerns known stages below it; absent: every stage, unknown too'),
  exemptUse: z.array(z.string()).optional().describe('use natures not concerned'),
  answer: decisionWord,
});

/** A vehicle in a gate's policy: number, colour, stage (`unknown` when not known), fuel, GA 24.4 type, use nature, blocked. */
export const policyVehicle = z.tuple([z.string(), plateColor, z.string(), z.string(), z.string(), z.string(), z.boolean()]);

export const gatePolicy = z.object({
  payloadId: text().describe('<policyVersion>#<n>, kept as sent and named in `decided` of a passage'),
  at: instant,
  validUntil: instant,
  requirements: z.array(requirement),
  vehicles: z.array(policyVehicle),
  unknownVehicle: decisionWord,
  expired: decisionWord.optional().describe('default review'),
});

export const receipt = z.object({ ids: z.array(z.string()).min(1).max(500), at: instant });

export const rejected = z.object({
  id: z.string().optional(),
  sha256: z.string(),
  code: z.enum([...REJECT_CODES.final, ...REJECT_CODES.retry]),
  message: z.string(),
  final: z.boolean(),
  retryAfter: z.number().optional().describe('seconds'),
  at: instant,
});

export type Reason = z.infer<typeof reason>;
export type Decision = z.infer<typeof decision>;
export type Requirement = z.infer<typeof requirement>;
export type PolicyVehicle = z.infer<typeof policyVehicle>;
export type GatePolicy = z.infer<typeof gatePolicy>;
export type Receipt = z.infer<typeof receipt>;
export type Rejected = z.infer<typeof rejected>;
