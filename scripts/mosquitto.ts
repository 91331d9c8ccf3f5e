import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { anchoredClock } from '../server/clock.ts';
import { readConfig, withEnvFile, type Config } from '../server/config.ts';
import { DataDirInUse, lockDataDir } from '../server/embedded/data-dir-lock.ts';
import { startMongod } from '../server/embedded/mongod.ts';
import { mosquittoHash, writeMosquitto, type MosquittoDevice } from '../server/embedded/mosquitto.ts';
import { deviceOf, PLATFORM_USER } from '../server/embedded/rights.ts';
import { createLog } from '../server/log.ts';
import { createRegistry } from '../server/registry/index.ts';
import { connectStore } from '../server/store/connection.ts';
import { ensureAnchor } from '../server/store/settings.ts';

/** `npm run mosquitto -- --out DIR`: the configuration of a Mosquitto for this platform and its registered devices. */

const { out, host, port } = new Command()
  .requiredOption('--out <directory>', 'where mosquitto.conf, passwords and acl are written')
  .option('--host <address>', 'address on which Mosquitto listens', '127.0.0.1')
  .option('--port <number>', 'port on which Mosquitto listens', Number, 1883)
  .parse()
  .opts<{ out: string; host: string; port: number }>();

const config = readConfig(withEnvFile(process.cwd(), process.env));
const log = createLog('warn');

/** The store's URI: the outside one, that of a running platform on the same directory, or one started for the moment. */
async function storeUri({ mongodbUri, dataDir }: Config): Promise<{ uri: string; stop(): Promise<void> }> {
  if (mongodbUri !== undefined) return { uri: mongodbUri, stop: async () => undefined };
  try {
    const lock = await lockDataDir(dataDir);
    const mongod = await startMongod({ dataDir, log });
    return { uri: mongod.uri, stop: () => mongod.stop().then(() => lock.release()) };
  } catch (error) {
    if (!(error instanceof DataDirInUse)) throw error;
    const running = (await readFile(join(dataDir, 'mongodb.port'), 'utf8')).trim();
    return { uri: `mongodb://127.0.0.1:${running}/cleanhaul?directConnection=true`, stop: async () => undefined };
  }
}

/** The enabled devices that have a secret. */
async function registeredDevices(uri: string): Promise<MosquittoDevice[]> {
  const store = await connectStore(uri, log);
  try {
    const clock = anchoredClock(await ensureAnchor(store.db, config.clock, Date.now()));
    const registry = createRegistry({ db: store.db, clock, hooks: { inspectionsRecorded: async () => undefined } });
    return [...(await registry.deviceAccounts())].flatMap(([username, account]) => {
      const device = deviceOf(username);
      return device !== null && account.enabled && account.mosquitto !== undefined
        ? [{ ...device, hash: account.mosquitto }]
        : [];
    });
  } finally {
    await store.close();
  }
}

const store = await storeUri(config);
const devices = await registeredDevices(store.uri).finally(() => store.stop());
const password = config.mqtt.password ?? randomBytes(32).toString('base64url');
await writeMosquitto(resolve(out), { host, port }, { platformHash: mosquittoHash(password), devices });
console.log(`${devices.length} devices written to ${resolve(out)}`);
if (config.mqtt.password === undefined) {
  console.log(`start the platform with MQTT_URL=mqtt://${host}:${port} MQTT_USERNAME=${PLATFORM_USER} MQTT_PASSWORD=${password}`);
}
