import type { Db } from 'mongodb';
import type { ResponseRow } from '../policy/types.ts';
import type {
  DeclarationFacts,
  DeliveryFacts,
  DeviceFacts,
  EnterpriseFacts,
  InspectionFacts,
  MachineFacts,
  PermitFacts,
  VehicleFacts,
} from '../rules/types.ts';
import { createRevisions } from '../store/revisions.ts';
import { registryStore } from '../store/registry.ts';
import { FACTS, type FactsOf, type RegisteredZone } from './facts.ts';
import { governing } from './in-force.ts';
import { createLookup, createWhole, groupBy } from './lookup.ts';
import { COLLECTIONS, type Collection, type VersionDoc, type Versioned } from './types.ts';

/**
 * What the pipeline asks of the registry. Every method answers from a cache and reads what it misses in one query (by VIN in two),
 * whatever the number of keys; the answers hold all versions of a key, `inForce` says which counts. Keys without versions are in the
 * answer with an empty list.
 */
export interface RegistryReader {
  /**
   * Drops the caches of what has changed, and those of whole collections that are a minute old: call once per batch, before the first question.
   * @param numbers the revisions, where they were read already
   * @returns the collections that changed since the call before
   */
  sync(numbers?: Record<string, number>): Promise<Collection[]>;
  /** By `<kind>/<id>`. */
  devices(keys: Iterable<string>): Promise<Map<string, Versioned<DeviceFacts>[]>>;
  enterprises(ids: Iterable<string>): Promise<Map<string, Versioned<EnterpriseFacts>[]>>;
  /** By `skeletonOf(normalised number)`: versions of every plate, of any colour, that is this number or confusable with it. */
  vehiclesBySkeleton(skeletons: Iterable<string>): Promise<Map<string, Versioned<VehicleFacts>[]>>;
  /** By VIN: all versions of every plate that ever carried it; `registrationOfVin` chooses. */
  vehiclesByVin(vins: Iterable<string>): Promise<Map<string, Versioned<VehicleFacts>[]>>;
  /** By `number,colour`; versions of several permits (`key` is the permit's id): `allInForce` chooses. */
  permits(plates: Iterable<string>): Promise<Map<string, Versioned<PermitFacts>[]>>;
  /** By VIN, never cached; of each inspection the version recorded last. In order of `at`. */
  inspections(vins: Iterable<string>): Promise<Map<string, InspectionFacts[]>>;
  /** All versions of all zones; `allInForce` chooses. */
  zones(): Promise<Versioned<RegisteredZone>[]>;
  /** All rows of all responses; `responseInForce` of server/policy/responses.ts chooses. */
  responses(): Promise<ResponseRow[]>;
  /** By enterprise: all versions of every device that was ever its own; `allInForce` chooses, then compare `enterpriseId`. */
  devicesOfEnterprise(ids: Iterable<string>): Promise<Map<string, Versioned<DeviceFacts>[]>>;
  /** All versions of all gates; `allInForce` chooses. */
  gates(): Promise<Versioned<DeviceFacts>[]>;
  /** All versions of all gates, stations and checkpoints. */
  roadside(): Promise<Versioned<DeviceFacts>[]>;
  /** All versions of all machinery gates. */
  sites(): Promise<Versioned<DeviceFacts>[]>;
  /** All versions of the devices of which some version has a calibration that runs out; `allInForce` chooses. */
  calibrated(): Promise<Versioned<DeviceFacts>[]>;
  /** The places of all devices that see the road, of every version of theirs. */
  sightingPlaces(): Promise<{ lon: number; lat: number }[]>;
  /** All versions of all enterprises. */
  allEnterprises(): Promise<Versioned<EnterpriseFacts>[]>;
  /** All versions of all devices, uncached. */
  allDevices(): Promise<Versioned<DeviceFacts>[]>;
  /** By registration code. */
  machinery(codes: Iterable<string>): Promise<Map<string, Versioned<MachineFacts>[]>>;
  /** By site: versions of the declarations of every machine for it; compare `registrationCode`. */
  declarations(sites: Iterable<string>): Promise<Map<string, Versioned<DeclarationFacts>[]>>;
  /** All versions of these deliveries, uncached. */
  deliveries(ids: readonly string[]): Promise<Versioned<DeliveryFacts>[]>;
  /** Versions by their `_id` (as kept in an observation's `facts`), uncached; absent ones are left out. */
  versions<C extends Collection>(collection: C, ids: Iterable<string>): Promise<Map<string, Versioned<FactsOf[C]>>>;
}

