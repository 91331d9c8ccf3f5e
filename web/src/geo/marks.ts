import type { Alert, Severity } from '../api/types.ts';
import { newestFirst } from '../live/filter.ts';
import { difference } from '../live/order.ts';

const GRADES: readonly Severity[] = ['info', 'warning', 'critical'];
const newer = (a: Alert, b: Alert): Alert => (newestFirst(a, b) < 0 ? a : b);

/** A place with its alerts, WGS-84. */
export class Spot {
  readonly lon: number;
  readonly lat: number;
  readonly alerts = new Map<string, Alert>();
  /** How many there are of each severity. */
  readonly #grades = [0, 0, 0];
  #provisional = 0;
  #newest: Alert | null = null;

  constructor(lon: number, lat: number) {
    this.lon = lon;
    this.lat = lat;
  }

  add(alert: Alert): void {
    this.alerts.set(alert.id, alert);
    this.#count(alert, 1);
    if (this.#newest) this.#newest = newer(alert, this.#newest);
  }

  remove(alert: Alert): void {
    this.alerts.delete(alert.id);
    this.#count(alert, -1);
    if (this.#newest === alert) this.#newest = null;
  }

  get newest(): Alert {
    return (this.#newest ??= [...this.alerts.values()].reduce(newer));
  }

  /** The gravest of its alerts, as a number: the higher, the graver. */
  get grade(): number {
    return this.#grades.findLastIndex((n) => n > 0);
  }

  get quiet(): boolean {
    return this.#provisional === this.alerts.size;
  }

  #count({ severity, provisional }: Alert, by: 1 | -1): void {
    this.#grades[GRADES.indexOf(severity)]! += by;
    if (provisional) this.#provisional += by;
  }
}

/** The places of a list of alerts. A list that shares most with the one before costs little more than a look at each. */
export class Spots {
  readonly #spots = new Map<string, Spot>();
  #alerts: readonly Alert[] = [];
  /** Alerts without a position. */
  placeless = 0;

  show(alerts: readonly Alert[]): void {
    const { out, into } = difference(this.#alerts, alerts);
    for (const alert of out) this.#put(alert, -1);
    for (const alert of into) this.#put(alert, 1);
    this.#alerts = alerts;
  }

  all(): Iterable<Spot> {
    return this.#spots.values();
  }

  #put(alert: Alert, by: 1 | -1): void {
    const { lon, lat } = alert.place ?? {};
    if (lon === undefined || lat === undefined) {
      this.placeless += by;
      return;
    }
    const key = `${lon},${lat}`;
    const spot = this.#spots.get(key) ?? new Spot(lon, lat);
    if (by > 0) spot.add(alert);
    else spot.remove(alert);
    if (spot.alerts.size > 0) this.#spots.set(key, spot);
    else this.#spots.delete(key);
  }
}

/** Alerts that are one mark on the map, because they lie at one place or too close to be told apart. */
export interface AlertMark {
  /** Its cell; the same from one drawing to the next while the map is not zoomed. */
  key: string;
  /** The different places; the first is where the mark stands. */
  spots: Spot[];
  /** How many alerts. */
  count: number;
  newest: Alert;
  worst: Severity;
  /** All of them may still be taken back. */
  quiet: boolean;
}

/**
 * Puts places together that would lie on one another, so that the map never holds more marks than there is room for, whatever the number
 * of alerts.
 * @param project WGS-84 to pixels at the map's zoom
 * @param cell width and height of a cell, px
 */
export function marksOf(
  spots: Iterable<Spot>,
  project: (lon: number, lat: number) => { x: number; y: number },
  cell: number,
): AlertMark[] {
  const cells = new Map<string, Spot[]>();
  for (const spot of spots) {
    const { x, y } = project(spot.lon, spot.lat);
    const key = `${Math.floor(x / cell)},${Math.floor(y / cell)}`;
    const here = cells.get(key);
    if (here) here.push(spot);
    else cells.set(key, [spot]);
  }
  return [...cells].map(([key, here]) => ({
    key,
    spots: here,
    count: here.reduce((sum, { alerts }) => sum + alerts.size, 0),
    newest: here.map(({ newest }) => newest).reduce(newer),
    worst: GRADES[Math.max(...here.map(({ grade }) => grade))]!,
    quiet: here.every(({ quiet }) => quiet),
  }));
}

/** How far in front a mark lies: the graver, the nearer. */
export function rankOf({ worst, quiet }: AlertMark): number {
  return GRADES.indexOf(worst) * 100 - (quiet ? 50 : 0);
}
