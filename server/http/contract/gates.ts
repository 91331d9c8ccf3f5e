import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';
import { gateState } from './live.ts';

/** `GET /gates`: a row per lane that has seen a vehicle, or one per gate that has not. `online` absent: it never said. */
export const gateOnBoard = gateState.partial().extend({
  gate: z.string(),
  name: z.string(),
  enterpriseName: z.string().optional(),
  online: z.boolean().optional(),
  offlineSince: instant.optional(),
  queued: z.number().optional().describe('messages in its outbox'),
});
/** `GET /display/<gateId>`: what the screen at a barrier shows; the live event `gates` goes on from there. */
export const gateDisplay = gateOnBoard
  .pick({
    gate: true,
    name: true,
    enterprise: true,
    enterpriseName: true,
    county: true,
    online: true,
    offlineSince: true,
    queued: true,
  })
  .extend({
    response: z
      .object({ level: z.enum(['yellow', 'orange', 'red']), end: instant.optional() })
      .optional()
      .describe('the emergency response in force there'),
    lanes: z.array(gateState),
    at: instant.describe('platform time'),
  });
export const gateBoard = z.object({ items: z.array(gateOnBoard) });
export type GateDisplay = z.infer<typeof gateDisplay>;
export type GateOnBoard = z.infer<typeof gateOnBoard>;
