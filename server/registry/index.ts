import type { Readable } from 'node:stream';
import type { Db } from 'mongodb';
import type { Clock } from '../clock.ts';
import { xinzhou2021 } from '../policy/xinzhou-2021.ts';
import type { Policy } from '../policy/types.ts';
import type { ImportAnswer } from '../http/contract/registry.ts';
import { createRevisions } from '../store/revisions.ts';
import { registryStore } from '../store/registry.ts';
import type { ImportOptions } from './import-types.ts';
import { importRows, type ImportDeps } from './import.ts';
import { inForce } from './in-force.ts';
import { groupBy } from './lookup.ts';
import { readRegistryCursor, registryItems, writeRegistryCursor, type RegistryItem, type RegistryQuery } from './list.ts';
import { matchesDigest } from './secrets.ts';
import type { Collection } from './types.ts';

export { createRegistryReader, type RegistryReader } from './reader.ts';

/** What a door or a broker asks of a device before it lets it in. */
export interface RegisteredDevice {
  enabled: boolean;
  /** SHA-256, newest first, at most two. */
  secretsSha256: string[];
  /** Mosquitto's hash of the newest. */
  mosquitto?: string;
}

/** What is asked of a list; which policy counts for the phase-out is the registry's to know. */
export type RegistryAsked = Omit<RegistryQuery, 'phaseOut'> & { phaseOut?: boolean };

/** The registry as the rest of the platform writes and shows it; `createRegistryReader` is for judging. */
export interface Registry {
  indexes(): Promise<void>;
  import(collection: Collection, body: Readable, options: ImportOptions): Promise<ImportAnswer>;
  /** A page in order of key. @throws AppError 400 `bad-cursor` */
  page(
    collection: Collection,
    query: RegistryAsked & { limit: number; cursor?: string },
  ): Promise<{ items: RegistryItem[]; next: string | null; asOf: number }>;
  /** The whole list as of now, one item after another. */
  all(collection: Collection, query: RegistryAsked): { asOf: number; items: AsyncGenerator<RegistryItem> };
  /** Calls the listener after every change this process stores, and again when a recent one is repeated; other processes see it by `reader.sync()`. */
  onChanged(listener: (collection: Collection, keys: string[]) => void): void;
  /** The account of a device by `<kind>/<id>`, as of now; null when it is not registered. */
  device(username: string): Promise<RegisteredDevice | null>;
  /** All accounts, for a broker's generated files. */
  deviceAccounts(): Promise<Map<string, RegisteredDevice>>;
  /** Whether this is one of the device's two secrets; the device may still be disabled. */
  checkSecret(username: string, secret: string): Promise<boolean>;
}

/** @param hooks see `ImportDeps` */
export function createRegistry(deps: {
  db: Db;
  clock: Clock;
  hooks: Pick<ImportDeps, 'inspectionsRecorded' | 'vehiclesRecorded' | 'deliveriesRecorded'>;
  /** The policy in force at a moment; absent: the built-in one. */
  policyAt?: (at: number) => Policy;
}): Registry {
  const { db, clock, hooks, policyAt = () => xinzhou2021 } = deps;
  const store = registryStore(db);
  const revisions = createRevisions(db);
  const listeners: ((collection: Collection, keys: string[]) => void)[] = [];

  async function accounts(usernames?: string[]): Promise<Map<string, RegisteredDevice>> {
    const [versions, secrets] = await Promise.all([
      usernames ? store.where('devices', 'key', usernames) : store.all('devices'),
      usernames ? store.secretsOf(usernames) : store.allSecrets(),
    ]);
    const secretsOf = new Map(secrets.map((s) => [s._id, s.secrets]));
    const now = clock.now();
    const found = new Map<string, RegisteredDevice>();
    for (const [key, ofKey] of groupBy(versions, (v) => v.key)) {
      const version = inForce(ofKey, now, now);
      if (!version) continue;
      const own = secretsOf.get(key) ?? [];
      found.set(key, {
        enabled: version.row.enabled,
        secretsSha256: own.map((s) => s.sha256),
        ...(own[0] && { mosquitto: own[0].mosquitto }),
      });
    }
    return found;
  }

  const withPolicy = ({ phaseOut, ...query }: RegistryAsked, asOf: number): RegistryQuery =>
    phaseOut === true ? { ...query, phaseOut: policyAt(query.at ?? asOf) } : query;

  return {
    indexes: () => store.indexes(),
    import(collection, body, options) {
      const changed = (name: Collection, keys: string[]) => listeners.forEach((listener) => listener(name, keys));
      return importRows({ store, revisions, clock, changed, ...hooks }, collection, body, options);
    },
    async page(collection, { limit, cursor, ...query }) {
      const from = cursor === undefined ? undefined : readRegistryCursor(cursor);
      const asOf = from?.asOf ?? clock.now();
      const items: RegistryItem[] = [];
      let place = from?.place;
      for await (const found of registryItems(store, collection, withPolicy(query, asOf), asOf, from?.place)) {
        if (items.length === limit) return { items, next: writeRegistryCursor(asOf, place!), asOf };
        items.push(found.item);
        place = found.place;
      }
      return { items, next: null, asOf };
    },
    all(collection, query) {
      const asOf = clock.now();
      return {
        asOf,
        items: (async function* () {
          for await (const { item } of registryItems(store, collection, withPolicy(query, asOf), asOf)) yield item;
        })(),
      };
    },
    onChanged: (listener) => void listeners.push(listener),
    device: async (username) => (await accounts([username])).get(username) ?? null,
    deviceAccounts: () => accounts(),
    async checkSecret(username, secret) {
      const [found] = await store.secretsOf([username]);
      return found?.secrets.some((s) => matchesDigest(secret, s.sha256)) ?? false;
    },
  };
}
