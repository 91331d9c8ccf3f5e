import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import type { ResponseRow } from '../api/types.ts';
import { CITY } from '../geo/counties.ts';

const ORDER = { yellow: 1, orange: 2, red: 3 } as const;

/** When a row begins to count: no order has effect before it was recorded. */
function beginning(row: ResponseRow): number {
  const start = parseRegistryTime(row.start, 'start');
  const recorded = row.recordedAt === undefined ? start : parseRegistryTime(row.recordedAt, 'start');
  return Math.max(start, Number.isNaN(recorded) ? start : recorded);
}

/** Whether a response covers a county; the city's own code stands for all of its counties. */
const covers = ({ counties }: ResponseRow, county: string): boolean =>
  counties.includes(county) || (counties.includes(CITY) && county.startsWith(CITY.slice(0, 4)));

/** The end of a response in milliseconds; null while it is open. */
export function responseEnd(row: ResponseRow): number | null {
  return row.end === undefined ? null : parseRegistryTime(row.end, 'end');
}

/**
 * The response shown over the page at `now`: of each response the last recorded row that has begun, if it has not ended;
 * of these the highest level.
 * @param county only what covers it; absent: wherever it is in force
 */
export function responseInForce(rows: ResponseRow[], now: number, county?: string): ResponseRow | null {
  const byId = new Map<string, ResponseRow>();
  for (const row of rows) {
    if (!(beginning(row) <= now)) continue;
    const other = byId.get(row.id);
    if (!other || Date.parse(row.recordedAt ?? row.start) >= Date.parse(other.recordedAt ?? other.start)) byId.set(row.id, row);
  }
  const standing = [...byId.values()].filter((row) => {
    const end = responseEnd(row);
    return (end === null || end > now) && (county === undefined || covers(row, county));
  });
  return standing.sort((a, b) => ORDER[b.level] - ORDER[a.level])[0] ?? null;
}
