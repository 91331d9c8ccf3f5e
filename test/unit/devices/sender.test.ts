import { expect } from 'chai';
import { createHeap } from '../../../devices/client/heap.ts';
import type { Entry } from '../../../devices/client/outbox.ts';
import { createSender, type Sender } from '../../../devices/client/sender.ts';
import { defaultSettings, type DeviceSettings } from '../../../devices/client/settings.ts';

const entry = (message: string, n: number): Entry => ({ id: `b-${n}`, message, n, at: 0, text: '{}', settled: false });
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the order in which a device sends', () => {
  let sender: Sender;
  let sent: Entry[];
  const make = (settings: Partial<DeviceSettings> = {}) => {
    sent = [];
    sender = createSender({ ...defaultSettings('gate'), perSecond: 1000, ...settings }, (e) => sent.push(e));
  };
  const ids = () => sent.map((e) => e.n);
  const settle = (e: Entry) => {
    e.settled = true;
    sender.settled(e);
  };
  afterEach(() => sender.stop());

  it('sends nothing before the line is up', () => {
    make();
    sender.add(entry('arrival', 1));
    expect(ids()).to.deep.equal([]);
    sender.up();
    expect(ids()).to.deep.equal([1]);
  });

  it('sends arrivals, passages, then the rest, oldest first', () => {
    make();
    for (const [message, n] of [
      ['reading', 1],
      ['passage', 2],
      ['arrival', 3],
      ['telemetry', 4],
      ['passage', 5],
      ['arrival', 6],
    ] as const)
      // prettier-ignore
      sender.add(entry(message, n));
    sender.up();
    expect(ids()).to.deep.equal([3, 6, 2, 5, 1, 4]);
  });

  it('keeps 32 in flight and sends the next when one is settled', () => {
    make();
    sender.up();
    const entries = Array.from({ length: 40 }, (_, i) => entry('reading', i));
    entries.forEach((e) => sender.add(e));
    expect(sent).to.have.length(32);
    settle(entries[5]!);
    expect(ids().slice(32)).to.deep.equal([32]);
    expect(sender.inFlight()).to.equal(32);
  });

  it('sends no more than 15 in a second from a gate and 40 from others', () => {
    expect([defaultSettings('gate').perSecond, defaultSettings('on-board').perSecond]).to.deep.equal([15, 40]);
    make({ perSecond: 15 });
    sender.up();
    for (let n = 0; n < 30; n++) sender.add(entry('arrival', n));
    expect(sent).to.have.length(15);
  });

  it('sends an unanswered one again, later and later, and not while the line is down', async () => {
    make({ resend: { first: 20, max: 40, jitter: 0 } });
    sender.up();
    sender.add(entry('arrival', 1));
    await soon(200);
    expect(sent.length).to.be.within(3, 8);
    sender.down();
    const before = sent.length;
    await soon(80);
    expect(sent.length).to.equal(before);
    sender.up();
    expect(sent.length).to.equal(before + 1);
  });

  it('lets one that is refused for now out of the flight and tries it again when its time has come', async () => {
    make({ maxInFlight: 1 });
    sender.up();
    const [first, second] = [entry('arrival', 1), entry('arrival', 2)];
    sender.add(first);
    sender.add(second);
    sender.defer(first, 30);
    expect(ids()).to.deep.equal([1, 2]);
    settle(second);
    await soon(80);
    expect(ids()).to.deep.equal([1, 2, 1]);
  });

  it('takes the smallest from a heap, whatever the order they came in', () => {
    make();
    const heap = createHeap<number>((a, b) => a - b);
    for (const n of [5, 3, 9, 1, 7, 1, 0]) heap.push(n);
    expect(Array.from({ length: 7 }, () => heap.pop())).to.deep.equal([0, 1, 1, 3, 5, 7, 9]);
    expect(heap.pop()).to.equal(undefined);
  });
});
