import type { Kind } from '../../../devices/contract/kinds.ts';

/** Kinds of device that stand somewhere. */
export const KINDS_ON_MAP = [
  'gate',
  'remote-sensing',
  'checkpoint',
  'urea-pump',
  'machinery-gate',
] as const satisfies readonly Kind[];

/** What can be shown and hidden on the map. */
export type Layer = 'alerts' | 'zones' | 'other-zones' | Kind;
