import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAlerts } from './alerts/alerts.ts';
import { anchoredClock } from './clock.ts';
import type { Config } from './config.ts';
import { createBroker } from './embedded/broker.ts';
import { lockDataDir } from './embedded/data-dir-lock.ts';
import { startMongod } from './embedded/mongod.ts';
import { fileURLToPath } from 'node:url';
import { isKind } from '../devices/contract/kinds.ts';
import { createAccountRows } from './audit/account-rows.ts';
import { createAccounts } from './audit/accounts.ts';
import { createCleanTransportDecisions } from './audit/clean-transport-decision.ts';
import { createDayFigures } from './audit/day-figures.ts';
import { createRemoteSensingFigures } from './audit/remote-sensing-figures.ts';
import { createUreaFigures } from './audit/urea-figures.ts';
import { createChain } from './audit/evidence/chain.ts';
import { createEvidence } from './audit/evidence/evidence.ts';
import { createSealer } from './audit/evidence/sealer.ts';
import { createDisputes } from './audit/disputes.ts';
import { createDeviceHealth } from './audit/device-health.ts';
import { createGateQuality } from './audit/gate-quality.ts';
import { createGateBoard } from './audit/gate-board.ts';
import { createJobList } from './audit/job-list.ts';
import { createJobRows } from './audit/job-rows.ts';
import { createLedgers } from './audit/ledgers.ts';
import { createRecords } from './audit/records.ts';
import { createEnterprise } from './enterprise.ts';
import { createApp } from './http/app.ts';
import type { DeviceCheck } from './http/device-credentials.ts';
import type { GateState } from './http/contract/live.ts';
import { accountsRouter } from './http/routes/accounts.ts';
import { alertsRouter } from './http/routes/alerts.ts';
import { imagesRouter } from './http/routes/images.ts';
import { createImageFiles } from './images/files.ts';
import { createImages } from './images/images.ts';
import { createThumbnails } from './images/thumbnails.ts';
import { devicesRouter } from './http/routes/devices.ts';
import { disputesRouter } from './http/routes/disputes.ts';
import { deviceHealthRouter } from './http/routes/device-health.ts';
import { enterpriseRouter } from './http/routes/enterprise.ts';
import { evidenceRouter } from './http/routes/evidence.ts';
import { figuresRouter } from './http/routes/figures.ts';
import { gatesRouter } from './http/routes/gates.ts';
import { jobsRouter } from './http/routes/jobs.ts';
import { ledgersRouter } from './http/routes/ledgers.ts';
import { ordersRouter } from './http/routes/orders.ts';
import { policiesRouter } from './http/routes/policies.ts';
import { createReplay } from './intake/replay.ts';
import { readiness } from './readiness.ts';
import type { Actor } from './alerts/types.ts';
import { createCore } from './intake/core.ts';
import { judgeFindingAgain, judgeMessageAgain } from './intake/finding-again.ts';
import { createJobs } from './intake/jobs.ts';
import { createListener, type Listener } from './intake/listener.ts';
import { policyBook } from './intake/policy-book.ts';
import { createLive } from './live/live.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createOrders } from './orders.ts';
import { createPolicies } from './policies/policies.ts';
import { createPolicySource } from './policies/source.ts';
import { xinzhou2021 } from './policy/xinzhou-2021.ts';
import { createRegistry } from './registry/index.ts';
import { auditLogStore } from './store/audit-log.ts';
import { connectStore } from './store/connection.ts';
import { ensureAlertIndexes } from './store/alerts.ts';
import { evidenceBlockStore } from './store/evidence-blocks.ts';
import { createGateLaneStore } from './store/gate-lanes.ts';
import { createLease } from './store/lease.ts';
import { createLiveEventStore, ensureLiveIndexes } from './store/live-events.ts';
import { reconcileStore } from './store/reconciles.ts';
import { jobRowStore } from './store/job-rows.ts';
import { jobStore } from './store/jobs.ts';
import { rejudgeChangeStore } from './store/rejudge-changes.ts';
import { policyStore } from './store/policies.ts';
import { registryStore } from './store/registry.ts';
import { createRevisions } from './store/revisions.ts';
import { ensureAnchor } from './store/settings.ts';
import { vehicleCensusStore } from './store/vehicle-census.ts';
import { readTls, speaking, type Tls } from './tls.ts';
import { createIdentity } from './users/identity.ts';

