import { formatInstant } from '../../devices/contract/instant.ts';
import { alertId } from '../alerts/evolve.ts';
import type { AuditDoc } from '../store/audit-log.ts';
import { partsOfKey } from '../store/observations.ts';
import type { DeadLetterDoc, DecisionDoc, FindingDoc, ObservationDoc } from '../store/types.ts';

/** Stored documents as HTTP shows them. */
export type Shown = Record<string, unknown>;

const time = (date: Date) => formatInstant(date.getTime());

/** `<kind>/<deviceId>/<id>` by its parts. */
export function observationKey(ref: string): { kind: string; device: string; id: string } {
  const { kind, deviceId, id } = partsOfKey(ref);
  return { kind, device: deviceId, id };
}

export function shownObservation(doc: ObservationDoc): Shown {
  const { recognition } = doc;
  return present({
    kind: doc.kind,
    device: doc.deviceId,
    id: doc.id,
    message: doc.message,
    at: time(doc.at),
    receivedAt: time(doc.receivedAt),
    recordedAt: time(doc.receivedAt),
    backfill: doc.backfill ?? false,
    recognition: recognition && {
      outcome: recognition.outcome,
      plate: { number: recognition.number, color: recognition.color },
      read: recognition.read,
      ...(recognition.vin !== undefined && { vin: recognition.vin }),
    },
    invalid: doc.invalid,
    enterprise: doc.enterprise,
    county: doc.county,
    payload: payloadOf(doc),
  });
}

/** The record is the bytes; what is shown is what they say. */
function payloadOf({ raw }: ObservationDoc): unknown {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.buffer);
  return JSON.parse(bytes.toString('utf8')) as unknown;
}

export function shownFinding(doc: FindingDoc): Shown {
  return present({
    id: doc._id,
    rule: doc.rule,
    ruleVersion: doc.ruleVersion,
    code: doc.code,
    severity: doc.severity,
    proposal: doc.proposal,
    status: doc.status,
    provisional: doc.provisional,
    retroactive: doc.retroactive,
    withdrawnReason: doc.withdrawnReason,
    disputed: doc.disputed,
    dispute: doc.dispute && shownDispute(doc.dispute),
    at: time(doc.at),
    recordedAt: time(doc.recordedAt),
    plate: doc.plate,
    vin: doc.vin,
    device: doc.device,
    enterprise: doc.enterprise,
    county: doc.county,
    subject: doc.subject,
    observations: doc.observations.map(observationKey),
    count: doc.count,
    last: doc.last === undefined ? undefined : observationKey(doc.last),
    policyVersion: doc.policyVersion,
    measured: doc.measured,
    limit: doc.limit,
    basis: doc.basis,
    zh: doc.zh,
    en: doc.en,
    facts: doc.facts,
    alertId: doc.alert === undefined ? undefined : alertId(doc.alert),
  });
}

function shownDispute({ request: _r, answer, at, ...dispute }: NonNullable<FindingDoc['dispute']>): Shown {
  if (!answer) return { ...dispute, at: time(at) };
  const { request: _a, ...answered } = answer;
  return { ...dispute, at: time(at), answer: { ...answered, at: time(answer.at) } };
}

export function shownDecision(doc: DecisionDoc): Shown {
  return present({
    ...doc.decision,
    ref: doc.ref,
    message: doc.message,
    recordedAt: time(doc.recordedAt),
    observation: observationKey(doc._id),
    observationAt: time(doc.at),
    published: doc.published,
    findings: doc.findings,
    plate: doc.plate,
    enterprise: doc.enterprise,
    rejudged: doc.rejudged && { ...doc.rejudged, at: time(doc.rejudged.at) },
  });
}

export function shownDeadLetter({ _id, device, at, code, message, bytes, sha256, raw }: DeadLetterDoc): Shown {
  const payload = raw && (Buffer.isBuffer(raw) ? raw : Buffer.from(raw.buffer));
  return present({ id: _id, device, at: time(at), code, message, bytes, sha256, raw: payload?.toString('base64') });
}

export function shownAuditEntry({ _id, at, by, action, target, detail }: AuditDoc): Shown {
  return present({ id: _id, at: time(at), by, action, target, detail });
}

function present(members: Shown): Shown {
  return Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined));
}
