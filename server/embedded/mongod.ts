import { randomInt } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { Logger } from '../log.ts';
import { createBackOff } from './back-off.ts';
import { findMongod } from './find-mongod.ts';
import { guardChild } from './guard.ts';

export interface EmbeddedMongod {
  /** The replica set's URI with the database `cleanhaul`; the same for as long as this runs, also after a restart of mongod. */
  uri: string;
  port: number;
  /** The mongod's process id, null while it is being restarted. */
  pid(): number | null;
  /** Stops it for good, within 10 s; what was written stays. */
  stop(): Promise<void>;
}

interface Options {
  /** mongod keeps its files in `<dataDir>/mongodb`. The caller holds the directory (`lockDataDir`). */
  dataDir: string;
  log: Logger;
  cacheGb?: number;
  /** The binary; absent: looked for. */
  binary?: string;
  /** How long it may take to come up: a recovery after a SIGKILL reads its journal first. */
  upWithinMs?: number;
}

const SET_NAME = 'rs0';
const STOP_WITHIN_MS = 8_000;

/**
 * Starts a persistent mongod as a replica set of one, and starts it again whenever it dies. It does not outlive this process.
 * @throws when no mongod is found, or it does not come up in time
 */
export async function startMongod({
  dataDir,
  log,
  cacheGb = 0.5,
  binary,
  upWithinMs = 120_000,
}: Options): Promise<EmbeddedMongod> {
  const path = binary ?? (await findMongod(log));
  const dbPath = join(dataDir, 'mongodb');
  await mkdir(dbPath, { recursive: true });
  await endLeftover(dbPath, log);
  const port = await choosePort(join(dataDir, 'mongodb.port'));
  const logFile = join(dataDir, 'mongodb.log');
  await rename(logFile, `${logFile}.1`).catch(() => undefined);

  const args = [
    ...['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ...['--replSet', SET_NAME, '--oplogSize', '1024', '--wiredTigerCacheSizeGB', String(cacheGb)],
    ...['--quiet', '--slowms', '1000'],
    // One member has nobody to hand over to: do not wait for one when stopping.
    ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  ];
  const backOff = createBackOff();
  let child: ChildProcess | null = null;
  let stopping = false;
  let exited: Promise<unknown> = Promise.resolve();

  const launch = () => {
    const output = openSync(logFile, 'a');
    // Its own process group: Ctrl-C at a terminal reaches the platform alone, which stops its store last.
    const started = spawn(path, args, { stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const release = started.pid === undefined ? () => undefined : guardChild(started.pid);
    child = started;
    exited = new Promise<void>((resolve) => {
      const ended = (why: Record<string, unknown>) => {
        if (child !== started) return;
        child = null;
        release();
        resolve();
        if (stopping) return;
        const wait = backOff.next(Date.now());
        log.error({ ...why, wait }, 'mongod: died, starting it again');
        setTimeout(() => stopping || launch(), wait);
      };
      started.once('error', (error) => ended({ err: error.message }));
      started.once('exit', (code, signal) => ended({ code, signal }));
    });
    log.info({ mongod: started.pid, port }, 'mongod: started');
  };

  const stop = async () => {
    stopping = true;
    if (child === null) return;
    child.kill('SIGTERM');
    const inTime = await Promise.race([exited.then(() => true), sleep(STOP_WITHIN_MS, false, { ref: false })]);
    if (!inTime) {
      log.warn('mongod: did not stop in time, killed (its journal is complete)');
      child.kill('SIGKILL');
      await exited;
    }
  };

  launch();
  try {
    await becomePrimary(port, upWithinMs);
  } catch (error) {
    await stop();
    throw new Error(`mongod did not come up: ${error instanceof Error ? error.message : String(error)}\n${await tail(logFile)}`, {
      cause: error,
    });
  }
  return { uri: `mongodb://127.0.0.1:${port}/cleanhaul?replicaSet=${SET_NAME}`, port, pid: () => child?.pid ?? null, stop };
}

/** Makes the one member a primary: the set is made at the first start, and told its new port where that changed. */
async function becomePrimary(port: number, withinMs: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: withinMs,
    socketTimeoutMS: withinMs,
    connectTimeoutMS: 2_000,
  });
  const unless = (codeName: string) => (error: { codeName?: string }) => {
    if (error.codeName !== codeName) throw error;
    return null;
  };
  const deadline = Date.now() + withinMs;
  try {
    await client.connect();
    const admin = client.db('admin');
    while ((await admin.command({ hello: 1 })).isWritablePrimary !== true) {
      if (Date.now() > deadline) throw new Error('it did not become primary in time');
      // "Not yet initialized" is also what it says while it still reads its configuration: then it refuses to be made again.
      const answer = await admin.command({ replSetGetConfig: 1 }).catch(unless('NotYetInitialized'));
      const config = answer?.config as { version: number; members: { host: string }[] } | undefined;
      if (config === undefined) {
        await admin
          .command({ replSetInitiate: { _id: SET_NAME, members: [{ _id: 0, host }] } })
          .catch(unless('AlreadyInitialized'));
      } else if (config.members[0]?.host !== host) {
        const members = [{ ...config.members[0], host }];
        await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
      }
      await sleep(25);
    }
  } finally {
    await client.close();
  }
}

/**
 * The port of the last start where it is free, else another; remembered in `file`, since the replica set knows itself by it.
 * Below the range from which outgoing connections take theirs, so that none of those has it when the platform comes back.
 */
async function choosePort(file: string): Promise<number> {
  const remembered = Number(await readFile(file, 'utf8').catch(() => ''));
  const candidates = [
    ...(remembered > 0 && remembered < 65_536 ? [remembered] : []),
    ...Array.from({ length: 50 }, () => randomInt(20_000, 32_000)),
    0,
  ];
  for (const candidate of candidates) {
    const port = await listenable(candidate);
    if (port === null) continue;
    await writeFile(file, String(port));
    return port;
  }
  throw new Error('no free port on 127.0.0.1');
}

/** The port on which one can listen, null when it is taken. 0: any. */
function listenable(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

/** Ends a mongod that a platform killed a moment ago has left behind on this directory. */
async function endLeftover(dbPath: string, log: Logger): Promise<void> {
  const pid = Number((await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => '')).trim());
  if (!Number.isInteger(pid) || pid <= 0) return;
  const isOurs = async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').includes(dbPath);
  if (!(await isOurs())) return;
  log.warn({ mongod: pid }, 'mongod: one is left over from a platform that was killed, ending it');
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; await isOurs(); waited += 50) {
    if (waited === 10_000) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