/** How long a message over HTTP waits for the store. */
const DOOR_TIMEOUT_MS = 10_000;

/** A running platform. */
export interface Platform {
  /** Base address of console and API. */
  url: string;
  /** The broker devices connect to; without credentials. */
  mqttUrl: string;
  /** The generated password of `admin`, at the very first start without `ADMIN_PASSWORD` only. */
  adminPassword?: string;
  /** Reads certificate and key again; connections to come are spoken to by them. @throws when they are not right: the old ones stay */
  renewTls(): void;
  /** Process ids of the embedded parts, for those who kill them in tests. */
  pids(): { mongod: number | null; broker: number | null };
  /** Drains, then stops everything in the reverse order of its start. */
  stop(): Promise<void>;
}

/**
 * Starts the platform: its data directory, store, judging core, doors, broker. Whatever was started is stopped again when a later part
 * fails.
 */
export async function startPlatform(config: Config, log: Logger): Promise<Platform> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse())
      await end().catch((error: unknown) => log.error({ event: 'stop', error: String(error) }, 'a part did not stop cleanly'));
  };
  try {
    return { ...(await start(config, log, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(config: Config, log: Logger, stops: (() => Promise<unknown>)[]): Promise<Omit<Platform, 'stop'>> {
  const embedded = config.mongodbUri === undefined || config.mqtt.url === undefined;
  if (embedded) {
    const lock = await lockDataDir(config.dataDir);
    stops.push(() => lock.release());
  }
  const mongod =
    config.mongodbUri === undefined
      ? await startMongod({ dataDir: config.dataDir, log, cacheGb: config.mongodbCacheGb })
      : undefined;
  if (mongod) stops.push(() => mongod.stop());
  const store = await connectStore(config.mongodbUri ?? mongod!.uri, log);
  stops.push(() => store.close());

  const clock = anchoredClock(await ensureAnchor(store.db, config.clock, Date.now()));
  const reconciles = reconcileStore(store.db);
  const metrics = createMetrics(() => reconciles.last());
  const events = createLiveEventStore(store.db, log);
  const laneStore = createGateLaneStore(store.db, log);
  const onChange: { wake: () => void } = { wake: () => undefined };
  const alerts = createAlerts({ db: store.db, clock, log, onChange: () => onChange.wake() });
  const identity = createIdentity({ db: store.db, clock });
  const outgoing: { listener?: Listener } = {};
  const revisions = createRevisions(store.db);
  const book = policyBook(xinzhou2021, createPolicySource(store.db));
  await book.sync(await revisions.read());
  const core = createCore({
    connection: store.connection,
    clock,
    policies: book,
    config,
    alerts,
    publishLanes: (items) => laneStore.publish(items),
    publish: (topic, payload, options) => outgoing.listener?.publish(topic, payload, options),
    observe: metrics.observe,
    log,
  });
  const files = createImageFiles({ directory: join(config.dataDir, 'images'), instance: config.instance });
  const thumbnails = createThumbnails({ log });
  stops.push(async () => thumbnails.stop());
  const images = createImages({ db: store.db, files, thumbnail: (picture) => thumbnails.make(picture), clock });
  const policies = createPolicies({ db: store.db, clock, revisions, builtIn: xinzhou2021 });
  const policyOf = async (version: string) =>
    version === xinzhou2021.version ? xinzhou2021 : (await policyStore(store.db).byVersion(version))?.policy;
  const blocks = evidenceBlockStore(store.db);
  const versions = { registry: registryStore(store.db), policyOf };
  const sealer = createSealer({
    ...core.stores,
    ...versions,
    blocks,
    lease: createLease(store.db, 'leases', 'evidence'),
    clock,
    log,
  });
  const jobs = createJobs({
    ...core.stores,
    registry: core.registry,
    policies: book,
    clock,
    jobs: jobStore(store.connection),
    rows: jobRowStore(store.connection),
    changes: rejudgeChangeStore(store.connection),
    alerts,
    // The accounts of what a re-judge changes are brought up.
    accounting: core.accounting,
    backlog: () => core.intake.backlog(),
    policyOf,
    owner: core.owner,
    log,
  });
  const registry = createRegistry({
    db: store.db,
    clock,
    hooks: {
      inspectionsRecorded: (rows) => core.inspectionsRecorded(rows),
      vehiclesRecorded: (sold, corrected) => core.vehiclesRecorded(sold, corrected),
      deliveriesRecorded: (ids) => accounts.deliveriesChanged(ids),
    },
    policyAt: (at) => book.at(at, clock.now()),
  });
  const census = vehicleCensusStore(store.db);
  await Promise.all([
    core.indexes(),
    blocks.indexes(),
    files.start(),
    jobs.indexes(),
    registry.indexes(),
    census.indexes(),
    identity.indexes(),
    ensureAlertIndexes(store.connection),
    ensureLiveIndexes(store.connection),
  ]);
  const admin = await identity.ensureAdmin(config.adminPassword);

  // A registry of a million vehicles takes minutes to arrive; Node would cut it off after five.
  const requestTimeout = 60 * 60_000;
  const tls = tlsOf(config);
  const http = tls ? createHttpsServer({ ...speaking(tls), requestTimeout }) : createServer({ requestTimeout });
  const lanesSeen: { of: (actor: Actor) => GateState[] } = { of: () => [] };
  const board = createGateBoard({
    registry: core.registry,
    statuses: () => core.stores.statuses.all(),
    lanes: (actor) => lanesSeen.of(actor),
    clock,
  });
  const health = createDeviceHealth({ registry: core.registry, statuses: core.stores.statuses, findings: core.stores.findings, clock }); // prettier-ignore
  const authenticate: DeviceCheck = async (kind, deviceId, secret) =>
    isKind(kind) && (await registry.checkSecret(`${kind}/${deviceId}`, secret));
  const door = devicesRouter({
    authenticate,
    submit: (kind, deviceId, message, bytes) => core.intake.submit(kind, deviceId, message, bytes, DOOR_TIMEOUT_MS),
    policyOf: (gateId) => core.gatePolicies.of(gateId),
    now: () => clock.now(),
  });
  const disputes = createDisputes({ db: store.db, clock, alerts, audit: (...entry) => identity.audit(...entry) });
  const accounts = createAccounts({
    ...core.accounting,
    accounts: core.stores.accounts,
    registry: core.registry,
    policies: core.ledgers.policies,
    clock,
  });
  const accountDecisions = createCleanTransportDecisions({
    accounts,
    registry,
    clock,
    audit: (...entry) => identity.audit(...entry),
    audited: (action, target) => identity.audited(action, target),
  });
  const records = createRecords({ db: store.db, clock, registry, settling: core.settling });
  const app = createApp({
    log,
    clock,
    identity,
    registry,
    records,
    metrics: metrics.registry,
    checks: readiness({ config, store, clock, core, listening: () => outgoing.listener?.ready() ?? false }),
    replay: createReplay({ deadLetters: core.stores.deadLetters, intake: core.intake }),
    routers: [
      door,
      imagesRouter({ images, authenticate, audit: (...entry) => identity.audit(...entry) }),
      alertsRouter({ alerts }),
      gatesRouter({ board }),
      deviceHealthRouter({ health }),
      policiesRouter({ policies }),
      ledgersRouter({ ledgers: createLedgers({ ...core.ledgers, db: store.db }) }),
      accountsRouter({
        accounts,
        rows: createAccountRows(core.ledgers),
        decisions: accountDecisions,
        gates: createGateQuality({ ...core.ledgers, maker: core.accounting.maker }),
      }),
      figuresRouter({
        day: createDayFigures({
          db: store.db,
          clock,
          registry: core.registry,
          statuses: core.stores.statuses,
          rules: Object.keys(xinzhou2021.rules),
        }),
        remoteSensing: createRemoteSensingFigures({ db: store.db, clock, registry: core.registry, policies: book }),
        urea: createUreaFigures({ db: store.db, clock, registry, policies: book, ...core.stores }),
      }),
      ordersRouter(
        createOrders({ registry: core.registry, policies: book, decisions: core.stores.decisions, census, revisions, clock }),
      ),
      enterpriseRouter(
        createEnterprise({
          db: store.db,
          registry: core.registry,
          policies: book,
          observations: core.stores.observations,
          images: core.stores.images,
          settling: core.settling,
          clock,
        }),
      ),
      disputesRouter({ disputes }),
      evidenceRouter({
        evidence: createEvidence({
          ...versions,
          db: store.db,
          chain: createChain(blocks),
          images,
          clock,
          batches: core.stores.batches,
          auditLog: auditLogStore(store.db),
          audit: (...entry) => identity.audit(...entry),
          judgeFinding: (finding) => judgeFindingAgain(finding, core.again),
          judgeMessage: (ref) => judgeMessageAgain(ref, core.again),
        }),
      }),
      jobsRouter({
        jobs,
        list: createJobList({ db: store.db, clock }),
        rows: createJobRows({ db: store.db, clock, settling: core.settling }),
        audit: (...entry) => identity.audit(...entry),
      }),
    ],
    secure: tls !== undefined,
    webDirectory: fileURLToPath(new URL('../web/dist', import.meta.url)),
    tileUrl: config.tileUrl,
  });
  http.on('request', app);
  const live = createLive({
    http,
    store: events,
    lanes: laneStore,
    revisions: () => revisions.read(),
    authenticate: (shown) => identity.authenticate(shown),
    onEnded: (listener) => identity.onEnded(listener),
    log,
  });
  onChange.wake = () => live.wake();
  lanesSeen.of = (actor) => live.lanes(actor);

  const broker =
    config.mqtt.url === undefined
      ? await createBroker({
          port: config.mqtt.port,
          host: config.host,
          tls,
          log,
          accounts: { lookup: (username) => registry.device(username), revision: async () => (await revisions.read()).devices },
        })
      : undefined;
  if (broker) stops.push(() => broker.stop());
  const listener = createListener({
    url: config.mqtt.url ?? broker!.innerUrl,
    ...(broker ? { username: broker.platformUsername, password: broker.platformPassword } : credentials(config)),
    clientId: `cleanhaul-${config.instance}`,
    protocolVersion: broker ? 4 : 5,
    shared: config.mqtt.shared,
    onPacket: (packet) => core.intake.packet(packet),
    onReady: () => core.gatePolicies.republish(),
    log,
  });
  outgoing.listener = listener;
  registry.onChanged((collection, keys) => {
    if (collection === 'devices') for (const key of keys) broker?.invalidate(key);
    if (collection === 'responses' || collection === 'zones') live.registryChanged();
    if (collection !== 'vehicles' && collection !== 'inspections') core.gatePolicies.run();
  });

  await live.start();
  stops.push(() => live.stop());
  listener.start();
  stops.push(() => listener.stop());
  core.sweeps.start();
  stops.push(() => core.stop());
  core.gatePolicies.start();
  jobs.start();
  stops.push(() => jobs.stop());
  sealer.start();
  stops.push(() => sealer.stop());
  const port = await listen(http, config.port, config.host);
  stops.push(async () => {
    const closed = closeHttp(http);
    await live.disconnect();
    await closed;
  });
  // With a broker of its own the platform is ready when it listens to it; one elsewhere may be away for long.
  for (let waited = 0; broker && !listener.ready() && waited < 2_000; waited += 20) await sleep(20);
  return {
    url: `${tls ? 'https' : 'http'}://${hostInUrl(config.host)}:${port}`,
    mqttUrl: broker ? broker.url : withoutCredentials(config.mqtt.url!),
    ...(admin !== undefined && { adminPassword: admin }),
    renewTls() {
      const next = tlsOf(config);
      if (next && 'setSecureContext' in http) http.setSecureContext(speaking(next));
      if (next) broker?.useTls(next);
    },
    pids: () => ({ mongod: mongod?.pid() ?? null, broker: broker?.pid() ?? null }),
  };
}

/** @throws when a file is not right any more */
function tlsOf({ tls }: Config): Tls | undefined {
  const read = readTls(tls?.cert, tls?.key);
  if (read && 'wrong' in read) throw new Error(`${read.wrong[0]}: ${read.wrong[1].zh} · ${read.wrong[1].en}`);
  return read;
}

function credentials({ mqtt }: Config) {
  return {
    ...(mqtt.username !== undefined && { username: mqtt.username }),
    ...(mqtt.password !== undefined && { password: mqtt.password }),
  };
}

function listen(http: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => resolve((http.address() as AddressInfo).port));
  });
}

/** Open requests are given two seconds. */
function closeHttp(http: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeIdleConnections();
    setTimeout(() => http.closeAllConnections(), 2000).unref();
  });
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function withoutCredentials(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.toString().replace(/\/$/, '');
}
