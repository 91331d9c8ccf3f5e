import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRandom, type Random } from '../../devices/simulators/city/random.ts';
import { startMosquitto } from '../support/brokers.ts';
import { DEVICES } from '../support/days/country.ts';
import { differencesOf, lastWordOf } from '../support/days/last-word.ts';
import { asItHappens, shuffled } from '../support/days/orders.ts';
import { playInProcess, prepareDays } from '../support/days/run.ts';
import { happenings, isTold, type Happening, type Recorded } from '../support/days/stories.ts';
import { startMongo } from '../support/mongo.ts';
import { until } from '../support/until.ts';
import { PATIENCE_MS } from './support/baseline.ts';
import type { Devices } from './support/devices.ts';
import { play } from './support/play.ts';
import { startServer, type Server } from './support/server.ts';
import { openStore } from './support/store.ts';
import type { Result } from './support/verify.ts';
import type { Planned, World } from './support/world.ts';

/** How many stories the days tell, and in how many orders each number of processes gets them. The seed names days and orders. */
const STORIES = Number(process.env.FAULT_STORIES ?? 40);
const ORDERS = Number(process.env.FAULT_ORDERS ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? randomInt(1, 1_000_000_000));
/** Beyond the days, and so long after them that every message is late. */
const CLOCK_START = '2022-01-22T12:00:00+08:00';

/** The world of the days as devices tell it: some devices have nothing in the second phase, some of it comes late. */
function worldOf(days: readonly Happening[], random: Random): World {
  const told = days.filter(isTold).filter((what) => what.reuses === undefined);
  const phaseOf = new Map(told.map((what) => [what.tag, random.chance(0.5) ? 1 : 2] as const));
  // A device can name an arrival only after it sent it.
  for (const { tag, arrivalTag } of told) if (arrivalTag !== undefined && phaseOf.get(arrivalTag) === 2) phaseOf.set(tag, 2);
  const ordered: typeof told = [];
  const waiting = new Map<string, typeof told>();
  const come = new Set<string>();
  const put = (what: (typeof told)[number]) => {
    ordered.push(what);
    come.add(what.tag);
    for (const next of waiting.get(what.tag) ?? []) put(next);
  };
  for (const what of shuffled(told, random)) {
    const { arrivalTag } = what;
    if (arrivalTag !== undefined && !come.has(arrivalTag)) waiting.set(arrivalTag, [...(waiting.get(arrivalTag) ?? []), what]);
    else put(what);
  }
  const messages = ordered.map(({ tag, kind, deviceId, message, body, arrivalTag }): Planned => ({
    ...{ tag, kind, deviceId, message, live: false, phase: phaseOf.get(tag)! },
    body: { ...body, tag, at: body.at as string },
    ...(arrivalTag !== undefined && { arrivalTag }),
  }));
  return {
    registry: [],
    devices: DEVICES.map(({ kind, id, secret }) => ({ kind, deviceId: id, secret })),
    messages: messages.sort((a, b) => a.phase - b.phase),
  };
}

