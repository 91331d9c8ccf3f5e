import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { KINDS, MESSAGES } from '../../../devices/contract/kinds.ts';
import { until } from '../../support/until.ts';
import { startAedes, startMosquitto, type TestAccount, type TestBroker } from '../../support/brokers.ts';

const ACCOUNTS: TestAccount[] = [
  { kind: 'gate', deviceId: 'G1', secret: 'secret-of-gate-one-000' },
  { kind: 'gate', deviceId: 'G2', secret: 'secret-of-gate-two-000' },
  { kind: 'gate', deviceId: 'G3', secret: 'secret-of-gate-three-0', enabled: false },
  ...KINDS.filter((kind) => kind !== 'gate').map((kind) => ({ kind, deviceId: 'D1', secret: `secret-of-a-${kind}-device` })),
];
const secretOf = (username: string) => ACCOUNTS.find((a) => `${a.kind}/${a.deviceId}` === username)?.secret ?? 'none';

/** The broker itself: who gets in, who may say and hear what. One suite for every broker the platform runs on. */
for (const start of [startAedes, startMosquitto]) {
  describe(`a broker for the platform (${start === startAedes ? 'embedded' : 'Mosquitto'})`, () => {
    let broker: TestBroker;
    let platform: MqttClient;
    const clients: MqttClient[] = [];
    const heard: { topic: string; text: string; bytes: number; retain: boolean }[] = [];

    before(async () => {
      broker = await start(ACCOUNTS);
      platform = await mqtt.connectAsync(broker.url, { ...broker.platform, clientId: 'platform-1', clean: false });
      platform.on('message', (topic, payload, packet) =>
        heard.push({ topic, text: payload.subarray(0, 200).toString(), bytes: payload.length, retain: packet.retain }),
      );
      await platform.subscribeAsync('cleanhaul/v1/#', { qos: 1 });
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
      heard.length = 0;
      await broker.setAccounts(ACCOUNTS);
    });
    after(async () => {
      await platform.endAsync(true);
      await broker.stop();
    });

    const open = (username: string, more: IClientOptions = {}) => {
      const client = mqtt.connect(broker.url, {
        username,
        password: secretOf(username),
        clientId: username.replace('/', '_'),
        reconnectPeriod: 0,
        ...more,
      });
      clients.push(client);
      return client;
    };
    const logIn = (username: string, more: IClientOptions = {}) =>
      new Promise<MqttClient>((resolve, reject) => {
        const client = open(username, more);
        client.once('connect', () => resolve(client));
        client.once('error', reject);
        client.once('close', () => reject(new Error('connection closed')));
      });
    const refused = (username: string, more: IClientOptions = {}) =>
      logIn(username, more).then(
        () => false,
        () => true,
      );
    /** What the platform has heard once everything sent before has passed through. */
    const settled = async () => {
      const mark = `cleanhaul/v1/mark/${Math.random()}`;
      await platform.publishAsync(mark, '', { qos: 1 });
      await until(() => heard.some((m) => m.topic === mark));
      return heard.filter((m) => !m.topic.startsWith('cleanhaul/v1/mark/'));
    };

    it('lets a device in with its own secret, also under a suffixed client id', async () => {
      expect((await logIn('gate/G1')).connected).equal(true);
      expect((await logIn('gate/G1', { clientId: 'gate_G1.lane2' })).connected).equal(true);
    });

    it('lets nobody in with another secret, without one, unknown or disabled', async () => {
      expect(await refused('gate/G1', { password: secretOf('gate/G2') })).equal(true);
      expect(await refused('gate/G1', { password: '' })).equal(true);
      expect(await refused('gate/G9', { password: secretOf('gate/G1') })).equal(true);
      expect(await refused('gate/G3')).equal(true);
      expect(await refused('platform', { password: 'guess', clientId: 'platform-2' })).equal(true);
      expect(await refused('gate/G1/x', { password: secretOf('gate/G1') })).equal(true);
      expect(await refused('', { username: undefined, password: undefined, clientId: 'gate_G1' })).equal(true);
    });

    it('carries every message of every kind, and status, from its device to the platform', async () => {
      for (const { kind, deviceId } of ACCOUNTS.filter((a) => a.deviceId !== 'G2' && a.enabled !== false)) {
        const client = await logIn(`${kind}/${deviceId}`);
        for (const message of [...MESSAGES[kind], 'status']) {
          await client.publishAsync(`cleanhaul/v1/${kind}/${deviceId}/${message}`, '{}', { qos: 1 });
        }
      }
      const expected = ACCOUNTS.filter((a) => a.deviceId !== 'G2' && a.enabled !== false).flatMap(({ kind, deviceId }) =>
        [...MESSAGES[kind], 'status'].map((message) => `cleanhaul/v1/${kind}/${deviceId}/${message}`),
      );
      expect((await settled()).map((m) => m.topic)).to.have.members(expected);
    });

    it('drops what a device may not publish and keeps its connection and its other messages', async () => {
      const gate = await logIn('gate/G1');
      for (const topic of [
        'cleanhaul/v1/gate/G2/arrival',
        'cleanhaul/v1/checkpoint/G1/sighting',
        'cleanhaul/v1/gate/G1/sighting',
        'cleanhaul/v1/gate/G1/decision',
        'cleanhaul/v1/gate/G1/policy',
        'cleanhaul/v1/gate/G1/arrival/x',
        'cleanhaul/v1/gate/G1',
        'cleanhaul/v2/gate/G1/arrival',
        '$SYS/x',
      ]) {
        await gate.publishAsync(topic, '{"bad":1}', { qos: 1 });
      }
      await gate.publishAsync('cleanhaul/v1/gate/G1/arrival', '{"good":1}', { qos: 1 });
      expect((await settled()).map((m) => m.text)).eql(['{"good":1}']);
      expect(gate.connected).equal(true);
    });

    it('answers each device on its own topics only, whatever it subscribes to', async () => {
      const gate = await logIn('gate/G1');
      const got: string[] = [];
      gate.on('message', (topic) => got.push(topic));
      for (const filter of [
        '#',
        '+/#',
        'cleanhaul/v1/#',
        'cleanhaul/v1/gate/+/decision',
        'cleanhaul/v1/gate/G2/decision',
        '$SYS/#',
        '$share/x/cleanhaul/v1/gate/G2/decision',
      ]) {
        await gate.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
      }
      await gate.subscribeAsync(
        ['decision', 'policy', 'receipt', 'rejected'].map((answer) => `cleanhaul/v1/gate/G1/${answer}`),
        { qos: 1 },
      );
      for (const id of ['G2', 'G1']) {
        for (const message of ['decision', 'policy', 'receipt', 'rejected', 'arrival']) {
          await platform.publishAsync(`cleanhaul/v1/gate/${id}/${message}`, '{}', { qos: 1 });
        }
      }
      await until(() => got.length >= 4);
      await sleep(100);
      expect([...new Set(got)]).to.have.members(
        ['decision', 'policy', 'receipt', 'rejected'].map((answer) => `cleanhaul/v1/gate/G1/${answer}`),
      );
    });

    it('hands a retained policy to its gate when it subscribes, and to no other', async () => {
      await platform.publishAsync('cleanhaul/v1/gate/G1/policy', '{"payloadId":"p#1"}', { qos: 1, retain: true });
      const one = await logIn('gate/G1');
      const other = await logIn('gate/G2');
      const got: string[] = [];
      one.on('message', (topic, payload, packet) => got.push(`one ${topic} ${payload.toString()} ${packet.retain}`));
      other.on('message', (topic) => got.push(`other ${topic}`));
      await other.subscribeAsync('cleanhaul/v1/gate/G1/policy', { qos: 1 }).catch(() => undefined);
      await one.subscribeAsync('cleanhaul/v1/gate/G1/policy', { qos: 1 });
      await until(() => got.length > 0);
      await sleep(100);
      expect(got).eql(['one cleanhaul/v1/gate/G1/policy {"payloadId":"p#1"} true']);
    });

    it('publishes a last will on the own status, and none elsewhere', async () => {
      const die = async (topic: string, payload: string) => {
        const gate = await logIn('gate/G1', { will: { topic, payload: Buffer.from(payload), qos: 1, retain: true } });
        gate.stream.destroy();
      };
      await die('cleanhaul/v1/gate/G2/status', 'foreign').catch(() => undefined);
      await sleep(100);
      await die('cleanhaul/v1/gate/G1/status', 'own');
      await until(() => heard.some((m) => m.text === 'own'));
      expect((await settled()).map((m) => m.text)).eql(['own']);
    });

    it('carries a payload that is too large to be a message, so that the platform can say so', async () => {
      const gate = await logIn('gate/G1');
      await gate.publishAsync('cleanhaul/v1/gate/G1/arrival', Buffer.alloc(300 * 1024, 'x'), { qos: 1 });
      expect((await settled()).map((m) => m.bytes)).eql([300 * 1024]);
    });

    it('carries nothing of more than a megabyte', async () => {
      const gate = await logIn('gate/G1');
      gate.on('error', () => undefined);
      gate.publish('cleanhaul/v1/gate/G1/arrival', Buffer.alloc(1_200_000, 'x'), { qos: 1 }, () => undefined);
      await sleep(300);
      expect(await settled()).eql([]);
      expect((await logIn('gate/G2')).connected).equal(true);
    });

    it('ends the connection of a device within five seconds when it is disabled or its secret replaced', async function () {
      this.retries(2); // by the clock on the wall
      const disabled = await logIn('gate/G1');
      const changed = await logIn('gate/G2');
      const untouched = await logIn('checkpoint/D1');
      await broker.setAccounts(
        ACCOUNTS.map((a) =>
          a.deviceId === 'G1' ? { ...a, enabled: false } : a.deviceId === 'G2' ? { ...a, secret: 'another-secret-of-gate' } : a,
        ),
      );
      await until(() => !disabled.connected && !changed.connected, 5_000);
      expect(untouched.connected).equal(true);
      expect(await refused('gate/G1')).equal(true);
      expect((await logIn('gate/G2', { password: 'another-secret-of-gate' })).connected).equal(true);
    });

    it('keeps what comes in while the platform is away for its session', async () => {
      await platform.endAsync();
      const gate = await logIn('gate/G1');
      for (let i = 0; i < 20; i++) await gate.publishAsync('cleanhaul/v1/gate/G1/arrival', `{"i":${i}}`, { qos: 1 });
      platform.reconnect();
      await until(() => heard.length >= 20);
      expect(heard.map((m) => m.text)).eql(Array.from({ length: 20 }, (_, i) => `{"i":${i}}`));
    });

    it('outlives bytes that are no MQTT', async () => {
      for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x10\xff\xff\xff\xff\xff', '\x00', '\x30\xff\xff\xff\x7f']) {
        const socket = connectTcp(broker.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(Buffer.from(bytes, 'latin1'));
        await sleep(20);
        socket.destroy();
      }
      expect((await logIn('gate/G1')).connected).equal(true);
    });
  });
}
