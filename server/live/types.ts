import type { GateLane, LiveEventDoc, PendingEvent, Actor } from '../alerts/types.ts';

/** What the live part needs of the store; `server/store/live-events.ts` and `gate-lanes.ts` give it. */

interface Watch {
  close(): Promise<void>;
}

export interface LogReader {
  logId(): Promise<string>;
  last(): Promise<number>;
  after(seq: number, limit: number): Promise<LiveEventDoc[]>;
  count(seq: number, anyOf: Record<string, unknown>[], limit: number): Promise<number>;
  /** @param onChange told the numbers of new events */
  watchEvents(onChange: (seq: number) => void): Watch;
}

export interface LogAppender {
  last(): Promise<number>;
  pending(limit: number): Promise<{ alertId: string; events: PendingEvent[] }[]>;
  append(documents: LiveEventDoc[]): Promise<{ appended: number; stopped?: 'number' | 'event' }>;
  numbersOf(ids: string[]): Promise<Map<string, number>>;
  settle(all: { alertId: string; events: string[]; first: number; last: number }[]): Promise<void>;
  lease(owner: string, ttlMs: number): Promise<boolean>;
  release(owner: string): Promise<void>;
  retain(before: Date): Promise<number>;
  watchAlerts(onChange: () => void): Watch;
}

export interface LaneSource {
  publish(items: GateLane[]): Promise<void>;
  changedSince(moment: Date | undefined): Promise<(GateLane & { changed: Date })[]>;
  watch(onChange: () => void): Watch;
}

/** What a client shows when it connects. */
export interface LiveHandshake {
  cookie: string | undefined;
  token: string | undefined;
  address: string;
}

/** Who a handshake belongs to, or nobody. Called again every few seconds while the socket lives: must not prolong the session. */
export type Authenticate = (handshake: LiveHandshake) => Promise<Actor | null>;
