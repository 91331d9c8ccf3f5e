import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { createDevice, createUploader, fastClock, type Device, type DeviceClock, type Uploader } from '../client/index.ts';
import { formatInstant } from '../contract/instant.ts';
import type { Kind } from '../contract/kinds.ts';
import type { Image } from '../contract/messages.ts';
import { planDay, type CityDay } from './city/day.ts';
import type { CityEvent } from './city/events.ts';
import { createPhotographer, type Photographer } from './pictures/photographer.ts';
import type { Photographed } from './pictures/plan.ts';

/** What a simulator process is told on its command line. */
export interface HostOptions {
  url: string;
  /** A JSON file `{"<kind>/<deviceId>": secret}`. */
  secrets: string;
  /** Where the devices keep their outboxes. */
  data: string;
  seed: number;
  date: string;
  scale: number;
  city: string;
  /** The platform's clock: at the real instant `real` it showed `start`. */
  real: number;
  start: number;
  speed: number;
  /** This process plays every device whose place in the list is `share` modulo `of`. */
  share: number;
  of: number;
  /** The platform's HTTP address: with it cameras take pictures and upload them. */
  http?: string;
}

export interface Host {
  kind: Kind;
  clock: DeviceClock;
  day: CityDay;
  devices: Map<string, Device>;
  /** Counts that are told to whoever started the process, once a second. */
  tally: Record<string, number>;
  /** The folder of one device. */
  dir(deviceId: string): string;
  /** Waits until the device clock shows `at`. @returns whether the simulation still runs. */
  until(at: number): Promise<boolean>;
  /** Takes the pictures of an event: what its message names, an empty object where there are none. */
  photos(event: Photographed): Promise<{ images?: Image[] }>;
  /** Sends a message that happened at `at`, unless its body says when. */
  send(deviceId: string, message: string, at: number, body: Record<string, unknown>): Promise<void>;
}

function readOptions(argv: string[]): HostOptions {
  const program = new Command()
    .requiredOption('--url <mqtt url>')
    .requiredOption('--secrets <file>')
    .requiredOption('--data <dir>')
    .requiredOption('--seed <n>', 'seed', Number)
    .requiredOption('--date <YYYY-MM-DD>')
    .option('--scale <x>', 'traffic', Number, 1)
    .option('--city <name>', 'city', 'xinzhou')
    .requiredOption('--real <ms>', 'real instant of the anchor', Number)
    .requiredOption('--start <ms>', 'what the clock showed then', Number)
    .requiredOption('--speed <x>', 'device seconds per real second', Number)
    .option('--share <n>', 'which share of the devices', Number, 0)
    .option('--of <n>', 'of how many', Number, 1)
    .option('--http <url>', 'where pictures are uploaded; without it none are taken');
  return program.parse(argv, { from: 'user' }).opts<HostOptions>();
}

/**
 * Runs the devices of one kind as a process of their own: starts them, plays the city's events to `play` when their time has come,
 * and stops in order on SIGTERM or SIGINT. Prints one line `playing …` when the devices are started.
 * @param sortOut gives an event's device, or undefined when it is none of this kind.
 */
