import type { RegistryItem } from '../api/lists.ts';

/** What differs between two versions of a row, field by field; times of the version are no content. */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

const ASIDE = new Set(['version', 'recordedAt', 'validFrom', 'validTo']);

export function changesBetween(before: RegistryItem, after: RegistryItem): Change[] {
  const fields = [...new Set([...Object.keys(after), ...Object.keys(before)])].filter((field) => !ASIDE.has(field));
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/** Versions as a story: the latest beginning first, each with what it changed. */
export function story(versions: RegistryItem[]): { item: RegistryItem; changes: Change[] | null }[] {
  const begun = (item: RegistryItem) => (item.validFrom === undefined ? -Infinity : Date.parse(item.validFrom));
  const ordered = [...versions].sort(
    (a, b) => begun(a) - begun(b) || Date.parse(a.recordedAt) - Date.parse(b.recordedAt) || seqOf(a) - seqOf(b),
  );
  return ordered
    .map((item, i) => {
      const before = ordered[i - 1];
      return { item, changes: before ? changesBetween(before, item) : null };
    })
    .reverse();
}

const seqOf = ({ version }: RegistryItem) => Number(version.slice(version.lastIndexOf('#') + 1));
