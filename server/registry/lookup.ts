import { LRUCache } from 'lru-cache';

/** A cache of rows by key, filled by one query for all keys it misses. Keys without rows are remembered too. */
export interface Lookup<V> {
  get(keys: Iterable<string>): Promise<Map<string, V[]>>;
  clear(): void;
}

/**
 * @param load the rows of the missing keys; keys it leaves out have none
 * @param max how many keys are kept, the least recently used go first
 */
export function createLookup<V>(load: (keys: string[]) => Promise<Map<string, V[]>>, max: number): Lookup<V> {
  const cache = new LRUCache<string, V[]>({ max });
  let generation = 0;
  return {
    async get(keys) {
      const found = new Map<string, V[]>();
      const missing: string[] = [];
      for (const key of new Set(keys)) {
        const rows = cache.get(key);
        if (rows) found.set(key, rows);
        else missing.push(key);
      }
      if (missing.length === 0) return found;
      const began = generation;
      const loaded = await load(missing);
      for (const key of missing) {
        const rows = loaded.get(key) ?? [];
        found.set(key, rows);
        // What was read before the cache was cleared may be older than the change that cleared it.
        if (began === generation) cache.set(key, rows);
      }
      return found;
    },
    clear() {
      generation++;
      cache.clear();
    },
  };
}

/** The same for a whole small collection. */
export function createWhole<V>(load: () => Promise<V[]>): { get(): Promise<V[]>; clear(): void } {
  const lookup = createLookup<V>(async () => new Map([['', await load()]]), 1);
  return { get: async () => (await lookup.get([''])).get('') ?? [], clear: () => lookup.clear() };
}

/** Groups rows by a text of theirs. */
export function groupBy<V>(rows: readonly V[], of: (row: V) => string): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const row of rows) {
    const key = of(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
