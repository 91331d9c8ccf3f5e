import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { guardChild } from '../../../server/embedded/guard.ts';
import { freePort } from '../../support/ports.ts';
import { accepts } from '../../support/port.ts';

/** Debian keeps servers where only administrators' PATH looks. */
export const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Passes over a suite, saying why, where an outside program is missing; with `REQUIRE_ALL=1` that is a failure. */
export function needs(context: Context, program: string, args: string[] = ['--help']): void {
  const { error } = spawnSync(program, args, { env: { ...process.env, PATH }, stdio: 'ignore' });
  if (error === undefined) return;
  if (process.env.REQUIRE_ALL === '1') throw new Error(`${program} is needed: ${error.message}`);
  console.log(`    passed over: ${program} is not installed`);
  context.skip();
}

export interface Mosquitto {
  port: number;
  url: string;
  /** Reads accounts and rights again. */
  reload(): void;
  stop(): Promise<void>;
}

/** A Mosquitto that lets everybody do everything: what rights hide elsewhere reaches the platform. */
export async function startPermissiveMosquitto(port?: number): Promise<Mosquitto> {
  const at = port ?? (await freePort());
  const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-mosquitto-'));
  const file = join(directory, 'mosquitto.conf');
  const settings = [`listener ${at} 127.0.0.1`, 'allow_anonymous true', 'set_tcp_nodelay true', 'max_inflight_messages 1000'];
  await writeFile(
    file,
    [...settings, 'max_queued_messages 100000', 'log_type error', `user ${userInfo().username}`, ''].join('\n'),
  );
  const broker = await startMosquittoOn(file, at);
  return {
    ...broker,
    async stop() {
      await broker.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A Mosquitto with a configuration file that listens on `port`. @throws with what it said when it ends at once */
export async function startMosquittoOn(file: string, port: number): Promise<Mosquitto> {
  const child = spawn('mosquitto', ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH } });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const release = child.pid === undefined ? () => undefined : guardChild(child.pid);
  const failed = await Promise.race([accepts(port).then(() => false), ended.then(() => true)]);
  if (failed) {
    release();
    throw new Error(`mosquitto ended at once: ${output}`);
  }
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    reload: () => void child.kill('SIGHUP'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      release();
    },
  };
}
