import type { RegistryRows } from '../http/contract/registry.ts';
import type { RegistryStore } from '../store/registry.ts';
import type { GoodRow } from './import-types.ts';
import { inForce } from './in-force.ts';
import { groupBy } from './lookup.ts';
import type { Collection } from './types.ts';

/** What of the registry belongs to an enterprise, for its imports and for what it reads. */

/** The machinery gates (device ids) that are this enterprise's at `at`, as known by `knownBy`. */
export async function sitesOf(store: RegistryStore, enterprise: string, at: number, knownBy: number): Promise<string[]> {
  const devices = await store.whereEver('devices', 'row.enterpriseId', [enterprise]);
  return [...groupBy(devices, (v) => v.key).values()]
    .map((versions) => inForce(versions, at, knownBy)?.row)
    .filter((row) => row?.kind === 'machinery-gate' && row.enterpriseId === enterprise)
    .map((row) => row!.id);
}

/** The registration codes of the machines ever declared for these sites. */
export async function machinesAt(store: RegistryStore, sites: string[]): Promise<string[]> {
  const declared = sites.length === 0 ? [] : await store.where('declarations', 'row.siteId', sites);
  return [...new Set(declared.map((v) => v.row.registrationCode))];
}

/**
 * Which rows are not the enterprise's to write: deliveries of another, or under an id that by its last version is another's; machinery at a site
 * that is not its own now; every row of any other collection.
 */
export async function foreignRows<C extends Collection>(
  store: RegistryStore,
  name: C,
  rows: readonly GoodRow<C>[],
  enterprise: string,
  now: number,
): Promise<Set<GoodRow<C>>> {
  if (name === 'declarations') {
    const own = new Set(await sitesOf(store, enterprise, now, now));
    return new Set(rows.filter((row) => !own.has((row.content as RegistryRows['declarations']).siteId)));
  }
  if (name === 'deliveries') {
    const there = await store.where('deliveries', 'key', [...new Set(rows.map((row) => row.key))]);
    const taken = new Set(
      [...groupBy(there, (v) => v.key).values()]
        .map((versions) => versions.reduce((last, v) => (v.seq > last.seq ? v : last)))
        .filter((last) => last.row.enterpriseId !== enterprise)
        .map((last) => last.key),
    );
    return new Set(
      rows.filter((row) => (row.content as RegistryRows['deliveries']).enterpriseId !== enterprise || taken.has(row.key)),
    );
  }
  return new Set(rows);
}
