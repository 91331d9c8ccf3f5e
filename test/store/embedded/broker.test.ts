import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { expect } from 'chai';
import mqtt, { type MqttClient } from 'mqtt';
import { createBroker, type DeviceAccount, type EmbeddedBroker } from '../../../server/embedded/broker.ts';
import { keptLog } from '../../support/log.ts';
import { until } from '../../support/until.ts';

const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');

describe('the embedded broker', () => {
  const kept = keptLog();
  const accounts = new Map<string, DeviceAccount>();
  let revision = 1;
  let storeAway = false;
  let broker: EmbeddedBroker;
  const clients: MqttClient[] = [];

  const createWith = (port = 0) =>
    createBroker({
      port,
      host: '127.0.0.1',
      log: kept.log,
      accounts: {
        async lookup(username) {
          if (storeAway) throw new Error('store away');
          return accounts.get(username) ?? null;
        },
        async revision() {
          return revision;
        },
      },
    });
  const logIn = async (password: string, clientId = 'gate_G1') => {
    const client = await mqtt.connectAsync(broker.url, { username: 'gate/G1', password, clientId, reconnectPeriod: 0 }, false);
    clients.push(client);
    return client;
  };
  const isRefused = (password: string, clientId = 'gate_G1') =>
    logIn(password, clientId).then(
      () => false,
      () => true,
    );

  beforeEach(async () => {
    accounts.clear();
    accounts.set('gate/G1', { enabled: true, secretsSha256: [digest('old-secret'), digest('new-secret')] });
    storeAway = false;
    kept.lines.length = 0;
    broker = await createWith();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await broker.stop();
  });

  it('takes both secrets while one is being replaced, and no third', async () => {
    expect((await logIn('old-secret')).connected).equal(true);
    expect((await logIn('new-secret', 'gate_G1.b')).connected).equal(true);
    expect(await isRefused('third-secret')).equal(true);
  });

  it("refuses a client id that is not the user name's", async () => {
    for (const clientId of ['gate_G2', 'gate_G1x', 'gate_G1.', 'gate_G1.a-b', 'gate/G1', 'platform', '']) {
      expect(await isRefused('old-secret', clientId), clientId).equal(true);
    }
  });

  it('ends only the connection whose secret is withdrawn, when it is told so', async () => {
    const old = await logIn('old-secret');
    const renewed = await logIn('new-secret', 'gate_G1.b');
    accounts.set('gate/G1', { enabled: true, secretsSha256: [digest('new-secret')] });
    broker.invalidate('gate/G1');
    await until(() => !old.connected);
    expect(renewed.connected).equal(true);
    expect(await isRefused('old-secret')).equal(true);
  });

  it('sees within five seconds what another process has changed', async function () {
    this.retries(2); // by the clock on the wall
    const client = await logIn('old-secret');
    accounts.set('gate/G1', { enabled: false, secretsSha256: [digest('old-secret')] });
    revision++;
    await until(() => !client.connected, 5_000);
    expect(await isRefused('old-secret')).equal(true);
  });

  it('keeps connections, and lets known devices back in, while the store is away', async () => {
    const client = await logIn('old-secret');
    storeAway = true;
    broker.invalidate('gate/G1');
    await sleep(200);
    expect(client.connected).equal(true);
    expect((await logIn('old-secret', 'gate_G1.b')).connected).equal(true);
    expect(await isRefused('wrong-secret', 'gate_G1.c')).equal(true);
  });

  it('comes back after each SIGKILL on its port with its password, and clients with it', async () => {
    const platform = await mqtt.connectAsync(broker.url, {
      username: broker.platformUsername,
      password: broker.platformPassword,
      clientId: 'platform-1',
      reconnectPeriod: 50,
    });
    clients.push(platform);
    for (let round = 0; round < 3; round++) {
      const killed = broker.pid();
      process.kill(killed ?? 0, 'SIGKILL');
      await until(() => !platform.connected);
      await until(() => platform.connected && broker.pid() !== killed);
      await platform.publishAsync('cleanhaul/v1/gate/G1/policy', '{}', { qos: 1 });
    }
  });

  it('closes a connection at the announcement of more than a megabyte, before reading it', async () => {
    const client = await logIn('old-secret');
    client.on('error', () => undefined);
    // The fixed header of a PUBLISH of 200 MB, and nothing after it.
    client.stream.write(Buffer.from([0x32, 0x80, 0x84, 0xaf, 0x5f]));
    await until(() => !client.connected);
  });

  it('does not wait for a device that does not read its answers', async () => {
    const platform = await mqtt.connectAsync(broker.url, {
      username: broker.platformUsername,
      password: broker.platformPassword,
      clientId: 'platform-1',
    });
    const deaf = await logIn('old-secret');
    clients.push(platform);
    await deaf.subscribeAsync('cleanhaul/v1/gate/G1/decision', { qos: 1 });
    deaf.stream.pause();
    accounts.set('gate/G2', { enabled: true, secretsSha256: [digest('s')] });
    const other = await mqtt.connectAsync(broker.url, { username: 'gate/G2', password: 's', clientId: 'gate_G2' });
    clients.push(other);
    let got = 0;
    other.on('message', () => got++);
    await other.subscribeAsync('cleanhaul/v1/gate/G2/decision', { qos: 1 });
    const large = Buffer.alloc(48 * 1024);
    for (let i = 0; i < 400; i++) await platform.publishAsync('cleanhaul/v1/gate/G1/decision', large, { qos: 1 });
    await platform.publishAsync('cleanhaul/v1/gate/G2/decision', '{}', { qos: 1 });
    await until(() => got === 1);
  });

  it('says what it refused, never a secret', async () => {
    await isRefused('a-wrong-secret-nobody-may-see');
    const client = await logIn('old-secret');
    await client.publishAsync('cleanhaul/v1/gate/G2/arrival', '{"secret":"payload"}', { qos: 1 });
    await until(() => kept.lines.some((line) => line.msg === 'broker: refused to publish'));
    const text = JSON.stringify(kept.lines);
    expect(text).contain('broker: connection refused').and.contain('cleanhaul/v1/gate/G2/arrival');
    for (const secret of ['a-wrong-secret', 'old-secret', 'payload', broker.platformPassword]) expect(text).not.contain(secret);
  });

  it('does not start on a port that is taken, and says so', async function () {
    this.timeout(20_000);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const problem = await createWith(port).then(
      () => '',
      (error: Error) => error.message,
    );
    squatter.close();
    expect(problem).contain('EADDRINUSE').and.contain(String(port));
  });
});
