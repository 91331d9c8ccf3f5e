import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { startMosquitto } from '../support/brokers.ts';
import { startMongo } from '../support/mongo.ts';
import { PATIENCE_MS, SECOND_MS, theWorld, undisturbed } from './support/baseline.ts';
import { play } from './support/play.ts';
import { startServer, type Server } from './support/server.ts';
import { openStore } from './support/store.ts';
import { expectPromisesKept, expectSameVerdicts, verdictsOf } from './support/verify.ts';

describe('two server processes on one Mosquitto and one store', function () {
  this.timeout(2 * PATIENCE_MS + 60_000);

  it('judge what one process would, though one of them is killed and stays away', async () => {
    const calm = await undisturbed();
    const world = theWorld();
    const dir = await mkdtemp(join(tmpdir(), 'cleanhaul-fault-'));
    const mongo = await startMongo();
    const broker = await startMosquitto(world.devices);
    const servers: Server[] = [];
    const began = Date.now();
    try {
      for (const instance of ['1', '2']) {
        servers.push(
          await startServer(join(dir, `data-${instance}`), {
            INSTANCE: instance,
            MONGODB_URI: mongo.uri,
            MQTT_URL: broker.url,
            MQTT_USERNAME: broker.platform.username,
            MQTT_PASSWORD: broker.platform.password,
            MQTT_SHARED: 'true',
          }),
        );
      }
      const second = servers[1]!;
      const world1 = world.messages.filter((m) => m.phase === 1).length;
      const result = await play(
        world,
        { servers, mqttUrl: broker.url, dir: join(dir, 'devices'), open: () => openStore(mongo.uri) },
        {
          spreadMs: [0, SECOND_MS / 3],
          waitForLive: false,
          async disturb(devices) {
            await until(() => devices.counts().put > world1 + (world.messages.length - world1) * 0.4, PATIENCE_MS);
            await second.hold();
          },
          // Everything is settled by then, by the other one alone.
          restore: async () => second.release(),
          patienceMs: PATIENCE_MS,
        },
      );
      console.log(`    ${result.store.observations.length} events, ${Math.round((Date.now() - began) / 1000)} s`);
      expect(servers.flatMap((s) => s.crashes())).to.deep.equal([]);
      expectPromisesKept(result);
      expectSameVerdicts(verdictsOf(result), verdictsOf(calm));
    } finally {
      await Promise.all(servers.map((s) => s.stop()));
      await broker.stop();
      await mongo.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  });
});
