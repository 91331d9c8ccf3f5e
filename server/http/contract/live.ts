import { z } from 'zod';
import { instant, plateColor } from '../../../devices/contract/messages.ts';
import { alert } from './alerts.ts';

/** What goes over the Socket.IO namespace `/live` (HTTP contract v1, "Live"). The server speaks, the client only listens. */

/** The handshake's `auth`: `token` instead of the session cookie, the last number the client has, and the log it is of. */
export const liveAuth = z.object({
  token: z.string().max(512).optional(),
  after: z.coerce.number().int().min(0).optional(),
  log: z.string().max(64).optional(),
});

export const hello = z.object({
  log: z.string(),
  seq: z.int().min(0),
  user: z.object({
    name: z.string(),
    role: z.string(),
    enterpriseId: z.string().optional(),
    counties: z.array(z.string()).optional(),
  }),
});

export const resync = z.object({ seq: z.int().min(0) });

/** `removed`: the alert left the reader's scope; nothing of it is told but what names it. */
export const liveItem = z.discriminatedUnion('kind', [
  z.object({ seq: z.int(), kind: z.enum(['opened', 'extended', 'changed', 'withdrawn']), alert }),
  z.object({ seq: z.int(), kind: z.literal('removed'), alert: z.object({ id: z.string(), rev: z.int(), seq: z.int() }) }),
]);

export const liveAlerts = z.object({ upTo: z.int(), items: z.array(liveItem) });

/** The last thing that happened on a lane of a gate. */
export const gateState = z.object({
  gate: z.string(),
  lane: z.string(),
  enterprise: z.string().optional(),
  county: z.string().optional(),
  at: instant,
  direction: z.enum(['in', 'out']),
  vehicle: z.object({ number: z.string(), color: plateColor, stage: z.string(), known: z.boolean() }),
  decision: z.string().optional(),
  reasons: z.array(z.object({ rule: z.string(), code: z.string(), zh: z.string(), en: z.string(), basis: z.string() })),
  ref: z.string().optional(),
  outcome: z.string().optional().describe("a passage's"),
});

/** On connection every lane the reader may see, then those that changed. */
export const liveGates = z.object({ items: z.array(gateState) });

/** Collections of the registry of which consoles show every row. */
export const LIVE_COLLECTIONS = ['responses', 'zones'] as const;

/** Rows of these were published: whoever shows them reads them again. */
export const liveRegistry = z.object({ changed: z.array(z.enum(LIVE_COLLECTIONS)) });

export type LiveRegistry = z.infer<typeof liveRegistry>;
export type LiveHello = z.infer<typeof hello>;
export type LiveItem = z.infer<typeof liveItem>;
export type LiveAlerts = z.infer<typeof liveAlerts>;
export type GateState = z.infer<typeof gateState>;
export type LiveGates = z.infer<typeof liveGates>;
