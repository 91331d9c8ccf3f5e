import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The platform as its own process, as a user starts it; free ports, an own data directory. */
export interface PlatformProcess {
  url: string;
  mqttUrl: string;
  pid: number;
  dataDir: string;
  child: ChildProcess;
  output(): string;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; the data directory stays. */
  kill(): Promise<void>;
}

export interface PlatformOptions {
  env?: Record<string, string>;
  dataDir?: string;
  startWithinMs?: number;
}

/** Starts `server/main.ts` and waits for its `ready` line. @throws with its output when it does not come */
export async function startPlatformProcess(options: PlatformOptions = {}): Promise<PlatformProcess> {
  const own = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'cleanhaul-platform-')));
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      MQTT_PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      ADMIN_PASSWORD: 'admin-of-a-test',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const [url, mqttUrl] = await new Promise<[string, string]>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ready line:\n${output}`)), options.startWithinMs ?? 120_000);
    const look = () => {
      const ready = /^ready (\S+) (\S+)$/m.exec(output);
      if (!ready) return;
      clearTimeout(timer);
      resolve([ready[1]!, ready[2]!]);
    };
    child.stdout.on('data', look);
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`exited with ${code} before it was ready:\n${output}`));
    });
  });
  const leave = () => (own ? rm(dataDir, { recursive: true, force: true, maxRetries: 5 }) : Promise.resolve());
  return {
    url,
    mqttUrl,
    pid: child.pid!,
    dataDir,
    child,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      await leave();
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
