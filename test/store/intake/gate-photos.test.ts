import { expect } from 'chai';
import { recompute } from '../../../server/intake/recompute.ts';
import { imageKey } from '../../../server/store/images.ts';
import { GATE, startCore, type TestCore } from '../../support/core.ts';
import { after as later, batches, feed, forget, furnish, passage, random, refOf, shuffled, truck, type Message } from '../../support/intake.ts'; // prettier-ignore

const NUMBER = '晋H77001';
const START = '2022-01-15T12:00:00.000+08:00';
const HOUR = 60;

describe('photos that gates named and have to upload', function () {
  this.timeout(60_000);
  let t: TestCore;
  let digits = 0;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(NUMBER, '6')]);
    await t.rows('devices', [
      { ...GATE, id: 'p1', secret: 'secret-of-the-gate-p1', interactive: false, requiredPhotos: ['vehicle', 'plate'] },
      { ...GATE, id: 'p2', secret: 'secret-of-the-gate-p2', interactive: false, requiredPhotos: ['plate'] },
    ]);
  });
  after(() => t.stop());
  beforeEach(() => t.clock.set(START));
  afterEach(async () => {
    await forget(t);
    await t.store.db.collection('images').deleteMany({});
  });

  const all = () => t.core.stores.findings.find({ code: 'photo-not-uploaded' });
  const standing = async () =>
    (await all()).filter((f) => f.status !== 'withdrawn').map((f) => `${f.subject} ${f.measured.roles as string}`).sort(); // prettier-ignore
  const digest = () => (++digits).toString(16).padStart(64, '0');
  const image = (role: string, sha256 = digest()) => ({ role, sha256, contentType: 'image/jpeg' });
  const shot = (at: string, images: object[], gate = 'p1', more: object = {}) =>
    passage(NUMBER, at, { direction: 'out', images, ...more }, gate);

  async function moment(minutes: number) {
    t.clock.set(Date.parse(START) + minutes * 60_000 + 5000);
    await t.core.sweeps.now();
  }
  async function live(...messages: Message[]) {
    for (const m of messages) {
      t.clock.set(Date.parse(m.body.at) + 200);
      await feed(t, [m]);
    }
  }
  /** As the door writes it down. */
  const uploaded = ({ sha256 }: { sha256: string }, at: string, gate = 'p1') =>
    t.core.stores.images.insert({
      _id: imageKey(sha256, `gate/${gate}`), sha256, device: `gate/${gate}`, bytes: 1000, type: 'image/jpeg', width: 10, height: 10, at: new Date(at),
    }); // prettier-ignore

  it('are asked for after 24 hours, and said in one finding of their passage, to the enterprise', async () => {
    const [vehicle, plate] = [image('vehicle'), image('plate')];
    const sent = shot(START, [vehicle, plate]);
    await live(sent);
    await moment(23 * HOUR);
    expect(await standing()).to.deep.equal([]);
    await moment(24 * HOUR + 6);
    expect(await standing()).to.deep.equal([`${refOf(sent)} plate,vehicle`]);
    const [finding] = await all();
    expect(finding).to.include({ status: 'confirmed', severity: 'info', proposal: 'none', enterprise: 'coking-1' });
    const alert = await t.store.db.collection('alerts').findOne({ code: 'photo-not-uploaded' });
    expect(alert).to.include({ key: 'gate-ledger|photo-not-uploaded|coking-1|2022-01-15', state: 'open' });
  });

  it('are no finding where they came in time, by their own gate', async () => {
    const [a, b, c, d] = [image('plate'), image('plate'), image('plate'), image('plate')];
    const sent = [a, b, c, d].map((one, i) => shot(later(START, i), [one], 'p2'));
    await live(...sent);
    await uploaded(a, later(START, -5), 'p2');
    await uploaded(b, later(START, 23 * HOUR), 'p2');
    await uploaded(c, later(START, 24 * HOUR + 4), 'p2');
    await uploaded(d, later(START, 1), 'p1');
    await moment(25 * HOUR);
    expect(await standing()).to.deep.equal([refOf(sent[2]!), refOf(sent[3]!)].map((ref) => `${ref} plate`).sort());
  });

  it('stay a finding where they come later', async () => {
    const plate = image('plate');
    const sent = shot(START, [plate], 'p2');
    await live(sent);
    await moment(25 * HOUR);
    await uploaded(plate, later(START, 26 * HOUR), 'p2');
    // Another passage of the same minutes is taken in late, so that the stretch is judged once more.
    await feed(t, [shot(later(START, 1), [image('plate')], 'p2')]);
    await moment(50 * HOUR);
    expect(await standing()).to.include(`${refOf(sent)} plate`);
    expect(await standing()).to.have.length(2);
  });

  it('are asked of vehicles turned back and unread plates too, not of trailers, other roles or gates', async () => {
    const asked = [
      shot(START, [image('plate')], 'p1', { outcome: 'turned-back' }),
      shot(later(START, 14), [image('plate')], 'p1', { plate: { number: '', color: 'other' } }),
    ];
    const trailer = { plate: { number: '晋H1234挂', color: 'yellow' } };
    const free = [
      shot(later(START, 7), [image('plate')], 'p1', trailer),
      shot(later(START, 20), [image('cargo')]),
      shot(later(START, 21), [image('plate')], 'g1'),
    ];
    await live(...asked, ...free);
    await moment(30 * HOUR);
    expect(await standing()).to.deep.equal(asked.map((m) => `${refOf(m)} plate`).sort());
  });

  it('are waited for from when a late passage was received', async () => {
    t.clock.set(later(START, 10 * 24 * HOUR));
    const sent = shot(START, [image('plate')]);
    await feed(t, [sent]);
    await moment(11 * 24 * HOUR - 10);
    expect(await standing()).to.deep.equal([]);
    await moment(11 * 24 * HOUR + 6);
    expect(await standing()).to.deep.equal([`${refOf(sent)} plate`]);
  });

  it('come to the same in whatever order the messages come, and when they are judged again', async () => {
    const next = random(5);
    const messages: Message[] = [];
    for (let i = 0; i < 40; i++) {
      const images = ['vehicle', 'plate', 'cargo'].filter(() => next() < 0.7).map((role) => image(role));
      const gate = next() < 0.5 ? 'p1' : 'p2';
      messages.push(shot(later(START, Math.floor(next() * 60)), images, gate));
      for (const one of images) if (next() < 0.6) await uploaded(one, later(START, Math.floor(next() * 96 * HOUR)), gate);
    }
    const said: string[][] = [];
    for (const order of [messages, [...messages].reverse(), shuffled(messages, random(3))]) {
      await forget(t);
      t.clock.set(later(START, 120));
      for (const batch of batches(order, random(2), 7)) await feed(t, batch);
      await moment(48 * HOUR);
      said.push(await standing());
    }
    expect(said[0]!.length).to.be.greaterThan(10);
    expect(said[1]).to.deep.equal(said[0]);
    expect(said[2]).to.deep.equal(said[0]);
    const from = Date.parse(START) - 86_400_000;
    const again = await recompute(t.core.again, { from, to: from + 3 * 86_400_000, chunk: 7 });
    expect(again.differences.map((d) => d.id)).to.deep.equal([]);
    await t.store.db.collection('images').deleteMany({});
    const without = await recompute(t.core.again, { from, to: from + 3 * 86_400_000 });
    expect(without.differences.length).to.be.greaterThan(0);
  });
});
