import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { rejected as rejectedSchema } from '../../../devices/contract/answers.ts';
import { MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import { isFinal } from '../../../devices/contract/kinds.ts';
import { fillIn, type PlatformCase, type PlatformExpectation, type PlatformStep } from '../../support/vectors.ts';
import { until } from '../../support/until.ts';
import type { Answer, Door, Sent } from './doors.ts';
import { deviceRow, type Wire } from './wire.ts';

const WITHIN_MS = 30_000;
type Message = Extract<PlatformStep, { payload: unknown }>;

/** A case whose devices have names of their own, so that many cases run on one platform. */
export function isolated(vector: PlatformCase, tag: string): PlatformCase {
  const named = <T extends object>(part: T, name: 'id' | 'deviceId'): T => ({
    ...part,
    [name]: `${(part as never)[name]}-${tag}`,
  });
  return {
    ...vector,
    given: { ...vector.given, devices: vector.given.devices.map((row) => named(row, 'id')) },
    publish: vector.publish.map((step) =>
      'register' in step ? { register: named(step.register, 'id') } : 'payload' in step ? named(step, 'deviceId') : step,
    ),
  };
}

/** The keys of messages on which the store is to fail. */
export function failingKeys({ given, publish }: PlatformCase): string[] {
  const devices = new Set(publish.flatMap((step) => ('payload' in step ? [`${step.kind}/${step.deviceId}`] : [])));
  return [...devices].flatMap((device) => (given.failOn ?? []).map((id) => `${device}/${id}`));
}

/** Runs a case at a door, step by step, and holds every expectation. */
export async function runCase(wire: Wire, door: Door, { given, publish, expect: wanted }: PlatformCase): Promise<void> {
  const rows = given.devices.map((row) => deviceRow(fillIn(row, wire.clock.now()) as { kind: string; id: string }));
  if (rows.length > 0) await wire.rows('devices', rows);
  const now = wire.clock.now();
  for (const [i, step] of publish.entries()) {
    if ('waitSeconds' in step) await sleep(step.waitSeconds * 1000);
    else if ('register' in step) await wire.rows('devices', [deviceRow(step.register as { kind: string; id: string })]);
    else await runStep(wire, door, step, now, wanted[i] ?? {});
  }
}

async function runStep(wire: Wire, door: Door, step: Message, now: number, wanted: PlatformExpectation): Promise<void> {
  const { kind, deviceId, message, retain = false, times = 1, start = 1 } = step;
  const code = wanted.rejected?.code ?? wanted.rejected?.codeIn?.[0] ?? '';
  const hidden = door.hides(code);
  if (hidden === 'unsayable') return;
  const sent: Sent[] = Array.from({ length: times }, (_, i) => ({
    kind,
    deviceId,
    message,
    retain,
    bytes: Buffer.from(JSON.stringify(fillIn(step.payload, now, start + i))),
  }));
  const device = `${kind}/${deviceId}`;
  if (hidden === 'no-login') {
    // Who was let in before its account changed is thrown out within seconds; it does not come in again.
    await until(async () => !(await door.enter(kind, deviceId)) || door.name === 'HTTP', WITHIN_MS);
    if (door.name !== 'HTTP') return;
  } else await until(() => door.enter(kind, deviceId), WITHIN_MS);
  const before = door.heard(kind, deviceId).length;
  const heard = (answer: string) =>
    door
      .heard(kind, deviceId)
      .slice(before)
      .filter((a) => a.answer === answer);
  await door.send(sent);

  if (hidden === 'no-login') {
    // Who has a secret, but is registered from tomorrow on only, is told so; nobody else gets as far.
    const strangers = heard('rejected').filter((a) => a.status === 401);
    if (strangers.length === sent.length) return nothingKept(wire, device, sent);
    expect(heard('rejected').map((a) => a.status)).eql([422]);
  }
  if (hidden === 'dropped') {
    await door.settled(kind, deviceId);
    expect(heard('rejected').filter((a) => a.json.code !== 'not-json')).eql([]);
    return nothingKept(wire, device, sent);
  }
  await hold(wire, wanted, sent, heard);
}

/** What a broker's or the door's rights refuse leaves nothing behind. */
async function nothingKept(wire: Wire, device: string, sent: Sent[]): Promise<void> {
  expect(await wire.deadLetters.countDocuments({ _id: { $in: sent.map((s) => `${device}|${digest(s.bytes)}`) } })).equal(0);
}

async function hold(wire: Wire, wanted: PlatformExpectation, sent: Sent[], heard: (answer: string) => Answer[]): Promise<void> {
  const { kind, deviceId } = sent[0]!;
  const count = () => wire.observations.countDocuments({ kind: kind as never, deviceId });
  const key = `${kind}/${deviceId}/v-1`;
  const { rejected } = wanted;
  if (rejected) {
    const codes = rejected.codeIn ?? [rejected.code];
    const mine = () => heard('rejected').filter(({ json }) => codes.includes(json.code as string));
    await until(() => mine().some(({ json }) => rejected.id === undefined || json.id === rejected.id), WITHIN_MS);
    for (const answer of mine()) await checkRejected(wire, answer, sent);
    const first = mine()[0]!.json;
    if (rejected.final !== undefined) expect(first.final).equal(rejected.final);
  }
  if (wanted.receipt) {
    const named = () => [
      ...heard('receipt').flatMap((a) => a.json.ids as string[]),
      ...heard('decision').flatMap((a) => (a.status === 200 ? [a.json.arrivalId as string] : [])),
    ];
    await until(() => wanted.receipt!.every((id) => named().includes(id)), WITHIN_MS);
  }
  if (wanted.storedAtLeast !== undefined) await until(async () => (await count()) >= wanted.storedAtLeast!, WITHIN_MS);
  if (wanted.finding !== undefined)
    await until(
      async () => (await wire.findings.countDocuments({ device: `${kind}/${deviceId}`, code: wanted.finding! })) === 1,
      WITHIN_MS,
    );
  if (wanted.status)
    await until(
      async () => (await wire.store.db.collection('device_status').countDocuments({ kind, deviceId, online: true })) === 1,
      WITHIN_MS,
    );
  const stored = () => wire.observations.countDocuments({ _id: key as never });
  // A broker of its own acknowledges before the platform has stored anything: a refusal of others may be heard first.
  if (wanted.stored) await until(async () => (await stored()) > 0, WITHIN_MS);
  if (wanted.stored !== undefined) expect(await stored()).equal(wanted.stored ? 1 : 0);
  if (wanted.storedAtMost !== undefined) expect(await count()).at.most(wanted.storedAtMost);
  if (wanted.rejectedCount !== undefined) {
    const told = heard('rejected');
    // Over HTTP every request gets its answer.
    if (told[0]?.status === undefined) expect(told.length).equal(wanted.rejectedCount);
  }
}

const HTTP_STATUS: Record<string, number> = { 'too-large': 413, 'rate-limited': 429 };

/** The body of a refusal, and the dead letter with the bytes as they were sent. */
export async function checkRejected(wire: Wire, { json, status }: Answer, sent: Sent[]): Promise<void> {
  const body = rejectedSchema.strict().parse(json);
  const original = sent.find((s) => digest(s.bytes) === body.sha256);
  expect(original, 'sha256 is that of a message sent').not.equal(undefined);
  expect(body.final).equal(isFinal(body.code));
  expect(body.retryAfter !== undefined, 'retryAfter where it is not final').equal(!body.final);
  expect(body.message).not.equal('');
  expect(Math.abs(parseInstant(body.at) - wire.clock.now())).below(2 * MINUTE);
  if (status !== undefined) expect(status).equal(HTTP_STATUS[body.code] ?? 422);
  const { kind, deviceId, bytes, message } = original!;
  const kept = () => wire.deadLetters.findOne({ _id: `${kind}/${deviceId}|${body.sha256}` });
  if (body.code === 'rate-limited' && (status !== undefined || (await kept()) === null)) return;
  const letter = (await kept())!;
  expect(letter, 'a dead letter').not.equal(null);
  expect(letter.device).equal(`${kind}/${deviceId}`);
  expect(letter.topic).equal(`cleanhaul/v1/${kind}/${deviceId}/${message}`);
  expect(Buffer.from(letter.raw!.buffer)).eql(bytes);
  expect(letter.bytes).equal(bytes.length);
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
