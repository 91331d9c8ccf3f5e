import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createDevice, type Device, type DeviceOptions } from '../../../devices/client/index.ts';
import { startFakePlatform, type FakePlatform } from './fake-platform.ts';

const quick = { perSecond: 1000, reconnect: { first: 10, max: 50 }, resend: { first: 60_000, max: 60_000, jitter: 0 } };
const passage = (i = 0) => ({ direction: 'in', plate: { number: `晋HKXW${i}`, color: 'yellow' }, outcome: 'passed' });

describe('the device client', () => {
  let platform: FakePlatform;
  let dir: string;
  let devices: Device[];
  const make = (options: Partial<DeviceOptions> = {}) => {
    const device = createDevice({
      kind: 'gate',
      deviceId: 'g1',
      secret: 's',
      url: platform.url,
      dir,
      settings: quick,
      ...options,
    });
    devices.push(device);
    return device;
  };
  beforeEach(async () => {
    devices = [];
    platform = await startFakePlatform();
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-device-'));
  });
  afterEach(async () => {
    await Promise.all(devices.map((d) => d.stop()));
    await platform.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('sends what it keeps and lets go of it when the receipt names it', async () => {
    const device = make();
    await device.start();
    const id = await device.send('arrival', { direction: 'in', plate: { number: '晋HKXWT7', color: 'yellow' } });
    await platform.until(() => device.counts().queued === 0, 'the receipt');
    expect(platform.received).to.have.length(1);
    expect(platform.received[0]!.json).to.include({ id, n: 1, direction: 'in' });
    expect(platform.received[0]!.json).not.to.have.property('backfill');
  });

  it('refuses to send what its kind has not', async () => {
    const device = make();
    await device.start();
    let error: unknown;
    await device.send('telemetry', {}).catch((e: unknown) => (error = e));
    expect(error).to.be.an('error');
  });

  it('says it is online, retained, and leaves a last will', async () => {
    const device = make({ firmware: '1.2' });
    await device.start();
    await platform.until(() => platform.statuses.length > 0, 'the status');
    expect(platform.statuses[0]).to.include({ online: true, queued: 0, dropped: 0, firmware: '1.2' });
    device.line(false);
    await platform.until(() => platform.statuses.some((s) => s.online === false), 'the last will');
    await device.send('passage', passage());
    device.line(true);
    await platform.until(() => device.counts().queued === 0, 'the re-upload');
    await device.stop();
    devices = [];
    await platform.until(() => platform.statuses.at(-1)?.online === false, 'the farewell');
  });

  it('sends again, the same id and content, when the receipt is lost', async () => {
    let silent = 2;
    platform.answer((r) => void (silent-- > 0 || platform.receipt(r)));
    const device = make({ settings: { ...quick, resend: { first: 100, max: 400, jitter: 0.2 } } });
    await device.start();
    await device.send('passage', passage());
    await platform.until(() => device.counts().queued === 0, 'the receipt of a repeat');
    expect(platform.received).to.have.length.of.at.least(3);
    expect(new Set(platform.received.map((r) => JSON.stringify(r.json))).size).to.equal(1);
  });

  it('marks what is sent late as backfill, and changes nothing else', async () => {
    const device = make();
    await device.start();
    const at = new Date(Date.now() - 61_000).toISOString();
    await device.send('passage', { at, ...passage() });
    await platform.until(() => device.counts().queued === 0, 'the receipt');
    expect(platform.received[0]!.json).to.include({ at, backfill: true, n: 1 });
  });

  it('gives a message up when it is refused for good, by id or by digest', async () => {
    platform.answer((r) => {
      if (r.json.n === 1) platform.rejected(r, { code: 'schema', message: 'bad', final: true });
      else platform.rejected(r, { id: undefined, code: 'internal', message: 'bad', final: true });
    });
    const device = make();
    const refused: string[] = [];
    device.on('rejected', ({ answer }) => refused.push(answer.code));
    await device.start();
    await device.send('passage', passage(1));
    await device.send('passage', passage(2));
    await platform.until(() => device.counts().queued === 0, 'both to be given up');
    expect(refused).to.have.members(['schema', 'internal']);
    expect(platform.received).to.have.length(2);
  });

  it('keeps a message that is refused for now and tries it again', async () => {
    let refusals = 1;
    platform.answer((r) => {
      if (refusals-- > 0) platform.rejected(r, { code: 'unknown-device', message: 'not yet', final: false, retryAfter: 0.05 });
      else platform.receipt(r);
    });
    const device = make({ settings: { ...quick, resend: { first: 60_000, max: 60_000, jitter: 0 } } });
    await device.start();
    await device.send('passage', passage());
    await platform.until(() => device.counts().queued === 0, 'the receipt');
    expect(platform.received).to.have.length(2);
  });

  it('keeps what happens while the broker is away and sends it, arrivals and passages first, when it is back', async () => {
    const port = Number(new URL(platform.url).port);
    await platform.stop();
    const device = make({ kind: 'gate' });
    await device.start();
    await device.send('passage', passage(1));
    await device.send('arrival', { direction: 'in', plate: { number: '', color: 'other' } });
    platform = await startFakePlatform(port);
    await platform.until(() => device.counts().queued === 0, 'the re-upload');
    expect(platform.received.map((r) => r.message)).to.deep.equal(['arrival', 'passage']);
  });

  it('ignores answers that make no sense', async () => {
    platform.answer((r) => {
      platform.say('cleanhaul/v1/gate/g1/receipt', { ids: 'all' });
      platform.say('cleanhaul/v1/gate/g1/decision', { decision: 'open' });
      platform.receipt(r);
    });
    const device = make();
    await device.start();
    await device.send('passage', passage());
    await platform.until(() => device.counts().queued === 0, 'the receipt');
  });

  it('loses nothing and doubles nothing when its process is killed again and again', async function () {
    this.timeout(60_000);
    // Every third receipt is lost, so that kills find messages stored and unsettled.
    let count = 0;
    platform.answer((r) => void (count++ % 3 === 0 || platform.receipt(r)));
    const kept: string[] = [];
    const run = (messages: number, killAfter: number | undefined) =>
      new Promise<void>((resolve) => {
        const args = ['--import', 'tsx', join(import.meta.dirname, 'device-process.ts'), platform.url, dir, String(messages)];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let printed = 0;
        createInterface({ input: child.stdout }).on('line', (id) => {
          if (id === 'all') {
            if (killAfter === undefined) void platform.until(() => settled(), 'everything').then(() => child.kill('SIGKILL'));
            return;
          }
          kept.push(id);
          if (++printed === killAfter) child.kill('SIGKILL');
        });
        child.on('exit', () => resolve());
      });
    const settled = () => kept.every((id) => platform.received.some((r) => r.json.id === id));
    for (const killAfter of [1, 37, 90]) await run(100_000, killAfter);
    await run(10, undefined);

    const contents = new Map<string, Set<string>>();
    for (const { json } of platform.received) {
      const { backfill: _, ...content } = json;
      contents.set(json.id, (contents.get(json.id) ?? new Set()).add(JSON.stringify(content)));
    }
    expect(kept.filter((id) => !contents.has(id))).to.deep.equal([]);
    expect([...contents.values()].every((c) => c.size === 1)).to.equal(true);
    const numbers = [...contents.values()].map((c) => (JSON.parse([...c][0]!) as { n: number }).n);
    expect(new Set(numbers).size).to.equal(numbers.length);
  });
});
