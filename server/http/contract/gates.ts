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
export type GateOnBoard = z.infer<typeof gateOnBoard>;
