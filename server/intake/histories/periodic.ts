import type { Change } from '../settle.ts';
import type { HistoryDeps } from './deps.ts';
import { lookAtAccounts } from './accounts.ts';
import { lookAtDevices, tellDevicesAgain } from './device-health.ts';

/** What is looked at now and then because nothing comes in that would say it: a device that fell silent. Any process does it. */
export interface Periodic {
  name: string;
  /** Real time between two looks. */
  everyMs: number;
  /** @returns what changed: its alerts are told */
  turn(deps: HistoryDeps): Promise<Change[]>;
  /** A turn, or telling what it found, failed half-way. */
  failed?(deps: HistoryDeps): void;
}

export const PERIODIC: readonly Periodic[] = [
  { name: 'device-health', everyMs: 15_000, turn: lookAtDevices, failed: tellDevicesAgain },
  { name: 'accounts', everyMs: 5_000, turn: lookAtAccounts },
];
