import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { startDevices, type Devices } from './devices.ts';
import type { Server } from './server.ts';
import type { StoreView } from './store.ts';
import type { Result } from './verify.ts';
import type { World } from './world.ts';

/** How a run goes: how long the messages of a phase are spread, and what is done to the platform meanwhile. */
export interface Course {
  spreadMs: [first: number, second: number];
  /** False: live arrivals are sent early, which is as good where nobody is killed. */
  waitForLive: boolean;
  /** Runs beside the phases; the run ends when both have. */
  disturb?(devices: Devices, over: () => boolean): Promise<void>;
  /** When every message is settled: puts back what was taken away. */
  restore?(): Promise<void>;
  /** In place of importing the world's registry: everything that is recorded before the first message. */
  prepare?(): Promise<void>;
  /** Longest wait for anything. */
  patienceMs: number;
}

/** Beyond every moment that a finding waits for: 48 h for an exit, 72 h for a gate that is away, six hours after a day. */
const PAST_ALL_MOMENTS = 5 * 24 * 3_600_000;

/**
 * Plays the world's messages to running servers, waits until everything is settled and due work is done, moves the clock past all
 * pending moments, and gives what is stored then.
 */
export async function play(
  world: World,
  parts: { servers: Server[]; mqttUrl: string; dir: string; open(): Promise<StoreView> },
  course: Course,
): Promise<Result> {
  const { servers } = parts;
  const whenReady = () => Promise.all(servers.map((s) => s.whenReady(course.patienceMs)));
  await whenReady();
  let store = await parts.open();
  if (course.prepare) await course.prepare();
  else await store.importRegistry(world);
  const clock = await store.anchor();
  await store.close();
  const devices = await startDevices(world, { url: parts.mqttUrl, dir: parts.dir, clock });
  const began = Date.now();
  const say = (what: string) => {
    if (process.env.FAULT_DEBUG) console.log(`    ${((Date.now() - began) / 1000).toFixed(1)} s ${what}`);
  };
  const patiently = async (what: string, holds: () => boolean | Promise<boolean>) => {
    const deadline = Date.now() + course.patienceMs;
    while (!(await holds())) {
      if (Date.now() > deadline)
        throw new Error(
          `${what}: not within ${course.patienceMs} ms; ${JSON.stringify(devices.counts())}\n${servers.map((s) => s.output().slice(-3000)).join('\n')}`,
        );
      await sleep(50);
    }
    say(what);
  };
  try {
    let over = false;
    const disturbed = course.disturb?.(devices, () => over) ?? Promise.resolve();
    disturbed.catch(() => undefined);
    devices.go({ phase: 1, spreadMs: course.spreadMs[0], waitForLive: course.waitForLive });
    await patiently('the first phase', () => devices.done(1));
    devices.go({ phase: 2, spreadMs: course.spreadMs[1], waitForLive: course.waitForLive });
    await patiently('the second phase', () => devices.done(2));
    over = true;
    await disturbed;
    await course.restore?.();
    await whenReady();
    store = await parts.open();
    try {
      let hurriedAt = 0;
      await patiently('due work', async () => {
        const { open, due, events } = await store.unfinished();
        if (due > 0 && Date.now() - hurriedAt > 3_000) {
          hurriedAt = Date.now();
          await store.hurry();
        }
        return open + due + events === 0;
      });
      await patiently('statuses', async () => (await store.devicesAway()) === 0);
      await store.moveClock(PAST_ALL_MOMENTS);
      await store.close();
      await Promise.all(servers.map((s) => s.kill()));
      await sleep(200);
      await until(() => servers.every((s) => s.ready()), course.patienceMs);
      store = await parts.open();
      await patiently('pending findings', async () => {
        const { open, due, events } = await store.unfinished();
        return (await store.pendingFindings()) + open + due + events === 0;
      });
      return { world, store: await store.everything(), told: devices.told(), ids: devices.ids() };
    } finally {
      await store.close();
    }
  } finally {
    await devices.stop();
  }
}
