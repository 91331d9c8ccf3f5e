import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import type { Kind } from '../../devices/contract/kinds.ts';
import { deviceUsername } from '../../devices/contract/topics.ts';
import { createBroker } from '../../server/embedded/broker.ts';
import { guardChild } from '../../server/embedded/guard.ts';
import { mosquittoHash, writeMosquitto } from '../../server/embedded/mosquitto.ts';
import { PLATFORM_USER } from '../../server/embedded/rights.ts';
import { quietLog } from './log.ts';
import { freePort } from './ports.ts';

/** Both brokers behind one shape: a suite written once runs on each. */

export interface TestAccount {
  kind: Kind;
  deviceId: string;
  secret: string;
  /** Default true. */
  enabled?: boolean;
}

export interface TestBroker {
  name: 'aedes' | 'mosquitto';
  url: string;
  port: number;
  platform: { username: string; password: string };
  pid(): number | null;
  /** Replaces all accounts, as a change of the registry would. */
  setAccounts(accounts: TestAccount[]): Promise<void>;
  stop(): Promise<void>;
}

export type StartBroker = (accounts: TestAccount[]) => Promise<TestBroker>;

/** The embedded broker. */
export const startAedes: StartBroker = async (first) => {
  let accounts = first;
  const broker = await createBroker({
    port: 0,
    host: '127.0.0.1',
    log: quietLog,
    accounts: {
      async lookup(username) {
        const account = accounts.find((a) => deviceUsername(a.kind, a.deviceId) === username);
        return account === undefined
          ? null
          : { secretsSha256: [createHash('sha256').update(account.secret).digest('hex')], enabled: account.enabled ?? true };
      },
    },
  });
  return {
    name: 'aedes',
    url: broker.url,
    port: broker.port,
    platform: { username: broker.platformUsername, password: broker.platformPassword },
    pid: broker.pid,
    async setAccounts(next) {
      const before = accounts;
      accounts = next;
      for (const account of before) broker.invalidate(deviceUsername(account.kind, account.deviceId));
    },
    stop: broker.stop,
  };
};

/** A real Mosquitto with the generated configuration. */
export const startMosquitto: StartBroker = async (first) => {
  const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-mosquitto-'));
  const port = await freePort();
  const password = 'platform-password-of-a-test';
  const write = (accounts: TestAccount[]) =>
    writeMosquitto(
      directory,
      { host: '127.0.0.1', port, runAs: userInfo().username },
      {
        platformHash: mosquittoHash(password),
        devices: accounts
          .filter((a) => a.enabled ?? true)
          .map((a) => ({ kind: a.kind, deviceId: a.deviceId, hash: mosquittoHash(a.secret) })),
      },
    );
  await write(first);
  // Debian keeps it where only administrators' PATH looks.
  const child = spawn('mosquitto', ['-c', join(directory, 'mosquitto.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`mosquitto cannot be started (apt-get install mosquitto): ${error.message}`));
    child.once('exit', (code, signal) => resolve(`mosquitto ended (${signal ?? code}): ${output}`));
  });
  const release = child.pid === undefined ? () => undefined : guardChild(child.pid);
  const failure = await Promise.race([answers(port).then(() => null), ended]);
  if (failure !== null) {
    release();
    throw new Error(failure);
  }
  return {
    name: 'mosquitto',
    url: `mqtt://127.0.0.1:${port}`,
    port,
    platform: { username: PLATFORM_USER, password },
    pid: () => child.pid ?? null,
    async setAccounts(next) {
      await write(next);
      child.kill('SIGHUP');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      release();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** Waits until somebody accepts connections on a port. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await sleep(20);
  }
}
