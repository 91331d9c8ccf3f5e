import { formatInstant } from '../../devices/contract/instant.ts';
import { badCursor, isInstant, readCursor, writeCursor } from '../cursor.ts';
import { SINCE_EVER, type Policy } from '../policy/types.ts';
import { listedOnRoad } from '../rules/phase-out.ts';
import type { RegistryStore } from '../store/registry.ts';
import { vehicleFacts } from './facts.ts';
import { inForce, uncorrected } from './in-force.ts';
import { groupBy } from './lookup.ts';
import { machinesAt, sitesOf } from './own.ts';
import type { Collection, VersionDoc } from './types.ts';

/** What of a collection is asked for. */
export interface RegistryQuery {
  /** The moment for which to show what is in force; absent: now. */
  at?: number;
  /** All versions instead. */
  history?: boolean;
  order?: 'asc' | 'desc';
  /** One key: an id, `<kind>/<id>`, `number,colour`. */
  key?: string;
  /** Keys that begin so: a plate number of any colour (`number,`), devices of one kind (`gate/`). */
  keyPrefix?: string;
  /** Vehicles and inspections only. */
  vin?: string;
  /**
   * Only what belongs to this enterprise: its own entry, its devices, the vehicles of its fleet and their permits, its deliveries, what
   * is declared for the sites that are its own now, and the machines declared there.
   */
  enterprise?: string;
  /** Declarations only: of this site. */
  site?: string;
  /** Permits only: of these plates, `number,colour`. */
  plates?: string[];
  /** In force at some time of [from, to), whatever is in force now. */
  within?: { from: number; to: number };
  /** Only rows whose key or a name contains this, whatever the case. */
  search?: string;
  /** Vehicles only: those in force that this policy lists for phase-out. */
  phaseOut?: Policy;
}

export type RegistryItem = Record<string, unknown>;

/** Where the next page begins: after the `skip` versions of `key` that were shown. */
interface Place {
  key: string;
  skip: number;
}

/**
 * The rows of a collection in order of key, each with its version's times, as recorded by `asOf`: so pages neither skip nor repeat while
 * rows arrive. Each item comes with the place after it.
 */
export async function* registryItems<C extends Collection>(
  store: RegistryStore,
  name: C,
  query: RegistryQuery,
  asOf: number,
  after?: Place,
): AsyncGenerator<{ item: RegistryItem; place: Place }> {
  const at = query.at ?? asOf;
  const few = await fewOf(store, name, query, at, asOf);
  const cursor = few
    ? await inOrderOf(store, name, few, query, asOf, after)
    : query.phaseOut && name === 'vehicles'
      ? store.ofStages(stagesTo(query.phaseOut), rangeOf(query, asOf, after))
      : store.inOrder(name, rangeOf(query, asOf, after));
  const show = function* (versions: VersionDoc<C>[]) {
    const first = versions[0];
    if (!first) return;
    const one = inForce(versions, at, asOf);
    const asked = query.within ? during(versions, query.within, query.history) : query.history ? versions : one ? [one] : [];
    const shown = asked.filter((v) => belongs(v, query, few) && isListed(v, query, at));
    const skip = after?.key === first.key ? after.skip : 0;
    for (const [i, v] of shown.entries()) if (i >= skip) yield { item: itemOf(v), place: { key: v.key, skip: i + 1 } };
  };
  try {
    let group: VersionDoc<C>[] = [];
    for await (const version of cursor as AsyncIterable<VersionDoc<C>>) {
      if (group.length > 0 && group[0]?.key !== version.key) {
        yield* show(group);
        group = [];
      }
      group.push(version);
    }
    yield* show(group);
  } finally {
    if ('close' in cursor) await cursor.close();
  }
}

function rangeOf({ order, key, keyPrefix }: RegistryQuery, recordedBy: number, after?: Place) {
  return {
    recordedBy,
    descending: order === 'desc',
    ...(key !== undefined && { key }),
    ...(keyPrefix !== undefined && { keyPrefix }),
    ...(after && { from: after.key }),
  };
}

/** A field and the few values of it that are asked for: read by an index, whatever the size of the collection. */
interface Few {
  field: 'key' | 'vin' | 'plate' | 'row.enterpriseId' | 'row.fleet' | 'row.siteId';
  values: string[];
  /** A version belongs to what is asked for by having one of the values itself: earlier ones of its key may have had others. */
  decides?: true;
}

async function fewOf(
  store: RegistryStore,
  name: Collection,
  { vin, enterprise, site, plates }: RegistryQuery,
  at: number,
  asOf: number,
): Promise<Few | undefined> {
  if (vin !== undefined && (enterprise === undefined || name === 'vehicles')) return { field: 'vin', values: [vin] };
  if (enterprise === undefined) {
    if (plates !== undefined) return { field: 'plate', values: plates, decides: true };
    return name === 'declarations' && site !== undefined ? { field: 'row.siteId', values: [site] } : undefined;
  }
  if (name === 'vehicles') return { field: 'row.fleet', values: [enterprise] };
  if (name === 'deliveries') return { field: 'row.enterpriseId', values: [enterprise] };
  if (name === 'declarations' || name === 'machinery') {
    const sites = await sitesOf(store, enterprise, asOf, asOf);
    if (name === 'machinery') return { field: 'key', values: await machinesAt(store, sites), decides: true };
    return { field: 'row.siteId', values: sites.filter((own) => site === undefined || own === site), decides: true };
  }
  if (name !== 'permits' && name !== 'inspections') return undefined;
  const byKey = groupBy(await store.whereEver('vehicles', 'row.fleet', [enterprise]), (v) => v.key);
  const own = [...byKey.values()].map((versions) => inForce(versions, at, asOf)).filter((v) => v?.row.fleet === enterprise);
  if (name === 'inspections') return { field: 'vin', values: own.map((v) => v!.row.vin), decides: true };
  return { field: 'plate', values: own.map((v) => v!.key).filter((key) => plates?.includes(key) ?? true), decides: true };
}

