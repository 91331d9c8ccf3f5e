import { z } from 'zod';
import { decision, rejected } from '../../../devices/contract/answers.ts';
import { KINDS } from '../../../devices/contract/kinds.ts';
import { instant, plateColor } from '../../../devices/contract/messages.ts';
import { SEVERITIES } from './alerts.ts';
import { ROWS_SHOWN } from './registry.ts';

/** What was seen, judged, answered and refused, as HTTP shows it (HTTP contract v1, "What was seen and judged"). */

export const observationKey = z.object({ kind: z.enum(KINDS), device: z.string(), id: z.string() });

export const observationShown = observationKey.extend({
  message: z.string(),
  at: instant,
  receivedAt: instant,
  recordedAt: instant,
  backfill: z.boolean(),
  recognition: z
    .object({
      outcome: z.enum(['unplated', 'trailer', 'matched', 'corrected', 'invalid', 'unregistered']),
      plate: z.object({ number: z.string(), color: plateColor }),
      read: z.string().describe('the normalised number as it was read'),
      vin: z.string().optional(),
    })
    .optional(),
  invalid: z.array(z.string()).optional().describe("a reading's reasons not to count; empty is valid"),
  enterprise: z.string().optional(),
  county: z.string().optional(),
  payload: z.record(z.string(), z.unknown()).describe('what the device sent'),
});

export const basisShown = z.object({
  document: z.string(),
  number: z.string(),
  article: z.string(),
  zh: z.string(),
  en: z.string(),
  validFrom: z.string(),
  validTo: z.string().optional(),
});

export const findingShown = z.object({
  id: z.string().describe('`<rule>|<code>|<subject>`: to be encoded in an address'),
  rule: z.string(),
  ruleVersion: z.int(),
  code: z.string(),
  severity: z.enum(SEVERITIES),
  proposal: z.enum(['none', 'review', 'refuse']),
  status: z.enum(['pending', 'confirmed', 'withdrawn']),
  provisional: z.boolean().optional(),
  retroactive: z.boolean().optional(),
  disputed: z.boolean().optional().describe('contested, not answered yet'),
  dispute: z
    .object({
      text: z.string(),
      ref: z.string().optional(),
      by: z.string(),
      at: instant,
      answer: z.object({ outcome: z.enum(['upheld', 'withdrawn']), reason: z.string(), by: z.string(), at: instant }).optional(),
    })
    .optional(),
  withdrawnReason: z.string().optional(),
  at: instant,
  recordedAt: instant,
  plate: z.string().optional().describe('`number,colour`'),
  vin: z.string().optional(),
  device: z.string().optional().describe('`<kind>/<id>` of its first observation'),
  enterprise: z.string().optional(),
  county: z.string().optional(),
  subject: z.string(),
  observations: z.array(observationKey),
  count: z.int().optional(),
  last: observationKey.optional(),
  policyVersion: z.string(),
  measured: z.record(z.string(), z.unknown()),
  limit: z.record(z.string(), z.unknown()),
  basis: z.array(basisShown),
  zh: z.string(),
  en: z.string(),
  facts: z.record(z.string(), z.unknown()).describe('versions of the facts used'),
  alertId: z.string().optional(),
});

const disputeWords = z.string().trim().min(1).max(2000);

/** An enterprise contests a finding; `ref` where it does so for a driver. */
export const disputeText = z.strictObject({ text: disputeWords, ref: z.string().min(1).max(10).optional() });

/** The bureau's answer. */
export const disputeAnswer = z.strictObject({ outcome: z.enum(['upheld', 'withdrawn']), reason: disputeWords });

export const decisionShown = decision.extend({
  message: z.enum(['arrival', 'passage']),
  recordedAt: instant,
  observation: observationKey,
  observationAt: instant.describe('`at` of the arrival or passage: what lists are ordered by'),
  published: z.boolean(),
  findings: z.array(z.string()),
  plate: z.string().optional(),
  enterprise: z.string().optional(),
  rejudged: z.object({ at: instant, decision: z.string(), findings: z.array(z.string()) }).optional(),
});

export const deadLetterShown = z.object({
  id: z.string(),
  device: z.string(),
  at: instant,
  code: rejected.shape.code,
  message: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  raw: z.string().optional().describe('base64'),
});

/** One vehicle's whole story, each part newest first and at most 50 long (registrations: 100), within the reader's scope. */
export const vehicleStory = z.strictObject({
  vehicle: ROWS_SHOWN.vehicles.nullable().describe('what is registered under the plate now'),
  registrations: z.array(ROWS_SHOWN.vehicles).describe('all versions of the plate'),
  observations: z.array(observationShown),
  decisions: z.array(decisionShown),
  findings: z.array(findingShown),
  inspections: z.array(ROWS_SHOWN.inspections),
});

/** What became of a dead letter that was put through the intake again. */
export const replayOutcome = z.union([
  z.strictObject({ stored: z.literal(true), id: z.string().optional().describe('of a status there is none'), decision: decision.optional() }),
  z.strictObject({ stored: z.literal(false), rejected }),
]); // prettier-ignore

export const auditEntryShown = z.strictObject({
  id: z.string(),
  at: instant,
  by: z.string().describe('user name, or `token:<id>`'),
  action: z.string(),
  target: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

/** RFC 9457. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
