import type { Db, Filter, MongoBulkWriteError } from 'mongodb';
import { COLLECTIONS, type Collection, type DeviceSecretsDoc, type VersionDoc, type VersionMark } from '../registry/types.ts';

/** What an import must know of versions already there. */
export type KnownVersion = VersionMark & { _id: string; digest: string; vin?: string };

/**
 * The registry's versions, one collection each (`registry_vehicles`, …). Versions are only ever inserted. Their `_id` is
 * `<key>#<seq>`: of two writers who make the next version of one key, one is told that it exists.
 */
export function registryStore(db: Db) {
  const of = <C extends Collection>(name: C) => db.collection<VersionDoc<C>>(`registry_${name}`);
  const secrets = db.collection<DeviceSecretsDoc>('device_secrets');

  return {
    async indexes(): Promise<void> {
      for (const name of COLLECTIONS) await of(name).createIndex({ key: 1, validFrom: 1 });
      await of('vehicles').createIndex({ skeleton: 1 });
      await of('vehicles').createIndex({ vin: 1 });
      await of('vehicles').createIndex({ 'row.stage': 1, key: 1 });
      await of('vehicles').createIndex({ 'row.fleet': 1 }, { partialFilterExpression: { 'row.fleet': { $exists: true } } });
      await of('inspections').createIndex({ vin: 1 });
      await of('devices').createIndex({ 'row.enterpriseId': 1 });
      await of('devices').createIndex(
        { 'row.calibratedUntil': 1 },
        { partialFilterExpression: { 'row.calibratedUntil': { $exists: true } } },
      );
      await of('permits').createIndex({ plate: 1 });
      await of('declarations').createIndex({ 'row.siteId': 1 });
      await of('deliveries').createIndex({ 'row.enterpriseId': 1, 'row.month': 1 });
    },

    /** Marks and digests of all versions of these keys. */
    known(name: Collection, keys: string[]): Promise<KnownVersion[]> {
      return of(name)
        .find({ key: { $in: keys } } as Filter<VersionDoc>, {
          projection: { key: 1, validFrom: 1, validTo: 1, recordedAt: 1, seq: 1, digest: 1, vin: 1 },
        })
        .toArray();
    },

    /**
     * Inserts new versions, unordered.
     * @returns the positions of those whose place another writer has taken; nothing else is refused quietly.
     */
    async insert<C extends Collection>(name: C, docs: VersionDoc<C>[]): Promise<Set<number>> {
      if (docs.length === 0) return new Set();
      try {
        await of(name).insertMany(docs, { ordered: false });
        return new Set();
      } catch (error) {
        const bulk = error as MongoBulkWriteError;
        const errors = bulk.name === 'MongoBulkWriteError' ? [bulk.writeErrors].flat() : [];
        if (errors.length === 0 || errors.some((e) => e.code !== 11000) || bulk.result?.getWriteConcernError()) throw error;
        return new Set(errors.map((e) => e.index));
      }
    },

    /** Versions by their `_id`; absent ones are left out. */
    versions<C extends Collection>(name: C, ids: string[]): Promise<VersionDoc<C>[]> {
      return ids.length === 0
        ? Promise.resolve([])
        : of(name)
            .find({ _id: { $in: ids } } as Filter<VersionDoc<C>>)
            .toArray();
    },

    /** Whole versions where `field` is one of `values`. */
    where<C extends Collection>(
      name: C,
      field: 'key' | 'skeleton' | 'vin' | 'row.siteId',
      values: string[],
    ): Promise<VersionDoc<C>[]> {
      return of(name)
        .find({ [field]: { $in: values } } as Filter<VersionDoc<C>>)
        .toArray();
    },

    /**
     * All versions of every key of which some version has one of `values` in `field` (a plate may have changed its VIN, a device its
     * enterprise: the versions that came after decide).
     */
    async whereEver<C extends Collection>(
      name: C,
      field: 'key' | 'vin' | 'plate' | 'row.enterpriseId' | 'row.fleet' | 'row.siteId',
      values: string[],
    ): Promise<VersionDoc<C>[]> {
      const keys = await of(name).distinct('key', { [field]: { $in: values } } as Filter<VersionDoc<C>>);
      return keys.length === 0 ? [] : this.where(name, 'key', keys);
    },

    /** All versions of the devices of which some version has a calibration that runs out. */
    async calibrated(): Promise<VersionDoc<'devices'>[]> {
      const keys = await of('devices').distinct('key', { 'row.calibratedUntil': { $exists: true } } as Filter<
        VersionDoc<'devices'>
      >);
      return keys.length === 0 ? [] : this.where('devices', 'key', keys);
    },

    /** All versions of a small collection; of devices those of one kind. */
    all<C extends Collection>(name: C, keyPrefix?: string): Promise<VersionDoc<C>[]> {
      const filter = keyPrefix === undefined ? {} : { key: { $gte: keyPrefix, $lt: `${keyPrefix}\uffff` } };
      return of(name)
        .find(filter as Filter<VersionDoc<C>>)
        .toArray();
    },

    /**
     * All versions of the vehicles of which some version has one of the stages, in order of key and beginning. The keys come from an
     * index by stage, some hundreds at a time.
     */
    async *ofStages(
      stages: string[],
      { from, recordedBy, descending }: { from?: string; recordedBy: number; descending?: boolean },
    ): AsyncGenerator<VersionDoc<'vehicles'>> {
      const order = descending ? -1 : 1;
      const keys = of('vehicles')
        .find(
          {
            'row.stage': { $in: stages },
            ...(from !== undefined && { key: { [descending ? '$lte' : '$gte']: from } }),
          } as Filter<VersionDoc<'vehicles'>>,
          { projection: { _id: 0, key: 1 } },
        )
        .sort({ key: order })
        .batchSize(500);
      const versionsOf = (some: string[]) =>
        of('vehicles')
          .find({ key: { $in: some }, recordedAt: { $lte: recordedBy } } as Filter<VersionDoc<'vehicles'>>)
          .sort({ key: order, validFrom: order })
          .toArray();
      try {
        let chunk: string[] = [];
        for await (const { key } of keys) {
          if (key === chunk.at(-1)) continue;
          if (chunk.length === 200) {
            yield* await versionsOf(chunk);
            chunk = [];
          }
          chunk.push(key);
        }
        if (chunk.length > 0) yield* await versionsOf(chunk);
      } finally {
        await keys.close();
      }
    },

    /** Versions in order of key and beginning, from a key on or of one key, recorded by a moment. */
    inOrder<C extends Collection>(
      name: C,
      range: {
        from?: string;
        key?: string;
        keyPrefix?: string;
        recordedBy: number;
        descending?: boolean;
      },
    ): AsyncIterable<VersionDoc<C>> & { close(): Promise<void> } {
      const bounds: Record<string, unknown> = {};
      if (range.key !== undefined) bounds.$eq = range.key;
      if (range.keyPrefix !== undefined) Object.assign(bounds, { $gte: range.keyPrefix, $lt: `${range.keyPrefix}\uffff` });
      if (range.from !== undefined) bounds[range.descending ? '$lte' : '$gte'] = range.from;
      const filter = {
        ...(Object.keys(bounds).length > 0 && { key: bounds }),
        recordedAt: { $lte: range.recordedBy },
      };
      const order = range.descending ? -1 : 1;
      return of(name)
        .find(filter as Filter<VersionDoc<C>>)
        .sort({ key: order, validFrom: order })
        .batchSize(1000);
    },

    /** The secrets of these devices (`kind/id`). */
    secretsOf(ids: string[]): Promise<DeviceSecretsDoc[]> {
      return secrets.find({ _id: { $in: ids } }).toArray();
    },

    /** The secrets of all devices. */
    allSecrets(): Promise<DeviceSecretsDoc[]> {
      return secrets.find({}).toArray();
    },

    /**
     * Sets new secrets; the one before stays as the second. A device whose newest secret has this digest already is left alone, so a
     * repeat does not push the older one out.
     */
    async setSecrets(changes: { id: string; secret: DeviceSecretsDoc['secrets'][number] }[]): Promise<void> {
      if (changes.length === 0) return;
      await secrets.bulkWrite(
        changes.map(({ id, secret }) => ({
          updateOne: {
            filter: { _id: id },
            update: [
              {
                $set: {
                  secrets: {
                    $cond: [
                      { $eq: [{ $first: { $ifNull: ['$secrets.sha256', []] } }, { $literal: secret.sha256 }] },
                      '$secrets',
                      { $slice: [{ $concatArrays: [[{ $literal: secret }], { $ifNull: ['$secrets', []] }] }, 2] },
                    ],
                  },
                },
              },
            ],
            upsert: true,
          },
        })),
        { ordered: true },
      );
    },
  };
}
export type RegistryStore = ReturnType<typeof registryStore>;
