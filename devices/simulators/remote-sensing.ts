import { runPlain } from './host.ts';

/** Remote-sensing stations: a reading for every vehicle that passes. */
await runPlain('remote-sensing');
