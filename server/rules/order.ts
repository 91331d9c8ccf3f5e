import type { Kind } from '../../devices/contract/kinds.ts';

/** What places an observation among others: its moment (ms), then kind, device and id by code unit. */
export interface Ordered {
  at: number;
  kind: Kind;
  deviceId: string;
  id: string;
}

/** The order of observations everywhere (rules.md §1): by `at`, then kind, deviceId, id, compared by code unit. */
export function compareOrder(a: Ordered, b: Ordered): number {
  return a.at - b.at || compareText(a.kind, b.kind) || compareText(a.deviceId, b.deviceId) || compareText(a.id, b.id);
}

/** Compares by code unit, never by locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
