import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { generate, parser, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { decision, gatePolicy, receipt, rejected } from '../../../devices/contract/answers.ts';
import { decodeMessage, decodeStatus } from '../../../devices/contract/decode.ts';
import { ANSWERS, REJECT_CODES } from '../../../devices/contract/kinds.ts';
import { deviceTopic, deviceUsername, isClientIdOf, parseTopic } from '../../../devices/contract/topics.ts';
import { readVectors } from '../../support/vectors.ts';

const page = readFileSync(new URL('../../../docs/device-guide.md', import.meta.url), 'utf8');
const jsonBlocks = [...page.matchAll(/```json\n(.*)\n```/g)].map(([, text = '']) => text);
const hexBlocks = [...page.matchAll(/```hex\n([^`]*)\n```/g)].map(([, text = '']) => Buffer.from(text.replace(/\s/g, ''), 'hex'));
const exchange = [...page.matchAll(/\*\*PUBLISH\*\* `(\S+)`, .*?, (\d+) bytes\n\n```json\n(.*)\n```/g)].map(
  ([, topic = '', size, text = '']) => ({
    topic,
    size: Number(size),
    text,
  }),
);

function decodePackets(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on('packet', (packet) => packets.push(packet));
  reader.on('error', (error) => {
    throw error;
  });
  expect(reader.parse(bytes), 'bytes left over').to.equal(0);
  return packets;
}

const packets = hexBlocks.flatMap(decodePackets);
const packet = <P extends Packet>(cmd: P['cmd']): P => packets.find((each) => each.cmd === cmd) as P;

describe('The device guide', () => {
  it('shows every example of the contract, byte for byte', () => {
    const { messages, answers } = readVectors<{ messages: { payload: unknown }[]; answers: { payload: unknown }[] }>(
      'examples.json',
    );
    for (const { payload } of [...messages, ...answers]) expect(jsonBlocks).to.include(JSON.stringify(payload));
  });

  it('shows hex that is one whole packet each, as it would be made again', () => {
    expect(packets.map(({ cmd }) => cmd)).to.deep.equal(['connect', 'connack', 'subscribe', 'suback', 'publish', 'puback']);
    packets.forEach((each, i) =>
      expect(generate(each, { protocolVersion: 4 }).equals(hexBlocks[i] ?? Buffer.of())).to.equal(true),
    );
  });

  it('connects with the account of section 2', () => {
    const connect = packet<IConnectPacket>('connect');
    expect(connect).to.include({
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      username: deviceUsername('gate', 'xz-steel-01'),
    });
    expect(isClientIdOf(connect.clientId, connect.username ?? '')).to.equal(true);
    expect(connect.will).to.include({ topic: deviceTopic('gate', 'xz-steel-01', 'status'), qos: 1, retain: true });
    expect(decodeStatus(Buffer.from(connect.will?.payload ?? '')).ok).to.equal(true);
    expect(page).to.include(`secret \`${String(connect.password)}\``);
  });

  it('subscribes to the four answers, receipts with QoS 0', () => {
    const subscriptions = packet<ISubscribePacket>('subscribe').subscriptions.map(({ topic, qos }) => [topic, qos]);
    expect(subscriptions).to.deep.equal(
      ANSWERS.map((answer) => [deviceTopic('gate', 'xz-steel-01', answer), answer === 'receipt' ? 0 : 1]),
    );
  });

  it('shows as hex the arrival of its exchange', () => {
    const { topic, payload, qos, retain } = packet<IPublishPacket>('publish');
    expect({ qos, retain }).to.deep.equal({ qos: 1, retain: false });
    const shown = exchange.find((each) => each.topic.endsWith('/arrival'));
    expect({ topic, text: payload.toString() }).to.deep.equal({ topic: shown?.topic, text: shown?.text });
  });

  it('tells the sizes of its payloads', () => {
    expect(exchange.length).to.equal(9);
    for (const { size, text } of exchange) expect(size).to.equal(Buffer.byteLength(text));
  });

  it('has an exchange in which everything is as the contract says', () => {
    const answers = { decision, policy: gatePolicy, receipt, rejected };
    for (const { topic, text } of exchange) {
      const { kind, message } = parseTopic(topic) ?? expect.fail(topic);
      if (message in answers) answers[message as keyof typeof answers].parse(JSON.parse(text));
      else if (message === 'status') expect(decodeStatus(Buffer.from(text)).ok).to.equal(true);
      else if (!text.includes('Yellow')) expect(decodeMessage(kind, message, Buffer.from(text)).ok, text).to.equal(true);
    }
  });

  it('refuses its mistaken firmware as the platform does', () => {
    const wrong = exchange.find((each) => each.text.includes('Yellow'))?.text ?? '';
    const answer = rejected.parse(JSON.parse(exchange.find((each) => each.topic.endsWith('/rejected'))?.text ?? ''));
    const decoded = decodeMessage('gate', 'arrival', Buffer.from(wrong));
    expect(decoded).to.deep.include({ ok: false, code: answer.code, id: answer.id, message: answer.message });
    expect(answer.sha256).to.equal(createHash('sha256').update(wrong).digest('hex'));
  });

  it('says of every code whether it is final', () => {
    for (const code of REJECT_CODES.final) expect(page).to.match(new RegExp(`^\\| \`${code}\` \\| yes \\|`, 'm'));
    for (const code of REJECT_CODES.retry) expect(page).to.match(new RegExp(`^\\| \`${code}\` \\| no \\|`, 'm'));
  });
});
