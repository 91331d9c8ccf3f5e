import { runPlain } from './host.ts';

/** Urea pumps: a fill for every truck that is served. */
await runPlain('urea-pump');