const MAX_VEHICLES = 100_000;
const MAX_OTHERS = 50_000;
/** Whole collections are a few rows and say much: they are read anew after so long, also where a writer died before it told of a change. */
const WHOLE_MS = 60_000;

/**
 * @param db the driver's database; reads are as its connection reads (majority)
 * @param also follows the same revision numbers: awaited by every `sync` before its answer
 * @param monotonic real time in ms, of any beginning: ages the caches of whole collections
 */
export function createRegistryReader(
  db: Db,
  also?: (numbers: Record<string, number>) => Promise<void>,
  monotonic: () => number = () => performance.now(),
): RegistryReader {
  const store = registryStore(db);
  const revisions = createRevisions(db);
  const seen = new Map<Collection, number>();

  const devices = createLookup((keys) => byField('devices', 'key', keys), MAX_OTHERS);
  const enterprises = createLookup((keys) => byField('enterprises', 'key', keys), MAX_OTHERS);
  const vehicles = createLookup(
    async (keys) => groups('vehicles', await store.where('vehicles', 'skeleton', keys), (d) => d.skeleton ?? ''),
    MAX_VEHICLES,
  );
  const vehiclesByVin = createLookup(
    async (vins) => everOf(await store.whereEver('vehicles', 'vin', vins), 'vehicles', vins, (d) => d.vin),
    MAX_VEHICLES,
  );
  const permits = createLookup(async (plates) => {
    const found = everOf(await store.whereEver('permits', 'plate', plates), 'permits', plates, (d) => d.plate);
    // A version that gave the permit to another plate still ends this plate's: it stays, valid for no time.
    for (const [plate, versions] of found)
      found.set(
        plate,
        versions.map((v) => (v.plate === plate ? v : { ...v, validTo: v.validFrom })),
      );
    return found;
  }, MAX_VEHICLES);
  const ofEnterprise = createLookup(
    async (ids) => everOf(await store.whereEver('devices', 'row.enterpriseId', ids), 'devices', ids, (d) => d.row.enterpriseId),
    MAX_OTHERS,
  );
  const zones = createWhole(async () => (await store.all('zones')).map((d) => toVersioned('zones', d)));
  const responses = createWhole(async () => (await store.all('responses')).map((d) => FACTS.responses(d)));
  const gates = createWhole(async () => (await store.all('devices', 'gate/')).map((d) => toVersioned('devices', d)));
  const sites = createWhole(async () => (await store.all('devices', 'machinery-gate/')).map((d) => toVersioned('devices', d)));
  const roadside = createWhole(async () => {
    const kinds = await Promise.all(['gate/', 'remote-sensing/', 'checkpoint/'].map((prefix) => store.all('devices', prefix)));
    return kinds.flat().map((d) => toVersioned('devices', d));
  });
  const calibrated = createWhole(async () => (await store.calibrated()).map((d) => toVersioned('devices', d)));
  const sightingPlaces = createWhole(async () =>
    (await roadside.get()).flatMap(({ facts: { lon, lat } }) => (lon === undefined || lat === undefined ? [] : [{ lon, lat }])),
  );
  const allEnterprises = createWhole(async () => (await store.all('enterprises')).map((d) => toVersioned('enterprises', d)));

  const machinery = createLookup((codes) => byField('machinery', 'key', codes), MAX_OTHERS);
  const declarations = createLookup(
    async (sites) => groups('declarations', await store.where('declarations', 'row.siteId', sites), (d) => d.row.siteId),
    MAX_OTHERS,
  );

  const caches: Record<Collection, { clear(): void }[]> = {
    vehicles: [vehicles, vehiclesByVin],
    enterprises: [enterprises, allEnterprises],
    devices: [devices, ofEnterprise, gates, sites, roadside, calibrated, sightingPlaces],
    zones: [zones],
    permits: [permits],
    inspections: [],
    responses: [responses],
    machinery: [machinery],
    declarations: [declarations],
    deliveries: [],
  };

  const wholes = [zones, responses, gates, sites, roadside, calibrated, sightingPlaces, allEnterprises];
  let wholesFrom = monotonic();

  async function byField<C extends Collection>(name: C, field: 'key', keys: string[]) {
    return groups(name, await store.where(name, field, keys), (d) => d.key);
  }

  return {
    async sync(numbers) {
      const now = numbers ?? (await revisions.read());
      await also?.(now);
      const changed = COLLECTIONS.filter((name) => (now[name] ?? 0) !== (seen.get(name) ?? 0));
      for (const name of changed) {
        for (const cache of caches[name]) cache.clear();
        seen.set(name, now[name] ?? 0);
      }
      if (monotonic() - wholesFrom >= WHOLE_MS) {
        for (const cache of wholes) cache.clear();
        wholesFrom = monotonic();
      }
      return changed;
    },
    devices: (keys) => devices.get(keys),
    enterprises: (ids) => enterprises.get(ids),
    vehiclesBySkeleton: (skeletons) => vehicles.get(skeletons),
    vehiclesByVin: (vins) => vehiclesByVin.get(vins),
    permits: (plates) => permits.get(plates),
    devicesOfEnterprise: (ids) => ofEnterprise.get(ids),
    zones: () => zones.get(),
    responses: () => responses.get(),
    gates: () => gates.get(),
    roadside: () => roadside.get(),
    sites: () => sites.get(),
    calibrated: () => calibrated.get(),
    sightingPlaces: () => sightingPlaces.get(),
    allEnterprises: () => allEnterprises.get(),
    machinery: (codes) => machinery.get(codes),
    declarations: (sites) => declarations.get(sites),
    allDevices: async () => (await store.all('devices')).map((d) => toVersioned('devices', d)),

    deliveries: async (ids) =>
      ids.length === 0 ? [] : (await store.where('deliveries', 'key', [...ids])).map((d) => toVersioned('deliveries', d)),

    async inspections(vins) {
      const wanted = [...new Set(vins)];
      const docs = wanted.length === 0 ? [] : await store.where('inspections', 'vin', wanted);
      const found = new Map<string, InspectionFacts[]>(wanted.map((vin) => [vin, []]));
      for (const versions of groupBy(docs, (d) => d.key).values()) {
        const last = governing(versions, Infinity, Infinity);
        if (last) found.get(last.row.vin)?.push(FACTS.inspections(last));
      }
      for (const list of found.values()) list.sort((a, b) => a.at - b.at);
      return found;
    },

    async versions(collection, ids) {
      const wanted = new Set(ids);
      const keys = new Set([...wanted].map((id) => id.slice(0, id.lastIndexOf('#'))));
      const docs = keys.size === 0 ? [] : await store.where(collection, 'key', [...keys]);
      return new Map(docs.filter((d) => wanted.has(d._id)).map((d) => [d._id, toVersioned(collection, d)]));
    },
  };
}

