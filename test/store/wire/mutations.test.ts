import { expect } from 'chai';
import mqtt from 'mqtt';
import { checkTime, decodeMessage } from '../../../devices/contract/decode.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { KINDS, MESSAGES, type Kind } from '../../../devices/contract/kinds.ts';
import { sameContent } from '../../../devices/contract/same-content.ts';
import { until } from '../../support/until.ts';
import { digest } from './cases.ts';
import { deviceDoor, openDoor, type Door, type Sent } from './doors.ts';
import { needs, startPermissiveMosquitto, type Mosquitto } from './mosquitto.ts';
import { dice, goodMessages, mutant } from './mutations.ts';
import { deviceRow, startWire, type Wire } from './wire.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
const MUTANTS = 10_000;
const AT_ONCE = 400;
const DEVICES = KINDS.map((kind) => deviceRow({ kind, id: 'fuzz' }));
const NO_LIMITS = { GATE_RATE: '0', DEVICE_RATE: '0', DEAD_LETTERS_PER_DAY: '1000000', LOG_LEVEL: 'error' };

type Mutated = Sent & { how: string; sentAt: number };

/** What the contract says of a message by itself: its code, or that it is to be stored. */
function codeOf({ kind, message, bytes, sentAt }: Mutated): string {
  const decoded = decodeMessage(kind as Kind, message, bytes);
  if (!decoded.ok) return decoded.code;
  const backfill = decoded.value.backfill ?? false;
  return checkTime({ atMs: decoded.atMs, nowMs: sentAt, backfill }) ?? 'ok';
}

describe(`A running platform that is sent ${MUTANTS} spoiled messages (seed ${SEED})`, function () {
  this.timeout(120_000);
  let wire: Wire;
  let door: Door;
  const sent: Mutated[] = [];

  before(async () => {
    wire = await startWire({ devices: DEVICES, env: NO_LIMITS });
    door = deviceDoor(wire.platform.mqttUrl);
    for (const kind of KINDS) expect(await door.enter(kind, 'fuzz')).equal(true);
  });
  after(async () => {
    await door?.close();
    await wire?.stop();
  });

  it('stores each or keeps it as a dead letter with its code', async () => {
    const pick = dice(SEED);
    const good = goodMessages();
    while (sent.length < MUTANTS) {
      const sentAt = wire.clock.now();
      const some = Array.from({ length: Math.min(AT_ONCE, MUTANTS - sent.length) }, (_, i) => ({
        ...mutant(pick, good, sent.length + i, sentAt),
        deviceId: 'fuzz',
        retain: false,
        sentAt,
      }));
      sent.push(...some);
      await door.send(some);
    }
    // Every message is answered for by its bytes (a dead letter) or by its id (an observation).
    const lost = async () => {
      const letters = new Map(
        (await wire.deadLetters.find({}, { projection: { code: 1 } }).toArray()).map((d) => [d._id, d.code]),
      );
      const stored = new Map((await wire.observations.find({}, { projection: { raw: 1 } }).toArray()).map((d) => [d._id, d.raw]));
      const wrong: string[] = [];
      const counts: Record<string, number> = {};
      for (const each of sent) {
        const { kind, message, bytes, how } = each;
        const code = codeOf(each);
        const letter = letters.get(`${kind}/fuzz|${digest(bytes)}`);
        const decoded = decodeMessage(kind as Kind, message, bytes);
        const record = decoded.ok ? stored.get(`${kind}/fuzz/${decoded.value.id}`) : undefined;
        const isStored = code === 'ok' && record !== undefined && sameContent(Buffer.from(record.buffer), bytes);
        // An id that another spoiled message has taken before.
        const isReused = code === 'ok' && record !== undefined && letter === 'id-reused';
        counts[isReused ? 'id-reused' : code] = (counts[isReused ? 'id-reused' : code] ?? 0) + 1;
        if (!isStored && !isReused && letter !== code)
          wrong.push(`${kind} ${message}, ${how}: ${code} expected, ${letter ?? 'nothing'} found`);
      }
      return { wrong, counts };
    };
    const deadline = Date.now() + 60_000;
    let state = await lost();
    while (state.wrong.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      state = await lost();
    }
    console.log(`      seed ${SEED}: ${JSON.stringify(state.counts)}`);
    expect(state.wrong.slice(0, 10), `of ${state.wrong.length}`).eql([]);
    for (const code of ['ok', 'not-json', 'schema', 'too-large']) expect(state.counts[code], code).above(50);
  });

  it('fails on none of them', async () => {
    const failed = await wire.deadLetters.find({ code: 'internal' }).toArray();
    expect(failed.map((d) => Buffer.from(d.raw!.buffer).toString().slice(0, 300))).eql([]);
    expect(wire.platform.output()).not.match(/unhandled|rule-error|sweep-failed|not-judged/);
  });

  it('is up and ready, and answers a gate', async () => {
    expect(wire.platform.child.exitCode).equal(null);
    await until(async () => (await fetch(`${wire.platform.url}/readyz`)).status === 200);
    const body = {
      id: 'after',
      at: formatInstant(wire.clock.now()),
      direction: 'in',
      plate: { number: '晋H12345', color: 'yellow' },
    };
    await door.send([
      { kind: 'gate', deviceId: 'fuzz', message: 'arrival', bytes: Buffer.from(JSON.stringify(body)), retain: false },
    ]);
    await until(() => door.heard('gate', 'fuzz').some((a) => a.answer === 'decision' && a.json.arrivalId === 'after'));
  });
});

