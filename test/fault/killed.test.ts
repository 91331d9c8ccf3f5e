import { expect } from 'chai';
import { createRandom } from '../../devices/simulators/city/random.ts';
import { until } from '../support/until.ts';
import { FIRST_MS, KILLS, onEmbeddedParts, PATIENCE_MS, SECOND_MS, theWorld, undisturbed } from './support/baseline.ts';
import type { Devices } from './support/devices.ts';
import { play } from './support/play.ts';
import type { Server } from './support/server.ts';
import { expectPromisesKept, expectSameVerdicts, verdictsOf, type Result } from './support/verify.ts';

/** What every run must find, so that equality says something. */
const CODES = [
  ...['below-stage', 'measure-hit', 'past-scrap', 'phase-out-listed', 'unplated-vehicle', 'unregistered-vehicle'],
  ...[
    'exceedance',
    'failed',
    'failed-vehicle',
    'bad-urea',
    'urea-warning',
    'reagent-empty',
    'through-traffic',
    'released-against-decision',
  ],
];

type Part = 'server' | 'mongod' | 'broker';

/** Kills each part in turn, in an order and at moments of chance, and device processes in between. */
async function killAll(
  server: Server,
  devices: Devices,
  over: () => boolean,
  kills: { part: Part; ms: number }[],
): Promise<void> {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  const random = createRandom(seed);
  console.log(`    FAULT_SEED=${seed}`);
  const began = Date.now();
  const settled = () => devices.counts().put - devices.counts().queued;
  const each = (0.7 * theWorld().messages.length) / KILLS;
  const order: Part[] = [];
  while (order.length < KILLS) order.push(...(['server', 'mongod', 'broker'] as Part[]).sort(() => random.next() - 0.5));
  for (let i = 0; i < KILLS; i++) {
    // By what is settled, not by the clock: so the kills strike all along, also on a busy machine.
    const goal = each * (i + 0.8 * random.next());
    await until(() => over() || settled() >= goal, PATIENCE_MS);
    const part = order[i]!;
    if (part === 'server') {
      await server.whenReady();
      await server.kill();
    } else {
      await until(() => server.ready() && server.pids()[part] !== null, 60_000);
      process.kill(server.pids()[part]!, 'SIGKILL');
    }
    kills.push({ part, ms: Date.now() - began });
    if (i % 3 === 1) await devices.kill(random.int(0, devices.processes - 1));
    if (over()) throw new Error(`the messages were through after ${kills.length} of ${KILLS} kills`);
  }
}

describe('a platform whose parts are killed', function () {
  this.timeout(2 * PATIENCE_MS + 60_000);
  let calm: Result;

  it('judges a fixed list of messages when nobody is killed', async () => {
    calm = await undisturbed();
    expectPromisesKept(calm);
    const found = new Set(calm.store.findings.filter((f) => f.status === 'confirmed').map((f) => f.code));
    expect(CODES.filter((code) => !found.has(code))).to.deep.equal([]);
    expect(calm.store.decisions.filter((d) => d.published).length).to.be.greaterThan(0);
  });

  it('loses nothing, doubles nothing and judges the same when server, broker and mongod are killed at random moments', async () => {
    const kills: { part: Part; ms: number }[] = [];
    const began = Date.now();
    const result = await onEmbeddedParts(async (parts) => {
      const [server] = parts.servers as [Server];
      const got = await play(theWorld(), parts, {
        spreadMs: [FIRST_MS, SECOND_MS],
        waitForLive: true,
        disturb: (devices, over) => killAll(server, devices, over, kills),
        patienceMs: PATIENCE_MS,
      });
      expect(server.crashes(), 'the server ended by itself').to.deep.equal([]);
      const blamed = server
        .output()
        .split('\n')
        .filter((line) => /"event":"(poison|not-judged|due-not-done|rule-error)"/.test(line));
      expect(blamed, 'messages blamed for a store that was away').to.deep.equal([]);
      return got;
    });
    console.log(
      `    ${result.store.observations.length} events, ${result.store.findings.length} findings, ${result.store.alerts.length} alerts, ` +
        `${kills.length} kills (${kills.map((k) => `${k.part}@${(k.ms / 1000).toFixed(1)}`).join(' ')}), ${Math.round((Date.now() - began) / 1000)} s`,
    );
    expect(kills.length).to.equal(KILLS);
    expectPromisesKept(result);
    expectSameVerdicts(verdictsOf(result), verdictsOf(calm));
  });
});
