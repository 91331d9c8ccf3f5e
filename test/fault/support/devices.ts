import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLines } from './lines.ts';
import type { DeviceReport, DeviceTask, PhaseOrder, Told } from './device-process.ts';
import type { Planned, World } from './world.ts';

/** All devices of a run, in a few processes that can be killed. */
export interface Devices {
  go(order: Omit<PhaseOrder, 'from'>): void;
  /** Messages put into outboxes, and those that wait there. */
  counts(): { put: number; queued: number; dropped: number; up: number };
  /** SIGKILL for one of the processes; it is started again at once. */
  kill(which: number): Promise<void>;
  readonly processes: number;
  /** Whether every message up to a phase is put and settled. */
  done(phase: 1 | 2): boolean;
  /** What the devices were told, by `<kind>/<deviceId>`. */
  told(): Map<string, Told[]>;
  /** The id of each message, by tag. */
  ids(): Map<string, string>;
  stop(): Promise<void>;
}

const PROCESSES = 3;

export async function startDevices(
  world: World,
  options: { url: string; dir: string; clock: DeviceTask['clock'] },
): Promise<Devices> {
  await mkdir(options.dir, { recursive: true });
  const list = join(options.dir, 'messages');
  await writeFile(list, world.messages.map((m) => `${JSON.stringify(m)}\n`).join(''));
  const shares = Array.from({ length: PROCESSES }, (_, p) => world.devices.filter((_, i) => i % PROCESSES === p));
  const children: ChildProcess[] = [];
  const reports: DeviceReport[] = shares.map(() => ({ put: 0, queued: 0, dropped: 0, up: 0 }));
  let order: PhaseOrder | undefined;
  let stopping = false;
  const failures: string[] = [];
  const expected = (phase: 1 | 2) => world.messages.filter((m: Planned) => m.phase <= phase).length;

  function start(which: number): void {
    const task: DeviceTask = { ...options, list, devices: shares[which]! };
    const child = fork(join(import.meta.dirname, 'device-process.ts'), [JSON.stringify(task)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children[which] = child;
    child.on('message', (report: DeviceReport) => {
      if (children[which] === child) reports[which] = report;
    });
    child.on('error', () => undefined);
    child.on('exit', (code) => {
      if (!stopping && code !== null) failures.push(`a device process ended with ${code}`);
    });
    if (order) child.send(order);
  }
  shares.forEach((_, which) => start(which));

  const counts = () => {
    if (failures.length > 0) throw new Error(failures.join('; '));
    const sum = (what: keyof DeviceReport) => reports.reduce((n, r) => n + r[what], 0);
    return { put: sum('put'), queued: sum('queued'), dropped: sum('dropped'), up: sum('up') };
  };
  const end = (child: ChildProcess, signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  const dirOf = (device: World['devices'][number]) => join(options.dir, `${device.kind}-${device.deviceId}`);

  return {
    processes: PROCESSES,
    go(next) {
      order = { ...next, from: Date.now() };
      for (const child of children) child.send(order, () => undefined);
    },
    counts,
    async kill(which) {
      await end(children[which]!, 'SIGKILL');
      // Until the new one has read its outbox nobody knows what waits there.
      reports[which] = { put: 0, queued: Infinity, dropped: 0, up: 0 };
      start(which);
    },
    done(phase) {
      const { put, queued } = counts();
      return put === expected(phase) && queued === 0;
    },
    told: () =>
      new Map(
        world.devices.map((device) => {
          const file = join(dirOf(device), 'told');
          return [`${device.kind}/${device.deviceId}`, existsSync(file) ? (readLines(file) as Told[]) : []];
        }),
      ),
    ids: () =>
      new Map(
        world.devices.flatMap((device) => {
          const file = join(dirOf(device), 'put');
          return existsSync(file) ? (readLines(file) as [string, string][]) : [];
        }),
      ),
    async stop() {
      stopping = true;
      await Promise.all(children.map((child) => end(child, 'SIGTERM')));
    },
  };
}
