import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseInstant } from '../../../devices/contract/instant.ts';
import { createDevice, type Device } from '../../../devices/client/index.ts';
import { fastClock } from '../../../devices/client/clock.ts';
import { readJournal } from '../../../devices/client/journal.ts';
import type { Planned, PlannedDevice } from './world.ts';
import { readLines } from './lines.ts';

/**
 * Several devices in a process of their own, to be killed at any moment. Every device goes through its list and writes down what it was
 * told; killed and started again it goes on where its outbox says it was.
 */

/** What a device process is started with. */
export interface DeviceTask {
  url: string;
  dir: string;
  /** File of messages, one JSON per line. */
  list: string;
  devices: PlannedDevice[];
  clock: { real: number; start: number; speed: number };
}

/** From the parent: go through a phase, over so many ms since a real instant; live messages wait for their time if asked to. */
export interface PhaseOrder {
  phase: 1 | 2;
  from: number;
  spreadMs: number;
  waitForLive: boolean;
}

/** To the parent, ten times a second. */
export interface DeviceReport {
  /** Messages put into outboxes, in this process's life and before. */
  put: number;
  queued: number;
  dropped: number;
  /** Lines that are up. */
  up: number;
}

/** A line of a device's `told` file. */
export type Told =
  | { receipt: string }
  | { rejected: string; code: string; final: boolean }
  | { decision: Record<string, unknown> & { arrivalId: string } };

const task = JSON.parse(process.argv[2]!) as DeviceTask;
const clock = fastClock(task.clock);
const mine = new Set(task.devices.map((d) => `${d.kind}/${d.deviceId}`));
const messages = (readLines(task.list) as Planned[]).filter((m) => mine.has(`${m.kind}/${m.deviceId}`));
let put = 0;
let order: PhaseOrder | undefined;
process.on('message', (message: PhaseOrder) => (order = message));
process.on('disconnect', () => process.exit(0));

async function run(planned: PlannedDevice): Promise<Device> {
  const { kind, deviceId, secret } = planned;
  const dir = join(task.dir, `${kind}-${deviceId}`);
  const told = (line: Told) => appendFileSync(join(dir, 'told'), `${JSON.stringify(line)}\n`);
  const kept = idsKept(dir);
  const device = createDevice({
    kind,
    deviceId,
    secret,
    url: task.url,
    dir,
    clock,
    settings: {
      maxInFlight: 200,
      perSecond: 1000,
      resend: { first: 2_000, max: 8_000, jitter: 0.2 },
      reconnect: { first: 50, max: 1_000 },
      retryAfter: 1_000,
      connectTimeout: 3_000,
    },
  });
  device.on('settled', ({ id }) => told({ receipt: id }));
  device.on('rejected', ({ id, answer }) => told({ rejected: id, code: answer.code, final: answer.final }));
  device.on('decision', (decision) => told({ decision }));
  await device.start();
  void goThrough(
    device,
    dir,
    kept,
    messages.filter((m) => m.kind === kind && m.deviceId === deviceId),
  );
  return device;
}

/** Ids of the messages the outbox has taken in before, by tag. A kill may have come between the outbox's disk and our own note. */
function idsKept(dir: string): Map<string, string> {
  const notes = join(dir, 'put');
  const ids = new Map(existsSync(notes) ? (readLines(notes) as [string, string][]) : []);
  const journal = join(dir, 'outbox.log');
  if (!existsSync(journal)) return ids;
  for (const record of readJournal(readFileSync(journal)).records as { put?: { id: string }; text?: string }[]) {
    if (!record.put) continue;
    const { tag } = JSON.parse(record.text!) as { tag: string };
    if (ids.has(tag)) continue;
    ids.set(tag, record.put.id);
    note(dir, tag, record.put.id);
  }
  return ids;
}

function note(dir: string, tag: string, id: string): void {
  appendFileSync(join(dir, 'put'), `${JSON.stringify([tag, id])}\n`);
}

async function goThrough(device: Device, dir: string, kept: Map<string, string>, list: Planned[]): Promise<void> {
  for (const phase of [1, 2] as const) {
    const own = list.filter((m) => m.phase === phase);
    for (const [i, planned] of own.entries()) {
      if (kept.has(planned.tag)) {
        put++;
        continue;
      }
      while (order === undefined || order.phase < phase) await sleep(20);
      // What a phase before had to say is said at once.
      const { from, spreadMs, waitForLive } = order.phase === phase ? order : { ...order, spreadMs: 0 };
      const due =
        planned.live && waitForLive
          ? Date.now() + parseInstant(planned.body.at) - clock.now()
          : from + (i / own.length) * spreadMs;
      for (let left = due - Date.now(); left > 0; left = due - Date.now()) await sleep(Math.min(left, 500));
      const { arrivalTag, message, body, tag } = planned;
      const id = await device.send(message, { ...body, ...(arrivalTag !== undefined && { arrivalId: kept.get(arrivalTag) }) });
      if (id === undefined) throw new Error('an outbox dropped a message');
      kept.set(tag, id);
      note(dir, tag, id);
      put++;
    }
  }
}

const devices = await Promise.all(task.devices.map(run));
setInterval(() => {
  const counts = devices.map((d) => d.counts());
  const sum = (what: (c: (typeof counts)[number]) => number) => counts.reduce((n, c) => n + what(c), 0);
  const report: DeviceReport = {
    put,
    queued: sum((c) => c.queued),
    dropped: sum((c) => c.dropped),
    up: devices.filter((d) => d.isUp()).length,
  };
  process.send?.(report);
}, 100);
