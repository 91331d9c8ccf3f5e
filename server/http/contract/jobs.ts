import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';

/** Long work: a what-if over a past period. */
export const whatIfBody = z.strictObject({
  policy: z.string().min(1).max(64).describe('the version of a draft or an activated policy'),
  from: instant,
  to: instant,
});

export const jobCreated = z.object({ job: z.string() });

export const jobShown = z.object({
  job: z.string(),
  kind: z.string(),
  by: z.string(),
  createdAt: instant,
  params: z.record(z.string(), z.unknown()),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  done: z.int().describe('observations looked at'),
  total: z.int(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
  endedAt: instant.optional(),
});
