import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { CLOCK_START } from './world.ts';

/** A platform process that is started again whenever it ends, as an operating system's service manager would, until it is held. */
export interface Server {
  url(): string;
  mqttUrl(): string;
  ready(): boolean;
  /** Waits for the present process to be ready. */
  whenReady(withinMs?: number): Promise<void>;
  /** Process ids; null while one is away. */
  pids(): { server: number | null; mongod: number | null; broker: number | null };
  /** SIGKILL for the server alone; its parts are to notice. */
  kill(): Promise<void>;
  /** SIGKILL, and not started again until `release`. */
  hold(): Promise<void>;
  release(): void;
  /** Times the process ended without being killed by the test. */
  crashes(): string[];
  output(): string;
  /** SIGTERM, for good. */
  stop(): Promise<void>;
}

const RESTART_AFTER_MS = 100;

export async function startServer(dataDir: string, env: Record<string, string> = {}): Promise<Server> {
  const ports = { PORT: String(await freePort()), MQTT_PORT: String(await freePort()) };
  let child: ChildProcess;
  let output = '';
  let ready: RegExpExecArray | null = null;
  let mode: 'run' | 'held' | 'stopped' = 'run';
  let killed = false;
  const crashes: string[] = [];

  function start(): void {
    ready = null;
    killed = false;
    let said = '';
    const mine = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...ports,
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        ADMIN_PASSWORD: 'admin-of-a-test',
        CLOCK_START,
        CLOCK_AHEAD_MINUTES: '60',
        GATE_RATE: '0',
        DEVICE_RATE: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = mine;
    const hear = (text: string) => {
      said = `${said}${text}`.slice(-20_000);
      output = `${output}${text}`.slice(-2_000_000);
      ready ??= /^ready (\S+) (\S+)$/m.exec(said);
    };
    mine.stdout.setEncoding('utf8').on('data', hear);
    mine.stderr.setEncoding('utf8').on('data', hear);
    mine.once('exit', (code, signal) => {
      ready = null;
      if (mode === 'stopped') return;
      if (!killed) crashes.push(`ended by itself (${signal ?? code}): ${said.slice(-2000)}`);
      if (mode === 'run') setTimeout(() => mode === 'run' && start(), RESTART_AFTER_MS);
    });
  }

  const gone = (which: ChildProcess) => which.exitCode !== null || which.signalCode !== null;
  async function end(signal: NodeJS.Signals): Promise<void> {
    const mine = child;
    if (gone(mine)) return;
    const exited = new Promise((resolve) => mine.once('exit', resolve));
    killed = true;
    mine.kill(signal);
    await exited;
  }

  start();
  return {
    url: () => ready?.[1] ?? `http://127.0.0.1:${ports.PORT}`,
    mqttUrl: () => env.MQTT_URL ?? `mqtt://127.0.0.1:${ports.MQTT_PORT}`,
    ready: () => ready !== null,
    whenReady: (withinMs = 60_000) =>
      until(() => ready !== null, withinMs).catch(() => {
        throw new Error(`the platform was not ready within ${withinMs} ms:\n${output.slice(-4000)}`);
      }),
    pids() {
      if (child.pid === undefined || gone(child)) return { server: null, mongod: null, broker: null };
      const parts = childrenOf(child.pid);
      const find = (what: string) => parts.find(({ command }) => command.includes(what))?.pid ?? null;
      return { server: child.pid, mongod: find('--dbpath'), broker: find('broker-process.ts') };
    },
    kill: () => end('SIGKILL'),
    async hold() {
      mode = 'held';
      await end('SIGKILL');
    },
    release() {
      if (mode !== 'held') return;
      mode = 'run';
      start();
    },
    crashes: () => crashes,
    output: () => output,
    async stop() {
      mode = 'stopped';
      await Promise.race([end('SIGTERM'), sleep(15_000)]);
      await end('SIGKILL');
    },
  };
}

/** The living child processes of a process, from /proc. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) =>
        readFileSync(join('/proc', String(pid), 'task', task, 'children'), 'utf8')
          .trim()
          .split(' '),
      )
      .filter((text) => text !== '')
      .map((text) => ({ pid: Number(text), command: readFileSync(`/proc/${text}/cmdline`, 'utf8') }))
      .filter(({ command }) => command !== '');
  } catch {
    return []; // one of them ended meanwhile
  }
}
