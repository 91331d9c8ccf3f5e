import type { Change } from '../settle.ts';
import type { HistoryDeps } from './deps.ts';
import { lookAtAccounts } from './accounts.ts';
import { lookAtDevices } from './device-health.ts';

/** What is looked at now and then because nothing comes in that would say it: a device that fell silent. Any process does it. */
export interface Periodic {
  name: string;
  /** Real time between two looks. */
  everyMs: number;
  /** @returns what changed: its alerts are told */
  turn(deps: HistoryDeps): Promise<Change[]>;
}

export const PERIODIC: readonly Periodic[] = [
  { name: 'device-health', everyMs: 15_000, turn: lookAtDevices },
  { name: 'accounts', everyMs: 5_000, turn: lookAtAccounts },
];
