import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';

/** What the platform says of itself (HTTP contract v1, "Operation"). */

export const timeShown = z.strictObject({
  at: instant,
  speed: z.number().describe('platform seconds per real second; 1 in service'),
});

export const health = z.strictObject({ ok: z.literal(true) });

const check = z.object({ ok: z.boolean() });

/** `GET /readyz`: a member per thing that must hold; `ok` when they all do. */
export const readiness = z.object({
  ok: z.boolean(),
  store: check.loose(),
  offset: check.extend({ offsetMs: z.int().optional().describe("the store's clock against this machine's; ok within 1 s") }).loose(),
  broker: check.loose(),
  lag: check
    .extend({
      backlog: z.int().optional().describe('messages that wait'),
      due: z.int().optional().describe('due work that waits'),
      lagMs: z.number().optional().describe('age of the oldest, real time'),
    })
    .loose(),
  clock: check.extend({ at: instant.optional(), speed: z.number().optional() }).loose(),
  transport: check.extend({ tls: z.boolean().optional(), plaintext: z.boolean().optional().describe('listens for other machines without TLS') }).loose(),
}); // prettier-ignore