/** The versions of the few keys that ever had one of the values, in the order of the list. */
async function inOrderOf<C extends Collection>(
  store: RegistryStore,
  name: C,
  { field, values }: Few,
  query: RegistryQuery,
  asOf: number,
  after?: Place,
) {
  const sign = query.order === 'desc' ? -1 : 1;
  const byKey = (a: string, b: string) => (a === b ? 0 : (a < b ? -1 : 1) * sign);
  const versions = (await store.whereEver(name, field, values)).filter(
    (v) =>
      v.recordedAt <= asOf &&
      (!after || byKey(v.key, after.key) >= 0) &&
      (query.key === undefined || v.key === query.key) &&
      (query.keyPrefix === undefined || v.key.startsWith(query.keyPrefix)),
  );
  return versions.sort((a, b) => byKey(a.key, b.key) || (a.validFrom - b.validFrom) * sign);
}

/** The stages up to the policy's, as rows write them. */
const stagesTo = (policy: Policy) => Array.from({ length: policy.rules['phase-out'].stageMax + 1 }, (_, n) => String(n));

function isListed(version: VersionDoc, { phaseOut }: RegistryQuery, at: number): boolean {
  if (!phaseOut || !('plateColor' in version.row) || !('useNature' in version.row)) return phaseOut === undefined;
  const vehicle = vehicleFacts(version as VersionDoc<'vehicles'>);
  return vehicle.status === 'in-use' && listedOnRoad(vehicle, at, phaseOut).includes('phase-out-listed');
}

/** What of a row somebody may search by, besides its key. */
const NAMES = ['nameZh', 'nameEn', 'plateNumber', 'owner', 'reference', 'cargo', 'registrationCode', 'uscc'] as const;

function matches({ key, row }: VersionDoc, search: string): boolean {
  const wanted = search.toLowerCase();
  const named = NAMES.map((name) => (row as Partial<Record<(typeof NAMES)[number], unknown>>)[name]);
  return [key, ...named].some((text) => typeof text === 'string' && text.toLowerCase().includes(wanted));
}

function belongs(version: VersionDoc, { enterprise, vin, search, site }: RegistryQuery, few?: Few): boolean {
  if (search !== undefined && !matches(version, search)) return false;
  const row = version.row as { id?: string; enterpriseId?: string; fleet?: string; siteId?: string };
  if (vin !== undefined && version.vin !== vin) return false;
  if (site !== undefined && row.siteId !== site) return false;
  if (few?.decides) return few.values.includes(memberOf(version, few.field) ?? '');
  if (enterprise === undefined) return true;
  return row.enterpriseId === enterprise || row.fleet === enterprise || ('uscc' in row && row.id === enterprise);
}

function memberOf({ key, vin, plate, row }: VersionDoc, field: Few['field']): string | undefined {
  const { enterpriseId, fleet, siteId } = row as { enterpriseId?: string; fleet?: string; siteId?: string };
  return { key, vin, plate, 'row.enterpriseId': enterpriseId, 'row.fleet': fleet, 'row.siteId': siteId }[field];
}

/**
 * The versions of one key that governed at some time of [from, to): each from its own beginning to its end or the next one's beginning.
 * @param history also those that were corrected since, by their own times
 */
function during<C extends Collection>(
  versions: VersionDoc<C>[],
  { from, to }: { from: number; to: number },
  history: boolean | undefined,
): VersionDoc<C>[] {
  const some = history ? versions : uncorrected(versions);
  const endOf = (v: VersionDoc<C>) => {
    const later = history ? [] : some.filter((other) => other.validFrom > v.validFrom).map((other) => other.validFrom);
    return Math.min(v.validTo ?? Infinity, ...later);
  };
  return some.filter((v) => v.validFrom < to && endOf(v) > from);
}

function itemOf({ _id, row, validFrom, validTo, recordedAt }: VersionDoc): RegistryItem {
  return {
    ...row,
    ...(validFrom !== SINCE_EVER && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
    recordedAt: formatInstant(recordedAt),
    version: _id,
  };
}

/** A page's cursor: the moment of the list and the place after its last item. */
export function writeRegistryCursor(asOf: number, place: Place): string {
  return writeCursor([asOf, place.key, place.skip]);
}

/** @throws 400 `bad-cursor` */
export function readRegistryCursor(text: string): { asOf: number; place: Place } {
  const [asOf, key, skip] = readCursor(text);
  if (isInstant(asOf) && typeof key === 'string' && Number.isSafeInteger(skip))
    return { asOf, place: { key, skip: skip as number } };
  throw badCursor();
}
