import { MongoClient, Binary, type Collection, type Document, type IndexDescription } from 'mongodb';
import mqtt from 'mqtt';
import { parseTopic } from '../../devices/contract/topics.ts';

/**
 * The bare floor, a process of its own: what subscribing, parsing and storing cost without anything of the platform. Messages go in by
 * `insertMany` of 500 (majority, journal) into a collection with the indexes of `observations`, with the fields those index and the
 * parsed payload (with `FLOOR_RAW` its bytes, as the platform keeps them). With `FLOOR_ANSWER` an arrival is stored by one insert and answered, which is the bare round trip.
 */

const { FLOOR_MONGO, FLOOR_DATABASE, FLOOR_BROKER, FLOOR_USER, FLOOR_PASSWORD, FLOOR_PROTOCOL, FLOOR_ANSWER, FLOOR_RAW } =
  process.env;
const INDEXES = JSON.parse(process.env.FLOOR_INDEXES ?? '[]') as IndexDescription[];
const BATCH = 500;
const LINGER_MS = 8;
const PARALLEL = 2;

interface Sent extends Document {
  id: string;
  at: string;
  arrivalId?: string;
  plate?: { number: string; color: string };
}

const mongo = await new MongoClient(FLOOR_MONGO!, { writeConcern: { w: 'majority', journal: true } }).connect();
const collection: Collection<Document & { _id: string }> = mongo.db(FLOOR_DATABASE).collection('floor');
if (INDEXES.length > 0) await collection.createIndexes(INDEXES);

/** A document to which the indexes apply as they do to an observation, of about its size. */
function documentOf(topic: string, payload: Buffer, body: Sent) {
  const parsed = parseTopic(topic)!;
  const { kind, deviceId, message } = parsed;
  const plate = body.plate && `${body.plate.number},${body.plate.color}`;
  return {
    _id: `${kind}/${deviceId}/${body.id}`,
    ...{ kind, deviceId, id: body.id, message },
    ...(kind !== 'on-board' && { source: `${kind}/${deviceId}` }),
    at: new Date(body.at),
    receivedAt: new Date(),
    batch: '000000000-floor-0',
    ...(FLOOR_RAW ? { raw: new Binary(payload) } : { payload: body }),
    vehicle: plate ?? deviceId,
    ...(plate !== undefined && { plate }),
    ...(body.arrivalId !== undefined && { arrival: `${kind}/${deviceId}/${body.arrivalId}` }),
  };
}

let waiting: ReturnType<typeof documentOf>[] = [];
let running = 0;
let timer: NodeJS.Timeout | null = null;

function pump() {
  while (running < PARALLEL && waiting.length >= BATCH) write();
  if (waiting.length > 0 && running < PARALLEL && timer === null)
    timer = setTimeout(() => {
      timer = null;
      if (running < PARALLEL && waiting.length > 0) write();
    }, LINGER_MS);
}

function write() {
  const docs = waiting.slice(0, BATCH);
  waiting = waiting.slice(BATCH);
  running++;
  void collection.insertMany(docs, { ordered: false }).finally(() => {
    running--;
    pump();
  });
}

const client = mqtt.connect(FLOOR_BROKER!, {
  username: FLOOR_USER!,
  password: FLOOR_PASSWORD!,
  clientId: `floor-${process.pid}`,
  protocolVersion: FLOOR_PROTOCOL === '5' ? 5 : 4,
  manualConnect: true,
});
client.on('message', (topic, payload) => {
  const body = JSON.parse(payload.toString()) as Sent;
  const doc = documentOf(topic, payload, body);
  if (FLOOR_ANSWER && topic.endsWith('/arrival')) {
    void collection.insertOne(doc).then(() => {
      const decision = { arrivalId: body.id, decision: 'admit', at: new Date().toISOString() };
      client.publish(topic.replace(/arrival$/, 'decision'), JSON.stringify(decision), { qos: 1 });
    });
    return;
  }
  waiting.push(doc);
  pump();
});
client.on('connect', () => {
  (client.stream as unknown as { setNoDelay?(on: boolean): void }).setNoDelay?.(true);
  client.subscribe(
    ['arrival', 'passage', 'reading', 'sighting', 'telemetry'].map((m) => `cleanhaul/v1/+/+/${m}`),
    { qos: 1 },
    () => process.stdout.write('ready\n'),
  );
});
client.connect();
process.on('SIGTERM', () => process.exit(0));
