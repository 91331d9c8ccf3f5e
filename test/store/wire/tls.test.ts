import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import mqtt from 'mqtt';
import { createBroker } from '../../../server/embedded/broker.ts';
import { createLog } from '../../../server/log.ts';
import { makeCertificate, writeCertificate, type TestCertificate } from '../../support/certificate.ts';
import { civil, device, enterprise, eventually, plate, SECRET, vehicle } from '../../support/conformance.ts';
import { startPlatformProcess, type PlatformProcess } from '../../support/platform.ts';

/** `TLS_CERT` and `TLS_KEY`: HTTP and the embedded broker speak TLS, and nothing else. */
describe('TLS', function () {
  this.timeout(90_000);
  let directory: string;
  let certificate: TestCertificate;
  let platform: PlatformProcess;
  let cookie = '';

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleanhaul-tls-'));
    certificate = await makeCertificate();
    const files = await writeCertificate(directory, certificate);
    platform = await startPlatformProcess({
      env: { ...files, CLOCK_START: civil('2021-11-15T08:00:00') },
      startWithinMs: 80_000,
    });
  });
  after(async () => {
    await platform?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  interface Answer {
    status: number;
    headers: Record<string, string | string[] | undefined>;
    text: string;
  }
  const ask = (method: string, path: string, body?: string, more: RequestOptions = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        platform.url + path,
        { method, ca: certificate.cert, agent: false, ...more, headers: { cookie, 'content-type': 'application/json', ...(more.headers as object) } },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
        },
      );
      sent.on('error', reject).end(body);
    }); // prettier-ignore

  const shownBy = async (url: string): Promise<string> => {
    const { hostname, port } = new URL(url);
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const shown = socket.getPeerCertificate().fingerprint256;
    socket.destroy();
    return shown;
  };

  it('is said by the ready line and by readyz', async () => {
    expect(platform.url).to.match(/^https:/);
    expect(platform.mqttUrl).to.match(/^mqtts:/);
    await eventually(async () => {
      const { text } = await ask('GET', '/readyz');
      expect(JSON.parse(text), text).to.deep.include({ ok: true, transport: { ok: true, tls: true, plaintext: false } });
    });
  });

  it('makes cookies Secure and asks browsers to come by it from now on', async () => {
    const signedIn = await ask('POST', '/api/v1/session', JSON.stringify({ username: 'admin', password: 'admin-of-a-test' }));
    expect(signedIn.status, signedIn.text).to.equal(200);
    const [set = ''] = signedIn.headers['set-cookie'] as string[];
    expect(set).to.match(/; Secure/);
    expect(signedIn.headers['strict-transport-security']).to.match(/max-age=\d{7,}/);
    cookie = set.split(';')[0]!;
    expect((await ask('GET', '/api/v1/session')).status).to.equal(200);
  });

  it('is the only thing that is spoken', async () => {
    const plain = await fetch(`${platform.url.replace('https', 'http')}/healthz`).then(() => 'answered', () => 'refused');
    expect(plain).to.equal('refused');
    const client = mqtt.connect(platform.mqttUrl.replace('mqtts', 'mqtt'), { reconnectPeriod: 0, connectTimeout: 2_000 });
    client.on('error', () => undefined);
    await new Promise<void>((resolve) => client.once('close', resolve));
    expect(client.connected).to.equal(false);
    await client.endAsync(true);
  }); // prettier-ignore

  it('carries a gate’s message to its decision', async () => {
    for (const [collection, row] of [['enterprises', enterprise('e1')], ['devices', device('gate', 'g1', { enterpriseId: 'e1' })], ['vehicles', vehicle('晋H10001', '3')]] as const)
      expect((await ask('PUT', `/api/v1/registry/${collection}`, `${JSON.stringify(row)}\n`, { headers: { 'content-type': 'application/x-ndjson' } })).text).to.include('"rejected":0');
    const client = await mqtt.connectAsync(platform.mqttUrl, { ca: certificate.cert, username: 'gate/g1', password: SECRET, clientId: 'gate_g1', protocolVersion: 4 }, false);
    try {
      await client.subscribeAsync('cleanhaul/v1/gate/g1/decision', { qos: 1 });
      const decided = new Promise<Buffer>((resolve) => client.once('message', (_topic, payload) => resolve(payload)));
      const { at } = JSON.parse((await ask('GET', '/api/v1/time')).text) as { at: string };
      client.publish('cleanhaul/v1/gate/g1/arrival', JSON.stringify({ id: 'a1', at, direction: 'in', plate: plate('晋H10001') }), { qos: 1 });
      expect(JSON.parse((await decided).toString())).to.include({ arrivalId: 'a1', decision: 'refuse' });
    } finally {
      await client.endAsync(true);
    }
  }); // prettier-ignore

  it('takes another certificate at SIGHUP, and keeps the old one where the files are wrong', async () => {
    const before = await shownBy(platform.url);
    expect(await shownBy(platform.mqttUrl)).to.equal(before);
    await writeFile(join(directory, 'key.pem'), (await makeCertificate()).key);
    platform.child.kill('SIGHUP');
    await eventually(() => Promise.resolve(expect(platform.output()).to.include('not-renewed')));
    expect(await shownBy(platform.url)).to.equal(before);
    certificate = await makeCertificate();
    await writeCertificate(directory, certificate);
    platform.child.kill('SIGHUP');
    await eventually(async () => {
      expect(await shownBy(platform.url)).not.to.equal(before);
      expect(await shownBy(platform.mqttUrl)).not.to.equal(before);
    });
    expect((await ask('GET', '/healthz')).status).to.equal(200);
  });

  it('is spoken by a broker that was killed, with the certificate of that moment', async () => {
    const [first, next] = [await makeCertificate(), await makeCertificate()];
    const accounts = { lookup: () => Promise.resolve(null) };
    const broker = await createBroker({ port: 0, host: '127.0.0.1', log: createLog('silent'), accounts, tls: first });
    try {
      const { innerUrl, url, platformUsername: username, platformPassword: password } = broker;
      broker.useTls(next);
      const killed = broker.pid()!;
      process.kill(killed, 'SIGKILL');
      await eventually(() => Promise.resolve(expect(broker.pid()).not.to.be.oneOf([killed, null])));
      await eventually(async () => expect(await shownBy(url)).to.equal(new X509Certificate(next.cert).fingerprint256));
      const client = await mqtt.connectAsync(
        innerUrl,
        { username, password, clientId: 'cleanhaul-1', reconnectPeriod: 0 },
        false,
      );
      expect(client.connected).to.equal(true);
      await client.endAsync(true);
    } finally {
      await broker.stop();
    }
  });
});
