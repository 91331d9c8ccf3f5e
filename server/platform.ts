import { setTimeout as sleep } from 'node:timers/promises';
import { anchoredClock } from './clock.ts';
import type { Config } from './config.ts';
import { createBroker } from './embedded/broker.ts';
import { lockDataDir } from './embedded/data-dir-lock.ts';
import { startMongod } from './embedded/mongod.ts';
import { createListener, type Listener } from './intake/listener.ts';
import { createLive, type Live } from './live/live.ts';
import type { Logger } from './log.ts';
import { createPlatformApp } from './platform/app.ts';
import { createHttpServer } from './platform/http-server.ts';
import { addressForDevices, connectionOf } from './platform/mqtt.ts';
import { createServices } from './platform/services.ts';
import { connectStore } from './store/connection.ts';
import { ensureAnchor } from './store/settings.ts';
import { loadTls } from './tls.ts';

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

/** Everything in the order of its start; what is to be stopped is put on `stops` as soon as it stands. */
async function start(config: Config, log: Logger, stops: (() => Promise<unknown>)[]): Promise<Omit<Platform, 'stop'>> {
  if (config.mongodbUri === undefined || config.mqtt.url === undefined) {
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

  // Services and app speak to the listener and the live line, which are made of them below: nothing runs before all are made.
  const services = await createServices({
    config,
    log,
    store,
    clock,
    publish: (topic, payload, options) => listener.publish(topic, payload, options),
    alertsChanged: () => live.wake(),
  });
  const { core, identity, jobs, registry, revisions, sealer, thumbnails } = services;
  stops.push(async () => thumbnails.stop());
  await services.prepare();
  const admin = await identity.ensureAdmin(config.adminPassword);

  const tls = loadTls(config.tls);
  const http = createHttpServer(tls);
  const app = createPlatformApp({
    config,
    log,
    store,
    clock,
    services,
    lanes: (actor) => live.lanes(actor),
    listening: () => listener.ready(),
    secure: tls !== undefined,
  });
  // Before the live line, which puts itself in front of whoever answers already.
  http.server.on('request', app);
  const live: Live = createLive({
    http: http.server,
    store: services.events,
    lanes: services.lanes,
    revisions: () => revisions.read(),
    authenticate: (shown) => identity.authenticate(shown),
    onEnded: (listen) => identity.onEnded(listen),
    log,
  });
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
  const listener: Listener = createListener({
    ...connectionOf(config, broker),
    onPacket: (packet) => core.intake.packet(packet),
    onReady: () => core.gatePolicies.republish(),
    log,
  });
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
  const url = await http.listen(config.port, config.host);
  stops.push(async () => {
    const closed = http.close();
    await live.disconnect();
    await closed;
  });
  // With a broker of its own the platform is ready when it listens to it; one elsewhere may be away for long.
  for (let waited = 0; broker && !listener.ready() && waited < 2_000; waited += 20) await sleep(20);
  return {
    url,
    mqttUrl: addressForDevices(config, broker),
    ...(admin !== undefined && { adminPassword: admin }),
    renewTls() {
      const next = loadTls(config.tls);
      if (!next) return;
      http.useTls(next);
      broker?.useTls(next);
    },
    pids: () => ({ mongod: mongod?.pid() ?? null, broker: broker?.pid() ?? null }),
  };
}
