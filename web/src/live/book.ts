import type { Alert, Hello, LiveItem } from '../api/types.ts';
import { momentOf, TO_DO } from './filter.ts';

/** What became of one alert: unknown before, or no longer known after. */
export interface Change {
  before: Alert | undefined;
  after: Alert | undefined;
}

/**
 * As many alerts as the live line may add to what was read. Beyond it those that are done with are forgotten, the oldest first; what is
 * still to be done never is.
 */
export const MOST_ALERTS = 5_000;

export type HelloMeans = 'start' | 'go-on' | 'resync';

/**
 * What the console knows of alerts, and how the live line changes it; the socket is elsewhere. Rows read over HTTP and items of the line
 * may come in any order; the greater `rev` wins, always. It is changed in place and tells what changed: with 100 000 alerts a copy, or a
 * pass over all of them, for each piece of news would be felt.
 */
export class AlertBook {
  /** The log the sequence numbers belong to; null before the first `hello`. */
  log: string | null = null;
  /** Everything up to this sequence number has been seen; null before the first `hello`. */
  upTo: number | null = null;
  /** Raised whenever alerts were forgotten to save memory: lists of what is done with are read again. */
  forgotten = 0;
  /** Critical alerts that nobody has acknowledged. */
  criticalOpen = 0;
  readonly #alerts = new Map<string, Alert>();
  /** Alerts that left the caller's scope, with the `rev` at which they did: an older row must not bring them back. */
  readonly #gone = new Map<string, number>();
  /** So many alerts have been read over HTTP at once: a list that was scrolled down keeps all it has read. */
  #room = 0;

  get alerts(): ReadonlyMap<string, Alert> {
    return this.#alerts;
  }

  /**
   * The line is up. `start`: the first time, so lists must be read now; `go-on`: what was missed follows by itself;
   * `resync`: another log, or numbers from the future (a backup was restored): all that was shown is void and forgotten.
   */
  hello({ log, seq }: Hello): HelloMeans {
    const means = this.log === null || this.upTo === null ? 'start' : this.log !== log || this.upTo > seq ? 'resync' : 'go-on';
    if (means === 'go-on') return means;
    if (means === 'resync') this.#forgetAll();
    this.log = log;
    this.upTo = seq;
    return means;
  }

  /** The server cannot replay: forget everything, read the lists, and connect again with `after` = `seq`. */
  resync(seq: number): void {
    this.#forgetAll();
    this.upTo = seq;
  }

  /** News of the line. Items whose `rev` is not newer than what is known are dropped; `upTo` never goes back. */
  take({ upTo, items }: { upTo: number; items: readonly LiveItem[] }): Change[] {
    this.upTo = Math.max(this.upTo ?? 0, upTo);
    const changes = new Changes();
    for (const item of items) {
      if (item.kind === 'removed') this.#remove(item.alert.id, item.alert.rev, changes);
      else this.#put(item.alert, changes);
    }
    if (this.#trim(changes)) this.forgotten += 1;
    return changes.list();
  }

  /** Rows read over HTTP (a list's page, or one alert after a step): taken where they are newer than what is known. */
  read(rows: readonly Alert[]): Change[] {
    const changes = new Changes();
    for (const row of rows) this.#put(row, changes);
    this.#room = Math.max(this.#room, this.#alerts.size);
    return changes.list();
  }

  #put(alert: Alert, changes: Changes): void {
    if ((this.#alerts.get(alert.id)?.rev ?? -1) >= alert.rev || (this.#gone.get(alert.id) ?? -1) >= alert.rev) return;
    this.#gone.delete(alert.id);
    this.#set(alert.id, alert, changes);
  }

  #remove(id: string, rev: number, changes: Changes): void {
    if ((this.#alerts.get(id)?.rev ?? -1) > rev) return;
    this.#gone.set(id, Math.max(rev, this.#gone.get(id) ?? 0));
    this.#set(id, undefined, changes);
  }

  #set(id: string, after: Alert | undefined, changes: Changes): void {
    const before = this.#alerts.get(id);
    if (before === after) return;
    this.criticalOpen += isCriticalOpen(after) - isCriticalOpen(before);
    if (after) this.#alerts.set(id, after);
    else this.#alerts.delete(id);
    changes.add(id, before, after);
  }

  /** Forgets what is done with, the oldest first, down to the half of what the line may add. @returns whether anything was */
  #trim(changes: Changes): boolean {
    const most = this.#room + MOST_ALERTS;
    if (this.#alerts.size <= most) return false;
    const done = [...this.#alerts.values()]
      .filter((alert) => !TO_DO.includes(alert.state))
      .sort((a, b) => momentOf(a) - momentOf(b));
    const over = done.slice(0, this.#alerts.size - most + MOST_ALERTS / 2);
    for (const { id } of over) this.#set(id, undefined, changes);
    return over.length > 0;
  }

  #forgetAll(): void {
    this.#alerts.clear();
    this.#gone.clear();
    this.#room = 0;
    this.criticalOpen = 0;
  }
}

const isCriticalOpen = (alert: Alert | undefined) => Number(alert?.severity === 'critical' && alert.state === 'open');

/** One change an alert, from what it was at first to what it is at last. */
class Changes {
  readonly #byId = new Map<string, Change>();

  add(id: string, before: Alert | undefined, after: Alert | undefined): void {
    const known = this.#byId.get(id);
    if (known) known.after = after;
    else this.#byId.set(id, { before, after });
  }

  list(): Change[] {
    return [...this.#byId.values()].filter(({ before, after }) => before !== after);
  }
}
