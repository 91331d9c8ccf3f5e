import { z } from 'zod';
import { KINDS } from '../../../devices/contract/kinds.ts';
import { instant } from '../../../devices/contract/messages.ts';
import { SEVERITIES } from './alerts.ts';

const rate = z
  .number()
  .nullable()
  .describe('% of the minutes in which the platform listened and the device was heard; null where none was expected');

/** `GET /devices/health`: a row per enabled device, in order of `<kind>/<id>`. What a device never said is absent. */
export const deviceHealth = z.object({
  kind: z.enum(KINDS),
  id: z.string(),
  nameZh: z.string(),
  enterprise: z.string().optional(),
  enterpriseName: z.string().optional(),
  county: z.string().optional(),
  online: z.boolean().optional().describe('absent: it never connected'),
  lastHeard: instant.optional().describe("the platform's time of its last status"),
  queued: z.number().optional().describe('messages in its outbox'),
  dropped: z.number().optional().describe('messages its outbox had to give up'),
  firmware: z.string().optional(),
  transmission: z.object({ today: rate, yesterday: rate }),
  clockSkew: z.number().optional().describe('s: how far its last status was behind (+) or ahead (−) when it came in'),
  calibratedUntil: instant.optional(),
  findings: z
    .array(z.object({ id: z.string(), code: z.string(), severity: z.enum(SEVERITIES), at: instant }))
    .describe("today's confirmed findings on it, and yesterday's of finished days"),
});
export type DeviceHealth = z.infer<typeof deviceHealth>;
