import type { Alert } from '../api/types.ts';
import { newestFirst } from './filter.ts';

/** Where an alert stands in a list that is in order, or would stand. */
export function placeOf(list: readonly Alert[], alert: Alert): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (newestFirst(list[middle]!, alert) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Whether a list that is in order holds just this alert, not another revision of it. */
export const holds = (list: readonly Alert[], alert: Alert): boolean => list[placeOf(list, alert)] === alert;

/**
 * A list in order, without some of its alerts and with others put in at their places.
 * @param out alerts of the list
 * @param into alerts that are not in the list, or take the place of one in `out`
 */
export function replaced(list: readonly Alert[], out: readonly Alert[], into: readonly Alert[]): readonly Alert[] {
  if (out.length === 0 && into.length === 0) return list;
  const cuts = out.map((alert) => placeOf(list, alert)).sort((a, b) => a - b);
  const result: Alert[] = [];
  let at = 0;
  let cut = 0;
  const copyTo = (end: number) => {
    for (; at < end; at++) {
      if (cuts[cut] === at) cut += 1;
      else result.push(list[at]!);
    }
  };
  for (const alert of [...into].sort(newestFirst)) {
    copyTo(placeOf(list, alert));
    result.push(alert);
  }
  copyTo(list.length);
  return result;
}

/**
 * What makes one list of another: first `out` leaves, then `into` comes. Quick where both are in order and share most of what they hold;
 * in another order an alert may be in both.
 */
export function difference(before: readonly Alert[], after: readonly Alert[]): { out: Alert[]; into: Alert[] } {
  const out: Alert[] = [];
  const into: Alert[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [was, is] = [before[i], after[j]];
    if (was === is) {
      i += 1;
      j += 1;
      continue;
    }
    const order = !was ? 1 : !is ? -1 : newestFirst(was, is);
    if (order <= 0) {
      out.push(was!);
      i += 1;
    }
    if (order >= 0) {
      into.push(is!);
      j += 1;
    }
  }
  return { out, into };
}
