import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutbox, type Outbox } from '../../../devices/client/outbox.ts';

describe('a device outbox', () => {
  let dir: string;
  let outbox: Outbox;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-outbox-'));
    outbox = await openOutbox(dir, 10_000);
  });
  afterEach(async () => {
    await outbox.close();
    await rm(dir, { recursive: true, force: true });
  });
  const reopen = async (maxBytes = 10_000) => {
    await outbox.close();
    outbox = await openOutbox(dir, maxBytes);
  };

  it('finds the unsettled messages again, byte for byte, and goes on counting', async () => {
    const first = await outbox.put('arrival', 1, { at: 'a', plate: '晋H' });
    const second = await outbox.put('passage', 2, { at: 'b' });
    outbox.settle(first!);
    await reopen();
    expect(outbox.found.map((e) => [e.id, e.message, e.text])).to.deep.equal([[second!.id, 'passage', second!.text]]);
    const third = await outbox.put('arrival', 3, { at: 'c' });
    expect(third!.n).to.equal(3);
    expect(third!.id.split('-')[0]).not.to.equal(second!.id.split('-')[0]);
    expect(JSON.parse(third!.text)).to.deep.equal({ at: 'c', id: third!.id, n: 3 });
  });

  it('counts on after everything was settled and compacted', async () => {
    const big = 'x'.repeat(60_000);
    await reopen(1e9);
    for (let i = 0; i < 60; i++) outbox.settle((await outbox.put('fill', i, { big }))!);
    await reopen(1e9);
    expect(outbox.found).to.deep.equal([]);
    expect((await outbox.put('fill', 0, {}))!.n).to.equal(61);
  });

  it('drops telemetry first, the oldest of it, and counts it', async () => {
    const body = { filler: 'x'.repeat(3_000) };
    const telemetry = await outbox.put('telemetry', 1, body);
    const fill = await outbox.put('fill', 2, body);
    await outbox.put('passage', 3, body);
    await outbox.put('arrival', 4, body);
    expect(telemetry!.settled).to.equal(true);
    expect(outbox.get(fill!.id)).to.equal(fill);
    expect([outbox.queued(), outbox.dropped()]).to.deep.equal([3, 1]);
    await reopen();
    expect([outbox.queued(), outbox.dropped()]).to.deep.equal([3, 1]);
  });

  it('never drops a passage, and turns away what is less', async () => {
    const body = { filler: 'x'.repeat(3_000) };
    for (let i = 0; i < 5; i++) await outbox.put('passage', i, body);
    expect(await outbox.put('arrival', 9, body)).to.equal(undefined);
    expect(await outbox.put('telemetry', 9, body)).to.equal(undefined);
    expect([outbox.queued(), outbox.dropped()]).to.deep.equal([5, 2]);
    expect((await outbox.put('passage', 10, body))!.n).to.equal(8);
  });
});
