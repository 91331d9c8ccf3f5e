import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  batches,
  feed,
  fill,
  forget,
  furnish,
  INSIDE,
  passage,
  random,
  reading,
  shuffled,
  sighting,
  telemetry,
  truck,
  verdict,
  type Message,
} from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';

const START = '2022-01-15T08:00:00.000+08:00';
const NOW = '2022-02-01T12:00:00+08:00';
const TRUCKS = Array.from({ length: 40 }, (_, i) => truck(`晋H6${String(i).padStart(2, '0')}38`, i % 3 === 0 ? '3' : '6'));
const BLACK = 60;

/** Few messages per truck, each of them touching what another says: a race needs no more, and many would hide it. */
function storyOf({ plateNumber: number, vin }: (typeof TRUCKS)[number], i: number): Message[] {
  const gone = arrival(number, later(START, 180 + i));
  switch (i % 5) {
    case 0:
      return [
        reading(number, later(START, i), BLACK),
        reading(number, later(START, 60 + i), BLACK, 's2'),
        passage(number, later(START, 120)),
      ];
    case 1:
      return [
        reading(number, later(START, i), BLACK),
        reading(number, later(START, 30 + i), 2, 's2'),
        reading(number, later(START, 60 + i), BLACK),
        passage(number, later(START, 120)),
      ];
    case 2:
      return [
        sighting(number, later(START, i)),
        sighting(number, later(START, 400 + i)),
        passage(number, later(START, 60), {}, 'g1'),
      ];
    case 3:
      return [
        sighting(number, START),
        gone,
        passage('晋H00000', later(START, 182 + i), { outcome: 'turned-back', arrivalId: gone.body.id }),
        telemetry(vin, [{ at: later(START, -10), ...INSIDE }]),
      ];
    default:
      return [
        gone,
        passage(number, later(START, 181 + i), { arrivalId: gone.body.id }),
        fill(number, START, 20),
        telemetry(
          vin,
          Array.from({ length: 10 }, (_, m) => ({ at: later(START, m), speed: 60, reagent: 1 })),
        ),
      ];
  }
}

