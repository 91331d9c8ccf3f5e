import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { HostOptions } from '../host.ts';

/** The device processes of a city: each kind its own, the gates in two. */
const PROCESSES: { kind: string; share: number; of: number }[] = [
  { kind: 'gate', share: 0, of: 2 },
  { kind: 'gate', share: 1, of: 2 },
  ...['checkpoint', 'remote-sensing', 'on-board', 'urea-pump', 'machinery-gate'].map((kind) => ({ kind, share: 0, of: 1 })),
];

export interface CityProcesses {
  /** Settles when every process plays. */
  ready: Promise<void>;
  /** What the devices have counted so far: settled, queued, rejected; at gates passed, refused, alone (decided without an answer). */
  tally(): Record<string, number>;
  /** Ends them all in order. */
  stop(): Promise<void>;
}

/** Starts the simulators as processes. What they have to complain about goes to `onTrouble`. */
export function startProcesses(options: Omit<HostOptions, 'share' | 'of'>, onTrouble: (line: string) => void): CityProcesses {
  const children: ChildProcess[] = [];
  const tallies = new Map<ChildProcess, Record<string, number>>();
  let stopping = false;
  const shared = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const playing = PROCESSES.map(({ kind, share, of }) => {
    const script = join(import.meta.dirname, '..', `${kind}.ts`);
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...shared, '--share', String(share), '--of', String(of)], {
      // With the channel a simulator notices when whoever started it is gone.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C reaches the starter alone, which ends them in order.
      detached: true,
    });
    children.push(child);
    child.on('message', (tally) => tallies.set(child, tally as Record<string, number>));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => onTrouble(`${kind}: ${line}`));
    return new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on(
        'line',
        (line) => line.startsWith('playing') && resolve(),
      );
      child.on('exit', (code) => {
        if (!stopping) onTrouble(`the ${kind} simulator ended (${code})`);
        reject(new Error(`the ${kind} simulator did not start`));
      });
    });
  });
  return {
    ready: Promise.all(playing).then(() => undefined),
    tally() {
      const sum: Record<string, number> = {};
      for (const tally of tallies.values()) for (const [what, n] of Object.entries(tally)) sum[what] = (sum[what] ?? 0) + n;
      return sum;
    },
    async stop() {
      stopping = true;
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const gone = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGTERM');
          const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
          await gone;
          clearTimeout(hard);
        }),
      );
    },
  };
}
