import { DAY } from '../../devices/contract/instant.ts';
import type { AlertQuery } from '../http/contract/alerts.ts';
import { badCursor, isInstant, readCursor, writeCursor } from '../cursor.ts';
import { plateIn } from '../recognition/plate-in.ts';
import { scopeFilter, type Scope } from './scope.ts';

/** Where a list goes on: below which (firstAt, id), and when and at which number of the live log it was begun. */
export interface Cursor {
  asOf: number;
  begun: number;
  firstAt: number;
  id: string;
}

export function writePlace({ asOf, begun, firstAt, id }: Cursor): string {
  return writeCursor([asOf, begun, firstAt, id]);
}

/** @throws 400 `bad-cursor` */
export function readPlace(text: string): Cursor {
  const [asOf, begun, firstAt, id] = readCursor(text);
  if (Number.isSafeInteger(asOf) && isInstant(begun) && isInstant(firstAt) && typeof id === 'string')
    return { asOf: asOf as number, begun, firstAt, id };
  throw badCursor();
}

/**
 * The store's filter of a list of alerts.
 * @param asOf alerts opened by this number of the live log, and those that have no number yet
 */
export function listFilter(query: AlertQuery, scope: Scope, asOf: number, cursor: Cursor | undefined): Record<string, unknown> {
  const all: Record<string, unknown>[] = [
    scopeFilter(scope),
    { $or: [{ openedSeq: { $lte: asOf } }, { openedSeq: { $exists: false } }] },
  ];
  const { state, provisional, rule, severity, audience, county, enterprise, plate, assignee, from, to, after } = query;
  if (state) all.push({ state: { $in: state } });
  if (provisional !== undefined) all.push({ provisional: provisional === 'true' });
  if (rule !== undefined) all.push({ rule });
  if (severity) all.push({ severity });
  if (audience) all.push({ audiences: audience });
  if (county !== undefined) all.push({ counties: county });
  if (enterprise !== undefined) all.push({ enterprises: enterprise });
  if (plate !== undefined) all.push({ plate: plateIn(plate) });
  if (assignee !== undefined) all.push({ assignee });
  // An alert is of one civil day (a sale's, of one moment): what ends after `from` began no more than a day before it.
  if (from !== undefined) all.push({ lastAt: { $gte: new Date(from) }, firstAt: { $gte: new Date(from - DAY) } });
  if (to !== undefined) all.push({ firstAt: { $lt: new Date(to) } });
  // Both halves by an index of their own: those that wait for their number, by when they began to.
  if (after !== undefined)
    all.push({ $or: [{ seq: { $gt: after } }, { 'pending.0': { $exists: true }, 'pending.at': { $exists: true } }] });
  if (cursor) {
    const beyond = query.order === 'asc' ? '$gt' : '$lt';
    const firstAt = new Date(cursor.firstAt);
    all.push({ $or: [{ firstAt: { [beyond]: firstAt } }, { firstAt, _id: { [beyond]: cursor.id } }] });
  }
  return { $and: all };
}
