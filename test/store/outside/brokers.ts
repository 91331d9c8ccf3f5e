import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { startMosquittoOn, type Mosquitto } from '../wire/mosquitto.ts';
import { startWire, type Wire } from '../wire/wire.ts';

const run = promisify(execFile);

/** A platform with devices on one of the two brokers, as an operator sets it up. */
export interface Place {
  wire: Wire;
  mqttUrl: string;
  stop(): Promise<void>;
}

/** The broker that comes with the platform. */
export async function onEmbedded(devices: object[], env: Record<string, string> = {}): Promise<Place> {
  const wire = await startWire({ devices, env });
  return { wire, mqttUrl: wire.platform.mqttUrl, stop: () => wire.stop() };
}

/** Mosquitto with what `npm run mosquitto` writes from the registry. The platform is started first and finds its broker later. */
export async function onMosquitto(devices: object[], env: Record<string, string> = {}): Promise<Place> {
  const port = await freePort();
  const account = {
    MQTT_URL: `mqtt://127.0.0.1:${port}`,
    MQTT_USERNAME: 'platform',
    MQTT_PASSWORD: 'platform-password-of-a-test',
  };
  const wire = await startWire({ devices, env: { ...account, ...env } });
  const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-mosquitto-'));
  let broker: Mosquitto | undefined;
  const stop = async () => {
    await wire.stop();
    await broker?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const args = ['--import', 'tsx', 'scripts/mosquitto.ts', '--out', directory, '--port', String(port)];
    await run(process.execPath, args, { env: { ...process.env, ...account, MONGODB_URI: wire.uri } });
    // Started as root it would become an account that cannot read what belongs to us.
    await appendFile(join(directory, 'mosquitto.conf'), `user ${userInfo().username}\n`);
    broker = await startMosquittoOn(join(directory, 'mosquitto.conf'), port);
    await ready(wire);
    return { wire, mqttUrl: broker.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until the platform says that everything it needs is there. */
export async function ready(wire: Wire): Promise<void> {
  await until(async () => (await fetch(`${wire.platform.url}/readyz`)).status === 200, 30_000);
}