export async function runSimulator(
  kind: Kind,
  sortOut: (event: CityEvent) => string | undefined,
  prepare: (host: Host) => Promise<(event: CityEvent) => Promise<void>>,
): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const secrets = JSON.parse(readFileSync(options.secrets, 'utf8')) as Record<string, string>;
  const clock = fastClock(options);
  const day = planDay({ seed: options.seed, date: options.date, scale: options.scale, city: options.city });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // every waiting event listens
  const devices = new Map<string, Device>();
  const dir = (deviceId: string) => join(options.data, kind, deviceId);
  const names = Object.keys(secrets).filter((name) => name.startsWith(`${kind}/`));
  names.sort().forEach((name, i) => {
    if (i % options.of !== options.share) return;
    const deviceId = name.slice(kind.length + 1);
    devices.set(
      deviceId,
      createDevice({ kind, deviceId, secret: secrets[name] as string, url: options.url, dir: dir(deviceId), clock }),
    );
  });

  const uploaders = new Map<string, Uploader>();
  let photographer: Photographer | undefined;
  if (options.http !== undefined && CAMERAS.includes(kind)) {
    const url = options.http;
    for (const deviceId of devices.keys())
      uploaders.set(
        deviceId,
        createUploader({ kind, deviceId, secret: secrets[`${kind}/${deviceId}`] as string, url, dir: dir(deviceId), clock }),
      );
    photographer = createPhotographer(day, uploaders, { onTrouble: (error) => console.error(`pictures: ${error.message}`) });
  }

  /** Pictures drawn, or being drawn, of events that are about to happen. */
  const shot = new Map<CityEvent, Promise<Image[]>>();

  const host: Host = {
    kind,
    clock,
    day,
    devices,
    tally: { settled: 0, rejected: 0 },
    dir,
    async until(at) {
      const ms = (at - clock.now()) / clock.speed;
      if (ms > 0) await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
      return !stopping.signal.aborted;
    },
    async photos(event) {
      const coming = shot.get(event);
      if (!coming) return {};
      shot.delete(event);
      const images = await Promise.race([coming, sleep(LATEST_MS, [] as Image[])]);
      return images.length > 0 ? { images } : {};
    },
    async send(deviceId, message, at, body) {
      await devices.get(deviceId)?.send(message, { at: formatInstant(at), ...body });
    },
  };

  const { tally } = host;
  for (const device of devices.values()) {
    device.on('settled', () => (tally.settled = (tally.settled ?? 0) + 1));
    device.on('rejected', () => (tally.rejected = (tally.rejected ?? 0) + 1));
  }
  await photographer?.warmUp();
  const play = await prepare(host);
  await Promise.all([...devices.values(), ...uploaders.values()].map((part) => part.start()));
  console.log(`playing ${devices.size} ${kind}`);

  const telling = setInterval(() => {
    const queued = [...devices.values()].reduce((sum, device) => sum + device.counts().queued, 0);
    const uploaded = [...uploaders.values()].reduce((sum, uploader) => sum + uploader.counts().uploaded, 0);
    if (process.connected) process.send?.({ ...tally, ...photographer?.counts(), uploaded, queued });
  }, 1000);

  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    stopping.abort();
    clearInterval(telling);
    await Promise.all([...devices.values(), ...uploaders.values()].map((part) => part.stop()));
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('disconnect', () => void stop());

  // What happened before its cameras could be ready is over; without cameras the day begins with the anchor.
  const lead = AHEAD_MS * clock.speed;
  const begin = photographer ? clock.now() + lead : options.start;
  const mine = day.events.filter((event) => {
    const deviceId = sortOut(event);
    return deviceId !== undefined && devices.has(deviceId) && (event.type === 'drive' || event.at >= begin);
  });

  async function drawAhead(cameras: Photographer): Promise<void> {
    for (const event of mine) {
      if (event.type !== 'visit' && event.type !== 'message') continue;
      if (!(await host.until(event.at - lead))) return;
      shot.set(event, cameras.shoot(event));
    }
  }
  if (photographer) void drawAhead(photographer);

  for (const event of mine) {
    if (!(await host.until(event.at))) return;
    play(event).catch((error: Error) => {
      if (!stopping.signal.aborted) console.error(`${kind} ${sortOut(event)}: ${error.message}`);
    });
  }
}

/** Pictures are drawn so many real ms before their moment: a message never waits long for its own. */
const AHEAD_MS = 3_000;
/** Real ms a message waits at most; then it names none. */
const LATEST_MS = 250;
/** Kinds whose devices have cameras. */
const CAMERAS: Kind[] = ['gate', 'checkpoint', 'remote-sensing', 'machinery-gate'];

/** Plays the plain messages of a kind: what the city says, its device sends. */
export function runPlain(kind: Kind): Promise<void> {
  return runSimulator(
    kind,
    (event) => ((event.type === 'message' || event.type === 'line') && event.kind === kind ? event.device : undefined),
    (host) =>
      Promise.resolve(async (event: CityEvent) => {
        if (event.type === 'message')
          await host.send(event.device, event.message, event.at, { ...event.body, ...(await host.photos(event)) });
        else if (event.type === 'line') host.devices.get(event.device)?.line(event.up);
      }),
  );
}
