import { formatInstant } from '../../devices/contract/instant.ts';
import type { Alert, AlertWithHistory } from '../http/contract/alerts.ts';
import type { Actor, AlertDoc, AlertFields, AlertShare } from './types.ts';

/** Alerts as the contract shows them. */

/** An alert's JSON without its sequence number, which only the live log knows. */
export function alertJson(alert: AlertFields): Omit<Alert, 'seq'> {
  const { clue, offence } = alert;
  return {
    id: alert._id,
    rev: alert.rev,
    rule: alert.rule,
    code: alert.code,
    severity: alert.severity,
    state: alert.state,
    provisional: alert.provisional,
    audiences: alert.audiences,
    ...(alert.vehicle && { vehicle: alert.vehicle }),
    ...(alert.place && { place: alert.place }),
    ...(alert.enterprise !== undefined && { enterprise: alert.enterprise }),
    firstAt: formatInstant(alert.firstAt.getTime()),
    lastAt: formatInstant(alert.lastAt.getTime()),
    count: alert.count,
    findings: alert.findings,
    images: imagesJson(alert.images),
    ...(alert.assignee !== undefined && { assignee: alert.assignee }),
    ...(alert.assigneeName !== undefined && { assigneeName: alert.assigneeName }),
    ...(alert.due && { due: formatInstant(alert.due.getTime()) }),
    ...(clue
      ? { clue: { code: clue.code, to: clue.to, at: formatInstant(clue.at.getTime()), by: clue.by } }
      : offence !== undefined && { clue: { code: offence } }),
  };
}

/**
 * What one reader sees of an alert: an enterprise sees of an alert that lies at several only its own part.
 * @param json the whole alert
 * @param shares its parts, where there are several
 */
export function seenBy<T extends Omit<Alert, 'seq'>>(actor: Actor, json: T, shares: AlertShare[] | undefined): T {
  if (actor.role !== 'enterprise' || !shares) return json;
  const own = shares.find((share) => share.enterprise === actor.enterpriseId);
  const { place: _p, ...rest } = json;
  const part = {
    ...(own?.place && { place: own.place }),
    ...(actor.enterpriseId !== undefined && { enterprise: actor.enterpriseId }),
    count: own?.count ?? 0,
    findings: own?.findings ?? [],
    images: imagesJson(own?.images ?? []),
    ...(own && { firstAt: formatInstant(own.firstAt.getTime()), lastAt: formatInstant(own.lastAt.getTime()) }),
  };
  return { ...rest, ...part } as unknown as T;
}

/** A stored alert for a reader, as lists show it. */
export function alertFor(actor: Actor, doc: AlertDoc): Alert {
  return seenBy(actor, { ...alertJson(doc), seq: doc.seq ?? 0 }, doc.shares);
}

/** A stored alert for a reader, with its history. */
export function alertWithHistoryFor(actor: Actor, doc: AlertDoc): AlertWithHistory {
  return {
    ...alertFor(actor, doc),
    ...(doc.outcome && { outcome: doc.outcome }),
    ...(doc.barred && { barred: doc.barred }),
    history: doc.history.map((entry) => ({ ...entry, at: formatInstant(entry.at.getTime()) })),
  };
}

function imagesJson(images: { role: string; sha256: string }[]): Alert['images'] {
  return images.map(({ role, sha256 }) => ({ role, url: `/api/v1/images/${sha256}` }));
}
