import type { GatePolicy } from '../../devices/contract/answers.ts';
import { formatInstant, MINUTE, parseInstant } from '../../devices/contract/instant.ts';
import type { Plate } from '../../devices/contract/messages.ts';
import { decideOffline } from '../../devices/contract/offline.ts';
import type { CityDay } from '../../devices/simulators/city/day.ts';
import { dayMessages, passageBody, type DayMessage } from '../../devices/simulators/city/messages.ts';
import { isCollection } from '../../server/registry/types.ts';
import type { TestCore } from '../../test/support/core.ts';

/** What arrives within so long is taken in at once, in any order within it. Less than the minute after which an answer is too late. */
const STEP = 20_000;
/** What does not wait at a barrier is waited for once in so long: it is stored in large batches. */
const GATHER = 10 * MINUTE;
/** How often due work is done while the day goes by. */
const SWEEP = 60 * MINUTE;
/** Days after the last message: all moments that rules wait for have passed. */
const AFTER_DAYS = 5;
const AT_ONCE = 400;

/**
 * Plays a day into a judging core as it would reach it: live while lines are up, later what a gate without a line kept, which goes by
 * the policy it last held; then waits past all moments.
 * @returns the messages as they were sent
 */
export async function feedDay(core: TestCore, day: CityDay): Promise<DayMessage[]> {
  core.clock.set(day.dayStart);
  for (const [collection, rows] of Object.entries(day.registry)) if (isCollection(collection)) await core.rows(collection, rows);
  for (const { id } of day.city.stations) await say(core, 'remote-sensing', id, true);
  const messages = dayMessages(day);
  const lines = day.events.filter((e) => e.type === 'line');
  const payloads = new Map<string, GatePolicy>();
  let swept = day.dayStart;
  let gathered = day.dayStart;
  const waiting: Promise<void>[] = [];

  for (let i = 0; i < messages.length;) {
    const begin = Math.floor(messages[i]!.sendAt / STEP) * STEP;
    const end = begin + STEP;
    let next = i;
    while (next < messages.length && messages[next]!.sendAt < end) next++;
    if (begin - gathered >= GATHER) {
      await Promise.all(waiting.splice(0));
      gathered = begin;
    }
    for (; swept + SWEEP <= begin; swept += SWEEP) {
      core.clock.set(swept + SWEEP);
      await core.core.sweeps.now();
    }
    core.clock.set(end);
    for (const line of lines.splice(0, lines.filter((l) => l.at < end).length)) {
      if (line.kind === 'gate' && !line.up) payloads.set(line.device, await retainedPolicy(core, line.device));
      await say(core, line.kind, line.device, line.up);
    }
    const now = messages.slice(i, next);
    waiting.push(send(core, now.filter((m) => m.kind !== 'gate'), payloads)); // prettier-ignore
    await send(core, now.filter((m) => m.kind === 'gate'), payloads); // prettier-ignore
    i = next;
  }
  await Promise.all(waiting);
  core.clock.set((messages.at(-1)?.sendAt ?? day.dayStart) + AFTER_DAYS * 24 * 60 * MINUTE);
  await settle(core);
  return messages;
}

async function send(core: TestCore, part: DayMessage[], payloads: Map<string, GatePolicy>): Promise<void> {
  for (let i = 0; i < part.length; i += AT_ONCE) {
    const outcomes = await Promise.all(
      part.slice(i, i + AT_ONCE).map((m) => core.send(m.kind, m.device, m.message, decidedAlone(m, payloads))),
    );
    const refused = outcomes.find((o) => o && !o.stored);
    if (refused) throw new Error(`a message of the day was refused: ${JSON.stringify(refused)}`);
  }
}

/** A passage of a gate that was alone, with what the policy it held gives. */
function decidedAlone(m: DayMessage, payloads: Map<string, GatePolicy>): Record<string, unknown> {
  const payload = payloads.get(m.device);
  if (!m.alone || !payload) return m.body;
  const { direction, claims } = m.alone;
  const { number, color } = m.body.plate as Plate;
  const at = m.alone.at + 800;
  const decision = claims ?? decideOffline(payload, { number, color, direction }, at).decision;
  const decided = { source: 'policy', decision, payloadId: payload.payloadId, at: formatInstant(at) };
  return { ...m.body, release: undefined, ...passageBody(m.alone, decision), decided };
}

/** The policy that a gate holds when its line goes down. */
async function retainedPolicy(core: TestCore, gateId: string): Promise<GatePolicy> {
  const payload = await core.core.gatePolicies.of(gateId);
  if (!payload) throw new Error(`no gate ${gateId}`);
  if (parseInstant(payload.validUntil) <= core.clock.now()) throw new Error(`the policy of ${gateId} has expired`);
  return payload;
}

/** A device's status, as the broker tells it when a line breaks or is there again. */
function say(core: TestCore, kind: string, deviceId: string, online: boolean): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ online, at: formatInstant(core.clock.now()) }));
  return new Promise((acknowledge) =>
    core.core.intake.packet({
      topic: `cleanhaul/v1/${kind}/${deviceId}/status`, kind, deviceId, message: 'status', bytes, retained: true, acknowledge,
    }),
  ); // prettier-ignore
}

/** Does all that is due until nothing is. */
async function settle(core: TestCore): Promise<void> {
  const { db } = core.store;
  for (let round = 0; round < 200; round++) {
    await core.core.sweeps.now();
    const left = await Promise.all([
      db.collection('due_work').countDocuments({}),
      db.collection('due_moments').countDocuments({}),
      db.collection('findings').countDocuments({ status: 'pending' }),
    ]);
    if (left.every((n) => n === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('due work does not come to an end');
}
