import type { ResponseFacts } from '../rules/types.ts';
import type { ResponseRow, ResponseWindow } from './types.ts';

/** Which emergency response is in force where and when: rows that follow each other, none with effect before it was published. */

const CITY = '140900';
const CITY_PREFIX = '1409';
const STRENGTH = { yellow: 1, orange: 2, red: 3 } as const;

/**
 * The response of the highest level in force in a county at `at`, by the rows recorded by `knownBy`. Of the rows of one response the
 * last recorded whose beginning (the later of `start` and `recordedAt`) is ≤ `at` counts, whatever the others said; it is over from
 * its `end` on. Of equal levels the one that lasts longest is named, then the first by id.
 */
export function responseInForce(
  rows: readonly ResponseRow[],
  county: string,
  at: number,
  knownBy: number,
): ResponseFacts | undefined {
  const counting = new Map<string, ResponseRow>();
  for (const row of rows) {
    if (row.recordedAt > knownBy || Math.max(row.start, row.recordedAt) > at) continue;
    const other = counting.get(row.id);
    if (!other || recordedLater(row, other)) counting.set(row.id, row);
  }
  let best: ResponseRow | undefined;
  for (const row of counting.values()) {
    if (row.end !== undefined && row.end <= at) continue;
    if (!covers(row.counties, county)) continue;
    if (!best || outranks(row, best)) best = row;
  }
  return best && factsOf(best);
}

/**
 * The response in force in a county through [from, to), as known now, cut where it changes: what a gate must know to decide alone.
 * Stretches without a response are left out.
 */
export function responseWindows(
  rows: readonly ResponseRow[],
  county: string,
  from: number,
  to: number,
  knownBy: number,
): ResponseWindow[] {
  const edges = new Set<number>([from]);
  for (const row of rows) {
    for (const edge of [Math.max(row.start, row.recordedAt), row.end]) {
      if (edge !== undefined && edge > from && edge < to) edges.add(edge);
    }
  }
  const cuts = [...edges].sort((a, b) => a - b);
  const windows: ResponseWindow[] = [];
  for (const [i, start] of cuts.entries()) {
    const response = responseInForce(rows, county, start, knownBy);
    if (!response) continue;
    const end = cuts[i + 1] ?? to;
    const previous = windows.at(-1);
    if (previous && previous.to === start && previous.id === response.id && previous.level === response.level) previous.to = end;
    else windows.push({ id: response.id, level: response.level, from: start, to: end, reference: response.reference });
  }
  return windows;
}

/** Whether a response's counties cover this one; 140900, and no other code, is a prefix. */
export function covers(counties: readonly string[], county: string): boolean {
  return counties.some((code) => code === county || (code === CITY && county.startsWith(CITY_PREFIX)));
}

function recordedLater(row: ResponseRow, other: ResponseRow): boolean {
  return row.recordedAt !== other.recordedAt ? row.recordedAt > other.recordedAt : row.seq > other.seq;
}

function outranks(row: ResponseRow, other: ResponseRow): boolean {
  if (row.level !== other.level) return STRENGTH[row.level] > STRENGTH[other.level];
  const end = row.end ?? Infinity;
  const otherEnd = other.end ?? Infinity;
  return end !== otherEnd ? end > otherEnd : row.id < other.id;
}

function factsOf(row: ResponseRow): ResponseFacts {
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
