import { runPlain } from './host.ts';

/** Site gates: a passage for every machine. */
await runPlain('machinery-gate');
