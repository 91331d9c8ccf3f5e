import { createHash } from 'node:crypto';
import type { Account, AccountFigures } from '../http/contract/accounts.ts';

/** JSON with sorted keys and no white space: one text for one content. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(',')}}`;
}

/** An account with its digest, and the text that is stored and served. */
export function sealed(account: Omit<Account, 'digest'>): { text: string; digest: string } {
  const digest = createHash('sha256').update(canonicalJson(account)).digest('hex');
  return { digest, text: canonicalJson({ ...account, digest }) };
}

type Leaf = number | string | boolean | null;

/** In what two months' figures differ, figure by figure. */
export function differencesBetween(before: AccountFigures, now: AccountFigures): Account['differences'] {
  const old = leaves(before);
  const names = leaves(now);
  return [...new Set([...old.keys(), ...names.keys()])]
    .sort()
    .filter((figure) => old.get(figure) !== names.get(figure))
    .map((figure) => ({ figure, before: old.get(figure) ?? null, now: names.get(figure) ?? null }));
}

function leaves(value: object, path = ''): Map<string, Leaf> {
  return new Map(
    Object.entries(value).flatMap(([key, v]) =>
      typeof v === 'object' && v !== null ? [...leaves(v as object, `${path}${key}.`)] : [[`${path}${key}`, v as Leaf] as const],
    ),
  );
}

/** Places by audit share, greatest first; equal shares share a place; who has no share has no place. */
export function rankBy(shares: ReadonlyMap<string, number | null>): Map<string, { place: number; of: number }> {
  const ranked = [...shares].filter((entry): entry is [string, number] => entry[1] !== null);
  return new Map(
    ranked.map(([id, own]) => [id, { place: 1 + ranked.filter(([, other]) => other > own).length, of: ranked.length }]),
  );
}
