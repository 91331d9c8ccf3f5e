import { expect } from 'chai';
import { COKING, GATE, startCore, type TestCore } from '../../support/core.ts';
import { after as later, arrival, batches, feed, forget, furnish, passage, random, refOf, shuffled, truck, type Message } from '../../support/intake.ts'; // prettier-ignore

const NUMBER = '晋H77001';
const TRUCK = truck(NUMBER, '6');
const START = '2022-01-15T12:00:00.000+08:00';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const gate = (id: string, more: object) => ({ ...GATE, id, secret: `secret-of-the-gate-${id}`, ...more });
/** At g2, of the same enterprise as g1, no arrivals are asked; `lone` has no enterprise. */
const silent = (number: string, at: string, direction: 'in' | 'out', id = 'g2') => passage(number, at, { direction }, id);

describe('the ledger of gates', function () {
  this.timeout(60_000);
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [TRUCK, truck('晋H77002', '6')]);
    await t.rows('enterprises', [{ ...COKING, id: 'other-1' }]);
    await t.rows('devices', [
      gate('g2', { interactive: false }),
      gate('g3', { interactive: false, enterpriseId: 'other-1' }),
      gate('lone', { enterpriseId: undefined }),
      gate('photo', { interactive: false, requiredPhotos: ['vehicle', 'plate'] }),
    ]);
  });
  after(() => t.stop());
  beforeEach(() => t.clock.set(START));
  afterEach(() => forget(t));

  const all = () => t.core.stores.findings.find({ rule: 'gate-ledger' });
  const standing = async () =>
    (await all())
      .filter((f) => f.status !== 'withdrawn')
      .map((f) => `${f.code} ${f.subject}`)
      .sort();
  /** Some seconds past a moment so many minutes after the start, with all that is due by then. */
  async function minutes(n: number) {
    t.clock.set(Date.parse(START) + n * MINUTE + 5000);
    await t.core.sweeps.now();
  }
  /** Sends messages at their own times. */
  async function live(...messages: Message[]) {
    for (const m of messages) {
      t.clock.set(Date.parse(m.body.at) + 200);
      await feed(t, [m]);
    }
  }

  it('says nothing before ten minutes, and then to the enterprise that a vehicle left without coming in', async () => {
    const out = silent(NUMBER, START, 'out');
    await live(out);
    await minutes(9);
    expect(await standing()).to.deep.equal([]);
    await minutes(12);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(out)}`]);
    const [finding] = await all();
    expect(finding).to.include({ status: 'confirmed', severity: 'info', proposal: 'none', enterprise: 'coking-1' });
    const alert = await t.store.db.collection('alerts').findOne({ rule: 'gate-ledger' });
    expect(alert).to.include({ key: 'gate-ledger|exit-without-entry|coking-1|2022-01-15', state: 'open' });
    expect(alert!.audiences).to.include('enterprise');
  });

  it('waits 48 hours for an exit, and takes a late one into account then', async () => {
    const stays = silent(NUMBER, START, 'in');
    const leaves = silent('晋H77002', START, 'in');
    await live(stays, leaves);
    await minutes(47 * 60);
    expect(await standing()).to.deep.equal([]);
    await feed(t, [silent('晋H77002', later(START, 600), 'out')]);
    await minutes(48 * 60 + 6);
    expect(await standing()).to.deep.equal([`no-exit ${refOf(stays)}`]);
  });

  it('judges a message that comes after its neighbours’ mark was taken, at a moment of its own', async () => {
    await live(silent(NUMBER, START, 'in'));
    await minutes(12);
    const other = silent('晋H77002', later(START, 1), 'out');
    await feed(t, [other]);
    await minutes(13);
    expect(await standing()).to.deep.equal([]);
    await minutes(24);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(other)}`]);
  });

  it('withdraws an exit without entry and a missing exit, however far apart, when the row between them comes late', async () => {
    const entry = silent(NUMBER, START, 'in');
    const exit = silent(NUMBER, later(START, 6 * 1440), 'out', 'g1');
    const before = silent(NUMBER, later(START, -60), 'out');
    await live(before, entry, silent(NUMBER, later(START, 1440), 'in'), exit);
    await minutes(9 * 1440);
    expect((await standing()).length).to.equal(3);
    await feed(t, [silent(NUMBER, later(START, 60), 'out'), silent(NUMBER, later(START, 1500), 'out')]);
    await minutes(9 * 1440 + 12);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(before)}`, `exit-without-entry ${refOf(exit)}`].sort());
    const gone = (await all()).find((f) => f.subject === refOf(entry))!;
    expect(gone).to.include({ status: 'withdrawn' });
    expect(gone.withdrawnReason).to.be.a('string');
  });

  it('moves a finding to the row that counts when one just before it comes late', async () => {
    const second = silent(NUMBER, later(START, 2), 'out');
    const first = silent(NUMBER, START, 'out');
    await live(second);
    await minutes(14);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(second)}`]);
    await feed(t, [first]);
    await minutes(30);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(first)}`]);
  });

  it('misses an arrival until it comes, by its plate within 30 minutes or by its name', async () => {
    const plain = passage(NUMBER, START);
    const naming = arrival('晋H99999', later(START, -300), { direction: 'out' });
    const named = passage('晋H77002', later(START, 1), { arrivalId: naming.body.id });
    const exits = [silent(NUMBER, later(START, 20), 'out'), silent('晋H77002', later(START, 20), 'out')];
    await live(plain, named, ...exits);
    await minutes(40);
    expect(await standing()).to.deep.equal([`no-arrival ${refOf(plain)}`, `no-arrival ${refOf(named)}`].sort());
    await feed(t, [naming, arrival(NUMBER, later(START, -30), {}, 'g9')]);
    await minutes(55);
    expect(await standing()).to.deep.equal([`no-arrival ${refOf(plain)}`]);
    await feed(t, [arrival(NUMBER, later(START, -30))]);
    await minutes(70);
    expect(await standing()).to.deep.equal([]);
  });

  it('pairs by enterprise, and not at a gate without one, which is asked for arrivals all the same', async () => {
    const elsewhere = silent(NUMBER, later(START, 10), 'out', 'g3');
    const alone = silent(NUMBER, later(START, 20), 'in', 'lone');
    await live(silent(NUMBER, START, 'in'), elsewhere, alone, silent(NUMBER, later(START, 25), 'out', 'lone'));
    await live(silent(NUMBER, later(START, 30), 'out'));
    await minutes(3 * 1440);
    expect(await standing()).to.deep.equal([`exit-without-entry ${refOf(elsewhere)}`, `no-arrival ${refOf(alone)}`].sort());
  });

  it('makes no rows of trailers, of vehicles without plates, nor of those turned back', async () => {
    await live(
      silent('晋H1234挂', START, 'out'),
      silent('', later(START, 1), 'out'),
      passage(NUMBER, later(START, 2), { direction: 'out', outcome: 'turned-back' }, 'g2'),
    );
    await minutes(3 * 1440);
    expect(await standing()).to.deep.equal([]);
  });

  it('asks a passage for its photos at once, a trailer’s too', async () => {
    const trailer = passage('晋H1234挂', START, {}, 'photo');
    await live(trailer);
    expect(await standing()).to.deep.equal([`photo-missing ${refOf(trailer)}`]);
  });

  it('comes to the same in whatever order the messages come, and however often their moments come between', async () => {
    const plates = [NUMBER, '晋H77002', '晋H55555'];
    const next = random(7);
    const messages: Message[] = [];
    for (let i = 0; i < 60; i++) {
      const number = plates[Math.floor(next() * plates.length)]!;
      const at = later(START, Math.floor(next() * 60 * 100) / 60 + (i % 4) * 1500);
      const direction = next() < 0.5 ? 'in' : 'out';
      const where = ['g1', 'g2', 'g3', 'lone'][Math.floor(next() * 4)]!;
      if (next() < 0.3) messages.push(arrival(number, at, { direction }, where));
      else messages.push(passage(number, at, { direction }, where));
      if (next() < 0.3) messages.push(passage(number, later(at, 1), { direction }, where), passage(number, later(at, 2.5), { direction }, where)); // prettier-ignore
    }
    const orders: [string, Message[]][] = [
      ['in order', [...messages].sort((a, b) => Date.parse(a.body.at) - Date.parse(b.body.at))],
      ['reversed', [...messages].sort((a, b) => Date.parse(b.body.at) - Date.parse(a.body.at))],
      ['shuffled', shuffled(messages, random(11))],
    ];
    const said: unknown[] = [];
    for (const [name, order] of orders) {
      t.clock.set(Date.parse(START) + 5 * 24 * HOUR);
      for (const batch of batches(order, random(order.length + name.length), 7)) {
        await feed(t, batch);
        t.clock.set(t.clock.now() + 4 * HOUR);
        await t.core.sweeps.now();
      }
      await minutes(30 * 1440);
      const decided = (await all()).filter((f) => f.status !== 'withdrawn');
      const alerts = await t.store.db
        .collection('alerts')
        .find({ rule: 'gate-ledger', count: { $gt: 0 } })
        .toArray();
      said.push({
        findings: decided.map(({ _id, at, measured, limit, alert, zh }) => ({ _id, at, measured, limit, alert, zh })).sort((a, b) => (a._id < b._id ? -1 : 1)), // prettier-ignore
        alerts: alerts.map((a) => [a.key, a.count]).sort(),
      });
      await forget(t);
    }
    const [inOrder, reversed, mixed] = said as { findings: unknown[] }[];
    expect(inOrder!.findings.length).to.be.greaterThan(20);
    expect(reversed).to.deep.equal(inOrder);
    expect(mixed).to.deep.equal(inOrder);
  });
});
