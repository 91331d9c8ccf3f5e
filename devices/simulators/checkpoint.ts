import { runPlain } from './host.ts';

/** Road cameras: a sighting for every vehicle that passes. */
await runPlain('checkpoint');
