import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { DAY, MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import { createRandom, type Random } from '../../../devices/simulators/city/random.ts';
import type { Incoming, Outcome } from '../../../server/intake/types.ts';
import { createPolicies } from '../../../server/policies/policies.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { dueStore } from '../../../server/store/due-work.ts';
import { createRevisions } from '../../../server/store/revisions.ts';
import { startCore, type TestCore } from '../core.ts';
import { forget, incomingOf } from '../intake.ts';
import { quietLog } from '../log.ts';
import { OFFLINE_POLICY, POLICIES, RECORDED, REGISTRY, SOLD } from './country.ts';
import { lastWordOf, type LastWord, type Stored } from './last-word.ts';
import { LONG_AFTER, type Order } from './orders.ts';
import { isTold, type Happening, type Told } from './stories.ts';

/** Beyond every moment that a finding waits for. */
const PAST_ALL_MOMENTS = LONG_AFTER + 5 * DAY;

/** Records the country's registry, its later policies, and what a gate was sent, all before the days begin. */
export async function prepareDays(uri: string): Promise<void> {
  const store = await connectStore(uri, quietLog);
  try {
    await prepare(store);
  } finally {
    await store.close();
  }
}

async function prepare({ db, connection }: Store): Promise<void> {
  const recorded = parseInstant(RECORDED) + MINUTE;
  const clock = { speed: 1, now: () => recorded };
  const registry = createRegistry({ db, clock, hooks: { inspectionsRecorded: async () => undefined } });
  await registry.indexes();
  for (const [collection, rows] of REGISTRY) {
    const answer = await registry.import(collection, Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`)), {
      format: 'ndjson',
      language: 'en',
      may: { recordedAt: true, secrets: true },
    });
    if (answer.rejected > 0) throw new Error(JSON.stringify(answer.errors));
  }
  const policies = createPolicies({ db, clock, revisions: createRevisions(db), builtIn: xinzhou2021 });
  const person = (username: string) => ({ username, name: username, role: 'bureau' as const });
  for (const [policy, from] of POLICIES) {
    await policies.draft(policy, person('li'), 'en');
    await policies.activate(policy.version, Date.parse(from), undefined, person('wang'));
  }
  await db.collection('gate_payloads').insertOne(OFFLINE_POLICY as never);
  await markSold(connection);
}

/** What an import of vehicles marks. */
function markSold(connection: Store['connection']): Promise<unknown> {
  const now = parseInstant(RECORDED);
  return dueStore(connection, 'due_moments').mark([
    { id: `sale-ban/${SOLD.vin}`, kind: 'sale-ban', about: SOLD.vin, from: now, dueAt: now },
  ]);
}

function start(uri: string, instance: string): Promise<TestCore> {
  return startCore({ at: RECORDED, uri, instance, judgeAfterMs: 0, env: { TOO_OLD_HOURS: '9600' } });
}

/** Plays an order to processes that begin anew, past all moments. */
export async function playInProcess(uri: string, order: Order, seed = 0): Promise<LastWord> {
  const random = createRandom(seed);
  const cores = await Promise.all(Array.from({ length: order.processes }, (_, i) => start(uri, String(i + 1))));
  try {
    await empty(cores[0]!);
    await markSold(cores[0]!.store.connection);
    if (order.slow) for (const core of cores) slow(core, random);
    const queue = [...order.deliveries];
    await Promise.all(
      cores.map(async (_, i) => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const work = async () => {
            cores[i]!.clock.set(next.clock);
            if (next.sweep) await cores[i]!.core.sweeps.now();
            await take(cores[i]!, next.batch);
          };
          if (!random.chance(order.deaths ?? 0)) {
            await work();
            continue;
          }
          const died = dying(cores[i]!, random);
          await work().catch((error: unknown) => {
            if (!died()) throw error;
          });
          await cores[i]!.stop();
          cores[i] = await start(uri, String(i + 1));
          await work();
        }
      }),
    );
    for (const core of cores) core.clock.set(PAST_ALL_MOMENTS);
    await Promise.all(cores.map((core) => core.core.sweeps.now()));
    // Leases of those who died are over by then.
    cores[0]!.clock.set(PAST_ALL_MOMENTS + DAY);
    await cores[0]!.store.db.collection('due_work').updateMany({}, { $set: { dueAt: new Date(0) } });
    await cores[0]!.core.sweeps.now();
    return await lastWord(cores[0]!);
  } finally {
    for (const core of cores) await core.stop();
  }
}

async function empty(core: TestCore): Promise<void> {
  await forget(core);
  const { db } = core.store;
  await db.collection('registry_inspections').deleteMany({});
  await db.collection('revisions').updateOne({}, { $inc: { 'numbers.inspections': 1 } });
}

async function lastWord({ store }: TestCore): Promise<LastWord> {
  const read = (name: string) => store.db.collection(name).find().sort({ _id: 1 }).toArray() as Promise<unknown>;
  const [findings, decisions, alerts] = await Promise.all(['findings', 'decisions', 'alerts'].map(read));
  return lastWordOf({ findings, decisions, alerts } as Stored);
}

/** Delays before a process stores something. */
function slow({ core }: TestCore, random: Random): void {
  const { observations, findings } = core.stores;
  const [store, insert, replace] = [observations.insert, findings.insert, findings.replace];
  const pause = () => sleep(random.next() * 12);
  observations.insert = async (docs) => (await pause(), store(docs));
  findings.insert = async (docs) => (docs.length > 0 && (await pause()), insert(docs));
  findings.replace = async (changes) => (changes.length > 0 && (await pause()), replace(changes));
}

/** From one of its next writes on nothing of a process reaches the store; tells whether it came to that. */
function dying({ core }: TestCore, random: Random): () => boolean {
  let left = random.int(0, 3);
  let dead = false;
  const { observations, findings, decisions, due, moments, hours } = core.stores;
  const writes: [object, string][] = [
    [observations, 'insert'],
    [findings, 'insert'],
    [findings, 'replace'],
    [findings, 'told'],
    [decisions, 'insertOrRead'],
    [decisions, 'rejudged'],
    [due, 'mark'],
    [due, 'finish'],
    [moments, 'mark'],
    [moments, 'finish'],
    [hours, 'replace'],
  ];
  for (const [store, name] of writes) {
    const methods = store as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const write = methods[name]!.bind(store);
    methods[name] = async (...args) => {
      dead ||= left-- <= 0;
      if (dead) throw new Error('the process is dead');
      return write(...args);
    };
  }
  return () => dead;
}

async function take(core: TestCore, batch: Happening[]): Promise<void> {
  const rows = batch.flatMap((what) => (isTold(what) ? [] : [what.inspection]));
  if (rows.length > 0) await core.rows('inspections', rows);
  const told = batch.filter(isTold);
  const outcomes: Outcome[] = [];
  const incomings = told.map((what, i): Incoming => incomingOf(messageOf(what), core.clock.now(), (o) => (outcomes[i] = o)));
  if (incomings.length > 0) await core.core.pipeline.process(incomings);
  told.forEach((what, i) => {
    const outcome = outcomes[i]!;
    if (outcome.stored === (what.reuses !== undefined)) throw new Error(`${what.tag}: ${JSON.stringify(outcome)}`);
  });
}

function messageOf({ tag, kind, deviceId, message, body, arrivalTag, reuses }: Told) {
  const named = arrivalTag === undefined ? {} : { arrivalId: arrivalTag };
  return { kind, deviceId, message, body: { ...body, ...named, id: reuses ?? tag, at: body.at as string } };
}
