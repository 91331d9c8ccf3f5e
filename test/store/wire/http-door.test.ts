import { expect } from 'chai';
import { until } from '../../support/until.ts';
import { decision, receipt } from '../../../devices/contract/answers.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { checkRejected, digest } from './cases.ts';
import { deviceRow, secretOf, startWire, type Wire } from './wire.ts';

describe('The HTTP door for devices', function () {
  this.timeout(180_000);
  let wire: Wire;
  before(async () => {
    const devices = [
      deviceRow({ kind: 'gate', id: 'g1' }),
      deviceRow({ kind: 'gate', id: 'g2' }),
      deviceRow({ kind: 'gate', id: 'off', enabled: false }),
      deviceRow({ kind: 'checkpoint', id: 'k1' }),
    ];
    wire = await startWire({ devices });
  });
  after(() => wire?.stop());

  const basic = (username: string, secret = secretOf(username)) =>
    `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
  const post = async (
    path: string,
    body: object | string | Uint8Array<ArrayBuffer>,
    authorization: string | undefined = basic('gate/g1'),
  ) => {
    const response = await fetch(`${wire.platform.url}/api/v1/devices/${path}`, {
      method: 'POST',
      headers: authorization === '' ? {} : { authorization },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, json };
  };
  const arrival = (id: string, more: object = {}) => ({
    id,
    at: formatInstant(wire.clock.now()),
    direction: 'in',
    plate: { number: '晋H12345', color: 'yellow' },
    ...more,
  });

  it('answers an arrival with its decision, and its repeat with the same', async () => {
    const body = arrival('a-1');
    const first = await post('gate/g1/arrival', body);
    expect(first.status).equal(200);
    expect(decision.strict().parse(first.json).arrivalId).equal('a-1');
    expect((await post('gate/g1/arrival', { ...body, backfill: false })).json).eql(first.json);
  });

  it('answers with a receipt where no decision is published', async () => {
    const passed = await post('gate/g1/passage', { ...arrival('p-1'), outcome: 'passed' });
    expect(passed.status).equal(200);
    expect(receipt.strict().parse(passed.json).ids).eql(['p-1']);
    const late = await post(
      'gate/g1/arrival',
      arrival('a-2', { at: formatInstant(wire.clock.now() - 3_600_000), backfill: true }),
    );
    expect(receipt.strict().parse(late.json).ids).eql(['a-2']);
    const seen = await post('checkpoint/k1/sighting', { ...arrival('s-1'), direction: undefined }, basic('checkpoint/k1'));
    expect(receipt.strict().parse(seen.json).ids).eql(['s-1']);
  });

  it('takes a status with 204 and refuses a spoiled one', async () => {
    expect((await post('gate/g1/status', { online: true })).status).equal(204);
    expect(await post('gate/g1/status', { online: 'yes' })).property('status', 422);
  });

  it('lets nobody in without the device’s own secret', async () => {
    for (const authorization of [
      '',
      'Basic',
      'Basic !!!',
      `Basic ${Buffer.from('gate/g1').toString('base64')}`,
      'Bearer abc',
      basic('gate/g1', ''),
      basic('gate/g1', secretOf('gate/g2')),
      basic('gate/nobody'),
      basic('tractor/g1'),
      basic('checkpoint/g1'),
      basic('gate/g1/x', secretOf('gate/g1')),
      basic('admin', 'admin-of-a-test'),
    ]) {
      const { status, json, headers } = await post('gate/g1/arrival', arrival('x'), authorization);
      expect(status, authorization).equal(401);
      expect(headers.get('content-type')).contain('application/problem+json');
      expect(json).property('code').that.is.a('string');
    }
    expect(await wire.observations.countDocuments({ id: 'x' })).equal(0);
  });

  it('keeps a device to its own paths', async () => {
    for (const path of [
      'gate/g2/arrival',
      'checkpoint/k1/sighting',
      'checkpoint/g1/sighting',
      'tractor/g1/arrival',
      'gate/nobody/arrival',
    ])
      expect((await post(path, arrival('x'))).status, path).equal(403);
    expect(await wire.observations.countDocuments({ id: 'x' })).equal(0);
  });

  it('answers what it refuses with the `rejected` body and its own status', async () => {
    const big = (size: number) => Buffer.alloc(size, 'x');
    for (const [code, status, path, body] of [
      ['too-large', 413, 'gate/g1/arrival', big(65_537)],
      ['too-large', 413, 'gate/g1/arrival', big(200_000)],
      ['not-json', 422, 'gate/g1/arrival', big(65_536)],
      ['not-json', 422, 'gate/g1/arrival', ''],
      ['schema', 422, 'gate/g1/arrival', { id: 'r-1' }],
      ['wrong-kind', 422, 'gate/g1/sighting', arrival('r-2')],
      ['unknown-topic', 422, 'gate/g1/decision', arrival('r-3')],
      ['unknown-topic', 422, 'gate/g1/__proto__', arrival('r-4')],
      ['clock-ahead', 422, 'gate/g1/arrival', arrival('r-5', { at: '2999-01-01T00:00:00+08:00' })],
      ['too-old', 422, 'gate/g1/arrival', arrival('r-6', { at: '2019-01-01T00:00:00+08:00' })],
      ['id-reused', 422, 'gate/g1/arrival', arrival('a-1', { lane: '9' })],
    ] as const) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const answer = await post(path, new Uint8Array(bytes));
      expect(answer.status, code).equal(status);
      expect(answer.json.code).equal(code);
      const [kind = '', deviceId = '', message = ''] = path.split('/');
      await checkRejected(wire, { answer: 'rejected', ...answer }, [{ kind, deviceId, message, bytes, retain: false }]);
    }
    const off = await post('gate/off/arrival', arrival('o-1'), basic('gate/off'));
    expect(off.json).include({ code: 'disabled-device', final: false, id: 'o-1' });
    expect(off.headers.get('retry-after')).equal(String(off.json.retryAfter));
    const huge = await post('gate/g1/arrival', big(3_000_000));
    expect(huge.status).equal(413);
    expect(huge.json).include({ code: 'too-large', final: true, sha256: digest(big(3_000_000)) });
  });

  it('answers 429 to a device that floods, each time, and serves the others meanwhile', async () => {
    const told: Awaited<ReturnType<typeof post>>[] = [];
    const flood = async () => {
      while (told.length < 10) {
        const answer = await post('gate/g1/arrival', '{');
        if (answer.status === 429) told.push(answer);
      }
    };
    await Promise.all(Array.from({ length: 20 }, flood));
    for (const { json, headers } of told) {
      expect(json).include({ code: 'rate-limited', final: false });
      expect(Number(headers.get('retry-after'))).above(0);
    }
    const other = await post('gate/g2/arrival', arrival('a-1'), basic('gate/g2'));
    expect(other.status).equal(200);
    expect(decision.parse(other.json).arrivalId).equal('a-1');
    await until(async () => (await wire.findings.countDocuments({ device: 'gate/g1', code: 'flooding' })) === 1);
  });

  it('answers 503 when the store hangs, and takes the message when it goes on', async () => {
    const pid = wire.mongod()!;
    const body = arrival('hung');
    process.kill(pid, 'SIGSTOP');
    try {
      const answer = await post('gate/g2/arrival', body, basic('gate/g2'));
      expect(answer.status).equal(503);
      expect(answer.json.code).equal('store-away');
      expect(answer.headers.get('retry-after')).equal('5');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const again = await post('gate/g2/arrival', body, basic('gate/g2'));
    expect(again.status).equal(200);
    await until(async () => (await wire.observations.countDocuments({ id: 'hung' })) === 1);
  });
});
