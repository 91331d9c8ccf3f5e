import { expect } from 'chai';
import mqtt, { type MqttClient } from 'mqtt';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createListener, type Listener, type Packet } from '../../../server/intake/listener.ts';
import { startAedes, startMosquitto, type StartBroker, type TestBroker } from '../../support/brokers.ts';
import { quietLog } from '../../support/log.ts';
import { until } from '../../support/until.ts';

const SECRET = 'secret-of-gate-one-0123456789';
const TOPIC = 'cleanhaul/v1/gate/g1/arrival';
const BROKERS: [string, StartBroker, 4 | 5][] = [
  ['the embedded broker', startAedes, 4],
  ['Mosquitto', startMosquitto, 5],
];

/** A line to the broker that can be cut, and that hands over what the broker says first in one piece. */
async function startLine(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let first: Buffer[] | null = [];
    const pair = [near, far];
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (!first) return void near.write(data);
      if (first.push(data) > 1) return;
      setTimeout(() => {
        near.write(Buffer.concat(first!));
        first = null;
      }, 150);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    stop: () => (cut(), new Promise((resolve) => server.close(resolve))),
  };
}

for (const [name, start, protocolVersion] of BROKERS) {
  describe(`the listener on ${name}`, function () {
    this.timeout(30_000);
    let broker: TestBroker;
    let device: MqttClient;
    let line: Awaited<ReturnType<typeof startLine>>;
    const open: Listener[] = [];

    before(async () => {
      broker = await start([{ kind: 'gate', deviceId: 'g1', secret: SECRET }]);
      line = await startLine(broker.port);
      device = await mqtt.connectAsync(broker.url, { username: 'gate/g1', password: SECRET, clientId: 'gate_g1' });
    });
    after(async () => {
      await device.endAsync();
      await line.stop();
      await broker.stop();
    });
    afterEach(async () => {
      for (const listener of open.splice(0)) await listener.stop();
    });

    async function listen(clientId: string, more: { highWater?: number; url?: string } = {}) {
      const packets: Packet[] = [];
      let connections = 0;
      const listener = createListener({
        url: more.url ?? broker.url,
        ...broker.platform,
        clientId,
        protocolVersion,
        shared: false,
        log: quietLog,
        onReady: () => connections++,
        onPacket: (packet) => void (packet.message === 'arrival' && packets.push(packet)),
        ...(more.highWater !== undefined && { highWater: more.highWater }),
      });
      open.push(listener);
      listener.start();
      await until(() => connections > 0);
      return { listener, packets, texts: () => packets.map((p) => p.bytes.toString()), connections: () => connections };
    }
    const send = (...texts: string[]) => Promise.all(texts.map((text) => device.publishAsync(TOPIC, text, { qos: 1 })));
    const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

    it('gets the packets behind one that is not acknowledged, and gets the unacknowledged ones again on the next connection', async () => {
      const clientId = `cleanhaul-late-${protocolVersion}`;
      const first = await listen(clientId);
      await send(...numbers(1, 10));
      await until(() => first.packets.length === 10);
      for (const packet of first.packets) if (Number(packet.bytes.toString()) % 2 === 0) packet.acknowledge();
      expect(first.listener.unacknowledged()).to.equal(5);
      await sleep(100);
      await first.listener.stop();

      const second = await listen(clientId);
      await until(() => second.packets.length >= 5);
      await sleep(100);
      expect(second.texts().sort()).to.deep.equal(['1', '3', '5', '7', '9']);
      for (const packet of second.packets) packet.acknowledge();
      await sleep(100);
      await second.listener.stop();

      const third = await listen(clientId);
      await sleep(300);
      expect(third.texts()).to.deep.equal([]);
    });

    it('acknowledges packets that come right behind the CONNACK, while answers of the connection before are still sent again', async () => {
      const clientId = `cleanhaul-connack-${protocolVersion}`;
      const { listener, packets, connections } = await listen(clientId, { url: line.url });
      for (let i = 0; i < 5; i++) listener.publish('cleanhaul/v1/gate/g1/decision', String(i), { qos: 1 });
      line.cut();
      await send('a', 'b', 'c');
      await until(() => connections() > 1 && packets.length >= 3, 15_000);
      expect(listener.unacknowledged()).to.equal(packets.length);
      for (const packet of packets) packet.acknowledge();
      expect(listener.unacknowledged()).to.equal(0);
      await sleep(100);
      await listener.stop();
      const third = await listen(clientId);
      await sleep(300);
      expect(third.texts()).to.deep.equal([]);
    });

    it('acknowledges nothing on a connection for a packet of the one before', async () => {
      const clientId = `cleanhaul-epoch-${protocolVersion}`;
      const { listener, packets, connections } = await listen(clientId, { url: line.url });
      await send('old');
      await until(() => packets.length === 1);
      line.cut();
      await until(() => connections() > 1, 15_000);
      await until(() => packets.length >= 2);
      packets[0]!.acknowledge();
      await sleep(100);
      expect(listener.unacknowledged()).to.equal(1);
      packets.at(-1)!.acknowledge();
      expect(listener.unacknowledged()).to.equal(0);
    });

    it('reads no further while too many wait, and goes on when some are acknowledged', async () => {
      const { listener, packets } = await listen(`cleanhaul-water-${protocolVersion}`, { highWater: 5 });
      await send(...numbers(1, 15));
      await until(() => packets.length === 5);
      await sleep(200);
      expect(packets).to.have.length(5);
      for (let i = 0; i < 15; i++) {
        await until(() => packets.length > i);
        expect(listener.unacknowledged()).to.be.at.most(5);
        packets[i]!.acknowledge();
      }
      expect(new Set(packets.map((p) => p.bytes.toString()))).to.have.property('size', 15);
    });
  });
}
