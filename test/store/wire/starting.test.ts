import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { freePort } from '../../support/ports.ts';
import { startPlatformProcess } from '../../support/platform.ts';
import { startLine, type Line } from '../../support/port.ts';
import { until } from '../../support/until.ts';
import { deviceDoor, httpDoor, openDoor } from './doors.ts';
import { needs, startPermissiveMosquitto } from './mosquitto.ts';
import { deviceRow, secretOf, startWire, type Wire } from './wire.ts';

/** Runs `npm start` to its end. */
function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', MQTT_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const GATE = deviceRow({ kind: 'gate', id: 'g1' });
const arrival = (wire: Wire, id: string) =>
  Buffer.from(
    JSON.stringify({ id, at: formatInstant(wire.clock.now()), direction: 'in', plate: { number: '晋H12345', color: 'yellow' } }),
  );
const message = (wire: Wire, id: string) => ({
  kind: 'gate',
  deviceId: 'g1',
  message: 'arrival',
  bytes: arrival(wire, id),
  retain: false,
});
const readiness = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: (await response.json()) as Record<string, { ok: boolean }> };
};

describe('Starting the platform', function () {
  this.timeout(180_000);

  it('ends with one readable line for each wrong setting, in both languages', async () => {
    const wrong = {
      PORT: 'eighty',
      MONGODB_URI: 'http://user:hidden-word@somewhere',
      MQTT_URL: 'broker:1883',
      LOG_LEVEL: 'loud',
      CLOCK_START: '2021-11-15',
      CLOCK_SPEED: '-1',
      RATE_BURST: '0',
      MQTT_SHARED: 'perhaps',
      ADMIN_PASSWORD: 'short',
      INSTANCE: 'a b',
    };
    const { code, output } = await start(wrong);
    expect(code).equal(2);
    const lines = output.trim().split('\n');
    expect(lines[0]).match(/设置有误.*wrong settings, not started/);
    for (const name of Object.keys(wrong))
      expect(lines.filter((line) => line.trim().startsWith(`${name}: `)).length, name).equal(1);
    expect(lines.length).equal(Object.keys(wrong).length + 1);
    expect(output)
      .contain('"eighty"')
      .and.not.match(/hidden-word|short\b|\n {4}at /);
  });

  it('refuses to listen beyond this machine without TLS, unless that is allowed', async () => {
    const { code, output } = await start({ HOST: '0.0.0.0' });
    expect(code).equal(2);
    expect(output).match(/HOST: .*ALLOW_PLAINTEXT/);
  });

  it('says when the store cannot be reached', async () => {
    const port = await freePort();
    const { code, output } = await start({ MONGODB_URI: `mongodb://127.0.0.1:${port}/?directConnection=true` });
    expect(code).equal(1);
    expect(output)
      .match(/not started · 未启动: .*/)
      .and.not.match(/\n {4}at /);
  });

  it('refuses a data directory that another one uses, and says which process that is', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cleanhaul-start-'));
    const first = await startPlatformProcess({ dataDir });
    try {
      const { code, output } = await start({ DATA_DIR: dataDir });
      expect(code).equal(1);
      expect(output)
        .contain(String(first.pid))
        .and.contain('DATA_DIR')
        .and.not.match(/\n {4}at /);
      expect((await readiness(first.url)).status).equal(200);
    } finally {
      expect(await first.stop()).equal(0);
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('does not wait for a broker that is away: it says so, serves HTTP, and takes in everything when the broker comes', async function () {
    needs(this, 'mosquitto');
    const port = await freePort();
    const wire = await startWire({ devices: [GATE], env: { MQTT_URL: `mqtt://127.0.0.1:${port}` } });
    try {
      const { status, body } = await readiness(wire.platform.url);
      expect(status).equal(503);
      expect(body.broker?.ok, JSON.stringify(body)).equal(false);
      await until(() => /mqtt-error/.test(wire.platform.output()));
      const http = httpDoor(wire.platform.url);
      await http.send([message(wire, 'by-http')]);
      expect(http.heard('gate', 'g1')[0]).include({ status: 200, answer: 'decision' });

      const broker = await startPermissiveMosquitto(port);
      try {
        const door = await openDoor(broker.url);
        await until(async () => (await readiness(wire.platform.url)).status === 200, 20_000);
        await door.send([message(wire, 'by-mqtt')]);
        await until(() => door.heard('gate', 'g1').some((a) => a.json.arrivalId === 'by-mqtt'));
        await door.close();
      } finally {
        await broker.stop();
      }
    } finally {
      await wire.stop();
    }
  });
});

describe('A platform whose store goes away', function () {
  this.timeout(150_000);
  let wire: Wire;
  let line: Line;
  before(async () => {
    wire = await startWire({
      devices: [GATE],
      async through(uri) {
        const address = new URL(uri);
        line = await startLine(Number(address.port));
        address.port = String(line.port);
        // A replica set's own addresses would lead around the line.
        address.searchParams.delete('replicaSet');
        address.searchParams.set('directConnection', 'true');
        return address.toString();
      },
    });
  });
  afterEach(function () {
    // What happened is only to be seen where it does: on a machine with much else to do.
    if (this.currentTest?.state === 'failed') console.error(wire.platform.output().slice(-8_000));
  });
  after(async () => {
    await line?.mend().catch(() => undefined);
    await wire?.stop();
    await line?.stop();
  });

  it('answers 503 over HTTP, nothing over MQTT, and everything when the store is back', async () => {
    const door = deviceDoor(wire.platform.mqttUrl);
    await door.enter('gate', 'g1');
    await line.cut();
    const post = () =>
      fetch(`${wire.platform.url}/api/v1/devices/gate/g1/arrival`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`gate/g1:${secretOf('gate/g1')}`).toString('base64')}` },
        body: new Uint8Array(arrival(wire, 'away-http')),
      });
    const sent = door.send([message(wire, 'away-mqtt')]);
    const response = await post();
    expect(response.status).equal(503);
    expect(response.headers.get('retry-after')).match(/^\d+$/);
    expect(response.headers.get('content-type')).contain('application/problem+json');
    expect(await response.json()).include({ status: 503, code: 'store-away' });
    expect((await readiness(wire.platform.url)).status).equal(503);
    expect((await fetch(`${wire.platform.url}/healthz`)).status).equal(200);
    await sleep(500);
    // The policy it keeps aside.
    expect(door.heard('gate', 'g1').filter((a) => a.answer !== 'policy')).eql([]);

    await line.mend();
    await until(() => door.heard('gate', 'g1').some((a) => a.answer === 'receipt'), 75_000);
    // A decision a minute old is of no use to a gate: it is stored and not published.
    const { published } = (await wire.decisions.findOne({ _id: 'gate/g1/away-mqtt' }))!;
    if (published)
      await until(() => door.heard('gate', 'g1').some((a) => a.answer === 'decision' && a.json.arrivalId === 'away-mqtt'));
    await sent;
    await until(async () => (await readiness(wire.platform.url)).status === 200, 45_000);
    expect((await post()).status).equal(200);
    expect(await wire.observations.countDocuments()).equal(2);
    await door.close();
  });
});
