import { hash } from 'node:crypto';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Policy } from '../../policy/types.ts';
import type { Collection, VersionDoc } from '../../registry/types.ts';
import { SINCE_EVER } from '../../policy/types.ts';
import type { DecisionDoc, FindingDoc } from '../../store/types.ts';

/**
 * Stored documents as texts with one form only: what is digested for the chain is, byte for byte, the file that a package of evidence
 * holds. Keys in order of code units, two spaces, times as ISO 8601 in civil time, a line feed at the end.
 */

/** The one text of a value: JSON for people and digests. Members that are undefined are left out. */
export function documentText(value: unknown): string {
  return `${JSON.stringify(ordered(value), null, 2)}\n`;
}

/** SHA-256 as lower-case hex. */
export function digestOf(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** A finding as it stands: all that is said of it but when it is looked at again and what belongs to sealing it. */
export function findingText({ dueAt: _dueAt, toSeal: _toSeal, _id, ...finding }: FindingDoc): string {
  return documentText({ id: _id, ...finding });
}

/** A decision as it was given; what a later judgement would have said stands beside it and is no part of it. */
export function decisionText({ rejudged: _rejudged, _id, ...decision }: DecisionDoc): string {
  return documentText({ observation: _id, ...decision });
}

/** A version of a registry's row, with when it is valid and when it was recorded. */
export function versionText(collection: Collection, { _id, key, validFrom, validTo, recordedAt, row }: VersionDoc): string {
  return documentText({
    collection,
    version: _id,
    key,
    ...(validFrom > SINCE_EVER && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
    ...(recordedAt > SINCE_EVER && { recordedAt: formatInstant(recordedAt) }),
    row,
  });
}

/** A policy version, whole, with its legal bases. */
export function policyText(policy: Policy): string {
  return documentText(policy);
}

function ordered(value: unknown): unknown {
  if (value instanceof Date) return formatInstant(value.getTime());
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, ordered(member)]));
}
