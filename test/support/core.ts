import { Readable } from 'node:stream';
import { createAlerts } from '../../server/alerts/alerts.ts';
import { anchoredClock, type Clock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { createCore, type Core } from '../../server/intake/core.ts';
import { policyBook } from '../../server/intake/policy-book.ts';
import type { Publishing } from '../../server/intake/listener.ts';
import type { Outcome } from '../../server/intake/types.ts';
import { createLog } from '../../server/log.ts';
import { createPolicies, type Policies } from '../../server/policies/policies.ts';
import { createPolicySource } from '../../server/policies/source.ts';
import type { Policy } from '../../server/policy/types.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import { createRegistry, type Registry } from '../../server/registry/index.ts';
import type { Collection } from '../../server/registry/types.ts';
import { createRevisions } from '../../server/store/revisions.ts';
import { connectStore, type Store } from '../../server/store/connection.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import { startMongo } from './mongo.ts';

export interface Published {
  topic: string;
  payload: Record<string, unknown>;
  options: Publishing;
}

/** The judging core on a real store, with a clock the test sets and everything it publishes at hand. */
export interface TestCore {
  core: Core;
  store: Store;
  registry: Registry;
  policies: Policies;
  published: Published[];
  clock: Clock & { set(at: string | number): void };
  /** Imports registry rows as an administrator. */
  rows(collection: Collection, rows: object[]): Promise<void>;
  /** Drafts a policy version and has a second person activate it; by the core's clock `from` is not past. */
  activate(policy: Policy, from: string): Promise<void>;
  /** Sends a message through the door and waits for its outcome. */
  send(kind: Kind, deviceId: string, message: string, body: object): Promise<Outcome | null>;
  stop(): Promise<void>;
}

export interface TestCoreOptions {
  at: string;
  uri?: string;
  instance?: string;
  env?: Record<string, string>;
  sweeps?: boolean;
  judgeAfterMs?: number;
}

export async function startCore(options: TestCoreOptions): Promise<TestCore> {
  const mongo = options.uri === undefined ? await startMongo() : undefined;
  const uri = options.uri ?? mongo!.uri;
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  const store = await connectStore(uri, log);
  let offset = Date.parse(options.at) - Date.now();
  const real = anchoredClock({ real: 0, start: 0, speed: 1 });
  const clock = {
    speed: 1,
    now: () => real.now() + offset,
    set: (at: string | number) => void (offset = new Date(at).getTime() - Date.now()),
  };
  const published: Published[] = [];
  const alerts = createAlerts({ db: store.db, clock, log });
  const config = readConfig({ GATE_RATE: '0', DEVICE_RATE: '0', INSTANCE: options.instance ?? '1', ...options.env });
  const core = createCore({
    connection: store.connection,
    clock,
    policies: policyBook(xinzhou2021, createPolicySource(store.db)),
    config,
    alerts,
    publishLanes: async () => undefined,
    publish: (topic, payload, o) =>
      void published.push({ topic, payload: JSON.parse(payload) as Record<string, unknown>, options: o }),
    log,
    reconcileAgainMs: 0,
    ...(options.judgeAfterMs !== undefined && { judgeAfterMs: options.judgeAfterMs }),
  });
  const registry = createRegistry({
    db: store.db,
    clock,
    hooks: {
      inspectionsRecorded: (rows) => core.inspectionsRecorded(rows),
      vehiclesRecorded: (sold, corrected) => core.vehiclesRecorded(sold, corrected),
    },
  });
  const policies = createPolicies({ db: store.db, clock, revisions: createRevisions(store.db), builtIn: xinzhou2021 });
  await registry.indexes();
  await core.indexes();
  if (options.sweeps) core.sweeps.start();
  return {
    core,
    store,
    registry,
    policies,
    published,
    clock,
    async rows(collection, rows) {
      const body = Readable.from(rows.map((row) => JSON.stringify(row) + '\n'));
      const answer = await registry.import(collection, body, {
        format: 'ndjson',
        language: 'en',
        may: { recordedAt: true, secrets: true },
      });
      if (answer.rejected > 0) throw new Error(JSON.stringify(answer.errors));
    },
    async activate(policy, from) {
      const person = (username: string) => ({ username, name: username, role: 'bureau' as const });
      await policies.draft(policy, person('li'), 'en');
      await policies.activate(policy.version, Date.parse(from), undefined, person('wang'));
    },
    send: (kind, deviceId, message, body) =>
      core.intake.submit(kind, deviceId, message, Buffer.from(JSON.stringify(body)), 10_000),
    async stop() {
      await core.stop();
      await store.close();
      await mongo?.stop();
    },
  };
}

/** An enterprise of the coking industry with a gate at its own place. */
export const COKING = {
  id: 'coking-1',
  uscc: '91140900MA0000001X',
  nameZh: '示例焦化',
  county: '140902',
  industry: 'coking',
  annualFreight: 2_100_000,
  planningArea: false,
  dailyTruckPasses: 120,
  grade: 'B',
  cleanTransport: 'met',
  lon: 112.73,
  lat: 38.42,
};

export const GATE = {
  kind: 'gate',
  id: 'g1',
  nameZh: '示例焦化1号门',
  enterpriseId: 'coking-1',
  lon: 112.73,
  lat: 38.42,
  county: '140902',
  enabled: true,
  secret: 'gate-one-secret-0123456789',
};

/** A registered heavy diesel truck. */
export function truck(plateNumber: string, stage: string, more: object = {}) {
  return {
    plateNumber,
    plateColor: 'yellow',
    vin: `LTEST${[...plateNumber].slice(1).join('').padEnd(12, '0')}`,
    vehicleType: 'Q11',
    fuel: 'B',
    stage,
    useNature: 'F',
    totalMass: 25_000,
    firstRegistered: '2018-05-01',
    status: 'in-use',
    ...more,
  };
}