describe('A running platform behind a broker without rights', function () {
  this.timeout(180_000);
  let wire: Wire;
  let mosquitto: Mosquitto;
  let door: Door;

  before(async function () {
    needs(this, 'mosquitto');
    mosquitto = await startPermissiveMosquitto();
    wire = await startWire({ devices: DEVICES, env: { ...NO_LIMITS, MQTT_URL: mosquitto.url } });
    door = await openDoor(mosquitto.url);
  });
  after(async () => {
    await door?.close();
    await wire?.stop();
    await mosquitto?.stop();
  });

  it('keeps what comes on topics of nobody, and hears the devices between', async () => {
    const client = await mqtt.connectAsync(mosquitto.url, { clientId: 'stranger' });
    const topics = [
      'cleanhaul/v1',
      'cleanhaul/v1/gate',
      'cleanhaul/v1/gate/fuzz',
      'cleanhaul/v1/gate//arrival',
      'cleanhaul/v1//fuzz/arrival',
      'cleanhaul/v1/gate/fuzz/',
      'cleanhaul/v1/gate/fuzz/arrival/more',
      'cleanhaul/v1/tractor/fuzz/arrival',
      'cleanhaul/v1/__proto__/fuzz/arrival',
      'cleanhaul/v1/gate/晋H12345/arrival',
      `cleanhaul/v1/gate/${'g'.repeat(65)}/arrival`,
      `cleanhaul/v1/${'x'.repeat(5000)}/a/b`,
      'cleanhaul/v1/constructor/toString/status',
      'cleanhaul/v1/gate/a b/status',
      'cleanhaul/v1/gate/$where/arrival',
    ];
    for (const [i, topic] of topics.entries()) {
      await client.publishAsync(topic, `{"id":"t-${i}"}`, { qos: 1 });
      await client.publishAsync(topic, Buffer.from([0xff, i]), { qos: 0 });
    }
    const at = formatInstant(wire.clock.now());
    const body = { id: 'between', at, direction: 'in', plate: { number: '', color: 'other' } };
    await door.send([
      { kind: 'gate', deviceId: 'fuzz', message: 'arrival', bytes: Buffer.from(JSON.stringify(body)), retain: false },
    ]);
    await until(() => door.heard('gate', 'fuzz').some((a) => a.answer === 'decision'));
    const kept = () => wire.deadLetters.find({ code: { $in: ['unknown-topic', 'not-json'] }, topic: { $in: topics } }).toArray();
    await until(async () => (await kept()).length === 2 * topics.length, 20_000);
    await client.endAsync();
    expect(wire.platform.child.exitCode).equal(null);
  });

  it('keeps one dead letter of a content however often it comes, and one for each device that sends it', async () => {
    const bytes = Buffer.from('{"spoiled":true}');
    const each = KINDS.map((kind) => ({ kind, deviceId: 'fuzz', message: MESSAGES[kind][0], bytes, retain: false }));
    for (let i = 0; i < 5; i++) await door.send(each);
    const answers = (kind: Kind) => door.heard(kind, 'fuzz').filter((a) => a.json.sha256 === digest(bytes));
    await until(() => KINDS.every((kind) => answers(kind).length === 5));
    expect(await wire.deadLetters.countDocuments({ sha256: digest(bytes) })).equal(KINDS.length);
  });
});
