import { expect } from 'chai';
import type { Outcome } from '../../../server/intake/types.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { arrival, forget, furnish, reading, refOf, sighting, truck, type Message } from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';
import { until } from '../../support/until.ts';

const NOW = '2022-01-15T12:00:00+08:00';
const NUMBER = '晋H55001';

describe('a batch in trouble', function () {
  this.timeout(90_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;

  before(async () => {
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: mongo.uri, judgeAfterMs: 0 });
    await furnish(t, [truck(NUMBER, '4')]);
    t.clock.set(NOW);
  });
  after(async () => {
    await t.stop();
    await mongo.stop();
  });
  afterEach(() => forget(t));

  const submit = (m: Message, timeout = 60_000): Promise<Outcome | null> =>
    t.core.intake.submit(m.kind, m.deviceId, m.message, Buffer.from(JSON.stringify(m.body)), timeout);
  const count = (name: string, filter: object = {}) => t.store.db.collection(name).countDocuments(filter);

  it('is halved until the message that cannot be stored is found: that one is kept with `internal`, the others are stored and answered', async () => {
    const messages = Array.from({ length: 23 }, (_, i) => sighting(NUMBER, NOW, 'c9', { lane: String(i) }));
    const bad = refOf(messages[13]!);
    const { observations } = t.core.stores;
    const insert = observations.insert.bind(observations);
    let tries = 0;
    observations.insert = (docs) => {
      tries++;
      if (docs.some((doc) => doc._id === bad)) throw new Error('a document that breaks the store');
      return insert(docs);
    };
    try {
      const outcomes = await Promise.all(messages.map((m) => submit(m)));
      outcomes.forEach((outcome, i) => {
        if (i === 13) expect(outcome).to.deep.include({ stored: false }).and.have.nested.property('rejected.code', 'internal');
        else expect(outcome).to.include({ stored: true, id: messages[i]!.body.id });
      });
      expect(outcomes[13]).to.nested.include({ 'rejected.final': true, 'rejected.id': messages[13]!.body.id });
      expect(tries).to.be.lessThan(30);
    } finally {
      observations.insert = insert;
    }
    expect(await count('observations')).to.equal(22);
    expect(await t.store.db.collection('dead_letters').findOne()).to.include({ code: 'internal', device: 'checkpoint/c9' });
  });

  it('is halved, too, when the judging of one fails after all were stored; the others are judged', async () => {
    const messages = Array.from({ length: 9 }, (_, i) => arrival(NUMBER, NOW, { lane: String(i) }));
    const { decisions } = t.core.stores;
    const insert = decisions.insertOrRead.bind(decisions);
    decisions.insertOrRead = (docs) => {
      if (docs.some((doc) => doc._id === refOf(messages[4]!))) throw new Error('a decision that breaks');
      return insert(docs);
    };
    try {
      const outcomes = await Promise.all(messages.map((m) => submit(m)));
      expect(outcomes.map((o) => o!.stored)).to.deep.equal(messages.map((_, i) => i !== 4));
    } finally {
      decisions.insertOrRead = insert;
    }
    expect(await count('decisions')).to.equal(8);
    expect(await count('findings', { code: 'below-stage' })).to.be.greaterThanOrEqual(8);
  });

  it('does not let a rule that throws stop the others: `rule-error`, to review, with the reasons of the rest', async () => {
    const message = arrival(NUMBER, NOW);
    const read = t.core.registry.enterprises.bind(t.core.registry);
    t.core.registry.enterprises = async (ids) => {
      const found = await read(ids);
      return new Map(
        [...found].map(([id, versions]) => [
          id,
          versions.map((v) => ({
            ...v,
            facts: Object.defineProperty({ ...v.facts }, 'annualFreightTonnes', {
              enumerable: false,
              get: () => {
                throw new Error('a fact that breaks its rule');
              },
            }),
          })),
        ]),
      );
    };
    try {
      expect(await submit(message)).to.include({ stored: true });
    } finally {
      t.core.registry.enterprises = read;
    }
    const found = await t.core.stores.findings.find({ observations: refOf(message) });
    expect(found.map((f) => f.code)).to.include('rule-error');
    const [decision] = await t.core.stores.decisions.byIds([refOf(message)]);
    expect(decision!.decision.decision).to.equal('review');
  });

  it('waits while the database is killed, answers nothing that is not stored, and everything afterwards, once', async () => {
    const messages = [
      ...Array.from({ length: 40 }, (_, i) => arrival(NUMBER, NOW, { lane: String(i) })),
      ...Array.from({ length: 40 }, (_, i) => reading(NUMBER, NOW, 5, i % 2 ? 's1' : 's2')),
    ];
    const settled: Message[] = [];
    const sending = (async () => {
      const all: Promise<void>[] = [];
      for (const m of messages) {
        all.push(
          submit(m, 80_000).then((outcome) => {
            expect(outcome).to.include({ stored: true });
            settled.push(m);
          }),
        );
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all(all);
    })();
    await until(() => settled.length > 3, 20_000);
    const pid = mongo.pid()!;
    process.kill(pid, 'SIGKILL');
    const atKill = settled.length;
    await until(() => mongo.pid() !== null && mongo.pid() !== pid, 30_000);
    await sending;
    expect(settled.length).to.equal(messages.length).and.to.be.greaterThan(atKill);
    await t.core.sweeps.now();
    expect(await count('observations')).to.equal(80);
    expect(await count('decisions')).to.equal(40);
    expect(await count('dead_letters')).to.equal(0);
    expect(await t.core.stores.findings.find({ code: 'below-stage' })).to.have.length(40);
    expect(await t.store.db.collection('alerts').findOne({ code: 'below-stage' })).to.include({ count: 40 });
  });
});
