import type { AlertFilter } from './filter.ts';

const MEMBERS = ['state', 'provisional', 'severity', 'rule', 'county', 'plate'] as const;

/** The board's filter as it stands in the address; members of it that are not words are left out. */
export function filterOf(query: Record<string, unknown>): AlertFilter {
  const filter: AlertFilter = {};
  for (const member of MEMBERS) {
    const value = query[member];
    if (typeof value === 'string' && value !== '') filter[member] = value;
  }
  return filter;
}
