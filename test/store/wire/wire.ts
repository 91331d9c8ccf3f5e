import { Readable } from 'node:stream';
import { anchoredClock, type Clock } from '../../../server/clock.ts';
import { createRegistry, type Registry } from '../../../server/registry/index.ts';
import type { Collection } from '../../../server/registry/types.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { ensureAnchor } from '../../../server/store/settings.ts';
import type { DeadLetterDoc, DecisionDoc, FindingDoc, ObservationDoc } from '../../../server/store/types.ts';
import { quietLog } from '../../support/log.ts';
import { startMongo } from '../../support/mongo.ts';
import { startPlatformProcess, type PlatformProcess } from '../../support/platform.ts';

/** A platform as its own process, and the store behind it, in which a test registers devices and looks what became of messages. */
export interface Wire {
  platform: PlatformProcess;
  /** The store's address. */
  uri: string;
  store: Store;
  /** The store's process. */
  mongod(): number | null;
  registry: Registry;
  /** The platform's own clock. */
  clock: Clock;
  observations: ReturnType<typeof collections>['observations'];
  deadLetters: ReturnType<typeof collections>['deadLetters'];
  findings: ReturnType<typeof collections>['findings'];
  decisions: ReturnType<typeof collections>['decisions'];
  /** Imports rows as an administrator. */
  rows(collection: Collection, rows: object[]): Promise<void>;
  stop(): Promise<void>;
}

export interface WireOptions {
  env?: Record<string, string>;
  /** Registered before the platform starts. */
  devices?: object[];
  /** Puts something between the platform and its store. */
  through?: (uri: string) => Promise<string>;
}

/** Starts a store, registers devices, and starts a platform on it; the broker is the embedded one unless `env.MQTT_URL` says otherwise. */
export async function startWire({ env = {}, devices = [], through }: WireOptions = {}): Promise<Wire> {
  const mongo = await startMongo();
  const store = await connectStore(mongo.uri, quietLog);
  const stopStore = async () => {
    await store.close();
    await mongo.stop();
  };
  try {
    const clock = anchoredClock(await ensureAnchor(store.db, { start: undefined, speed: 1 }, Date.now()));
    const registry = createRegistry({ db: store.db, clock, hooks: { inspectionsRecorded: async () => undefined } });
    await registry.indexes();
    const rows: Wire['rows'] = async (collection, each) => {
      const body = Readable.from(each.map((row) => `${JSON.stringify(row)}\n`));
      const may = { recordedAt: true, secrets: true };
      const answer = await registry.import(collection, body, { format: 'ndjson', language: 'en', may });
      if (answer.rejected > 0) throw new Error(JSON.stringify(answer.errors.slice(0, 3)));
    };
    if (devices.length > 0) await rows('devices', devices);
    const platform = await startPlatformProcess({ env: { MONGODB_URI: (await through?.(mongo.uri)) ?? mongo.uri, ...env } });
    return {
      platform,
      uri: mongo.uri,
      store,
      mongod: mongo.pid,
      registry,
      clock,
      ...collections(store),
      rows,
      async stop() {
        await platform.stop();
        await stopStore();
      },
    };
  } catch (error) {
    await stopStore();
    throw error;
  }
}

function collections({ db }: Store) {
  return {
    observations: db.collection<ObservationDoc>('observations'),
    deadLetters: db.collection<DeadLetterDoc>('dead_letters'),
    findings: db.collection<FindingDoc>('findings'),
    decisions: db.collection<DecisionDoc>('decisions'),
  };
}

/** The rest of a device's row, and a secret by which it logs in. */
export function deviceRow(row: { kind: string; id: string } & Record<string, unknown>): Record<string, unknown> {
  const place = row.kind === 'on-board' ? {} : { lon: 112.73, lat: 38.42, county: '140902' };
  return { nameZh: '试验设备', ...place, secret: secretOf(`${row.kind}/${row.id}`), ...row };
}

/** The secret of a test's device. */
export function secretOf(username: string): string {
  return `secret-of-${username}`.padEnd(24, '-');
}
