import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IndexDescription } from 'mongodb';
import { anchoredClock } from '../../server/clock.ts';
import { createBroker } from '../../server/embedded/broker.ts';
import { guardChild } from '../../server/embedded/guard.ts';
import { mosquittoHash, writeMosquitto } from '../../server/embedded/mosquitto.ts';
import { PLATFORM_USER } from '../../server/embedded/rights.ts';
import type { Logger } from '../../server/log.ts';
import { createRegistry } from '../../server/registry/index.ts';
import { connectStore } from '../../server/store/connection.ts';
import type { Latency, LatencyTask, Throughput, ThroughputTask } from './generator.ts';
import { registryRows } from './world.ts';
import type { BrokerAddress } from './wire.ts';

/** The processes of a bench: broker, platform, bare floor and load generator. Each is ended by its own id. */

const root = resolve(import.meta.dirname, '..', '..');
const NODE = ['--import', 'tsx'];
/** What `npm start` gives Node, the server's file left out. */
const START = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }).scripts.start
  .split(' ')
  .slice(1, -1);

export interface Part {
  pid: number | null;
  stop(): Promise<void>;
}

/** The version of an installed Mosquitto; null where there is none. */
export function mosquittoVersion(): string | null {
  const { stdout } = spawnSync('mosquitto', ['-h'], { env: withSbin(), encoding: 'utf8' });
  return /^mosquitto version (\S+)/m.exec(stdout ?? '')?.[1] ?? null;
}

/** Debian keeps it where only administrators' PATH looks. */
function withSbin() {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
}

/** Mosquitto with the platform's own generated configuration where it is installed, else the embedded broker. */
export async function startBroker(directory: string, log: Logger): Promise<BrokerAddress & Part> {
  const version = mosquittoVersion();
  if (version === null) {
    const broker = await createBroker({ port: 0, host: '127.0.0.1', log, accounts: { lookup: async () => null } });
    return {
      name: 'aedes (embedded; no Mosquitto is installed)',
      port: broker.port,
      username: broker.platformUsername,
      password: broker.platformPassword,
      pid: broker.pid(),
      stop: () => broker.stop(),
    };
  }
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  const listener = { host: '127.0.0.1', port, runAs: userInfo().username };
  await writeMosquitto(directory, listener, { platformHash: mosquittoHash(password), devices: [] });
  const child = spawn('mosquitto', ['-c', join(directory, 'mosquitto.conf')], { stdio: 'ignore', env: withSbin() });
  const part = partOf(child);
  await sleep(500);
  if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
  return { name: `Mosquitto ${version}`, port, username: PLATFORM_USER, password, ...part };
}

function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? settle(address.port) : reject(new Error('no port'))));
    });
  });
}

/** A child that does not outlive this process. */
function partOf(child: ChildProcess): Part {
  const release = child.pid === undefined ? () => undefined : guardChild(child.pid);
  const gone = new Promise<void>((settle) => {
    child.once('exit', () => settle());
    child.once('error', () => settle());
  });
  return {
    pid: child.pid ?? null,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await gone;
      clearTimeout(hard);
      release();
    },
  };
}

