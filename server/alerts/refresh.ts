import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { AlertChange, AlertStore, FindingGroup } from '../store/alerts.ts';
import { INFO_OPENS } from './audiences.ts';
import { alertId, eventOf, followFindings } from './evolve.ts';
import { summarise } from './summary.ts';
import type { AlertDoc, AlertFields, DoneRequest, EventKind } from './types.ts';

const ATTEMPTS = 20;
/** Events that may wait in one alert; each holds the whole alert, so the newest are enough. */
const PENDING_KEPT = 100;
const DONE_KEPT = 20;

/**
 * Brings the alerts of these keys into line with their findings. Three round trips (alerts, findings, write), again for those that
 * somebody else changed meanwhile. The alerts are read before the findings: so whoever writes over `rev` has seen findings at least
 * as new as the one who wrote `rev`, and an older view never replaces a newer one.
 * @returns how many alerts were changed.
 */
export async function refreshAlerts(
  { store, clock, log }: { store: AlertStore; clock: Clock; log: Logger },
  keys: string[],
): Promise<number> {
  let open = [...new Set(keys)];
  let changed = 0;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const keyOf = new Map(open.map((key) => [alertId(key), key]));
    const alerts = new Map((await store.byIds([...keyOf.keys()])).map((alert) => [alert._id, alert]));
    const groups = new Map<string, FindingGroup[]>(open.map((key) => [key, []]));
    for (const group of await store.findingGroups(open, INFO_OPENS)) groups.get(group._id.alert)?.push(group);
    const inserts: AlertDoc[] = [];
    const changes: AlertChange[] = [];
    for (const [id, key] of keyOf) {
      const before = alerts.get(id);
      const step = followFindings(before && fieldsOf(before), key, summarise(groups.get(key) ?? []), new Date(clock.now()));
      if (!step) continue;
      if (before) changes.push(changeOf(before, step.next, step.kind));
      else inserts.push({ ...step.next, pending: [eventOf(undefined, step.next, step.kind)], done: [] });
    }
    const lost = await store.write(inserts, changes);
    changed += inserts.length + changes.length - lost.length;
    if (lost.length === 0) return changed;
    if (attempt >= ATTEMPTS) throw new Error(`alerts kept changing: ${lost.length} of ${keys.length} not brought into line`);
    log.debug({ lost: lost.length, attempt }, 'alerts changed meanwhile');
    open = lost.map((id) => keyOf.get(id)!);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(5 * 2 ** attempt, 200)));
  }
  return changed;
}

/** An alert without what the log writer and repeats keep in it. */
export function fieldsOf(doc: AlertDoc): AlertFields {
  const { seq: _s, openedSeq: _o, pending: _p, done: _d, ...fields } = doc;
  return fields;
}

/** The update that makes `before` into `next` and carries the change's event: one document, one update. */
export function changeOf(before: AlertDoc, next: AlertFields, kind: EventKind, done?: DoneRequest): AlertChange {
  const old: Record<string, unknown> = { ...fieldsOf(before) };
  const set: Record<string, unknown> = {};
  const unset: Record<string, true> = {};
  for (const [field, value] of Object.entries(next)) {
    if (field !== 'history' && !isDeepStrictEqual(old[field], value)) set[field] = value;
  }
  for (const field of Object.keys(old)) if (!(field in next)) unset[field] = true;
  const push: Record<string, unknown> = { pending: { $each: [eventOf(fieldsOf(before), next, kind)], $slice: -PENDING_KEPT } };
  const steps = next.history.slice(before.history.length);
  if (steps.length > 0) push.history = { $each: steps };
  if (done) push.done = { $each: [done], $slice: -DONE_KEPT };
  const update = { $set: set, $push: push, ...(Object.keys(unset).length > 0 && { $unset: unset }) };
  return { id: before._id, rev: before.rev, update: update };
}
