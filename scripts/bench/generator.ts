import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import mqtt from 'mqtt';
import { gateMessage, mixedMessage, telemetry, type Message } from './world.ts';
import { createPublisher, publishPacket, type BrokerAddress, type Publisher } from './wire.ts';

/**
 * The load generator, a process of its own. It is told what to do by its parent and answers with what it measured: how fast messages
 * were stored (closed loop), or how long decisions took (open loop: from the moment at which the message was to be sent).
 */

/** Sends as fast as the receiver stores, with so many messages on the way at most. */
export interface ThroughputTask {
  task: 'throughput';
  broker: BrokerAddress;
  mongo: string;
  database: string;
  /** The collection whose growth is what is stored. */
  collection: string;
  messages: 'mix' | 'gates';
  warmupSeconds: number;
  seconds: number;
  /** Messages prepared: the load ends when they are used up. */
  most: number;
  window: number;
  /** Wait for the receipt of every message. */
  receipts: boolean;
}

export interface Throughput {
  perSecond: number;
  stored: number;
  sent: number;
  receipted: number;
  rejected: number;
  seconds: number;
  bytesPerMessage: number;
}

/** Sends arrivals at fixed moments, whatever comes of them, and telemetry beside them. */
export interface LatencyTask {
  task: 'latency';
  broker: BrokerAddress;
  perSecond: number;
  telemetryPerSecond: number;
  warmupSeconds: number;
  seconds: number;
  /** Makes ids of its own. */
  run: number;
}

