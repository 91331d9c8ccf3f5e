import * as fs from 'node:fs/promises';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry as Metrics } from 'prom-client';
import { civilDate } from '../../../devices/contract/instant.ts';
import { isKind } from '../../../devices/contract/kinds.ts';
import type { NewToken } from '../../../server/http/contract/users.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { createApp } from '../../../server/http/app.ts';
import { alertsRouter } from '../../../server/http/routes/alerts.ts';
import { imagesRouter } from '../../../server/http/routes/images.ts';
import { createAlerts } from '../../../server/alerts/alerts.ts';
import { createImageFiles } from '../../../server/images/files.ts';
import { createImages } from '../../../server/images/images.ts';
import { inspectPicture } from '../../../server/images/picture.ts';
import { createThumbnails, type Thumbnails } from '../../../server/images/thumbnails.ts';
import { createIdentity } from '../../../server/users/identity.ts';
import { COKING, GATE, startCore, truck, type TestCore } from '../../support/core.ts';
import { listen } from '../../support/http.ts';
import { until } from '../../support/until.ts';
import { named, picture, type TestPicture } from '../../support/pictures.ts';

const NOW = '2022-01-15T09:00:00+08:00';
const PASSED = '2022-01-15T08:59:30+08:00';
const SECRETS = { g1: GATE.secret, g2: 'gate-two-secret-0123456789', e2: 'gate-of-others-secret-0123456789' };
const BYTES_PER_DAY = 8 * 1024 * 1024;

/** A PNG with some of its data overwritten. */
function damaged(png: Buffer): TestPicture {
  const bytes = Buffer.from(png);
  const data = bytes.indexOf('IDAT') + 4;
  return named(bytes.fill(0x55, data, data + 60));
}

