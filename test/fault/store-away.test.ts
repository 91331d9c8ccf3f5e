import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createDevice, createGate, fastClock, type Device, type Gate, type Verdict } from '../../devices/client/index.ts';
import { decideOffline } from '../../devices/contract/offline.ts';
import { startMongo } from '../support/mongo.ts';
import { until } from '../support/until.ts';
import { AWAY_SECONDS } from './support/baseline.ts';
import { startServer, type Server } from './support/server.ts';
import { openStore, type StoreView } from './support/store.ts';
import { planWorld, type World } from './support/world.ts';

const DECISION_TIMEOUT = 3_000;
const RESENDING = { resend: { first: 1_000, max: 4_000, jitter: 0.2 }, reconnect: { first: 50, max: 500 } };

describe('a store that is away', function () {
  this.timeout(120_000 + 3_000 * AWAY_SECONDS);
  let dir: string;
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let server: Server;
  let world: World;
  let store: StoreView;
  let devices: Device[];
  let gates: Gate[];
  let camera: Device;
  let numbers: string[];
  let refused: string[];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-fault-'));
    mongo = await startMongo();
    server = await startServer(join(dir, 'data'), { MONGODB_URI: mongo.uri });
    await server.whenReady();
    world = planWorld(100, { liveFromMs: 0, liveForMs: 0 });
    store = await openStore(mongo.uri);
    await store.importRegistry(world);
    // The registry came in behind its back: begun anew it tells its gates at once.
    await server.kill();
    await server.whenReady();
    const clock = fastClock(await store.anchor());
    refused = [];
    const make = (kind: 'gate' | 'checkpoint', deviceId: string) => {
      const { secret } = world.devices.find((d) => d.kind === kind && d.deviceId === deviceId)!;
      const device = createDevice({
        kind,
        deviceId,
        secret,
        url: server.mqttUrl(),
        dir: join(dir, deviceId),
        clock,
        settings: RESENDING,
      });
      device.on('rejected', ({ id, answer }) => refused.push(`${kind}/${deviceId}/${id}: ${answer.code}`));
      return device;
    };
    const lanes = ['g1', 'g2'].map((id) => make('gate', id));
    camera = make('checkpoint', 'c1');
    gates = lanes.map((device) => createGate({ device, dir: join(dir, device.deviceId), decisionTimeout: DECISION_TIMEOUT }));
    devices = [...lanes, camera];
    for (const gate of gates) await gate.start();
    for (const device of devices) await device.start();
    numbers = world.registry.find(([name]) => name === 'vehicles')![1].map((row) => (row as { plateNumber: string }).plateNumber);
  });

  after(async () => {
    if (mongo.pid() !== null) process.kill(mongo.pid()!, 'SIGCONT');
    await Promise.all(devices.map((d) => d.stop()));
    await store.close();
    await server.stop();
    await mongo.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  const ready = async () => {
    const answer = await fetch(`${server.url()}/readyz`);
    return { status: answer.status, body: (await answer.json()) as Record<string, { ok: boolean }> };
  };

  it('leaves gates to their own policy, and gets everything when it is back', async () => {
    const body = (number: string) => ({ direction: 'in' as const, lane: '1', plate: { number, color: 'yellow' as const } });
    const verdicts: Verdict[] = [];
    let sent = 0;
    const visit = async (gate: Gate, number: string) => {
      const verdict = await gate.arrive(body(number));
      verdicts.push(verdict);
      await gate.pass(verdict, { ...body(number), outcome: verdict.decision === 'admit' ? 'passed' : 'turned-back' });
      sent += 2;
      return verdict;
    };
    await until(() => devices.every((d) => d.isUp()) && gates.every((g) => g.policy() !== undefined), 30_000);
    for (const number of numbers.slice(0, 6)) expect((await visit(gates[0]!, number)).source).to.equal('platform');
    await until(() => devices.every((d) => d.counts().queued === 0), 30_000);
    await until(async () => (await ready()).status === 200, 30_000);

    process.kill(mongo.pid()!, 'SIGSTOP');
    const back = Date.now() + AWAY_SECONDS * 1_000;
    let i = 0;
    const alone = async (gate: Gate) => {
      while (Date.now() < back - DECISION_TIMEOUT) {
        const number = numbers[i++ % numbers.length]!;
        const verdict = await visit(gate, number);
        expect(verdict.source, `${number} is decided by the gate`).to.equal('policy');
        expect(verdict.payloadId).to.equal(gate.policy()!.payloadId);
        expect(verdict.decision).to.equal(
          decideOffline(gate.policy()!, { number, color: 'yellow', direction: 'in' }, verdict.at).decision,
        );
      }
    };
    const watch = async () => {
      const seen = new Set<number>();
      while (Date.now() < back - 500) {
        await camera.send('sighting', { plate: { number: numbers[i % numbers.length], color: 'yellow' } });
        sent++;
        seen.add((await ready()).status);
        await sleep(500);
      }
      expect([...seen], 'readyz says so').to.include(503);
      expect((await ready()).body.ok).to.equal(false);
    };
    await Promise.all([...gates.map(alone), watch()]);
    expect(
      devices.reduce((n, d) => n + d.counts().queued, 0),
      'nothing is settled meanwhile',
    ).to.equal(sent - 12);
    await sleep(Math.max(0, back - Date.now()));
    process.kill(mongo.pid()!, 'SIGCONT');

    await until(() => devices.every((d) => d.counts().queued === 0), 60_000);
    await until(async () => (await ready()).status === 200, 30_000);
    // The broker may let a line go while the store is away; a vehicle that comes later gets its answer again.
    await until(() => devices.every((d) => d.isUp()), 30_000);
    expect((await visit(gates[1]!, numbers[3]!)).source).to.equal('platform');
    await until(() => devices.every((d) => d.counts().queued === 0), 30_000);
    await until(async () => Object.values(await store.unfinished()).every((n) => n === 0), 30_000);

    const all = await store.everything();
    expect(refused).to.deep.equal([]);
    expect(all.deadLetters).to.equal(0);
    expect(all.observations.length).to.equal(sent);
    expect(all.decisions.length).to.equal(verdicts.length * 2);
    expect(all.findings.filter((f) => f.code === 'local-decision-differs').map((f) => f.observations)).to.deep.equal([]);
    expect(server.crashes()).to.deep.equal([]);
    console.log(
      `    ${sent} events, ${verdicts.filter((v) => v.source === 'policy').length} decided by gates alone in ${AWAY_SECONDS} s`,
    );
  });
});
