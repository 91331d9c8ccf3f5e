import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import { PATH } from '../wire/mosquitto.ts';

/** Clients that are not ours. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAHO = fileURLToPath(new URL('../../../.cache/paho', import.meta.url));
const run = promisify(execFile);

/** Gets paho-mqtt from PyPI once, into the project's cache; without it the suite is passed over, or fails with `REQUIRE_ALL=1`. */
export async function needsPaho(context: Context): Promise<void> {
  if (existsSync(`${PAHO}/paho/mqtt/client.py`) || spawnSync('python3', ['-c', 'import paho.mqtt.client']).status === 0) return;
  try {
    await mkdir(PAHO, { recursive: true });
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', PAHO, 'paho-mqtt>=2,<3'], { timeout: 120_000 });
  } catch (error) {
    if (process.env.REQUIRE_ALL === '1') throw error;
    console.log(`    passed over: paho-mqtt cannot be installed (${String(error).split('\n')[0]})`);
    context.skip();
  }
}

export interface Plan {
  version: 4 | 5;
  username: string;
  password: string;
  clientId?: string;
  subscribe?: string[];
  publish?: { topic: string; payload: string; retain?: boolean; correlation?: string }[];
  /** Ends when each of these texts was in a topic or payload that was heard. */
  waitFor?: string[];
  seconds?: number;
}

export interface Seen {
  connack: number | null;
  suback: number[];
  heard: { topic: string; payload: string; retain: boolean; correlation?: string }[];
  lost: boolean;
}

/** Runs the Python gate. */
export function paho(url: string, plan: Plan): Promise<Seen> {
  const { hostname, port } = new URL(url);
  const child = spawn('python3', ['test/store/outside/gate.py'], {
    cwd: ROOT,
    env: { ...process.env, PYTHONPATH: [PAHO, process.env.PYTHONPATH].filter(Boolean).join(':') },
  });
  const whole = { host: hostname, port: Number(port), clientId: plan.username.replace('/', '_'), ...plan };
  child.stdin.end(JSON.stringify(whole));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      try {
        resolve(JSON.parse(output) as Seen);
      } catch {
        reject(new Error(`gate.py: ${errors || output}`));
      }
    });
  });
}

/** A running command and what it has printed. */
export interface Running {
  output(): string;
  stop(): Promise<void>;
}

/** Starts a command line in a shell, as a person would. */
export function shell(command: string, cwd = ROOT): Running {
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd, env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    output: () => output,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Runs a command line to its end. */
export function shellOut(command: string, cwd = ROOT): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, env: { ...process.env, PATH }, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}
