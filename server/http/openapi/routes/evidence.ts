import { z } from 'zod';
import { evidenceQuery, evidenceReport, headQuery, headShown } from '../../contract/evidence.ts';
import { may, ok, type Route } from '../route.ts';

const tag = 'evidence';
const zip = z.string().meta({ contentEncoding: 'binary', contentMediaType: 'application/zip' });
const TYPES = ['application/zip'];
const file = {
  200: { words: ['证据包', 'the package'], schema: zip, types: TYPES, headers: { 'Content-Disposition': 'its file name' } },
} as const;
const NOTE =
  'A ZIP: the finding or decision, messages as received, registry rows and policy as they were, pictures, the proof that all of it is in the chain, a manifest, and pages to be read. Only what the caller may see; what is left out is named. Entered in the audit log.';

/** Packages of evidence, and the chain that proves them. */
export const EVIDENCE_ROUTES: Route[] = [
  {
    method: 'get', path: '/evidence/finding/{id}', tag, params: { id: z.string().max(1024).describe('`<rule>|<code>|<subject>`, encoded') }, query: evidenceQuery,
    words: ['判定结果的证据包', 'The evidence of a finding'], note: NOTE, who: may('evidence'), answers: file,
    problems: { 404: ['unknown-finding'], 422: ['no-such-head'], 503: ['busy'] },
  },
  {
    method: 'get', path: '/evidence/decision/{ref}', tag, query: evidenceQuery, words: ['门禁决定的证据包', 'The evidence of a gate decision'], note: NOTE, who: may('evidence'),
    answers: file, problems: { 404: ['unknown-decision'], 422: ['no-such-head'], 503: ['busy'] },
  },
  {
    method: 'get', path: '/evidence/head', tag, query: headQuery, words: ['证据链链首', 'The head of the chain of evidence'], who: may('evidence'),
    note: 'Kept outside the platform (printed, published) it proves that nothing sealed before was changed later. The tree is that of RFC 9162.',
    answers: ok(headShown, { example: { size: 3, root: '3b1c0f9a5d7e2468ace013579bdf02468ace13579bdf02468ace13579bdf0246', at: '2021-11-15T08:00:00.000+08:00', waitingSince: null } }),
    problems: { 422: ['no-such-head'] },
  },
  {
    method: 'post', path: '/evidence/verify', tag, words: ['核验证据包', 'What of a package holds and what does not'], who: may('evidence'),
    note: 'At most 96 MiB. Part by part; compared with the chain and the records of this platform, and judged again.',
    body: { schema: zip, types: TYPES }, answers: ok(evidenceReport),
    problems: { 408: ['too-slow'], 413: ['too-large'], 415: ['unsupported-type'], 422: ['not-a-package'], 503: ['busy'] },
  },
]; // prettier-ignore
