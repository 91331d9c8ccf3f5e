import { CITY_CODE } from '../../devices/contract/counties.ts';
import type { ResponseFacts } from '../rules/types.ts';
import type { ResponseRow, ResponseWindow } from './types.ts';

/** Which emergency response is in force where and when: rows that follow each other, none with effect before it was published. */

const CITY_PREFIX = CITY_CODE.slice(0, 4);
/** The levels by strength. */
export const STRENGTH = { yellow: 1, orange: 2, red: 3 } as const;

/**
 * The response of the highest level in force in a county at `at`, by the rows recorded by `knownBy`. Of the rows of one response one
 * counts (`countingRows`), whatever the others said; it is over from its `end` on. Of equal levels the one that lasts longest is named,
 * then the first by id.
 */
export function responseInForce(
  rows: readonly ResponseRow[],
  county: string,
  at: number,
  knownBy: number,
): ResponseFacts | undefined {
  let best: ResponseRow | undefined;
  for (const row of countingRows(rows, at, knownBy)) {
    if (row.end !== undefined && row.end <= at) continue;
    if (!covers(row.counties, county)) continue;
    if (!best || outranks(row, best)) best = row;
  }
  return best && factsOfResponse(best);
}

/**
 * Of the rows of each response the one that counts at `at`: the last recorded whose beginning (the later of `start` and `recordedAt`) is
 * ≤ `at`. Its end may have come.
 */
export function countingRows(rows: readonly ResponseRow[], at: number, knownBy: number): Iterable<ResponseRow> {
  const counting = new Map<string, ResponseRow>();
  for (const row of rows) {
    if (row.recordedAt > knownBy || beginningOf(row) > at) continue;
    const other = counting.get(row.id);
    if (!other || recordedLater(row, other)) counting.set(row.id, row);
  }
  return counting.values();
}

/** When a row begins to count: no order has effect before its publication. */
export function beginningOf({ start, recordedAt }: Pick<ResponseRow, 'start' | 'recordedAt'>): number {
  return Math.max(start, recordedAt);
}

/**
 * The responses in force in a county through [from, to), as known now, cut where they change: what a gate must know to decide alone.
 * Stretches without a response are left out; the others keep their own beginning and end, also outside of [from, to), so that the
 * same orders always give the same windows.
 */
export function responseWindows(
  rows: readonly ResponseRow[],
  county: string,
  from: number,
  to: number,
  knownBy: number,
): ResponseWindow[] {
  const edges = edgesOf(rows, knownBy);
  const at = (edge: number) => responseInForce(rows, county, edge, knownBy);
  let first = Math.max(
    0,
    edges.findLastIndex((edge) => edge <= from),
  );
  while (first > 0 && sameOrder(at(edges[first - 1] as number), at(edges[first] as number))) first -= 1;

  const windows: ResponseWindow[] = [];
  let before: ResponseFacts | undefined;
  for (const edge of edges.slice(first)) {
    const response = at(edge);
    const open = windows.at(-1);
    if (sameOrder(before, response)) continue;
    if (before && open) open.to = edge;
    if (edge >= to) break;
    if (response) windows.push({ id: response.id, level: response.level, from: edge, reference: response.reference });
    before = response;
  }
  return windows.filter((window) => window.to === undefined || window.to > from);
}

/** Every moment at which what is in force can change. */
function edgesOf(rows: readonly ResponseRow[], knownBy: number): number[] {
  const known = rows.filter((row) => row.recordedAt <= knownBy);
  const edges = known.flatMap((row) => {
    const begins = beginningOf(row);
    return row.end === undefined ? [begins] : [begins, row.end];
  });
  return [...new Set(edges)].sort((a, b) => a - b);
}

function sameOrder(a: ResponseFacts | undefined, b: ResponseFacts | undefined): boolean {
  return a?.id === b?.id && a?.level === b?.level;
}

/** Whether a response's counties cover this one; 140900, and no other code, is a prefix. */
export function covers(counties: readonly string[], county: string): boolean {
  return counties.some((code) => code === county || (code === CITY_CODE && county.startsWith(CITY_PREFIX)));
}

/** Whether a row was recorded after another: rows of one moment stand in the order of their file. */
export function recordedLater(row: ResponseRow, other: ResponseRow): boolean {
  return row.recordedAt !== other.recordedAt ? row.recordedAt > other.recordedAt : row.seq > other.seq;
}

function outranks(row: ResponseRow, other: ResponseRow): boolean {
  if (row.level !== other.level) return STRENGTH[row.level] > STRENGTH[other.level];
  const end = row.end ?? Infinity;
  const otherEnd = other.end ?? Infinity;
  return end !== otherEnd ? end > otherEnd : row.id < other.id;
}

/** What a rule is told of a row: not when it was recorded. */
export function factsOfResponse(row: ResponseRow): ResponseFacts {
  return {
    version: row.version,
    id: row.id,
    level: row.level,
    counties: row.counties,
    start: row.start,
    ...(row.end !== undefined && { end: row.end }),
    reference: row.reference,
  };
}
