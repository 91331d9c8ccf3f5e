import { z } from 'zod';
import { whole } from './query.ts';

/** Evidence: packages, the chain's head, and what verifying a package says (HTTP contract v1, "Evidence"). */

const size = whole(1, 1_000_000_000_000);

export const evidenceQuery = z.strictObject({
  head: size.optional().describe('prove also to the head of so many blocks: one that was printed or published'),
});

export const headQuery = z.strictObject({
  size: size.optional().describe('the head of so many blocks instead of the newest'),
  from: size.optional().describe('show that the head of so many blocks is the beginning of this one'),
});

export const chainHead = z.object({
  size: z.int().describe('how many blocks'),
  root: z.string().describe('SHA-256, hex: the root over all blocks (RFC 9162)'),
  at: z.string().nullable().describe('when the last of them was made; null: there is none'),
});

export const headShown = chainHead.extend({
  waitingSince: z.string().nullable().describe('since when the longest waiting messages are not sealed; real time'),
  consistency: z.object({ from: chainHead, path: z.array(z.string()) }).optional(),
});
export type HeadShown = z.infer<typeof headShown>;

/** `unknown`: it cannot be said here · `waiting`: not in the chain when the package was taken · `absent`: named as not in the package */
export const RESULTS = ['ok', 'broken', 'waiting', 'unknown', 'absent'] as const;
export type Result = (typeof RESULTS)[number];

const said = { result: z.enum(RESULTS), code: z.string(), zh: z.string(), en: z.string() };

export const reportedFile = z.object({ file: z.string(), what: z.string(), ...said });
export type ReportedFile = z.infer<typeof reportedFile>;

export const CHECKS = [
  'files',
  'content',
  'chain',
  'head',
  'pages',
  'whole',
  'issued',
  'platform-chain',
  'records',
  'again',
] as const;
export const reportedCheck = z.object({ check: z.enum(CHECKS), ...said });
export type ReportedCheck = z.infer<typeof reportedCheck>;

export const evidenceReport = z.object({
  verdict: z.enum(['holds', 'incomplete', 'broken']),
  of: z.union([z.object({ finding: z.string() }), z.object({ decision: z.string() })]),
  takenAt: z.string(),
  takenBy: z.object({ username: z.string(), name: z.string(), role: z.string() }),
  manifest: z.string().describe('SHA-256 of its manifest: the name of the package'),
  checks: z.array(reportedCheck),
  files: z.array(reportedFile),
  heads: z.array(chainHead),
  blocks: z.array(z.object({ number: z.int(), at: z.string(), count: z.int() })),
});
export type EvidenceReport = z.infer<typeof evidenceReport>;
