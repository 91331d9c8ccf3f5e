import type { Alert, Hello, LiveItem } from '../api/types.ts';
import { momentOf, TO_DO } from './filter.ts';

/**
 * What the console knows of alerts, and how the live line changes it. Pure: the socket is elsewhere.
 * Rows read over HTTP and items of the line may come in any order; the greater `rev` wins, always.
 */
export interface LiveState {
  /** The log the sequence numbers belong to; null before the first `hello`. */
  log: string | null;
  /** Everything up to this sequence number has been seen; null before the first `hello`. */
  upTo: number | null;
  alerts: ReadonlyMap<string, Alert>;
  /** Alerts that left the caller's scope, with the `rev` at which they did: an older row must not bring them back. */
  gone: ReadonlyMap<string, number>;
  /** So many alerts have been read over HTTP at once: a list that was scrolled down keeps all it has read. */
  room: number;
  /** Raised whenever alerts were forgotten to save memory: lists of what is done with are read again. */
  forgotten: number;
}

export const NOTHING: LiveState = { log: null, upTo: null, alerts: new Map(), gone: new Map(), room: 0, forgotten: 0 };

/**
 * As many alerts as the live line may add to what was read. Beyond it those that are done with are forgotten, the oldest first; what is
 * still to be done never is.
 */
export const MOST_ALERTS = 5_000;

export type HelloMeans = 'start' | 'go-on' | 'resync';

/**
 * The line is up. `start`: the first time, so lists must be read now; `go-on`: what was missed follows by itself;
 * `resync`: another log, or numbers from the future (a backup was restored): all that is shown is void.
 */
export function onHello(state: LiveState, hello: Hello): { state: LiveState; means: HelloMeans } {
  if (state.log === null || state.upTo === null) {
    return { state: { ...state, log: hello.log, upTo: hello.seq }, means: 'start' };
  }
  if (state.log !== hello.log || state.upTo > hello.seq) {
    return { state: { ...NOTHING, log: hello.log, upTo: hello.seq }, means: 'resync' };
  }
  return { state, means: 'go-on' };
}

/** The server cannot replay: forget everything, read the lists, and connect again with `after` = `seq`. */
export function onResync(state: LiveState, seq: number): LiveState {
  return { ...NOTHING, log: state.log, upTo: seq };
}

/**
 * News of the line. Items whose `rev` is not newer than what is known are dropped; `upTo` never goes back.
 * @returns the next state and the alerts that were not known before, oldest first.
 */
export function onAlerts(state: LiveState, batch: { upTo: number; items: LiveItem[] }): { state: LiveState; fresh: Alert[] } {
  const upTo = Math.max(state.upTo ?? 0, batch.upTo);
  if (batch.items.length === 0) return { state: { ...state, upTo }, fresh: [] };
  const alerts = new Map(state.alerts);
  const gone = new Map(state.gone);
  const fresh: Alert[] = [];
  for (const item of batch.items) {
    const known = alerts.get(item.alert.id);
    if (item.kind === 'removed') {
      const { id, rev } = item.alert;
      if (known && known.rev > rev) continue;
      alerts.delete(id);
      gone.set(id, Math.max(rev, gone.get(id) ?? 0));
      continue;
    }
    const { alert } = item;
    if (known && known.rev >= alert.rev) continue;
    if ((gone.get(alert.id) ?? -1) >= alert.rev) continue;
    gone.delete(alert.id);
    if (!known) fresh.push(alert);
    alerts.set(alert.id, alert);
  }
  const forgotten = trim(alerts, state.room + MOST_ALERTS) ? state.forgotten + 1 : state.forgotten;
  return {
    state: { ...state, upTo, alerts, gone, forgotten },
    fresh: fresh.filter((alert) => alerts.get(alert.id) === alert),
  };
}

/** Rows read over HTTP (a list's page, or one alert after a step): taken where they are newer than what is known. */
export function onRead(state: LiveState, rows: Alert[]): LiveState {
  const alerts = new Map(state.alerts);
  for (const row of rows) {
    const known = alerts.get(row.id);
    if (known && known.rev >= row.rev) continue;
    if ((state.gone.get(row.id) ?? -1) >= row.rev) continue;
    alerts.set(row.id, row);
  }
  return { ...state, alerts, room: Math.max(state.room, alerts.size) };
}

/** Forgets what is done with, the oldest first, down to the half of what the line may add. @returns whether anything was */
function trim(alerts: Map<string, Alert>, most: number): boolean {
  if (alerts.size <= most) return false;
  const done = [...alerts.values()].filter((alert) => !TO_DO.includes(alert.state)).sort((a, b) => momentOf(a) - momentOf(b));
  const over = done.slice(0, alerts.size - most + MOST_ALERTS / 2);
  for (const { id } of over) alerts.delete(id);
  return over.length > 0;
}
