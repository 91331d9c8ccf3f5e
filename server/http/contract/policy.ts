import { z } from 'zod';
import { policySchema } from '../../policy/schema.ts';
import type { Policy } from '../../policy/types.ts';
import { moment } from './query.ts';

/** Policy versions (HTTP contract v1, "Policy"). The body of a draft is the policy itself: `policySchema` of server/policy/schema.ts. */

/** `from`: a civil date (its 00:00) or an ISO 8601 date-time; it becomes milliseconds. */
export const activation = z.strictObject({
  from: moment('start'),
});

export const changesQuery = z.strictObject({
  with: z.string().min(1).max(64).optional().describe('another version; absent: the one in force'),
});

/** A version as lists show it. */
export const policyShown = z.strictObject({
  version: z.string(),
  titleZh: z.string(),
  titleEn: z.string(),
  state: z.enum(['draft', 'active']),
  builtIn: z.literal(true).optional(),
  inForce: z.boolean(),
  rev: z.int(),
  draftedBy: z.string().optional(),
  draftedAt: z.string().optional(),
  writers: z.array(z.string()).optional().describe('who wrote in it, its drafter first: none of them activates it'),
  activatedBy: z.string().optional(),
  from: z.string().optional(),
  recordedAt: z.string().optional(),
});

export const policyDetail = policyShown.extend({ policy: policySchema });

export const policyChanges = z.strictObject({
  with: z.string(),
  items: z.array(
    z.strictObject({
      path: z.string(),
      was: z.unknown().optional(),
      becomes: z.unknown().optional(),
      zh: z.string(),
      en: z.string(),
    }),
  ),
});

export type PolicyShown = z.infer<typeof policyShown>;
export type PolicyDetail = PolicyShown & { policy: Policy };
export type PolicyChanges = z.infer<typeof policyChanges>;
