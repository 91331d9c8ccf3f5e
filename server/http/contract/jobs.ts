import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';
import { paging, word } from './query.ts';

/** Long work: a what-if or a re-judge of a past period. */
export const whatIfBody = z.strictObject({
  policy: z.string().min(1).max(64).describe('the version of a draft or an activated policy'),
  from: instant,
  to: instant,
});

export const rejudgeBody = z.strictObject({
  from: instant,
  to: instant,
  reason: z.string().trim().min(1).max(1000).describe('why, as it stands in the audit log and with what is withdrawn'),
});

/** Rows of a job, as every list: pages, or all as a file. */
export const jobRowQuery = z.strictObject({
  ...paging,
  what: z.enum(['decision', 'finding']).optional(),
  rule: word,
  code: word,
  enterprise: word,
  before: word.describe('what it was; `none`: there was none'),
  after: word.describe('what it is, or would be; `none`: there is none any more'),
});

export const jobRowShown = z.object({
  at: instant,
  what: z.enum(['decision', 'finding']),
  observation: z.string().optional(),
  plate: z.string().optional(),
  enterprise: z.string().optional(),
  county: z.string().optional(),
  rule: z.string(),
  code: z.string(),
  before: z.string().nullable().describe('the decision, or severity/proposal of the finding; null: there was none'),
  after: z.string().nullable().describe('what it is, or would be; null: there is none any more'),
  tonnes: z.number().optional().describe('cargo of a passage'),
  finding: z.string().optional(),
});

export const jobCreated = z.object({ job: z.string() });

export const jobShown = z.object({
  job: z.string(),
  kind: z.string(),
  by: z.string(),
  createdAt: instant,
  params: z.record(z.string(), z.unknown()),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  settling: z.literal(true).optional().describe('cancelled, and what it changed so far is being settled'),
  done: z.int().describe('observations looked at'),
  total: z.int(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
  endedAt: instant.optional(),
});

export type JobShown = z.infer<typeof jobShown>;
export type JobRowShown = z.infer<typeof jobRowShown>;