describe('the days in any order, over the wire', function () {
  this.timeout(4 * PATIENCE_MS * ORDERS);
  // Weeks after the days an outbox says of every message that it is late: no clock can be found wrong by it.
  const days = happenings(SEED, { distinct: true, stories: STORIES })
    .filter((what) => !isTold(what) || what.reuses === undefined)
    .map((what) => (isTold(what) ? { ...what, body: { ...what.body, backfill: true } } : what));
  const inspections = days.filter((what): what is Recorded => !isTold(what));
  let wanted: Awaited<ReturnType<typeof playInProcess>>;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-fault-'));
    const mongo = await startMongo();
    try {
      await prepareDays(mongo.uri);
      wanted = await playInProcess(mongo.uri, asItHappens(days));
    } finally {
      await mongo.stop();
    }
  });
  after(() => rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  /** Inspections are recorded by a person in between, each when it likes. */
  async function record({ url }: Server, rows: readonly Recorded[]): Promise<void> {
    const call = (method: string, path: string, type: string, body: string, cookie = '') =>
      fetch(`${url()}/api/v1${path}`, { method, headers: { 'content-type': type, cookie }, body });
    const signedIn = await call('POST', '/session', 'application/json', '{"username":"admin","password":"admin-of-a-test"}');
    const cookie = signedIn.headers.getSetCookie().map((c) => c.split(';')[0]);
    const body = rows.map((row) => `${JSON.stringify(row.inspection)}\n`).join('');
    const answer = await call('PUT', '/registry/inspections', 'application/x-ndjson', body, cookie.join('; '));
    if (!answer.ok) throw new Error(`inspections were not taken: ${answer.status} ${await answer.text()}`);
  }

  /** A part of the processes is killed when so many messages are put, one after another; all come back. */
  async function run(processes: number, random: Random): Promise<Result> {
    const home = await mkdtemp(join(dir, 'run-'));
    const world = worldOf(days, random);
    const mongo = await startMongo();
    const broker = await startMosquitto(world.devices);
    const servers: Server[] = [];
    try {
      for (let i = 1; i <= processes; i++)
        servers.push(
          await startServer(join(home, `data-${i}`), {
            INSTANCE: String(i),
            MONGODB_URI: mongo.uri,
            MQTT_URL: broker.url,
            MQTT_USERNAME: broker.platform.username,
            MQTT_PASSWORD: broker.platform.password,
            MQTT_SHARED: String(processes > 1),
            TOO_OLD_HOURS: '9600',
            CLOCK_START,
          }),
        );
      const disturb = async (devices: Devices, over: () => boolean) => {
        const late = shuffled(inspections, random);
        for (let kill = 0; kill < 2; kill++) {
          const goal = world.messages.length * (0.3 + 0.3 * kill + 0.2 * random.next());
          await until(() => over() || devices.counts().put - devices.counts().queued >= goal, PATIENCE_MS);
          await random.pick(servers).kill();
          await servers[0]!.whenReady(PATIENCE_MS);
          const rows = late.splice(0, kill === 0 ? Math.ceil(late.length / 2) : late.length);
          if (rows.length > 0) await record(servers[0]!, rows);
        }
      };
      const parts = { servers, mqttUrl: broker.url, dir: join(home, 'devices'), open: () => openStore(mongo.uri) };
      const result = await play(world, parts, {
        spreadMs: [1_500, 2_500],
        waitForLive: false,
        prepare: () => prepareDays(mongo.uri),
        disturb,
        patienceMs: PATIENCE_MS,
      });
      expect(servers.flatMap((s) => s.crashes())).to.deep.equal([]);
      expect(result.store.observations.length).to.equal(world.messages.length);
      return result;
    } finally {
      await Promise.all(servers.map((s) => s.stop()));
      await broker.stop();
      await mongo.stop();
    }
  }

  for (const [processes, name] of [
    [1, 'one process'],
    [3, 'three processes that share the work'],
  ] as const) {
    it(`come to what one process found as they happened: ${name}, killed in between (FAULT_SEED=${SEED})`, async () => {
      for (let order = 0; order < ORDERS; order++) {
        const began = Date.now();
        const { store, ids } = await run(processes, createRandom(SEED + order * 10 + processes));
        const tags = new Map([...ids].map(([tag, id]) => [id, tag]));
        const got = lastWordOf(store, (json) => json.replace(/[0-9a-f]{12}-\d+/g, (id) => tags.get(id) ?? id));
        console.log(
          `    ${store.observations.length} messages, ${got.findings.size} findings, ${Math.round((Date.now() - began) / 1000)} s`,
        );
        expect(differencesOf(got, wanted), `FAULT_SEED=${SEED}, order ${order}`).to.equal('');
      }
    });
  }
});
