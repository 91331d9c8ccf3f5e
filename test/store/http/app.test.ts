import { expect } from 'chai';
import { Binary, type Db } from 'mongodb';
import { pino } from 'pino';
import { Registry as Metrics } from 'prom-client';
import { ROLES, type Role } from '../../../server/alerts/types.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { createApp } from '../../../server/http/app.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { createIdentity, type Identity } from '../../../server/users/identity.ts';
import { listen } from '../../support/http.ts';
import { startMongo } from '../../support/mongo.ts';

const PASSWORD = 'correct horse';

describe('the HTTP side', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let db: Db;
  let identity: Identity;
  let web: Awaited<ReturnType<typeof listen>>;
  let now = Date.parse('2021-11-15T00:00:00Z');
  let realNow = Date.now();
  const logged: string[] = [];

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    db = store.db;
    const clock = { now: () => now, speed: 1 };
    identity = createIdentity({ db, clock, realNow: () => realNow });
    const registry = createRegistry({ db, clock, hooks: { inspectionsRecorded: () => Promise.resolve() } });
    await Promise.all([identity.indexes(), registry.indexes()]);
    await identity.ensureAdmin(PASSWORD);
    web = await listen(
      createApp({
        log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
        clock, identity, registry,
        records: createRecords({ db, clock, registry }),
        checks: { store: () => Promise.resolve({ ok: true }), broker: () => Promise.resolve({ ok: false, away: true }) },
        metrics: new Metrics(),
        secure: false,
        webDirectory: '/nowhere',
      }),
    ); // prettier-ignore
  });
  after(async () => {
    await web.close();
    await store.close();
    await mongo.stop();
  });

  const call = (method: string, path: string, { body, ...headers }: Record<string, unknown> = {}) =>
    fetch(web.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(headers as Record<string, string>) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const api = (method: string, path: string, more?: Record<string, unknown>) => call(method, `/api/v1${path}`, more);
  const signIn = async (username: string, password = PASSWORD): Promise<string> => {
    const answer = await api('POST', '/session', { body: { username, password } });
    expect(answer.status).to.equal(200);
    return answer.headers.get('set-cookie')!.split(';')[0]!;
  };
  let cookies: Partial<Record<Role, string>>;
  const as = async (role: Role) => {
    cookies ??= { owner: await signIn('admin') };
    if (!cookies[role]) {
      const user = { username: role, name: role, role, password: PASSWORD, ...(role === 'enterprise' && { enterpriseId: 'e1' }) };
      await api('POST', '/users', { cookie: cookies.owner, body: user });
      cookies[role] = await signIn(role);
    }
    return cookies[role];
  };
  type Problem = { status: number; code: string; title: string; detail: string; errors?: { path: string; message: string }[] };
  const problem = async (answer: Response) => (await answer.json()) as Problem;

  it('signs in with a strict cookie, shows who one is, and signs out', async () => {
    const answer = await api('POST', '/session', { body: { username: 'admin', password: PASSWORD } });
    expect(await answer.json()).to.deep.equal({ user: { name: 'admin', role: 'owner' } });
    const set = answer.headers.get('set-cookie')!;
    expect(set).to.match(/^cleanhaul_session=[\w-]{43}; Expires=.*; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(';')[0]!;
    expect((await api('GET', '/session', { cookie })).status).to.equal(200);
    expect((await api('DELETE', '/session', { cookie })).status).to.equal(204);
    expect((await api('GET', '/session', { cookie })).status).to.equal(401);
    expect(JSON.stringify(await db.collection('sessions').find().toArray())).not.to.include(cookie.split('=')[1]);
  });

  it('ends a session after its shift', async () => {
    const cookie = await signIn('admin');
    realNow += 12 * 3_600_000;
    expect((await api('GET', '/session', { cookie })).status).to.equal(401);
    cookies = undefined as never;
  });

  it('answers a wrong password like an unknown user, and stops guessing', async () => {
    const wrong = await api('POST', '/session', { body: { username: 'admin', password: 'no' } });
    const unknown = await api('POST', '/session', { body: { username: 'nobody', password: 'no' } });
    expect(await wrong.json()).to.deep.equal(await unknown.json());
    let last = wrong;
    for (let i = 0; i < 10; i++) last = await api('POST', '/session', { body: { username: 'guessed', password: `${i}` } });
    expect(last.status).to.equal(401);
    last = await api('POST', '/session', { body: { username: 'guessed', password: 'x' } });
    expect(last.status).to.equal(429);
    expect(Number(last.headers.get('retry-after'))).to.be.greaterThan(0);
    await signIn('admin');
  });

  it('tells problems in the language asked for, with the places that are wrong', async () => {
    const zh = await problem(await api('POST', '/session', { body: { username: 'x', pass: 1 } }));
    expect(zh).to.include({ status: 400, code: 'malformed', title: '请求有误' });
    expect(zh.errors?.map((e) => e.path)).to.include('password');
    const answer = await api('POST', '/session', { body: '{', 'accept-language': 'en-GB,zh;q=0.5' });
    expect(answer.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
    expect(await problem(answer)).to.include({ status: 400, code: 'not-json', detail: 'the body is not JSON' });
    expect((await api('POST', '/session', { body: 'x'.repeat(300_000) })).status).to.equal(413);
    expect((await api('POST', '/session', { body: 'a=b', 'content-type': 'text/plain' })).status).to.equal(415);
    expect((await api('GET', '/nothing')).status).to.equal(404);
    expect((await problem(await api('GET', '/findings?colour=red', { cookie: await as('owner') }))).code).to.equal('malformed');
  });

  it('refuses what another site sends', async () => {
    const cookie = await as('owner');
    const body = { username: 'x1', name: 'x', role: 'police', password: PASSWORD };
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await problem(await api('POST', '/users', { cookie, body, ...headers }))).code).to.equal('cross-site');
    }
    expect((await api('POST', '/users', { cookie, body, origin: web.url })).status).to.equal(201);
  });

  describe('denies by default', () => {
    const vehicles = 'plateNumber,plateColor\n';
    const routes: [method: string, path: string, allowed: Role[]][] = [
      ['GET', '/observations', ['police', 'bureau', 'market', 'enterprise', 'auditor', 'owner']],
      ['GET', '/findings', ['police', 'bureau', 'market', 'enterprise', 'auditor', 'owner']],
      ['GET', '/decisions', ['police', 'bureau', 'market', 'enterprise', 'auditor', 'owner']],
      ['GET', '/dead-letters', ['bureau', 'auditor', 'administrator', 'owner']],
      ['GET', '/audit-log', ['auditor', 'owner']],
      ['GET', '/users', ['administrator', 'owner']],
      ['GET', '/tokens', ['administrator', 'owner']],
      ['GET', '/registry/vehicles', ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator', 'owner']],
      ['GET', '/registry/devices', ['police', 'bureau', 'enterprise', 'auditor', 'administrator', 'owner']],
      ['GET', '/registry/permits', ['police', 'bureau', 'enterprise', 'auditor', 'owner']],
      ['GET', '/registry/responses', ['police', 'bureau', 'enterprise', 'auditor', 'owner']],
      ['PUT', '/registry/vehicles', ['bureau', 'administrator', 'owner']],
      ['PUT', '/registry/permits', ['police', 'owner']],
      ['PUT', '/registry/responses', ['bureau', 'owner']],
    ];
    for (const [method, path, allowed] of routes) {
      it(`${method} ${path}`, async () => {
        const more = method === 'PUT' ? { body: vehicles, 'content-type': 'text/csv' } : {};
        expect((await api(method, path, more)).status).to.equal(401);
        for (const role of ROLES) {
          const { status } = await api(method, path, { ...more, cookie: await as(role) });
          expect(status, role).to.equal(allowed.includes(role) ? 200 : 403);
        }
      });
    }
  });

  it("ends a user's sessions when role, scope or password change or the user is disabled", async () => {
    const owner = await as('owner');
    await api('POST', '/users', { cookie: owner, body: { username: 'wang', name: '王', role: 'police', password: PASSWORD } });
    for (const [change, after] of [
      [{ name: '王五' }, 200], [{ counties: ['140902'] }, 401], [{ role: 'bureau' }, 401], [{ password: PASSWORD }, 401], [{ disabled: true }, 401],
    ] as const) {
      const cookie = await signIn('wang');
      expect((await api('PATCH', '/users/wang', { cookie: owner, body: change })).status).to.equal(200);
      expect((await api('GET', '/session', { cookie })).status, JSON.stringify(change)).to.equal(after);
    } // prettier-ignore
    expect((await api('POST', '/session', { body: { username: 'wang', password: PASSWORD } })).status).to.equal(401);
    expect((await api('PATCH', '/users/wang', { cookie: owner, body: { name: 'x' }, 'if-match': '"1"' })).status).to.equal(412);
    expect((await problem(await api('PATCH', '/users/admin', { cookie: owner, body: { disabled: true } }))).code).to.equal(
      'last-owner',
    );
    expect(
      (await api('PATCH', '/users/admin', { cookie: await as('administrator'), body: { password: 'mine now 1' } })).status,
    ).to.equal(403);
    expect(
      (await api('POST', '/users', { cookie: owner, body: { username: 'wang', name: 'x', role: 'police', password: PASSWORD } }))
        .status,
    ).to.equal(409);
  });

  it('shows a token once, and takes it until it is deleted or expires', async () => {
    const cookie = await as('owner');
    const body = { name: 'reports', role: 'auditor', expires: '2099-01-01' };
    const { id, token } = (await (await api('POST', '/tokens', { cookie, body })).json()) as { id: string; token: string };
    const authorization = `Bearer ${token}`;
    expect((await api('GET', '/findings', { authorization })).status).to.equal(200);
    expect(JSON.stringify(await db.collection('tokens').find().toArray())).not.to.include(token);
    realNow += 100 * 365 * 86_400_000;
    expect((await api('GET', '/findings', { authorization })).status).to.equal(401);
    realNow -= 100 * 365 * 86_400_000;
    expect((await api('DELETE', `/tokens/${id}`, { cookie })).status).to.equal(204);
    expect((await api('GET', '/findings', { authorization })).status).to.equal(401);
    expect((await api('POST', '/tokens', { cookie, body: { ...body, expires: '2020-01-01' } })).status).to.equal(422);
  });

  describe('lists', () => {
    const observation = (i: number, more: object = {}) => ({
      _id: `gate/g1/m${i}`, kind: 'gate', deviceId: 'g1', source: 'gate/g1', id: `m${i}`, message: 'arrival', batch: 'b',
      at: new Date(now - (i % 7) * 1000), receivedAt: new Date(now), raw: new Binary(Buffer.from(JSON.stringify({ id: `m${i}` }))),
      plate: '晋H12345,yellow', enterprise: 'e1', county: '140902',
      recognition: { outcome: 'matched', number: '晋H12345', color: 'yellow', read: '晋H12345', vin: 'V1' }, facts: {}, ...more,
    }); // prettier-ignore
    const insert = (...docs: object[]) => db.collection('observations').insertMany(docs);
    type Items = { items: { id: string; at: string; payload: unknown }[]; next: string | null };

    beforeEach(async () => {
      await db.collection('observations').deleteMany({});
      await insert(...Array.from({ length: 40 }, (_, i) => observation(i)));
      now += 60_000;
    });

    it('neither skip nor repeat while rows arrive, in either order', async () => {
      for (const order of ['', '&order=asc']) {
        const seen: string[] = [];
        let cursor: string | null = null;
        let asOf: string | null = null;
        let n = 0;
        do {
          const path: string = `/observations?limit=7${order}${cursor === null ? '' : `&cursor=${cursor}`}`;
          const answer: Response = await api('GET', path, { cookie: await as('owner') });
          asOf ??= answer.headers.get('x-as-of');
          expect(answer.headers.get('x-as-of')).to.equal(asOf);
          const page = (await answer.json()) as Items;
          seen.push(...page.items.map((i) => i.id));
          cursor = page.next;
          now += 1000;
          await insert(observation(1000 + n, { _id: `gate/g1/${order}late${n++}`, at: new Date(now - 70_000) }));
        } while (cursor !== null);
        const early = seen.filter((id) => Number(id.slice(1)) < 1000);
        expect(new Set(seen).size).to.equal(seen.length);
        expect(early).to.have.length(40);
        now += 60_000;
      }
      expect((await api('GET', '/observations?cursor=x', { cookie: await as('owner') })).status).to.equal(400);
    });

    it("show what lies in the caller's scope only", async () => {
      await insert(observation(900, { county: '140903', enterprise: 'e2', source: 'gate/g2', deviceId: 'g2' }));
      const owner = await as('owner');
      await api('POST', '/users', {
        cookie: owner,
        body: { username: 'zhao', name: '赵', role: 'police', counties: ['140903'], password: PASSWORD },
      });
      const count = async (cookie: string, query = '') =>
        ((await (await api('GET', `/observations?limit=1000${query}`, { cookie })).json()) as Items).items.length;
      now += 1000;
      expect(await count(owner)).to.equal(41);
      expect(await count(owner, '&device=gate/g2')).to.equal(1);
      expect(await count(owner, `&plate=${encodeURIComponent('晋h·12345')}`)).to.equal(41);
      expect(await count(owner, `&plate=${encodeURIComponent('晋H12345,blue')}`)).to.equal(0);
      expect(await count(await signIn('zhao'))).to.equal(1);
      expect(await count(await as('enterprise'))).to.equal(40);
      expect(await count(await as('market'))).to.equal(0);
      expect(
        (await api('GET', `/vehicles/${encodeURIComponent('晋H12345')}/yellow`, { cookie: await as('market') })).status,
      ).to.equal(404);
      const story = (await (
        await api('GET', `/vehicles/${encodeURIComponent('晋H12345')}/yellow`, { cookie: await as('enterprise') })
      ).json()) as { observations: unknown[] };
      expect(story.observations).to.have.length(40);
    });

    it('are files too: CSV for a spreadsheet without formulas, and lines of JSON', async () => {
      await db.collection('findings').insertOne({
        _id: 'r|c|=1+1' as never, rule: 'r', ruleVersion: 1, code: 'c', subject: '=1+1', severity: 'info', proposal: 'none', status: 'confirmed',
        at: new Date(now - 1000), recordedAt: new Date(now - 1000), observations: ['gate/g1/m1'], basis: [], zh: '逗号，"引号"', en: 'a, b', measured: { x: -1 }, limit: {}, facts: {},
      }); // prettier-ignore
      const cookie = await as('owner');
      const csv = Buffer.from(await (await api('GET', '/findings?format=csv&header=zh', { cookie })).arrayBuffer()).toString(
        'utf8',
      );
      expect(csv.startsWith('\ufeff编号,时间')).to.equal(true);
      expect(csv).to.include(",'=1+1,").and.to.include('"逗号，""引号"""');
      expect(csv.endsWith('#end 1\n')).to.equal(true);
      const lines = (await (await api('GET', '/observations?format=ndjson', { cookie })).text()).trimEnd().split('\n');
      expect(lines.at(-1)).to.equal('#end 40');
      expect(JSON.parse(lines[0]!)).to.deep.include({ kind: 'gate', device: 'g1', backfill: false });
      const xlsx = Buffer.from(await (await api('GET', '/findings?format=xlsx', { cookie })).arrayBuffer());
      expect(xlsx.subarray(0, 2).toString()).to.equal('PK');
      const one = await api('GET', `/findings/${encodeURIComponent('r|c|=1+1')}`, { cookie });
      expect(await one.json()).to.deep.include({ observations: [{ kind: 'gate', device: 'g1', id: 'm1' }] });
    });
  });

  it("imports a registry file over HTTP, and says what it refuses in the caller's language", async () => {
    const cookie = await as('bureau');
    const row = { vin: 'V1', at: '2021-11-01', inspectionKind: 'repair', result: 'passed', station: '一站' };
    const body = `${JSON.stringify(row)}\n${JSON.stringify({ ...row, recordedAt: '2021-01-01' })}\n`;
    const answer = await api('PUT', '/registry/inspections', {
      cookie,
      body,
      'content-type': 'application/x-ndjson',
      'accept-language': 'en',
    });
    expect(await answer.json()).to.deep.equal({
      accepted: 1, unchanged: 0, rejected: 1, errors: [{ row: 2, code: 'recorded-at', message: 'recordedAt may be imported by administrators only' }],
    }); // prettier-ignore
    expect((await api('PUT', '/registry/inspections', { cookie, body })).status).to.equal(415);
    expect((await api('PUT', '/registry/cats', { cookie, body, 'content-type': 'text/csv' })).status).to.equal(404);
    const shown = (await (await api('GET', '/registry/inspections', { cookie })).json()) as { items: object[] };
    expect(shown.items[0]).to.include(row);
  });

  it('tells how it is, without secrets, and keeps plates and credentials out of its log', async () => {
    expect((await call('GET', '/healthz')).status).to.equal(200);
    const ready = await call('GET', '/readyz');
    expect(ready.headers.get('retry-after')).to.equal('5');
    expect(ready.status).to.equal(503);
    expect(await ready.json()).to.deep.equal({ ok: false, store: { ok: true }, broker: { ok: false, away: true } });
    expect((await call('GET', '/metrics')).status).to.equal(200);
    expect((await call('GET', '/metrics', { 'x-forwarded-for': '203.0.113.1' })).status).to.equal(401);
    const page = await call('GET', '/alerts', { accept: 'text/html' });
    expect(await page.text()).to.include('npm run build');
    expect(page.headers.get('content-security-policy')).to.include("default-src 'self'");
    const cookie = await as('owner');
    await api('GET', `/vehicles/${encodeURIComponent('晋H77777')}/yellow?x=1`, { cookie });
    const log = logged.join('');
    for (const secret of ['77777', encodeURIComponent('晋H777'), cookie.split('=')[1]!, PASSWORD])
      expect(log).not.to.include(secret);
  });
});
