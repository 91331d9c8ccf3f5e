import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play } from './play.ts';
import { startServer } from './server.ts';
import { embeddedUri, openStore } from './store.ts';
import type { Result } from './verify.ts';
import { planWorld, type World } from './world.ts';

/** Sizes: the short form by default, `npm run test:faults` sets them higher. */
export const EVENTS = Number(process.env.FAULT_EVENTS ?? 3_000);
export const KILLS = Number(process.env.FAULT_KILLS ?? 3);
export const AWAY_SECONDS = Number(process.env.FAULT_AWAY_SECONDS ?? 12);
/** Messages flow for so long while parts are killed. */
export const FIRST_MS = KILLS * 1_000;
export const SECOND_MS = KILLS * 4_000;
/** Longest wait for any one thing, on a machine that has much else to do. */
export const PATIENCE_MS = 60_000 + KILLS * 15_000 + EVENTS * 20;

let world: World | undefined;
let baseline: Promise<Result> | undefined;

/** The one list of messages that every run of this size plays. */
export function theWorld(): World {
  return (world ??= planWorld(EVENTS, { liveFromMs: FIRST_MS + 8_000, liveForMs: SECOND_MS }));
}

/** The undisturbed run on the embedded parts; made once. */
export function undisturbed(): Promise<Result> {
  return (baseline ??= onEmbeddedParts(async (parts) =>
    play(theWorld(), parts, { spreadMs: [0, 0], waitForLive: false, patienceMs: PATIENCE_MS }),
  ));
}

export type Parts = Parameters<typeof play>[1];

/** A platform with embedded broker and mongod on a data directory of its own, gone afterwards. */
export async function onEmbeddedParts<T>(use: (parts: Parts) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'cleanhaul-fault-'));
  const dataDir = join(dir, 'data');
  const server = await startServer(dataDir);
  try {
    return await use({
      servers: [server],
      mqttUrl: server.mqttUrl(),
      dir: join(dir, 'devices'),
      open: () => openStore(embeddedUri(dataDir)),
    });
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
