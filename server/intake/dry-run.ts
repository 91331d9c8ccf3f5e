import type { Filter } from 'mongodb';
import type { DueDoc, DueStore } from '../store/due-work.ts';
import type { FindingStore } from '../store/findings.ts';
import type { HourSumsDoc, HourSumsStore } from '../store/hour-sums.ts';
import type { FindingDoc } from '../store/types.ts';

/** Stores that judging can write to without anything being written: what would have been is kept, and seen by later reads. */

/** Shown as the clue of what is stored, so that every verdict is written again, also one that says the same. */
const AS_STORED = '\u0000as stored';

export interface DryFindings extends FindingStore {
  /** What would have been written, by key; a finding that stands as it was is among it. */
  written: Map<string, FindingDoc>;
}

/**
 * A findings store to judge on. Stored findings look as if they said something else on no message at all, so that whoever settles a
 * span writes each of its findings once; read again, they are as they were written, so that it comes to rest.
 */
export function dryFindings(findings: FindingStore): DryFindings {
  const written = new Map<string, FindingDoc>();
  const shown = (doc: FindingDoc): FindingDoc => ({ ...doc, basisSize: 0, clue: AS_STORED });
  return {
    ...findings,
    written,
    insert(docs) {
      const there = new Set<number>();
      docs.forEach((doc, i) => {
        if (written.has(doc._id)) there.add(i);
        else written.set(doc._id, doc);
      });
      return Promise.resolve(there);
    },
    async byIds(ids) {
      const stored = await findings.byIds(ids.filter((id) => !written.has(id)));
      return [...ids.flatMap((id) => written.get(id) ?? []), ...stored.map(shown)];
    },
    async find(filter) {
      const stored = await findings.find(filter);
      return [
        ...stored.filter((doc) => !written.has(doc._id)).map(shown),
        ...[...written.values()].filter((doc) => matches(doc as unknown as Record<string, unknown>, filter)),
      ];
    },
    replace(changes) {
      for (const { doc } of changes) written.set(doc._id, doc);
      return Promise.resolve();
    },
    due: () => Promise.resolve([]),
    told: () => Promise.resolve(),
  };
}

/** Sums of hours that are made and seen, and not stored. */
export function dryHours(hours: HourSumsStore): HourSumsStore {
  const made = new Map<string, HourSumsDoc>();
  return {
    ...hours,
    replace(docs) {
      for (const doc of docs) made.set(doc._id, doc);
      return Promise.resolve();
    },
    async ofVehicles(ranges) {
      const stored = await hours.ofVehicles(ranges);
      const inRange = [...made.values()].filter((h) => ranges.some((r) => r.vin === h.vin && h.hour >= r.from && h.hour <= r.to));
      return [...stored.filter((h) => !made.has(h._id)), ...inRange];
    },
  };
}

export interface DryDue extends DueStore {
  /** Gives what was marked since the last time it was asked. */
  marked(): DueDoc[];
}

/** Marks that are taken note of and not stored. */
export function dryDue(due: DueStore): DryDue {
  const marks = new Map<string, DueDoc>();
  return {
    ...due,
    mark(items) {
      for (const { id, kind, about, from, dueAt } of items) {
        const before = marks.get(id);
        const earliest = Math.min(from, before?.from.getTime() ?? Infinity);
        marks.set(id, { _id: id, kind, about, from: new Date(earliest), dueAt: new Date(dueAt), marks: 1 });
      }
      return Promise.resolve(new Map());
    },
    take: () => Promise.resolve([]),
    finish: () => Promise.resolve(),
    marked() {
      const all = [...marks.values()];
      marks.clear();
      return all;
    },
  };
}

/** Whether a document is one a filter asks for. Knows the operators with which findings are asked for. @throws on any other */
export function matches(doc: Record<string, unknown>, filter: Filter<FindingDoc>): boolean {
  return Object.entries(filter as Record<string, unknown>).every(([field, wanted]) => {
    if (field === '$or') return (wanted as Filter<FindingDoc>[]).some((f) => matches(doc, f));
    if (field === '$and') return (wanted as Filter<FindingDoc>[]).every((f) => matches(doc, f));
    const value = field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], doc);
    const values = Array.isArray(value) ? (value as unknown[]) : [value];
    if (!isOperators(wanted)) return values.some((v) => same(v, wanted));
    return Object.entries(wanted).every(([operator, operand]) => holds(operator, operand, value, values));
  });
}

function holds(operator: string, operand: unknown, value: unknown, values: unknown[]): boolean {
  const ordered = (test: (order: number) => boolean) =>
    values.some((v) => v !== undefined && v !== null && test(compare(v, operand)));
  if (operator === '$in') return (operand as unknown[]).some((o) => values.some((v) => same(v, o)));
  if (operator === '$nin') return !(operand as unknown[]).some((o) => values.some((v) => same(v, o)));
  if (operator === '$ne') return !values.some((v) => same(v, operand));
  if (operator === '$eq') return values.some((v) => same(v, operand));
  if (operator === '$exists') return (value !== undefined) === Boolean(operand);
  if (operator === '$gte') return ordered((o) => o >= 0);
  if (operator === '$gt') return ordered((o) => o > 0);
  if (operator === '$lte') return ordered((o) => o <= 0);
  if (operator === '$lt') return ordered((o) => o < 0);
  throw new Error(`findings cannot be asked for by ${operator} in a dry run`);
}

function isOperators(wanted: unknown): wanted is Record<string, unknown> {
  return (
    typeof wanted === 'object' &&
    wanted !== null &&
    !(wanted instanceof Date) &&
    Object.keys(wanted).some((key) => key.startsWith('$'))
  );
}

const comparable = (v: unknown) => (v instanceof Date ? v.getTime() : v) as number | string;
const same = (a: unknown, b: unknown) => comparable(a) === comparable(b);

function compare(a: unknown, b: unknown): number {
  const [x, y] = [comparable(a), comparable(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
