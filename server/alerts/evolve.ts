import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Severity } from '../rules/types.ts';
import { SEVERITIES } from '../http/contract/alerts.ts';
import type { AlertFields, Concern, EventKind, FindingsSummary, PendingEvent } from './types.ts';
import { alertJson } from './json.ts';

/** How findings change an alert (rules §7). Pure: the same findings and the same alert give the same alert. */

const SUMMARY_FIELDS = [
  'rule', 'code', 'count', 'firstAt', 'lastAt', 'newest', 'worst', 'provisional', 'penal', 'barred', 'findings', 'vehicle', 'place', 'enterprise',
  'images', 'offence', 'shares', 'audiences', 'counties', 'enterprises',
] as const satisfies (keyof FindingsSummary)[]; // prettier-ignore

/** An alert's id: 96 bits of its key's digest, URL-safe. */
export function alertId(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

/** Whether `a` is more severe than `b`. */
export function worse(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);
}

/** What is shown: the worst severity that stands, one more when the alert escalated. */
export function shownSeverity(worst: Severity, escalated: boolean): Severity {
  return escalated ? (SEVERITIES[Math.min(SEVERITIES.indexOf(worst) + 1, SEVERITIES.length - 1)] ?? worst) : worst;
}

/** Starts a piece of work anew: nobody is on it, nothing is due. */
export function backToOpen(alert: AlertFields): AlertFields {
  const { assignee: _a, assigneeName: _n, due: _d, overdueAt: _o, outcome: _u, escalated: _e, ...rest } = alert;
  return { ...rest, state: 'open', severity: alert.worst };
}

/**
 * Brings an alert into line with its findings.
 * @param alert as stored, or none yet
 * @param summary of all findings under its key; none when no finding names the key any more
 * @returns the changed alert with `rev` one higher and the event's kind, or undefined when nothing changed.
 */
export function followFindings(
  alert: AlertFields | undefined,
  key: string,
  summary: FindingsSummary | undefined,
  now: Date,
): { next: AlertFields; kind: EventKind } | undefined {
  if (!alert) return summary && openAlert(key, summary, now);
  const seen: FindingsSummary = summary ?? { ...pick(alert), count: 0, penal: 0, barred: 'withdrawn', provisional: false };
  if (isDeepStrictEqual(pick(alert), pick(seen))) return undefined;

  let next: AlertFields = { ...dropSummary(alert), ...pick(seen), rev: alert.rev + 1, updatedAt: now };
  next.severity = shownSeverity(seen.worst, alert.escalated === true);
  if (seen.vehicle) next.plate = `${seen.vehicle.number},${seen.vehicle.color}`;
  let kind: EventKind = seen.count > alert.count || seen.newest > alert.newest ? 'extended' : 'changed';

  const remember = (step: string) => {
    next = { ...next, history: [...next.history, { step, at: now, by: 'system' }] };
  };
  if (seen.count === 0) {
    if (alert.count > 0 && alert.state !== 'withdrawn') {
      if (alert.acted) remember('findings-withdrawn');
      else {
        const { overdueAt: _o, ...rest } = next;
        next = { ...rest, state: 'withdrawn' };
        remember('withdrawn');
        return { next, kind: 'withdrawn' };
      }
    }
    return { next, kind: 'changed' };
  }
  const higher = worse(seen.worst, alert.worst);
  if (alert.state === 'withdrawn' || ((alert.state === 'handled' || alert.state === 'closed') && higher)) {
    next = backToOpen(next);
    remember('reopened');
    kind = 'extended';
  }
  return { next, kind };
}

function openAlert(key: string, summary: FindingsSummary, now: Date): { next: AlertFields; kind: EventKind } {
  const stands = summary.count > 0;
  const next: AlertFields = {
    _id: alertId(key),
    key,
    rev: 1,
    state: stands ? 'open' : 'withdrawn',
    severity: summary.worst,
    ...pick(summary),
    createdAt: now,
    updatedAt: now,
    history: [{ step: stands ? 'opened' : 'withdrawn', at: now, by: 'system' }],
  };
  if (summary.vehicle) next.plate = `${summary.vehicle.number},${summary.vehicle.color}`;
  return { next, kind: stands ? 'opened' : 'withdrawn' };
}

/** The event of a change: the alert as it is now, and whom it concerned before where that changed. */
export function eventOf(before: AlertFields | undefined, next: AlertFields, kind: EventKind): PendingEvent {
  const event: PendingEvent = {
    id: `${next._id}:${next.rev}`,
    rev: next.rev,
    kind,
    at: next.updatedAt,
    now: concernOf(next),
    alert: alertJson(next),
  };
  if (before && !isDeepStrictEqual(concernOf(before), event.now)) event.was = concernOf(before);
  if (next.shares) event.shares = next.shares;
  return event;
}

/** Whom an alert concerns. */
export function concernOf(alert: Concern): Concern {
  return { audiences: alert.audiences, counties: alert.counties, enterprises: alert.enterprises };
}

function pick(alert: FindingsSummary): FindingsSummary {
  return Object.fromEntries(
    SUMMARY_FIELDS.filter((field) => alert[field] !== undefined).map((field) => [field, alert[field]]),
  ) as unknown as FindingsSummary;
}

function dropSummary(alert: AlertFields): Omit<AlertFields, keyof FindingsSummary> {
  return Object.fromEntries(
    Object.entries(alert).filter(([field]) => !(SUMMARY_FIELDS as readonly string[]).includes(field)),
  ) as Omit<AlertFields, keyof FindingsSummary>;
}
