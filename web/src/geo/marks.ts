import type { Alert, Severity } from '../api/types.ts';

/** Alerts that are one mark on the map, because they lie at one place or too close to be told apart. */
export interface AlertMark {
  /** Its cell; the same from one drawing to the next while the map is not zoomed. */
  key: string;
  /** In the order they were given. */
  alerts: Alert[];
  /** The different places, WGS-84; the first is where the mark stands. */
  places: { lon: number; lat: number }[];
  worst: Severity;
  /** All of them may still be taken back. */
  quiet: boolean;
}

const RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

/**
 * Puts alerts together that would lie on one another, so that the map never holds more marks than there is room for, whatever the number
 * of alerts. Alerts without a position are left out.
 * @param project WGS-84 to pixels at the map's zoom
 * @param cell width and height of a cell, px
 */
export function marksOf(
  alerts: readonly Alert[],
  project: (lon: number, lat: number) => { x: number; y: number },
  cell: number,
): AlertMark[] {
  const cells = new Map<string, AlertMark>();
  const known = new Map<string, AlertMark>();
  for (const alert of alerts) {
    const { lon, lat } = alert.place ?? {};
    if (lon === undefined || lat === undefined) continue;
    const spot = `${lon},${lat}`;
    let mark = known.get(spot);
    if (!mark) {
      const { x, y } = project(lon, lat);
      const key = `${Math.floor(x / cell)},${Math.floor(y / cell)}`;
      mark = cells.get(key) ?? { key, alerts: [], places: [], worst: 'info', quiet: true };
      mark.places.push({ lon, lat });
      cells.set(key, mark);
      known.set(spot, mark);
    }
    mark.alerts.push(alert);
    if (RANK[alert.severity] > RANK[mark.worst]) mark.worst = alert.severity;
    mark.quiet &&= alert.provisional;
  }
  return [...cells.values()];
}

/** How far in front a mark lies: the graver, the nearer. */
export function rankOf({ worst, quiet }: AlertMark): number {
  return RANK[worst] * 100 - (quiet ? 50 : 0);
}