/** Waits for a line on a child's output. @throws with what it said when it ends first */
function line(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((settle, reject) => {
    let said = '';
    const read = (data: Buffer) => {
      said += data.toString();
      if (wanted.test(said)) settle();
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', (data: Buffer) => {
      process.stderr.write(data);
      said += data.toString();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${said}`)));
  });
}

/** Imports the bench's registry into a database, and gives the indexes of its observations once the platform has made them. */
export async function seedRegistry(uri: string, log: Logger): Promise<void> {
  const store = await connectStore(uri, log);
  try {
    const clock = anchoredClock({ real: 0, start: 0, speed: 1 });
    const registry = createRegistry({ db: store.db, clock, hooks: { inspectionsRecorded: async () => undefined } });
    await registry.indexes();
    for (const [collection, rows] of registryRows()) {
      const body = Readable.from(rows.map((row) => JSON.stringify(row) + '\n'));
      const answer = await registry.import(collection, body, {
        format: 'ndjson',
        language: 'en',
        may: { recordedAt: true, secrets: false },
      });
      if (answer.rejected > 0) throw new Error(`registry: ${JSON.stringify(answer.errors.slice(0, 3))}`);
    }
  } finally {
    await store.close();
  }
}

/** The platform as a user starts it, with outside store and broker and without limits on devices. */
export async function startPlatform(o: {
  mongo: string;
  database: string;
  broker: BrokerAddress;
  directory: string;
  profile?: string;
}): Promise<Part> {
  const profile = o.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${o.profile}`];
  const child = spawn(process.execPath, [...profile, ...START, join(root, 'server', 'main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      MONGODB_URI: o.mongo.replace('/cleanhaul', `/${o.database}`),
      MQTT_URL: `mqtt://127.0.0.1:${o.broker.port}`,
      MQTT_USERNAME: o.broker.username,
      MQTT_PASSWORD: o.broker.password,
      INSTANCE: o.database,
      DATA_DIR: o.directory,
      PORT: '0',
      GATE_RATE: '0',
      DEVICE_RATE: '0',
      LOG_LEVEL: 'warn',
      ADMIN_PASSWORD: randomBytes(12).toString('hex'),
    },
  });
  const part = partOf(child);
  await line(child, /^ready /m);
  // The subscription stands a moment after.
  await sleep(500);
  return part;
}

/** The bare floor. */
export async function startFloor(o: {
  mongo: string;
  database: string;
  broker: BrokerAddress;
  indexes: IndexDescription[];
  answer?: boolean;
}): Promise<Part> {
  const child = spawn(process.execPath, [...NODE, join(root, 'scripts', 'bench', 'floor.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      FLOOR_MONGO: o.mongo,
      FLOOR_DATABASE: o.database,
      FLOOR_BROKER: `mqtt://127.0.0.1:${o.broker.port}`,
      FLOOR_USER: o.broker.username,
      FLOOR_PASSWORD: o.broker.password,
      FLOOR_PROTOCOL: o.broker.name.startsWith('Mosquitto') ? '5' : '4',
      FLOOR_INDEXES: JSON.stringify(o.indexes),
      ...(o.answer && { FLOOR_ANSWER: '1' }),
    },
  });
  const part = partOf(child);
  await line(child, /^ready/m);
  return part;
}

/**
 * Runs one task in a load generator of its own.
 * @param onMeasuring told when the measured part of a throughput task begins and ends
 */
export async function generate(task: ThroughputTask, onMeasuring: (begins: boolean) => void): Promise<Throughput>;
export async function generate(task: LatencyTask): Promise<Latency>;
export async function generate(
  task: ThroughputTask | LatencyTask,
  onMeasuring?: (begins: boolean) => void,
): Promise<Throughput | Latency> {
  const child = fork(join(root, 'scripts', 'bench', 'generator.ts'), { cwd: root, execArgv: NODE });
  const part = partOf(child);
  try {
    return await new Promise((settle, reject) => {
      child.on('message', (said: { ready?: true; measuring?: boolean; result?: Throughput; error?: string }) => {
        if (said.ready) child.send(task);
        else if (said.measuring !== undefined) onMeasuring?.(said.measuring);
        else if (said.error !== undefined) reject(new Error(`load generator: ${said.error}`));
        else settle(said.result!);
      });
      child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    });
  } finally {
    await part.stop();
  }
}

/** Processor seconds a process has used, of all its threads (Linux; elsewhere 0). */
export function cpuSeconds(pid: number | null): number {
  const file = `/proc/${pid}/stat`;
  const stat = pid === null || !existsSync(file) ? '' : readFileSync(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100 || 0;
}