export interface Latency {
  asked: number;
  answered: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

const CONNECTIONS = 4;
const CHUNK = 40;

/** Packets in the order of sending, gathered by connection. */
function prepare(
  count: number,
  of: (n: number, now: number) => Message,
): { chunks: { to: number; bytes: Buffer; messages: number }[]; bytes: number } {
  const now = Date.now();
  const open = Array.from({ length: CONNECTIONS }, () => [] as Buffer[]);
  const sent = new Array<number>(CONNECTIONS).fill(0);
  const chunks: { to: number; bytes: Buffer; messages: number }[] = [];
  let bytes = 0;
  const close = (to: number) => {
    if (open[to]!.length > 0) chunks.push({ to, bytes: Buffer.concat(open[to]!), messages: open[to]!.length });
    open[to] = [];
  };
  for (let n = 0; n < count; n++) {
    const { topic, payload, device } = of(n, now);
    const to = device % CONNECTIONS;
    const packet = publishPacket(topic, payload, (sent[to]!++ % 60_000) + 1);
    bytes += payload.length;
    if (open[to]!.push(packet) === CHUNK) close(to);
  }
  for (let to = 0; to < CONNECTIONS; to++) close(to);
  return { chunks, bytes };
}

async function throughput(task: ThroughputTask): Promise<Throughput> {
  const { chunks, bytes } = prepare(task.most, task.messages === 'mix' ? mixedMessage : (n, now) => gateMessage(n, n, now));
  const publishers = await connectAll(task.broker);
  const client = await new MongoClient(task.mongo).connect();
  const collection = client.db(task.database).collection(task.collection);
  const answers = await listen(task.broker, ['receipt', 'rejected']);
  let receipted = 0;
  let rejected = 0;
  answers.on('message', (topic, payload) => {
    if (topic.endsWith('/receipt')) receipted += (JSON.parse(payload.toString()) as { ids: string[] }).ids.length;
    else if (rejected++ === 0) process.stderr.write(`rejected: ${topic} ${payload.toString()}\n`);
  });

  let sent = 0;
  let next = 0;
  const before = await collection.estimatedDocumentCount();
  let stored = 0;
  let lastStored = performance.now();
  const began = performance.now();
  let from: { at: number; stored: number } | undefined;
  let until: { at: number; stored: number } | undefined;
  const look = async () => {
    const count = (await collection.estimatedDocumentCount()) - before;
    const at = performance.now();
    if (count > stored) lastStored = at;
    stored = count;
    if (!from && at - began >= task.warmupSeconds * 1000) {
      from = { at, stored };
      process.send!({ measuring: true });
    }
    return at;
  };
  while (next < chunks.length) {
    const at = await look();
    if (from && at - from.at >= task.seconds * 1000) break;
    if (at - lastStored > 30_000)
      throw new Error(`nothing stored for 30 s: ${sent} sent, ${stored} stored, ${rejected} rejected`);
    while (next < chunks.length && sent + CHUNK - stored - rejected <= task.window) {
      const chunk = chunks[next++]!;
      publishers[chunk.to]!.write(chunk.bytes);
      sent += chunk.messages;
    }
    until = { at, stored };
    await sleep(8);
  }
  process.send!({ measuring: false });
  while (stored + rejected < sent || (task.receipts && receipted + rejected < sent)) {
    const at = await look();
    if (at - lastStored > 30_000)
      throw new Error(`not all came: ${sent} sent, ${stored} stored, ${receipted} receipted, ${rejected} rejected`);
    await sleep(20);
  }
  for (const publisher of publishers) publisher.end();
  await answers.endAsync();
  await client.close();
  if (!from || !until || until.at - from.at < 1000) throw new Error('too few messages prepared for this machine: raise --most');
  const seconds = (until.at - from.at) / 1000;
  return {
    perSecond: (until.stored - from.stored) / seconds,
    ...{ stored, sent, receipted, rejected, seconds },
    bytesPerMessage: bytes / task.most,
  };
}

async function latency(task: LatencyTask): Promise<Latency> {
  const total = task.warmupSeconds + task.seconds;
  const arrivals = task.perSecond * total;
  const beside = task.telemetryPerSecond * total;
  const now = Date.now();
  const id = `l${task.run}`;
  const packets = Array.from({ length: arrivals }, (_, n) => {
    // Every second gate message is an arrival.
    const { topic, payload } = gateMessage(n, n * 2, now);
    return publishPacket(topic, payload.replace(/"id":"a-/, `"id":"${id}-`), (n % 60_000) + 1);
  });
  const flood = Array.from({ length: beside }, (_, n) => {
    const { topic, payload } = telemetry(n, n + task.run * 997, now, true);
    return publishPacket(topic, payload.replace(/"id":"t-/, `"id":"${id}-`), (n % 60_000) + 1);
  });
  const [first, second] = await connectAll(task.broker);
  const answers = await listen(task.broker, ['decision']);
  const took = new Float64Array(arrivals).fill(-1);
  const moment = (n: number, perSecond: number) => (n / perSecond) * 1000;
  const began = performance.now() + 50;
  let answered = 0;
  answers.on('message', (_topic, payload) => {
    const at = performance.now();
    const match = /"arrivalId":"([^"-]+)-(\d+)"/.exec(payload.toString('latin1'));
    if (match?.[1] !== id) return;
    const n = Number(match[2]);
    if (took[n]! >= 0) return;
    took[n] = at - began - moment(n, task.perSecond);
    answered++;
  });
  let gate = 0;
  let other = 0;
  while (gate < arrivals || other < beside) {
    const at = performance.now() - began;
    while (gate < arrivals && moment(gate, task.perSecond) <= at) first!.write(packets[gate++]!);
    while (other < beside && moment(other, task.telemetryPerSecond) <= at) second!.write(flood[other++]!);
    await sleep(1);
  }
  for (const deadline = performance.now() + 5000; answered < arrivals && performance.now() < deadline;) await sleep(20);
  first!.end();
  second!.end();
  await answers.endAsync();
  const measured = [...took].slice(task.warmupSeconds * task.perSecond);
  // What was never answered took for ever.
  const times = measured.map((t) => (t < 0 ? Infinity : t)).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return {
    asked: measured.length,
    answered: measured.filter((t) => t >= 0).length,
    ...{ p50: at(0.5), p90: at(0.9), p99: at(0.99), max: times.at(-1)! },
  };
}

function connectAll(broker: BrokerAddress): Promise<Publisher[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => createPublisher(broker, `bench-${process.pid}-${i}`)));
}

/** Subscribes to answers of all devices. */
async function listen({ port, username, password }: BrokerAddress, names: string[]) {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username, password, clientId: `bench-${process.pid}-answers`, clean: true },
  });
  (client.stream as unknown as { setNoDelay?(on: boolean): void }).setNoDelay?.(true);
  await client.subscribeAsync(
    names.map((name) => `cleanhaul/v1/+/+/${name}`),
    { qos: 1 },
  );
  return client;
}

process.on('message', (task: ThroughputTask | LatencyTask) => {
  const run: Promise<Throughput | Latency> = task.task === 'throughput' ? throughput(task) : latency(task);
  run.then(
    (result) => process.send!({ result }),
    (error: unknown) => process.send!({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send!({ ready: true });
