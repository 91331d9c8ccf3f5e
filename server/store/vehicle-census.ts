import type { Db, Filter } from 'mongodb';
import type { VersionDoc } from '../registry/types.ts';

/** What the measures of a response ask of a vehicle, as rows write it; `undefined` where a row says nothing. */
export interface KindOfVehicle {
  vehicleType: string;
  fuel: string;
  stage?: string | null;
  useNature: string;
  status: string;
}

type CountedVersion = Pick<VersionDoc<'vehicles'>, 'key' | 'validFrom' | 'validTo' | 'recordedAt' | 'seq'> & {
  row: KindOfVehicle;
};

const KINDS = 'kinds';
const CHANGED = 'changed';
const ENDED = 'ended';
const CHUNK = 1000;

/**
 * Counts the registered vehicles by what measures ask of them, without reading their rows: first all versions along an index that holds
 * these fields, then the few vehicles of which there is more to say than one version without end.
 */
export function vehicleCensusStore(db: Db) {
  const versions = db.collection<VersionDoc<'vehicles'>>('registry_vehicles');
  return {
    async indexes(): Promise<void> {
      await versions.createIndex(
        { 'row.vehicleType': 1, 'row.fuel': 1, 'row.stage': 1, 'row.useNature': 1, 'row.status': 1 },
        { name: KINDS },
      );
      await versions.createIndex({ key: 1 }, { name: CHANGED, partialFilterExpression: { seq: { $gt: 1 } } });
      await versions.createIndex({ key: 1 }, { name: ENDED, partialFilterExpression: { validTo: { $exists: true } } });
    },

    /** How many versions there are of each kind. */
    async kinds(): Promise<{ kind: KindOfVehicle; versions: number }[]> {
      const rows = await versions
        .aggregate<{ _id: KindOfVehicle; n: number }>(
          [
            {
              $group: {
                _id: { vehicleType: '$row.vehicleType', fuel: '$row.fuel', stage: '$row.stage', useNature: '$row.useNature', status: '$row.status' },
                n: { $sum: 1 },
              },
            },
          ],
          { hint: KINDS },
        )
        .toArray(); // prettier-ignore
      return rows.map(({ _id, n }) => ({ kind: _id, versions: n }));
    },

    /** All versions of the vehicles that were changed since they were registered, or whose registration ends, vehicle by vehicle. */
    async *changed(): AsyncGenerator<CountedVersion[]> {
      const keys = new Set<string>();
      for (const [filter, hint] of [
        [{ seq: { $gt: 1 } }, CHANGED],
        [{ validTo: { $exists: true } }, ENDED],
      ] as const) {
        const found = versions.find(filter as Filter<VersionDoc<'vehicles'>>, { projection: { _id: 0, key: 1 }, hint });
        for await (const { key } of found) keys.add(key);
      }
      const wanted = [...keys];
      for (let i = 0; i < wanted.length; i += CHUNK) {
        const byKey = new Map<string, CountedVersion[]>();
        const cursor = versions.find<CountedVersion>(
          { key: { $in: wanted.slice(i, i + CHUNK) } } as Filter<VersionDoc<'vehicles'>>,
          {
            projection: {
              _id: 0, key: 1, validFrom: 1, validTo: 1, recordedAt: 1, seq: 1,
              'row.vehicleType': 1, 'row.fuel': 1, 'row.stage': 1, 'row.useNature': 1, 'row.status': 1,
            },
          },
        ); // prettier-ignore
        for await (const version of cursor) byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
        yield* byKey.values();
      }
    },
  };
}
export type VehicleCensusStore = ReturnType<typeof vehicleCensusStore>;