function toVersioned<C extends Collection>(name: C, doc: VersionDoc<C>): Versioned<FactsOf[C]> {
  return {
    version: doc._id,
    key: doc.key,
    validFrom: doc.validFrom,
    ...(doc.validTo !== undefined && { validTo: doc.validTo }),
    recordedAt: doc.recordedAt,
    seq: doc.seq,
    ...(doc.plate !== undefined && { plate: doc.plate }),
    facts: FACTS[name](doc),
  };
}

function groups<C extends Collection>(name: C, docs: VersionDoc<C>[], of: (doc: VersionDoc<C>) => string) {
  const grouped = new Map<string, Versioned<FactsOf[C]>[]>();
  for (const [key, versions] of groupBy(docs, of))
    grouped.set(
      key,
      versions.map((d) => toVersioned(name, d)),
    );
  return grouped;
}

/** Each asked value with all versions of every key that ever had it. */
function everOf<C extends Collection>(
  docs: VersionDoc<C>[],
  name: C,
  values: string[],
  of: (doc: VersionDoc<C>) => string | undefined,
) {
  const found = new Map<string, Versioned<FactsOf[C]>[]>(values.map((value) => [value, []]));
  for (const versions of groupBy(docs, (d) => d.key).values()) {
    const facts = versions.map((d) => toVersioned(name, d));
    for (const value of new Set(versions.map(of))) if (value !== undefined) found.get(value)?.push(...facts);
  }
  return found;
}
