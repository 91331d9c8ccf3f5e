import { beginningOf, countingRows, recordedLater, STRENGTH } from './responses.ts';
import type { ResponseRow } from './types.ts';

/** What people read of a response: how its rows follow each other, and whether it runs. Pure. */

/** What a row did to its response. A row may do several things at once. */
export type ResponseDeed = 'declared' | 'raised' | 'lowered' | 'extended' | 'shortened' | 'lifted' | 'area' | 'restated';

/**
 * `announced`: it will begin, or begin again. `running`: a row of it counts and has not ended. `over`: it has ended. `taken-back`: it was
 * never in force and never will be.
 */
export type ResponseState = 'announced' | 'running' | 'over' | 'taken-back';

/** The rows of one response in the order in which they were recorded. */
export function inOrder(rows: readonly ResponseRow[]): ResponseRow[] {
  return [...rows].sort((a, b) => (recordedLater(a, b) ? 1 : -1));
}

/** What a row changed of the one recorded before it; the first one declares. An end that had come when it was said lifts. */
export function deedsOf(row: ResponseRow, before: ResponseRow | undefined): ResponseDeed[] {
  if (!before) return ['declared'];
  const deeds: ResponseDeed[] = [];
  if (row.level !== before.level) deeds.push(STRENGTH[row.level] > STRENGTH[before.level] ? 'raised' : 'lowered');
  const counties = new Set(before.counties);
  if (row.counties.length !== counties.size || row.counties.some((county) => !counties.has(county))) deeds.push('area');
  const [end, was] = [row.end ?? Infinity, before.end ?? Infinity];
  if (end > was) deeds.push('extended');
  if (end < was) deeds.push(end <= beginningOf(row) ? 'lifted' : 'shortened');
  return deeds.length > 0 ? deeds : ['restated'];
}

/** The state of a response at `now`, and the row that says what it is: the one that counts, else the next to begin, else the last. */
export function standingOf(rows: readonly ResponseRow[], now: number): { state: ResponseState; row: ResponseRow } | undefined {
  const ordered = inOrder(rows.filter((row) => row.recordedAt <= now));
  const last = ordered.at(-1);
  if (!last) return undefined;
  const [counting] = countingRows(ordered, now, now);
  if (counting && (counting.end === undefined || counting.end > now)) return { state: 'running', row: counting };
  const next = nextToBegin(ordered, now);
  if (next) return { state: 'announced', row: next };
  return { state: ordered.some((row) => wasInForce(row, ordered)) ? 'over' : 'taken-back', row: counting ?? last };
}

/** The first row after `now` that will count and is not over at once. */
function nextToBegin(ordered: readonly ResponseRow[], now: number): ResponseRow | undefined {
  const ahead = ordered.map(beginningOf).filter((moment) => moment > now);
  for (const moment of [...new Set(ahead)].sort((a, b) => a - b)) {
    const [counting] = countingRows(ordered, moment, now);
    if (counting && (counting.end === undefined || counting.end > moment)) return counting;
  }
  return undefined;
}

/** Whether a row counted at its own beginning and was not over then. */
function wasInForce(row: ResponseRow, all: readonly ResponseRow[]): boolean {
  const begins = beginningOf(row);
  const [counting] = countingRows(all, begins, begins);
  return counting === row && (row.end === undefined || row.end > begins);
}
