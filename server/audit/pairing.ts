import { HOUR, MINUTE } from '../../devices/contract/instant.ts';
import type { PairingState } from '../http/contract/ledgers.ts';
import type { LedgerPassage } from '../rules/gate-ledger.ts';

/** What a counted row of the ledger is paired with. */
export interface Pairing {
  state: PairingState;
  /** The exit of an entry, the entry of an exit. */
  other?: { ref: string; at: number };
  /** Inside, whole minutes. */
  minutes?: number;
}

/**
 * Pairs the counted rows of one identity at one enterprise, given in order, as `gate-ledger` judges them: an entry is `paired` with the
 * row that follows if that is an exit within the policy's 48 h, `no-exit` if another entry follows or the hours have passed, `open`
 * until then. An exit is paired with the row before it if that is an entry. An exit that came too late is named by its entry all the same.
 * @param now the moment of the list; hours count from the later of `at` and `receivedAt`
 */
export function pairRows(rows: readonly LedgerPassage[], now: number): Map<string, Pairing> {
  return new Map(rows.map((row, i) => [row.ref, row.direction === 'in' ? entry(row, rows[i + 1], now) : exit(row, rows[i - 1])]));
}

function entry(row: LedgerPassage, next: LedgerPassage | undefined, now: number): Pairing {
  const hours = row.policy.rules['gate-ledger'].exitHours * HOUR;
  const within = next !== undefined && next.at - row.at <= hours;
  const left = next?.direction === 'out' ? { other: { ref: next.ref, at: next.at }, minutes: minutes(row, next) } : {};
  if (within) return { state: next.direction === 'out' ? 'paired' : 'no-exit', ...left };
  return { state: now < Math.max(row.at, row.receivedAt) + hours ? 'open' : 'no-exit', ...left };
}

function exit(row: LedgerPassage, before: LedgerPassage | undefined): Pairing {
  if (before?.direction !== 'in') return { state: 'exit-without-entry' };
  return { state: 'paired', other: { ref: before.ref, at: before.at }, minutes: minutes(before, row) };
}

function minutes(from: LedgerPassage, to: LedgerPassage): number {
  return Math.floor((to.at - from.at) / MINUTE);
}
