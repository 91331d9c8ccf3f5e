import { z } from 'zod';
import { direction, instant, plateColor } from '../../../devices/contract/messages.ts';
import { findingQuery } from './lists.ts';
import { observationKey } from './records.ts';

/**
 * `GET /photos`: passages at gates whose required pictures are not all there, newest first.
 *
 * A verdict of `gate-ledger` speaks of its moment: pictures that come later than the hours of the policy take nothing back from
 * `photo-not-uploaded`. So a passage is `late` while one is lacking and `added` when all have come since.
 */
export const PHOTO_STATES = ['waiting', 'late', 'added', 'unnamed'] as const;
export type PhotoState = (typeof PHOTO_STATES)[number];

const { from, to, limit, cursor, order, format, header, device, enterprise } = findingQuery.shape;

export const photoQuery = z.strictObject({
  state: z
    .enum(PHOTO_STATES)
    .optional()
    .describe(
      'late (where absent): named, not there in time and still not; added: not there in time, there since; waiting: named, not there, and there is time left; unnamed: the message names no picture of a required role',
    ),
  from, to, limit, cursor, order, format, header, device, enterprise,
}); // prettier-ignore

export const photoCountQuery = z.strictObject({ enterprise });

export const photoRow = z.strictObject({
  id: z.string().describe('`<kind>/<deviceId>/<id>` of the passage'),
  observation: observationKey,
  at: instant,
  receivedAt: instant,
  enterprise: z.string().optional(),
  gate: z.string(),
  gateName: z.string(),
  lane: z.string().optional(),
  direction,
  plate: z.strictObject({ number: z.string(), color: plateColor }).optional().describe('as recognised; absent where none was read'),
  state: z.enum(PHOTO_STATES),
  due: instant.describe('until then a named picture is in time'),
  finding: z.string().optional().describe('the verdict that stands on it'),
  disputed: z.boolean().optional().describe('contested, not answered yet'),
  pictures: z
    .array(
      z.strictObject({
        role: z.string(),
        sha256: z.string(),
        uploaded: z
          .strictObject({ at: instant, by: z.string().optional().describe('the user who brought it in the gate’s stead') })
          .optional(),
      }),
    )
    .describe('named by the message, of roles the gate is required to take'),
  unnamed: z.array(z.string()).describe('required roles of which the message names no picture: nothing can be added, as nothing says which picture it was'),
}); // prettier-ignore
export type PhotoRow = z.infer<typeof photoRow>;

export const photoCounts = z.strictObject({
  since: instant.describe('passages from then on: the beginning of a civil day'),
  asOf: instant,
  waiting: z.int(),
  late: z.int(),
  added: z.int(),
  unnamed: z.int(),
});
export type PhotoCounts = z.infer<typeof photoCounts>;