describe('several processes on one store', function () {
  this.timeout(120_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  const cores: TestCore[] = [];
  const stories = new Map(TRUCKS.map((row, i) => [row, storyOf(row, i)]));
  const messagesOf = (row: (typeof TRUCKS)[number]) => stories.get(row)!;
  const messages = TRUCKS.flatMap(messagesOf);

  before(async () => {
    mongo = await startMongo();
    for (const instance of ['1', '2', '3']) {
      const core = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, instance, judgeAfterMs: 0 });
      if (cores.length === 0) await furnish(core, TRUCKS);
      core.clock.set(NOW);
      cores.push(core);
    }
  });
  after(async () => {
    for (const core of cores) await core.stop();
    await mongo.stop();
  });
  afterEach(() => forget(cores[0]!));

  /** Each process takes the next batch as soon as it is done with one. */
  async function share(list: Message[][], among: TestCore[]): Promise<void> {
    const queue = [...list];
    await Promise.all(
      among.map(async (core) => {
        for (let batch = queue.shift(); batch; batch = queue.shift()) await feed(core, batch);
      }),
    );
    await Promise.all(among.map((core) => core.core.sweeps.now()));
    await among[0]!.core.sweeps.now();
  }

  it('come to what one alone comes to, in whatever order and company the messages arrive', async () => {
    await share([messages], cores.slice(0, 1));
    const expected = await verdict(cores[0]!);
    for (let seed = 1; seed <= 5; seed++) {
      await forget(cores[0]!);
      const next = random(seed);
      await share(batches(shuffled(messages, next), next, 3), cores);
      expect(await verdict(cores[0]!), `seed ${seed}`).to.deep.equal(expected);
    }
  });

  /** Delays before a process stores messages and findings: what it has read is old by the time it writes. */
  function slowed({ core }: TestCore, next: () => number): () => void {
    const { observations, findings } = core.stores;
    const [store, insert, replace] = [observations.insert, findings.insert, findings.replace];
    const pause = () => sleep(next() * 25);
    observations.insert = async (docs) => (await pause(), store(docs));
    findings.insert = async (docs) => (docs.length > 0 && (await pause()), insert(docs));
    findings.replace = async (changes) => (changes.length > 0 && (await pause()), replace(changes));
    return () => Object.assign(observations, { insert: store }) && Object.assign(findings, { insert, replace });
  }

  // Without the second reading in `settleSpans` (every span judged once) this fails on seed 1.
  it('have the last word on what they read before another wrote: the messages of a truck all at once, each in another process', async () => {
    await share([messages], cores.slice(0, 1));
    const expected = await verdict(cores[0]!);
    for (let seed = 1; seed <= 3; seed++) {
      await forget(cores[0]!);
      const next = random(seed);
      const restore = cores.map((core) => slowed(core, next));
      try {
        await share(
          TRUCKS.flatMap((row) => shuffled(messagesOf(row), next)).map((m) => [m]),
          cores,
        );
      } finally {
        for (const end of restore) end();
      }
      expect(await verdict(cores[0]!), `seed ${seed}`).to.deep.equal(expected);
    }
  });

  it('take back what a gate answered of a failure that nobody wrote down: the reading between came before the second was judged', async () => {
    const { plateNumber } = TRUCKS[1]!;
    const [first, between, second] = [reading(plateNumber, START, BLACK), reading(plateNumber, later(START, 30), 2, 's2'), reading(plateNumber, later(START, 60), BLACK)]; // prettier-ignore
    const gate = passage(plateNumber, later(START, 120));
    const { observations } = cores[1]!.core.stores;
    const store = observations.insert;
    let goOn = () => undefined as void;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const stored = new Promise<void>((resolve) => {
      observations.insert = async (docs) => {
        const answer = await store(docs);
        resolve();
        await held;
        return answer;
      };
    });
    try {
      await feed(cores[0]!, [first]);
      const slow = feed(cores[1]!, [second]);
      await stored;
      await feed(cores[0]!, [gate]);
      const answered = await cores[0]!.core.stores.findings.find({ code: 'failed-vehicle' });
      expect(answered.map((f) => f.status)).to.deep.equal(['confirmed']);
      await feed(cores[2]!, [between]);
      goOn();
      await slow;
    } finally {
      observations.insert = store;
    }
    const { findings, decisions } = await verdict(cores[0]!);
    expect(findings.filter((f) => /failed/.test((f as { _id: string })._id))).to.deep.equal([]);
    expect(decisions.map((d) => (d as { decision: string }).decision)).to.deep.equal(['admit']);
  });

  it('store a message that both are sent at once one time, with one decision, and both answer it the same', async () => {
    for (let round = 0; round < 8; round++) {
      const message = passage(TRUCKS[round]!.plateNumber, later(START, round));
      const live = arrival(TRUCKS[round]!.plateNumber, NOW, { backfill: false });
      for (const core of cores) core.clock.set(NOW);
      const answers = await Promise.all(cores.map((core) => feed(core, [live, message, live])));
      expect(answers[1], `round ${round}`).to.deep.equal(answers[0]);
      expect(answers[2], `round ${round}`).to.deep.equal(answers[0]);
      expect(answers[0]![0]).to.have.nested.property('decision.arrivalId', live.body.id);
    }
    const count = (name: string) => cores[0]!.store.db.collection(name).countDocuments();
    expect([await count('observations'), await count('decisions')]).to.deep.equal([16, 16]);
  });

  it('finish what a dead one inserted and did not judge: decisions, findings and alerts, once, whoever is first', async () => {
    await share([messages], cores.slice(0, 1));
    const expected = await verdict(cores[0]!);
    const documents = await cores[0]!.core.stores.observations.collection.find().toArray();
    await forget(cores[0]!);
    const { db } = cores[0]!.store;
    await db.collection('batches').insertOne({
      _id: 'b-dead' as never,
      owner: 'dead.1',
      instance: 'dead',
      state: 'open',
      openedAt: new Date(Date.now() - 60_000),
    });
    await db.collection('observations').insertMany(documents.map((doc) => ({ ...doc, batch: 'b-dead' })) as never[]);
    await Promise.all(cores.map((core) => core.core.sweeps.now()));
    await cores[1]!.core.sweeps.now();
    expect(await verdict(cores[0]!)).to.deep.equal(expected);
    expect(await db.collection('batches').findOne({ _id: 'b-dead' as never })).to.include({ state: 'done' });
    expect(await db.collection('decisions').countDocuments()).to.equal(messages.filter((m) => m.kind === 'gate').length);
  });

  it('finish the alerts and later answers of one that died after its findings were written', async () => {
    await share([messages], cores.slice(0, 1));
    const expected = await verdict(cores[0]!);
    const { db } = cores[0]!.store;
    await db.collection('alerts').deleteMany({});
    await db.collection('decisions').updateMany({}, { $unset: { rejudged: 1 } });
    await db.collection('batches').insertOne({
      _id: 'b-late' as never,
      owner: 'dead.1',
      instance: 'dead',
      state: 'open',
      openedAt: new Date(Date.now() - 60_000),
    });
    await db.collection('observations').updateMany({}, { $set: { batch: 'b-late' } });
    await cores[1]!.core.sweeps.now();
    expect(await verdict(cores[0]!)).to.deep.equal(expected);
  });

  it('leave the batches of one that lives alone, and take those of an earlier process of their own instance at once', async () => {
    const { batches: store } = cores[0]!.core.stores;
    await store.open({ _id: 'b-young', owner: 'unheard.1', instance: 'x', state: 'open', openedAt: new Date() });
    await store.open({ _id: 'b-heard', owner: 'living.1', instance: 'y', state: 'open', openedAt: new Date(0) });
    await store.open({ _id: 'b-own', owner: 'former.1', instance: '1', state: 'open', openedAt: new Date() });
    await store.open({ _id: 'b-gone', owner: 'gone.1', instance: 'z', state: 'open', openedAt: new Date(0) });
    await store.beat('living.1', 'y');
    const abandoned = (await store.abandoned(cores[0]!.core.owner, '1', 10_000)).map((b) => b._id);
    expect(abandoned).to.include.members(['b-own', 'b-gone']).and.not.include.members(['b-young']);
    expect(abandoned).not.to.include('b-heard');
    await cores[0]!.store.db.collection('processes').deleteMany({});
  });
});
