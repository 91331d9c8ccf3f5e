import { z } from 'zod';
import { direction, instant } from '../../../devices/contract/messages.ts';
import { findingQuery } from './lists.ts';
import { decisionShown } from './records.ts';

/** `GET /reviews`: arrivals of the last day that a gate was told to review, and what became of them, newest first. */
export const reviewQuery = z.strictObject({ enterprise: findingQuery.shape.enterprise });

export const reviewRow = decisionShown.pick({ ref: true, at: true, vehicle: true, reasons: true, enterprise: true }).extend({
  gate: z.string(),
  gateName: z.string(),
  lane: z.string().optional(),
  direction,
  observationAt: instant.describe('when the vehicle arrived'),
  findings: z.array(z.string()),
  waiting: z.boolean().describe('no passage of it is known, and it has not been long'),
  passage: z
    .strictObject({
      at: instant,
      outcome: z.enum(['passed', 'turned-back']),
      release: z.string().optional(),
      operator: z.string().optional(),
      reason: z.string().optional(),
    })
    .optional()
    .describe('the passage that names the arrival, else the first of its plate at this gate shortly after'),
});
export type ReviewRow = z.infer<typeof reviewRow>;

export const reviews = z.strictObject({
  asOf: instant,
  since: instant,
  waitMinutes: z.number().describe('so long an arrival without a passage counts as waiting'),
  items: z.array(reviewRow),
});
export type Reviews = z.infer<typeof reviews>;
