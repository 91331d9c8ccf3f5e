import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes, type Client } from 'aedes';
import type { Receipt, Rejected } from '../../../devices/contract/answers.ts';
import { ANSWERS } from '../../../devices/contract/kinds.ts';
import { deviceTopic, parseTopic } from '../../../devices/contract/topics.ts';

export interface Received {
  topic: string;
  message: string;
  json: Record<string, unknown> & { id: string };
  sha256: string;
}

/** A real broker with a platform behind it that does what a test says. */
export interface FakePlatform {
  url: string;
  /** Everything that came, repeats included. */
  received: Received[];
  statuses: Record<string, unknown>[];
  /** What to answer; by default a receipt. Return nothing to stay silent. */
  answer(handler: (received: Received) => void): void;
  receipt(received: Received): void;
  rejected(received: Received, answer: Partial<Rejected>): void;
  say(topic: string, payload: object, retain?: boolean): void;
  /** Ends when `condition` holds. */
  until(condition: () => boolean, what: string): Promise<void>;
  clients(): Client[];
  stop(): Promise<void>;
}

export async function startFakePlatform(port = 0): Promise<FakePlatform> {
  const broker = await Aedes.createBroker();
  const server: Server = createServer({ noDelay: true }, broker.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const clients = new Set<Client>();
  broker.on('client', (client) => clients.add(client));
  broker.on('clientDisconnect', (client) => clients.delete(client));

  const say = (topic: string, payload: object, retain = false) =>
    broker.publish(
      { cmd: 'publish', topic, payload: Buffer.from(JSON.stringify(payload)), qos: 1, retain, dup: false },
      () => undefined,
    );
  const answerOf = (received: Received, answer: string) => {
    const topic = parseTopic(received.topic);
    if (!topic) throw new Error(`no topic ${received.topic}`);
    return deviceTopic(topic.kind, topic.deviceId, answer);
  };
  const platform: FakePlatform = {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    statuses: [],
    answer: (next) => (handler = next),
    receipt: (received) =>
      say(answerOf(received, 'receipt'), { ids: [received.json.id], at: new Date().toISOString() } satisfies Receipt),
    rejected: (received, answer) =>
      say(answerOf(received, 'rejected'), {
        id: received.json.id,
        sha256: received.sha256,
        at: new Date().toISOString(),
        ...answer,
      }),
    say,
    async until(condition, what) {
      const deadline = Date.now() + 20_000;
      while (!condition()) {
        if (Date.now() > deadline) throw new Error(`still waiting for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    clients: () => [...clients],
    async stop() {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  let handler: (received: Received) => void = platform.receipt;

  broker.on('publish', (packet) => {
    const topic = parseTopic(packet.topic);
    if (!topic || (ANSWERS as readonly string[]).includes(topic.message)) return;
    const payload = Buffer.from(packet.payload);
    const json = JSON.parse(payload.toString()) as Received['json'];
    if (topic.message === 'status') return void platform.statuses.push(json);
    const received = {
      topic: packet.topic,
      message: topic.message,
      json,
      sha256: createHash('sha256').update(payload).digest('hex'),
    };
    platform.received.push(received);
    handler(received);
  });
  return platform;
}
