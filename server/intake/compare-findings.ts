import type { FindingDoc } from '../store/types.ts';

/** A stored finding and what judging again says in its place. */
export interface Difference {
  id: string;
  /** `missing`: judged, not stored · `extra`: stored, not judged · `differs`: in `fields` */
  kind: 'missing' | 'extra' | 'differs';
  fields: string[];
  stored?: FindingDoc;
  again?: FindingDoc;
}

/** What a finding says. Left out is what moves by itself: when it was recorded, when it is looked at again, on how many messages. */
const VERDICT = [
  'rule',
  'ruleVersion',
  'code',
  'subject',
  'severity',
  'proposal',
  'at',
  'observations',
  'count',
  'last',
  'vin',
  'policyVersion',
  'measured',
  'limit',
  'basis',
  'zh',
  'en',
  'clue',
] as const satisfies (keyof FindingDoc)[];

/** What a finding on one message says besides: of a stretch of history these are as they were when its verdict last changed. */
const CIRCUMSTANCES = [
  'plate',
  'device',
  'enterprise',
  'county',
  'vehicle',
  'place',
  'images',
  'facts',
] as const satisfies (keyof FindingDoc)[];

/**
 * Compares a stored finding with the one judged again.
 * @param whole on one message: everything must be the same; else the verdict
 */
export function differenceOf(
  id: string,
  stored: FindingDoc | undefined,
  again: FindingDoc | undefined,
  whole: boolean,
): Difference | null {
  const standing = again?.status === 'withdrawn' ? undefined : again;
  if (!standing) return stored && stored.status !== 'withdrawn' ? { id, kind: 'extra', fields: [], stored } : null;
  if (!stored) return { id, kind: 'missing', fields: [], again: standing };
  // A finding on one message is never withdrawn by judging: a person did.
  if (stored.status === 'withdrawn') return whole ? null : { id, kind: 'differs', fields: ['status'], stored, again: standing };
  const compared: (keyof FindingDoc)[] = [...VERDICT, ...(whole ? CIRCUMSTANCES : [])];
  // A finding that was made afterwards opens no alert of its own.
  if (!stored.retroactive) compared.push('alert');
  const fields: string[] = compared.filter((field) => canonical(stored[field], field) !== canonical(standing[field], field));
  if (stored.status === 'pending' && standing.status === 'confirmed' && whole) fields.push('status');
  return fields.length === 0 ? null : { id, kind: 'differs', fields, stored, again: standing };
}

/** One text for equal values: keys in order, absent ones left out. What was heard of gates at a finding's moment is no verdict. */
function canonical(value: unknown, field: string): string {
  return (
    JSON.stringify(value, (key, v: unknown) => {
      if (v === null || typeof v !== 'object' || Array.isArray(v)) return v;
      const entries = Object.entries(v).filter(([name]) => !(field === 'measured' && key === '' && name === 'unheardGates'));
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ''
  );
}