describe('pictures over HTTP', function () {
  this.timeout(60_000);
  let t: TestCore;
  let web: Awaited<ReturnType<typeof listen>>;
  let directory: string;
  let thumbnails: Thumbnails;
  let realNow = Date.now();
  let seed = 0;
  let next = 0;
  /** What renaming fails with, while it does. */
  let failing: string | undefined;
  const tokens = new Map<string, string>();

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00' });
    directory = await mkdtemp(join(tmpdir(), 'cleanhaul-images-'));
    await t.rows('enterprises', [COKING, { ...COKING, id: 'coking-2', uscc: '91140900MA0000002X', county: '140981' }]);
    await t.rows('devices', [
      { ...GATE, requiredPhotos: ['plate'] },
      { ...GATE, id: 'g2', secret: SECRETS.g2 },
      { ...GATE, id: 'e2', secret: SECRETS.e2, enterpriseId: 'coking-2', county: '140981' },
    ]);
    await t.rows('vehicles', [truck('晋H12345', '6')]);
    t.clock.set(NOW);
    const { db } = t.store;
    const log = pino({ level: 'silent' });
    const identity = createIdentity({ db, clock: t.clock });
    await identity.indexes();
    const owner = { username: 'admin', name: 'admin', role: 'owner' as const };
    const people: [string, Omit<NewToken, 'name' | 'expires'>][] = [
      ['police', { role: 'police', counties: ['140902'] }],
      ['far-police', { role: 'police', counties: ['140981'] }],
      ['enterprise', { role: 'enterprise', enterpriseId: 'coking-1' }],
      ['others', { role: 'enterprise', enterpriseId: 'coking-2' }],
      ['auditor', { role: 'auditor' }],
      ['market', { role: 'market' }],
      ['administrator', { role: 'administrator' }],
    ];
    for (const [name, rest] of people)
      tokens.set(name, (await identity.createToken({ name, expires: '2099-01-01', ...rest }, owner)).token);
    thumbnails = createThumbnails({ log });
    const files = createImageFiles({
      directory,
      instance: '1',
      disk: {
        ...fs,
        rename: (from, to) =>
          failing === undefined ? fs.rename(from, to) : Promise.reject(Object.assign(new Error(failing), { code: failing })),
      },
    });
    await files.start();
    const images = createImages({
      db, files, thumbnail: (bytes) => thumbnails.make(bytes), clock: t.clock,
      realNow: () => realNow, bytesPerDay: BYTES_PER_DAY, patience: { idleMs: 5_000, wholeMs: 20_000 },
    }); // prettier-ignore
    await images.indexes();
    web = await listen(
      createApp({
        log, clock: t.clock, identity, registry: t.registry,
        records: createRecords({ db, clock: t.clock, registry: t.registry }),
        checks: { store: () => Promise.resolve({ ok: true }), broker: () => Promise.resolve({ ok: true }) },
        metrics: new Metrics(), secure: false, webDirectory: '/nowhere',
        routers: [
          imagesRouter({
            images,
            authenticate: async (kind, id, secret) => isKind(kind) && t.registry.checkSecret(`${kind}/${id}`, secret),
            audit: (...entry) => identity.audit(...entry),
          }),
          alertsRouter({ alerts: createAlerts({ db, clock: t.clock, log }) }),
        ],
      }),
    ); // prettier-ignore
  });
  after(async () => {
    await web.close();
    thumbnails.stop();
    await t.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const fresh = (type: 'jpeg' | 'png' = 'jpeg') => picture(++seed, type);
  const device = (id: keyof typeof SECRETS) => `Basic ${Buffer.from(`gate/${id}:${SECRETS[id]}`).toString('base64')}`;
  const user = (name: string) => `Bearer ${tokens.get(name)}`;

  interface Answer {
    status: number;
    headers: Headers;
    bytes: Buffer;
    json: Record<string, unknown>;
  }
  async function call(method: string, path: string, authorization: string, body?: Buffer): Promise<Answer> {
    const response = await fetch(`${web.url}/api/v1${path}`, { method, headers: { authorization, 'accept-language': 'en' }, ...(body && { body }) });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && bytes.length > 0;
    return { status: response.status, headers: response.headers, bytes, json: isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {} };
  } // prettier-ignore
  const put = ({ bytes, sha256 }: TestPicture, who = device('g1')) => call('PUT', `/images/${sha256}`, who, bytes);
  const get = ({ sha256 }: TestPicture, who: string, more = '') => call('GET', `/images/${sha256}${more}`, who);
  const head = async ({ sha256 }: TestPicture, who = device('g1')) => (await call('HEAD', `/images/${sha256}`, who)).status;
  const left = () => readdir(join(directory, 'incoming'));
  const kept = (pic: TestPicture) => join(directory, pic.sha256.slice(0, 2), pic.sha256.slice(2, 4), pic.sha256);

  /** A passage of a gate that names pictures. */
  async function passes(pictures: TestPicture[], gate = 'g1', more: object = {}): Promise<string> {
    const id = `p${++next}`;
    const sent = await t.send('gate', gate, 'passage', {
      id, at: PASSED, direction: 'in', outcome: 'passed', plate: { number: '晋H12345', color: 'yellow' },
      images: pictures.map(({ sha256 }) => ({ role: 'plate', sha256, contentType: 'image/jpeg' })), ...more,
    }); // prettier-ignore
    expect(sent).to.include({ stored: true });
    return `gate/${gate}/${id}`;
  }

  describe('brought by a device', () => {
    for (const type of ['jpeg', 'png'] as const) {
      it(`are taken as ${type.toUpperCase()}, answered 201 once and 200 when repeated`, async () => {
        const pic = await fresh(type);
        expect(await head(pic)).to.equal(404);
        const first = await put(pic);
        expect([first.status, first.json]).to.deep.equal([
          201,
          { sha256: pic.sha256, contentType: `image/${type}`, bytes: pic.bytes.length, width: 640, height: 480 },
        ]);
        expect((await put(pic)).status).to.equal(200);
        expect(await head(pic)).to.equal(200);
        expect(await left()).to.deep.equal([]);
      });
    }

    it('are one file, but not there for a gate that did not bring them itself', async () => {
      const pic = await fresh();
      await put(pic);
      expect(await head(pic, device('e2'))).to.equal(404);
      expect((await put(pic, device('e2'))).status).to.equal(201);
      expect(await head(pic, device('e2'))).to.equal(200);
    });

    it('are stored once when they come many times at once', async () => {
      const pic = await fresh();
      const answers = await Promise.all([...Array<null>(6)].map(() => put(pic)));
      expect(answers.map((a) => a.status).sort()).to.deep.equal([200, 200, 200, 200, 200, 201]);
      const both = await fresh();
      const [one, two] = await Promise.all([put(both), put(both, device('e2'))]);
      expect([one.status, two.status]).to.deep.equal([201, 201]);
      expect(await left()).to.deep.equal([]);
    });

    it('are asked for again where the file was lost', async () => {
      const pic = await fresh();
      await put(pic);
      await rm(kept(pic));
      expect(await head(pic)).to.equal(404);
      expect((await put(pic)).status).to.equal(200);
      expect(await head(pic)).to.equal(200);
    });

    it('are refused without the device’s credentials', async () => {
      const pic = await fresh();
      for (const who of ['', `Basic ${Buffer.from('gate/g1:wrong').toString('base64')}`, `Basic ${Buffer.from(`gate/g1/x:${GATE.secret}`).toString('base64')}`])
        expect((await put(pic, who)).status, who).to.equal(401);
      expect((await call('GET', `/images/${pic.sha256}`, device('g1'))).status).to.equal(401);
      expect((await put(pic, user('police'))).status).to.equal(403);
      expect((await put(pic, user('administrator'))).status).to.equal(403);
    }); // prettier-ignore
  });

  describe('that are wrong', () => {
    const html = Buffer.from('<!doctype html><script>alert(1)</script>');
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    const cases: [string, () => Promise<TestPicture> | TestPicture, number, string][] = [
      ['whose digest is another', async () => ({ ...(await fresh()), sha256: 'ab'.repeat(32) }), 422, 'digest-mismatch'],
      ['of 2 MiB and a byte', () => named(Buffer.alloc(2 * 1024 * 1024 + 1, 0xff)), 413, 'too-large'],
      ['that are HTML', () => named(html), 415, 'unsupported-type'],
      ['that are SVG', () => named(svg), 415, 'unsupported-type'],
      ['that are HTML behind two bytes of JPEG', () => named(Buffer.concat([Buffer.from([0xff, 0xd8]), html])), 415, 'unsupported-type'],
      ['that are HTML behind a JPEG’s first marker', () => named(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), html])), 422, 'broken-picture'],
      ['that are empty', () => named(Buffer.alloc(0)), 415, 'unsupported-type'],
      ['that are a JPEG cut short', async () => named((await fresh()).bytes.subarray(0, -40)), 422, 'broken-picture'],
      ['that are a PNG cut short', async () => named((await fresh('png')).bytes.subarray(0, -8)), 422, 'broken-picture'],
      ['that are a PNG with other data than its checksum says', async () => damaged((await fresh('png')).bytes), 422, 'broken-picture'],
      ['of too many pixels', () => picture(7, 'png', 12_001, 2), 422, 'too-many-pixels'],
    ]; // prettier-ignore
    for (const [what, make, status, code] of cases) {
      it(`${what} are refused with ${status} ${code}, and leave nothing`, async () => {
        const pic = await make();
        const answer = await put(pic);
        expect([answer.status, answer.json.code]).to.deep.equal([status, code]);
        expect(await head(pic)).to.equal(404);
        expect(await left()).to.deep.equal([]);
      });
    }

    it('of 2 MiB and a byte are refused also where no length was told', async () => {
      const bytes = Buffer.concat([(await fresh()).bytes, Buffer.alloc(2 * 1024 * 1024)]);
      const { sha256 } = named(bytes);
      const response = await fetch(`${web.url}/api/v1/images/${sha256}`, {
        method: 'PUT',
        headers: { authorization: device('g1') },
        body: new Blob([bytes]).stream(),
        duplex: 'half',
      });
      expect(response.status).to.equal(413);
      await response.arrayBuffer();
      expect(await left()).to.deep.equal([]);
    });

    it('are not looked for outside their directory', async () => {
      for (const path of ['..%2f..%2fetc%2fpasswd', `${'a'.repeat(63)}%2f`, 'A'.repeat(64), '%00', 'a'.repeat(65)]) {
        for (const method of ['GET', 'HEAD', 'PUT']) {
          const who = method === 'GET' ? user('auditor') : device('g1');
          expect((await call(method, `/images/${path}`, who, method === 'PUT' ? Buffer.from('x') : undefined)).status, `${method} ${path}`).to.equal(400); // prettier-ignore
        }
      }
    });
  });

  it('that stop coming are given up after a while, and leave nothing', async () => {
    const pic = await fresh();
    const answer = await slowly(pic, 'stop');
    expect(answer).to.equal(408);
    expect(await left()).to.deep.equal([]);
  });

  it('of which a device sends too many at once are refused with 503 for a while, those of others not', async () => {
    const pictures = await Promise.all(Array.from({ length: 8 }, () => fresh()));
    const stuck = pictures.map((pic) => slowly(pic, 'stop'));
    await until(async () => (await left()).length === 8);
    const answer = await put(await fresh());
    expect([answer.status, answer.json.code, answer.headers.get('retry-after')]).to.deep.equal([503, 'busy', '2']);
    expect((await put(await fresh(), device('g2'))).status).to.equal(201);
    expect(new Set(await Promise.all(stuck))).to.deep.equal(new Set([408]));
    expect((await put(await fresh())).status).to.equal(201);
  });

  it('whose upload breaks off leave nothing', async () => {
    const pic = await fresh();
    await slowly(pic, 'break');
    await until(async () => (await left()).length === 0);
    expect(await left()).to.deep.equal([]);
    expect(await head(pic)).to.equal(404);
  });

  /** Sends half of a picture, then nothing more, or breaks the connection off. @returns the answer's status */
  function slowly(pic: TestPicture, then: 'stop' | 'break'): Promise<number | undefined> {
    return new Promise((resolve) => {
      const req = request(`${web.url}/api/v1/images/${pic.sha256}`, {
        method: 'PUT',
        headers: { authorization: device('g1'), 'content-length': pic.bytes.length },
      });
      req.on('error', () => resolve(undefined));
      req.on('response', (res) => {
        resolve(res.statusCode);
        req.destroy();
      });
      req.write(pic.bytes.subarray(0, pic.bytes.length >> 1), () => {
        if (then === 'break') setTimeout(() => req.destroy(), 50);
      });
    });
  }

  it('of more than a device may bring in a day are refused until the next, those of others not', async () => {
    realNow += 10 * 86_400_000;
    const large = async () => {
      const { bytes } = await fresh();
      return named(Buffer.concat([bytes, Buffer.alloc(2 * 1024 * 1024 - bytes.length)]));
    };
    for (let i = 0; i < 4; i++) expect((await put(await large(), device('g2'))).status).to.equal(201);
    const over = await put(await fresh(), device('g2'));
    expect([over.status, over.json.code]).to.deep.equal([429, 'quota']);
    expect(Number(over.headers.get('retry-after'))).to.be.within(1, 86_400);
    expect((await put(await fresh())).status).to.equal(201);
    realNow += 86_400_000;
    expect((await put(await fresh(), device('g2'))).status).to.equal(201);
    expect(await left()).to.deep.equal([]);
  });

  for (const [code, said] of [
    ['ENOSPC', 'disk-full'],
    ['EIO', 'disk-failed'],
  ] as const) {
    it(`are refused with 503 ${said} and Retry-After on ${code}, leave nothing and are not counted`, async () => {
      realNow += 10 * 86_400_000;
      const pic = await fresh();
      failing = code;
      const refused = await put(pic, device('g2'));
      failing = undefined;
      expect([refused.status, refused.json.code]).to.deep.equal([503, said]);
      expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
      expect(await left()).to.deep.equal([]);
      expect(await head(pic, device('g2'))).to.equal(404);
      const days = t.store.db.collection('image_days').find({ bytes: { $gt: 0 }, _id: /^gate\/g2\// });
      expect((await days.toArray()).filter((d) => String(d._id).endsWith(civilDate(realNow)))).to.deep.equal([]);
      expect((await put(pic, device('g2'))).status).to.equal(201);
    });
  }

  it('that are repeated count once for the day', async () => {
    realNow += 10 * 86_400_000;
    const { bytes } = await fresh();
    const large = named(Buffer.concat([bytes, Buffer.alloc(2 * 1024 * 1024 - bytes.length)]));
    for (let i = 0; i < 6; i++) expect((await put(large, device('g2'))).status).to.equal(i === 0 ? 201 : 200);
  });

  describe('are shown', () => {
    let pic: TestPicture;
    before(async () => {
      pic = await fresh();
      await put(pic);
      await passes([pic]);
    });

    it('to those in whose scope an observation of their device names them', async () => {
      for (const who of ['police', 'enterprise', 'auditor']) {
        const answer = await get(pic, user(who));
        expect(answer.status, who).to.equal(200);
        expect(answer.bytes.equals(pic.bytes)).to.equal(true);
        expect(answer.headers.get('content-type')).to.equal('image/jpeg');
        expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
        expect(answer.headers.get('content-security-policy')).to.equal("default-src 'none'");
        expect(answer.headers.get('cache-control')).to.match(/^private, max-age=\d{7,}/);
      }
      expect(await head(pic, user('police'))).to.equal(200);
    });

    it('to nobody else', async () => {
      for (const who of ['far-police', 'others', 'market']) expect((await get(pic, user(who))).status, who).to.equal(404);
      expect((await get(pic, user('administrator'))).status).to.equal(403);
      expect((await get(pic, '')).status).to.equal(401);
      expect(await head(pic, user('far-police'))).to.equal(404);
    });

    it('not by naming what another device brought', async () => {
      const secret = await fresh();
      await put(secret);
      await passes([secret], 'e2');
      expect((await get(secret, user('others'))).status).to.equal(404);
      expect((await get(secret, user('auditor'))).status, 'nobody names it who brought it').to.equal(404);
      await put(secret, device('e2'));
      expect((await get(secret, user('others'))).status).to.equal(200);
    });

    it('not where no observation names them', async () => {
      const unnamed = await fresh();
      await put(unnamed);
      expect((await get(unnamed, user('auditor'))).status).to.equal(404);
    });

    it('without sending again what the reader has, but never beyond the scope', async () => {
      const etag = (await get(pic, user('police'))).headers.get('etag')!;
      const again = async (who: string) =>
        (await fetch(`${web.url}/api/v1/images/${pic.sha256}`, { headers: { authorization: user(who), 'if-none-match': etag } })).status; // prettier-ignore
      expect(await again('police')).to.equal(304);
      expect(await again('far-police')).to.equal(404);
    });

    it('small, made once', async () => {
      const small = await get(pic, user('police'), '?thumb=1');
      expect(small.status).to.equal(200);
      expect(inspectPicture(small.bytes)).to.deep.equal({ type: 'image/jpeg', width: 320, height: 240 });
      expect(await readdir(join(kept(pic), '..'))).to.include(`${pic.sha256}.thumb.jpg`);
      expect((await get(pic, user('police'), '?thumb=1')).bytes.equals(small.bytes)).to.equal(true);
      expect((await get(pic, user('far-police'), '?thumb=1')).status).to.equal(404);
      expect((await get(pic, user('police'), '?thumb=2')).status).to.equal(400);
    });

    it('small, where only their frame is sound, with 422', async () => {
      const frame = [0xff, 0xc0, 0, 11, 8, 0, 99, 0, 99, 1, 1, 0x11, 0];
      const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, ...Array<number>(40).fill(0x55)];
      const corrupt = named(Buffer.from([0xff, 0xd8, ...frame, ...scan, 0xff, 0xd9]));
      expect((await put(corrupt)).status).to.equal(201);
      await passes([corrupt]);
      const answer = await get(corrupt, user('police'), '?thumb=1');
      expect([answer.status, answer.json.code, answer.headers.get('cache-control')]).to.deep.equal([422, 'broken-picture', 'no-store']); // prettier-ignore
      expect((await get(pic, user('police'), '?thumb=1')).status).to.equal(200);
    });

    it('small also after the process that decodes has died', async () => {
      const other = await fresh();
      await put(other);
      await passes([other]);
      await get(pic, user('police'), '?thumb=1');
      const pid = thumbnails.pid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
      for (let i = 0; i < 100 && thumbnails.pid() === pid && pid !== null; i++) await new Promise((done) => setTimeout(done, 10));
      expect((await get(other, user('police'), '?thumb=1')).status).to.equal(200);
    });

    it('by the addresses that alerts give', async () => {
      const seen = await fresh();
      await put(seen);
      const ref = await passes([seen], 'g1', { plate: { number: '', color: 'other' } });
      const { json } = await call('GET', '/alerts', user('police'));
      const shown = (json.items as { images: { url: string }[]; findings: string[] }[]).find((alert) =>
        alert.findings.some((finding) => finding.includes(ref)),
      )!;
      expect(shown.images).to.have.length(1);
      const answer = await fetch(web.url + shown.images[0]!.url, { headers: { authorization: user('police') } });
      expect(answer.status).to.equal(200);
      expect(Buffer.from(await answer.arrayBuffer()).equals(seen.bytes)).to.equal(true);
    });
  });

  describe('brought by an enterprise’s user', () => {
    it('count for the gate that named them', async () => {
      const pic = await fresh();
      expect((await put(pic, user('enterprise'))).status, 'before anybody names it').to.equal(404);
      await passes([pic]);
      expect((await put(pic, user('others'))).status, 'of another enterprise').to.equal(404);
      expect((await put(pic, user('enterprise'))).status).to.equal(201);
      expect((await put(pic, user('enterprise'))).status).to.equal(200);
      expect(await head(pic)).to.equal(200);
      expect(await head(pic, device('g2'))).to.equal(404);
      expect((await get(pic, user('police'))).status).to.equal(200);
      const doc = await t.store.db.collection('images').findOne({ sha256: pic.sha256 });
      expect(doc).to.include({ device: 'gate/g1' });
      expect(doc?.by).to.match(/^token:/);
    });
  });

  it('half-written by an earlier run are removed at the start', async () => {
    await writeFile(join(directory, 'incoming', '1-abc'), 'half');
    await writeFile(join(directory, 'incoming', '2-abc'), 'under way in another process');
    await createImageFiles({ directory, instance: '1' }).start();
    expect(await left()).to.deep.equal(['2-abc']);
    await rm(join(directory, 'incoming', '2-abc'));
  });
});
