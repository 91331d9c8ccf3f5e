import { expect } from 'chai';
import { createHash } from 'node:crypto';
import {
  PASSWORD, SECRET, civil, device, enterprise, eventually, plate, startInspection, vehicle,
  type Answer, type Inspector, type Json, type Who,
} from '../../support/conformance.ts'; // prettier-ignore

/** The HTTP contract, sentence by sentence, against the running platform. Tests are named after what they hold. */

const START = civil('2021-11-15T08:00:00');
const NDJSON = { 'content-type': 'application/x-ndjson' };
const CSV = { 'content-type': 'text/csv' };

describe('HTTP contract v1', function () {
  this.timeout(120_000);
  let it_: Inspector;
  const who: Record<string, Who> = {};

  before(async () => {
    it_ = await startInspection({ env: { CLOCK_START: START, RATE_BURST: '60', GATE_RATE: '1' } });
    await it_.rows('enterprises', [enterprise('e1'), enterprise('e2', { county: '140981', industry: 'power' })]);
    await it_.rows('devices', [
      device('gate', 'g1', { enterpriseId: 'e1' }),
      device('gate', 'g2', { enterpriseId: 'e2', county: '140981' }),
      device('gate', 'busy'),
      device('checkpoint', 'c1', { county: '140902' }),
      device('checkpoint', 'c2', { county: '140981' }),
      device('urea-pump', 'p1'),
    ]);
    await it_.rows('vehicles', [
      vehicle('晋H10001', '3'),
      vehicle('晋H10002', '6'),
      vehicle('晋H10003', '4', { vehicleType: 'H11', useNature: 'A' }),
      vehicle('=1+1', '6', { vin: 'VINFORMULA' }),
    ]);
    who.owner = it_.admin;
    who.police = await it_.user('police1', 'police');
    who.police981 = await it_.user('police981', 'police', { counties: ['140981'] });
    who.policeCity = await it_.user('policecity', 'police', { counties: ['140900'] });
    who.bureau = await it_.user('bureau1', 'bureau');
    who.bureau981 = await it_.user('bureau981', 'bureau', { counties: ['140981'] });
    who.market = await it_.user('market1', 'market');
    who.enterprise = await it_.user('enterprise1', 'enterprise', { enterpriseId: 'e1' });
    who.auditor = await it_.user('auditor1', 'auditor');
    who.administrator = await it_.user('administrator1', 'administrator');
    const at = await it_.now();
    for (const [gate, n] of [['g1', 1], ['g2', 2]] as const) {
      const sent = await it_.post(`gate/${gate}`, 'arrival', { id: 'a1', at: new Date(at).toISOString(), direction: 'in', lane: '1', plate: plate('晋H10001') });
      expect(sent.status, `${n} ${sent.text}`).to.equal(200);
    } // prettier-ignore
    for (const point of ['c1', 'c2']) {
      for (let i = 0; i < 5; i++)
        await it_.post(`checkpoint/${point}`, 'sighting', { id: `s${i}`, at: new Date(at - i * 1000).toISOString(), plate: plate(i === 4 ? '' : '晋H10002') });
    } // prettier-ignore
  });
  after(() => it_?.stop());

  const isProblem = (answer: Answer, status: number, language: 'zh-CN' | 'en' = 'zh-CN') => {
    expect(answer.status, answer.text).to.equal(status);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(answer.json).to.include.keys('type', 'title', 'status', 'detail', 'code');
    expect(answer.json.status).to.equal(status);
    expect(/[\u4e00-\u9fff]/.test(answer.json.detail as string), answer.text).to.equal(language === 'zh-CN');
    expect(answer.text).not.to.match(/node_modules|\.ts:|at .*\(/);
  };

  describe('Manners', () => {
    it('errors are problem+json in the language of Accept-Language, zh-CN by default', async () => {
      const en = { 'accept-language': 'en' };
      isProblem(await it_.ask('GET', '/api/v1/findings'), 401);
      isProblem(await it_.ask('GET', '/api/v1/findings', { headers: en }), 401, 'en');
      isProblem(await it_.api('GET', '/registry/devices', { as: who.market! }), 403);
      isProblem(await it_.api('GET', '/findings/none', { headers: en }), 404, 'en');
      isProblem(await it_.api('GET', '/nothing-here'), 404);
      isProblem(await it_.api('POST', '/users', { body: '{', headers: { 'content-type': 'application/json' } }), 400);
      isProblem(await it_.api('POST', '/users', { body: 'x', headers: { 'content-type': 'text/plain' } }), 415);
      isProblem(await it_.api('PUT', '/registry/vehicles', { body: 'x', headers: { 'content-type': 'application/json' } }), 415);
      isProblem(await it_.api('POST', '/users', { body: { username: 'x'.repeat(400_000) } }), 413);
    });

    it('unknown fields in a request are an error', async () => {
      const user = { username: 'extra', name: 'x', role: 'police', password: PASSWORD };
      isProblem(await it_.api('POST', '/users', { body: { ...user, extra: 1 } }), 400);
      isProblem(await it_.api('POST', '/session', { body: { username: 'a', password: 'b', extra: 1 } }), 400);
      for (const list of [
        'observations',
        'findings',
        'decisions',
        'alerts',
        'dead-letters',
        'registry/vehicles',
        'users',
        'tokens',
      ])
        isProblem(await it_.api('GET', `/${list}?extra=1`), 400);
      const answer = await it_.api('PUT', '/registry/vehicles', { body: JSON.stringify({ ...vehicle('晋H99999', '6'), extra: 1 }), headers: NDJSON }); // prettier-ignore
      expect(answer.json).to.deep.include({ accepted: 0, rejected: 1 });
      expect(answer.json.errors[0]).to.have.all.keys('row', 'code', 'message');
    });

    for (const name of ['observations', 'findings', 'decisions', 'alerts']) {
      it(`${name}: newest first by (at, id), ?order=asc turns it; pages neither skip nor repeat; X-As-Of on every page`, async () => {
        const of = (item: Json) => [item.firstAt ?? item.observationAt ?? item.at, JSON.stringify(item.observation ?? item.id)];
        const all = await eventually(async () => {
          const answer = await it_.api('GET', `/${name}`);
          expect(answer.json.items.length, answer.text).to.be.greaterThan(1);
          expect(answer.json.next).to.equal(null);
          return answer.json.items as Json[];
        });
        const keys = all.map((item) => JSON.stringify(of(item)));
        const times = all.map((item) => Date.parse(of(item)[0] as string));
        expect(times).to.deep.equal([...times].sort((a, b) => b - a));
        expect(new Set(keys).size).to.be.at.most(all.length);
        for (const order of ['desc', 'asc']) {
          const seen: string[] = [];
          let cursor: string | null = null;
          let asOf: string | null = null;
          do {
            const page: Answer = await it_.api(
              'GET',
              `/${name}?limit=1&order=${order}${cursor === null ? '' : `&cursor=${cursor}`}`,
            );
            expect(page.headers.get('x-as-of')).to.match(/^\d{4}-.*(Z|[+-]\d\d:\d\d)$/);
            asOf ??= page.headers.get('x-as-of');
            expect(page.headers.get('x-as-of')).to.equal(asOf);
            seen.push(...(page.json.items as Json[]).map((item) => JSON.stringify(of(item))));
            cursor = page.json.next as string | null;
          } while (cursor !== null);
          expect(seen).to.deep.equal(order === 'asc' ? [...keys].reverse() : keys);
        }
      });
    }

    it('limit is at most 1 000', async () => {
      for (const limit of ['0', '1001', '-1', 'x']) isProblem(await it_.api('GET', `/findings?limit=${limit}`), 400);
      expect((await it_.api('GET', '/findings?limit=1000')).status).to.equal(200);
      isProblem(await it_.api('GET', '/findings?cursor=nonsense'), 400);
    });

    it('filters: device is <kind>/<id>, plate a number or number,colour', async () => {
      const count = async (query: string) => (await it_.list(`/${query}`)).length;
      expect(await count('observations?device=gate/g1')).to.equal(1);
      expect(await count('observations?kind=checkpoint')).to.equal(10);
      expect(await count(`observations?plate=${encodeURIComponent('晋H10001')}`)).to.equal(2);
      expect(await count(`observations?plate=${encodeURIComponent('晋H10001,yellow')}`)).to.equal(2);
      expect(await count(`observations?plate=${encodeURIComponent('晋H10001,blue')}`)).to.equal(0);
      expect(await count('findings?device=gate/g1&rule=emission-standard&code=below-stage&severity=warning&status=confirmed&enterprise=e1')).to.equal(1);
      expect(await count('findings?device=gate/g1&status=withdrawn')).to.equal(0);
      expect(await count('decisions?device=gate/g2')).to.equal(1);
      expect(await count(`decisions?plate=${encodeURIComponent('晋H10001')}`)).to.equal(2);
      expect(await count('observations?from=2021-11-15&to=2021-11-15')).to.equal(12);
      expect(await count('observations?from=2021-11-16')).to.equal(0);
      isProblem(await it_.api('GET', '/observations?device=g1'), 400);
      isProblem(await it_.api('GET', '/observations?from=yesterday'), 400);
    }); // prettier-ignore

    for (const list of ['observations', 'findings', 'decisions', 'dead-letters', 'audit-log', 'alerts', 'users', 'tokens', ...['vehicles', 'enterprises', 'devices', 'zones', 'permits', 'inspections', 'responses'].map((c) => `registry/${c}`)]) {
      it(`any list is also an export: ${list} as csv, ndjson and xlsx`, async () => {
        const { length } = await it_.list(`/${list}`);
        const csv = await it_.ask('GET', `/api/v1/${list}?format=csv`, { as: it_.admin });
        expect(csv.status, csv.text).to.equal(200);
        expect(csv.headers.get('content-type')).to.match(/^text\/csv/);
        const bytes = Buffer.from(await (await fetch(`${it_.url}/api/v1/${list}?format=csv`, { headers: { cookie: (it_.admin as { cookie: string }).cookie } })).arrayBuffer());
        expect(bytes.subarray(0, 3).toString('hex')).to.equal('efbbbf');
        expect(csv.text.trimEnd().split('\n').at(-1)).to.match(/^#end \d+$/);
        const field = csv.text.split('\r\n')[0];
        for (const header of ['zh', 'en']) {
          const named = await it_.api('GET', `/${list}?format=csv&header=${header}`);
          expect(named.text.split('\r\n')[0]).not.to.equal(field);
          if (header === 'zh') expect(named.text.split('\r\n')[0]).to.match(/[\u4e00-\u9fff]/);
        }
        const lines = (await it_.api('GET', `/${list}?format=ndjson`)).text.trimEnd().split('\n');
        const end = Number(/^#end (\d+)$/.exec(lines.at(-1)!)?.[1]);
        expect(end).to.equal(lines.length - 1);
        expect(end).to.be.at.least(length);
        for (const line of lines.slice(0, -1)) JSON.parse(line);
        const xlsx = await it_.api('GET', `/${list}?format=xlsx`);
        expect(xlsx.status, xlsx.text.slice(0, 200)).to.equal(200);
        expect(xlsx.text.slice(0, 2)).to.equal('PK');
      });
    } // prettier-ignore

    it('CSV is formula-safe', async () => {
      const csv = (await it_.api('GET', '/registry/vehicles?format=csv')).text;
      expect(csv).to.match(/(^|\n)"?'=1\+1/);
      expect(csv).not.to.match(/(^|[,\n])=1\+1/);
    });

    it('creating POSTs take an Idempotency-Key', async () => {
      const headers = { 'idempotency-key': 'once-1' };
      const body = { username: 'once', name: 'once', role: 'police', password: PASSWORD };
      const first = await it_.api('POST', '/users', { body, headers });
      const again = await it_.api('POST', '/users', { body, headers });
      expect([first.status, again.status]).to.deep.equal([201, 201]);
      expect(again.json).to.deep.equal(first.json);
      isProblem(await it_.api('POST', '/users', { body }), 409);
    });
  });

  describe('Who', () => {
    it('POST /session → a cookie (HttpOnly, SameSite=Strict) and {user: {name, role, enterpriseId?, counties?}}', async () => {
      const answer = await it_.ask('POST', '/api/v1/session', { body: { username: 'enterprise1', password: PASSWORD } });
      expect(answer.json).to.deep.equal({ user: { name: 'enterprise1', role: 'enterprise', enterpriseId: 'e1' } });
      expect(answer.headers.get('set-cookie'))
        .to.match(/HttpOnly/i)
        .and.match(/SameSite=Strict/i);
      const cookie = { cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
      expect((await it_.get('/session', cookie)).user.role).to.equal('enterprise');
      expect((await it_.get('/session', who.police981)).user.counties).to.deep.equal(['140981']);
      expect((await it_.api('DELETE', '/session', { as: cookie })).status).to.be.oneOf([200, 204]);
      isProblem(await it_.api('GET', '/session', { as: cookie }), 401);
      isProblem(await it_.ask('POST', '/api/v1/session', { body: { username: 'enterprise1', password: 'wrong' } }), 401);
    });

    it('programs: a bearer token made at POST /tokens, shown once as {id, token}; DELETE /tokens/<id> ends it', async () => {
      const made = await it_.api('POST', '/tokens', { body: { name: 'report', role: 'auditor', expires: '2099-12-31' } });
      expect(made.status).to.be.oneOf([200, 201]);
      expect(made.json).to.have.all.keys('id', 'token');
      const token = { token: made.json.token as string };
      expect(Buffer.from(token.token, 'base64url').length).to.be.at.least(16);
      expect((await it_.api('GET', '/findings', { as: token })).status).to.equal(200);
      isProblem(await it_.api('GET', '/users', { as: token }), 403);
      expect((await it_.api('GET', '/tokens')).text).not.to.include(token.token);
      expect((await it_.api('DELETE', `/tokens/${made.json.id}`)).status).to.be.oneOf([200, 204]);
      isProblem(await it_.api('GET', '/findings', { as: token }), 401);
      isProblem(await it_.api('POST', '/tokens', { as: who.bureau!, body: { name: 'x', role: 'auditor', expires: '2099-12-31' } }), 403);
    }); // prettier-ignore

    it('GET /users, PATCH /users/<username>; disabling ends sessions within 5 s', async () => {
      const wang = await it_.user('wang', 'police');
      const users = await it_.list('/users');
      expect(users.find((u) => u.username === 'wang')).to.include({ username: 'wang', name: 'wang', role: 'police' });
      expect(JSON.stringify(users)).not.to.match(/argon|password/i);
      const changed = await it_.api('PATCH', '/users/wang', { body: { counties: ['140902'] } });
      expect(changed.json).to.deep.include({ username: 'wang', counties: ['140902'] });
      await eventually(async () => expect((await it_.api('GET', '/session', { as: wang })).status).to.equal(401), 5);
      const again = await it_.signIn('wang');
      expect((await it_.api('PATCH', '/users/wang', { body: { disabled: true } })).status).to.equal(200);
      await eventually(async () => expect((await it_.api('GET', '/session', { as: again })).status).to.equal(401), 5);
      isProblem(await it_.ask('POST', '/api/v1/session', { body: { username: 'wang', password: PASSWORD } }), 401);
      isProblem(await it_.api('PATCH', '/users/nobody', { body: { name: 'x' } }), 404);
      isProblem(await it_.api('PATCH', '/users/wang', { body: { name: 'x' }, headers: { 'if-match': '"1"' } }), 412);
    });

    it('devices: HTTP Basic with <kind>/<deviceId> and secret, on device paths only', async () => {
      isProblem(await it_.api('GET', '/findings', { as: { device: 'gate/g1', secret: SECRET } }), 401);
      expect((await it_.api('GET', '/devices/gate/g1/policy', { as: { device: 'gate/g1', secret: SECRET } })).status).to.equal(
        200,
      );
      for (const as of [null, it_.admin, { device: 'gate/g1', secret: 'wrong-wrong-wrong-wrong' }] as Who[])
        isProblem(await it_.api('GET', '/devices/gate/g1/policy', { as }), 401);
      isProblem(await it_.api('GET', '/devices/gate/g2/policy', { as: { device: 'gate/g1', secret: SECRET } }), 403);
    });

    const ALL = ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator', 'owner'];
    const but = (...roles: string[]) => ALL.filter((role) => !roles.includes(role));
    const table: [method: string, path: string, allowed: string[], body?: string][] = [
      ['GET', '/observations', but('administrator')],
      ['GET', '/findings', but('administrator')],
      ['GET', '/decisions', but('administrator')],
      ['GET', '/alerts', but('administrator')],
      ['GET', '/dead-letters', ['bureau', 'auditor', 'administrator', 'owner']],
      ['GET', '/audit-log', ['auditor', 'owner']],
      ['GET', '/users', ['administrator', 'owner']],
      ['GET', '/tokens', ['administrator', 'owner']],
      ['GET', '/registry/vehicles', ALL],
      ['GET', '/registry/enterprises', but('market')],
      ['GET', '/registry/devices', but('market')],
      ['GET', '/registry/permits', but('market', 'administrator')],
      ['GET', '/registry/responses', but('market', 'administrator')],
      ['PUT', '/registry/vehicles', ['bureau', 'administrator', 'owner'], 'plateNumber\n'],
      ['PUT', '/registry/devices', ['bureau', 'administrator', 'owner'], 'kind\n'],
      ['PUT', '/registry/enterprises', ['bureau', 'administrator', 'owner'], 'id\n'],
      ['PUT', '/registry/permits', ['police', 'owner'], 'id\n'],
      ['PUT', '/registry/responses', ['bureau', 'owner'], 'id\n'],
    ];
    for (const [method, path, allowed, body] of table) {
      it(`deny by default: ${method} ${path} is for ${allowed.join(', ')}`, async () => {
        const more = body === undefined ? {} : { body, headers: CSV };
        isProblem(await it_.ask(method, `/api/v1${path}`, more), 401);
        for (const role of ALL) {
          const { status } = await it_.api(method, path, { as: who[role]!, ...more });
          expect(status, role).to.equal(allowed.includes(role) ? 200 : 403);
        }
      });
    }

    it('own counties, own gates, sale-ban only; 404 for what the caller may not know exists', async () => {
      const devices = async (role: string, list: string) => [...new Set((await it_.list(`/${list}`, who[role])).map((i) => i.device ?? i.observation?.device))].sort(); // prettier-ignore
      for (const role of ['police981', 'bureau981']) expect(await devices(role, 'observations')).to.deep.equal(['c2', 'g2']);
      expect(await devices('policeCity', 'observations')).to.deep.equal(['c1', 'c2', 'g1', 'g2']);
      expect(await devices('enterprise', 'observations')).to.deep.equal(['g1']);
      expect(await devices('enterprise', 'decisions')).to.deep.equal(['g1']);
      expect(await devices('enterprise', 'findings')).to.deep.equal(['gate/g1']);
      for (const list of ['observations', 'findings', 'decisions', 'alerts'])
        expect(await it_.list(`/${list}`, who.market)).to.deep.equal([]);
      const finding = (await it_.list('/findings?device=gate/g1'))[0]!;
      expect(
        (await it_.api('GET', `/findings/${encodeURIComponent(finding.id as string)}`, { as: who.enterprise! })).status,
      ).to.equal(200);
      for (const role of ['police981', 'market']) isProblem(await it_.api('GET', `/findings/${encodeURIComponent(finding.id as string)}`, { as: who[role]! }), 404); // prettier-ignore
      const { ref } = (await it_.list('/decisions?device=gate/g2'))[0]!;
      isProblem(await it_.api('GET', `/decisions/${ref}`, { as: who.enterprise! }), 404);
      expect((await it_.get(`/decisions/${ref}`, who.bureau981)).observation).to.deep.equal({
        kind: 'gate',
        device: 'g2',
        id: 'a1',
      });
      isProblem(await it_.api('GET', `/vehicles/${encodeURIComponent('晋H10002')}/yellow`, { as: who.market! }), 404);
      expect((await it_.list('/registry/devices', who.enterprise)).map((d) => d.id)).to.deep.equal(['g1']);
      expect((await it_.list('/registry/enterprises', who.enterprise)).map((d) => d.id)).to.deep.equal(['e1']);
      for (const v of await it_.list('/registry/vehicles', who.enterprise)) expect(v.fleet).to.equal('e1');
      expect((await it_.list('/registry/vehicles', who.market)).length).to.be.at.least(4);
    });
  });

  describe('Registry', () => {
    const put = (collection: string, body: string, more: { as?: Who; query?: string; type?: object } = {}) =>
      it_.api('PUT', `/registry/${collection}${more.query ?? ''}`, {
        ...(more.as !== undefined && { as: more.as }),
        body,
        headers: { ...NDJSON, ...more.type },
      });
    const inForce = async (plateNumber: string, at?: string) =>
      (await it_.list(`/registry/vehicles?plate=${encodeURIComponent(plateNumber)}${at === undefined ? '' : `&at=${encodeURIComponent(at)}`}`))[0]; // prettier-ignore

    it('good rows are kept, bad ones named; ?dryRun=true changes nothing; a repeat is unchanged', async () => {
      const good = vehicle('晋H20001', '5');
      const body = `${JSON.stringify(good)}\nnot json\n${JSON.stringify({ ...good, plateNumber: '晋H20002', stage: '9' })}\n`;
      const dry = await put('vehicles', body, { query: '?dryRun=true' });
      expect(dry.json).to.deep.include({ accepted: 1, unchanged: 0, rejected: 2 });
      expect(await inForce('晋H20001')).to.equal(undefined);
      const real = await put('vehicles', body);
      expect(real.json).to.deep.include({ accepted: 1, unchanged: 0, rejected: 2 });
      expect(real.json.errors.map((e: Json) => e.row)).to.deep.equal([2, 3]);
      expect((await put('vehicles', body)).json).to.deep.include({ accepted: 0, unchanged: 1, rejected: 2 });
      expect(await inForce('晋H20001')).to.include({ plateNumber: '晋H20001', stage: '5', totalMass: 25_000 });
    });

    it('the first row without validFrom is valid since ever, a changed one from now; the same validFrom corrects', async () => {
      const { recordedAt: _r, ...row } = vehicle('晋H20010', '4') as Json;
      await put('vehicles', JSON.stringify(row));
      expect((await inForce('晋H20010', '2000-01-01')).stage).to.equal('4');
      await put('vehicles', JSON.stringify({ ...row, stage: '5' }));
      expect((await inForce('晋H20010')).stage).to.equal('5');
      expect((await inForce('晋H20010', '2021-11-01')).stage).to.equal('4');
      await put('vehicles', JSON.stringify({ ...row, stage: '6', validFrom: '2021-03-01' }));
      await put('vehicles', JSON.stringify({ ...row, stage: '3', validFrom: '2021-03-01' }));
      expect((await inForce('晋H20010', '2021-11-01')).stage).to.equal('3');
      expect((await inForce('晋H20010', civil('2021-02-28T23:59:59.999'))).stage).to.equal('4');
      expect((await inForce('晋H20010', civil('2021-02-28T24:00:00'))).stage).to.equal('3');
      expect((await it_.list(`/registry/vehicles?history=true&plate=${encodeURIComponent('晋H20010')}`)).length).to.equal(4);
    });

    it('a bare date as an end is the next 00:00', async () => {
      await put('vehicles', JSON.stringify(vehicle('晋H20020', '4', { validFrom: '2021-01-01', validTo: '2021-06-30' })));
      expect(await inForce('晋H20020', civil('2021-06-30T23:59:59.999'))).to.include({ stage: '4' });
      expect(await inForce('晋H20020', '2021-07-01')).to.equal(undefined);
    });

    it('recordedAt and device secrets from administrators only', async () => {
      const row = vehicle('晋H20030', '4');
      expect((await put('vehicles', JSON.stringify(row), { as: who.bureau! })).json).to.deep.include({ accepted: 0, rejected: 1 });
      expect((await put('vehicles', JSON.stringify(row), { as: who.administrator! })).json).to.deep.include({ accepted: 1, rejected: 0 });
      const { recordedAt: _r, ...withSecret } = device('gate', 'g9') as Json;
      expect((await put('devices', JSON.stringify(withSecret), { as: who.bureau! })).json).to.deep.include({ accepted: 0, rejected: 1 });
    }); // prettier-ignore

    it('secrets that were made are returned once; two are valid at once', async () => {
      const { secret: _s, ...row } = device('gate', 'g10') as Json;
      const made = (await put('devices', JSON.stringify(row))).json;
      expect(made.secrets).to.have.length(1);
      expect(made.secrets[0]).to.include({ row: 1, kind: 'gate', id: 'g10' });
      const first = made.secrets[0].secret as string;
      expect(first.length).to.be.at.least(16);
      expect((await put('devices', JSON.stringify(row))).json.secrets).to.equal(undefined);
      expect((await it_.api('GET', '/registry/devices')).text).not.to.include(first);
      const secrets = ['second-secret-0123456789', 'third-secret-0123456789'];
      const works = async (secret: string) => (await it_.api('GET', '/devices/gate/g10/policy', { as: { device: 'gate/g10', secret } })).status; // prettier-ignore
      await put('devices', JSON.stringify({ ...row, secret: secrets[0] }));
      expect([await works(first), await works(secrets[0]!)]).to.deep.equal([200, 200]);
      await put('devices', JSON.stringify({ ...row, secret: secrets[1] }));
      expect([await works(first), await works(secrets[0]!), await works(secrets[1]!)]).to.deep.equal([401, 200, 200]);
    });

    it('CSV: a cell of an array or object is its JSON, empty = absent, booleans true/false', async () => {
      const header = 'id,zoneKind,nameZh,polygon,seasons,clock,vehicles,edges,bypass';
      const cell = (value: unknown) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
      const ring = { type: 'Polygon', coordinates: [[[112, 38], [113, 38], [113, 39], [112, 38]]] }; // prettier-ignore
      const zone = `z1,diversion,绕行区,${cell(ring)},${cell([{ from: '10-15', to: '03-31' }])},,,,`;
      const answer = await it_.api('PUT', '/registry/zones', { body: `\ufeff${header}\r\n${zone}\r\n`, headers: CSV });
      expect(answer.json, answer.text).to.deep.include({ accepted: 1, rejected: 0 });
      const shown = (await it_.list('/registry/zones?id=z1'))[0]!;
      expect(shown).to.deep.include({ polygon: ring, seasons: [{ from: '10-15', to: '03-31' }] });
      expect(shown).not.to.have.any.keys('clock', 'vehicles', 'edges', 'bypass');
      const cars = 'plateNumber,plateColor,vin,vehicleType,fuel,stage,useNature,totalMass,firstRegistered,status,scr,muck\n晋H20040,yellow,VINCSV,Q11,B,,F,25000,2018-05-01,in-use,true,\n晋H20041,yellow,VINCSV2,Q11,B,,F,25000,2018-05-01,in-use,yes,\n';
      const second = await it_.api('PUT', '/registry/vehicles', { body: cars, headers: CSV });
      expect(second.json).to.deep.include({ accepted: 1, rejected: 1 });
      expect(second.json.errors[0].row).to.equal(2);
      expect(await inForce('晋H20040')).to.include({ scr: true }).and.not.to.have.property('muck');
    }); // prettier-ignore

    it('the numbers are normalised at import', async () => {
      await put('vehicles', JSON.stringify(vehicle('晋h·2oo50', '6', { vin: 'VINNORM' })));
      expect(await inForce('晋H20050')).to.include({ plateNumber: '晋H20050', vin: 'VINNORM' });
    });

    it('rows of responses are never corrected, only followed', async () => {
      const row = { id: 'r9', level: 'orange', counties: ['140999'], start: civil('2021-11-15T00:00:00'), issuedBy: '市政府', reference: 'x' };
      await put('responses', JSON.stringify(row));
      await put('responses', JSON.stringify({ ...row, end: civil('2021-11-14T24:00:00') }));
      expect((await it_.list('/registry/responses?history=true&id=r9')).length).to.equal(2);
    }); // prettier-ignore
  });

  it('an enterprise reads its own fleet and its permits, page by page, in force and as history', async () => {
    await it_.rows('vehicles', [
      ...Array.from({ length: 5 }, (_, i) => vehicle(`晋F1000${i}`, '5', { vin: `FLEET${i}`, fleet: 'e1' })),
      vehicle('晋F10009', '5', { vin: 'FLEET9', fleet: 'e2' }),
      vehicle('晋F10004', '5', { vin: 'FLEET4', fleet: 'e2', validFrom: '2021-11-01' }),
    ]);
    await it_.rows('permits', ['晋F10000', '晋F10004', '晋F10009'].map((plateNumber, i) => ({ id: `fp${i}`, plateNumber, plateColor: 'yellow', from: '2021-11-01', to: '2021-12-31', recordedAt: '2021-10-01' })));
    const numbers: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Json = await it_.get(`/registry/vehicles?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`, who.enterprise);
      numbers.push(...(page.items as Json[]).map((v) => v.plateNumber as string));
      cursor = page.next;
    } while (cursor !== null);
    expect(numbers).to.deep.equal(['晋F10000', '晋F10001', '晋F10002', '晋F10003']);
    expect((await it_.list('/registry/permits', who.enterprise)).map((p) => p.id)).to.deep.equal(['fp0']);
    expect((await it_.list('/registry/permits', who.police)).map((p) => p.id)).to.include.members(['fp0', 'fp1', 'fp2']);
    expect((await it_.list(`/registry/vehicles?plate=${encodeURIComponent('晋F10009,yellow')}`, who.enterprise))).to.deep.equal([]);
    expect((await it_.list('/registry/vehicles?vin=FLEET9', who.enterprise))).to.deep.equal([]);
  }); // prettier-ignore

  it('NDJSON with BOM, CRLF and blank lines; problems in Chinese for any language but English', async () => {
    const row = JSON.stringify(vehicle('晋F20000', '5', { vin: 'BOM' }));
    const answer = await it_.api('PUT', '/registry/vehicles', { body: `\ufeff${row}\r\n\r\n${row}\r\n{\r\n`, headers: { ...NDJSON, 'accept-language': 'fr' } });
    expect(answer.json).to.deep.include({ accepted: 1, unchanged: 1, rejected: 1 });
    expect(answer.json.errors[0].message).to.match(/[\u4e00-\u9fff]/);
    isProblem(await it_.api('GET', '/nothing', { headers: { 'accept-language': 'fr' } }), 404);
  }); // prettier-ignore

  describe('What was seen and judged', () => {
    it('GET /observations items carry the fields of the contract', async () => {
      const [item] = await it_.list('/observations?device=gate/g1');
      expect(item).to.deep.include({ kind: 'gate', device: 'g1', id: 'a1', message: 'arrival', backfill: false });
      expect(item).to.include.keys('at', 'receivedAt', 'recordedAt', 'recognition', 'payload');
      expect(item!.recognition).to.deep.include({ outcome: 'matched', plate: { number: '晋H10001', color: 'yellow' }, vin: vehicle('晋H10001', '3').vin });
      expect(item!.payload).to.deep.include({ id: 'a1', direction: 'in', lane: '1' });
    }); // prettier-ignore

    it('GET /findings and /findings/<id> carry the fields of the contract and of rules §9', async () => {
      for (const item of await it_.list('/findings')) {
        expect(item).to.include.keys('id', 'rule', 'ruleVersion', 'code', 'severity', 'proposal', 'status', 'at', 'recordedAt', 'subject', 'observations', 'policyVersion', 'measured', 'limit', 'basis', 'facts');
        expect(item.severity).to.be.oneOf(['info', 'warning', 'critical']);
        expect(item.proposal).to.be.oneOf(['none', 'review', 'refuse']);
        for (const o of item.observations as Json[]) expect(o).to.have.all.keys('kind', 'device', 'id');
        for (const b of item.basis as Json[]) expect(b).to.include.keys('document', 'number', 'article', 'zh', 'en', 'validFrom');
        expect(item.basis).not.to.deep.equal([]);
        expect(await it_.get(`/findings/${encodeURIComponent(item.id as string)}`)).to.deep.equal(item);
      }
      const [below] = await it_.list('/findings?device=gate/g1&code=below-stage');
      expect(below).to.deep.include({ rule: 'emission-standard', severity: 'warning', proposal: 'refuse', device: 'gate/g1', enterprise: 'e1', plate: below!.plate, vin: vehicle('晋H10001', '3').vin, policyVersion: 'xinzhou-2021', observations: [{ kind: 'gate', device: 'g1', id: 'a1' }] });
      expect(below!.alertId).to.be.a('string');
      expect((await it_.api('GET', `/alerts/${below!.alertId}`)).status).to.equal(200);
      expect(JSON.stringify(below!.facts)).to.include('#');
    }); // prettier-ignore

    it('GET /decisions: the decision and {observation, published, findings}; GET /decisions/<ref>', async () => {
      const [item] = await it_.list('/decisions?device=gate/g1');
      expect(item).to.include.keys('arrivalId', 'lane', 'decision', 'reasons', 'vehicle', 'control', 'display', 'ref', 'policyVersion', 'at', 'validUntil', 'observation', 'published', 'findings');
      expect(item).to.deep.include({ arrivalId: 'a1', decision: 'refuse', published: true, observation: { kind: 'gate', device: 'g1', id: 'a1' } });
      expect(await it_.get(`/decisions/${item!.ref}`)).to.deep.equal(item);
      const ids = (await it_.list('/findings?device=gate/g1')).map((f) => f.id as string);
      expect([...(item!.findings as string[])].sort()).to.deep.equal(ids.sort());
    }); // prettier-ignore

    it("GET /vehicles/<number>/<colour>: one vehicle's whole story", async () => {
      const story = await it_.get(`/vehicles/${encodeURIComponent('晋H10001')}/yellow`);
      expect(JSON.stringify(story)).to.include('"a1"').and.to.include(vehicle('晋H10001', '3').vin);
    });
  });

  describe('Devices without MQTT', () => {
    const arrival = async (id: string, more: object = {}) => ({ id, at: new Date(await it_.now()).toISOString(), direction: 'in', lane: '3', plate: plate('晋H10001'), ...more }); // prettier-ignore

    it('200 the decision of an arrival, within the limits of the wire contract; a repeat gets the stored one', async () => {
      const body = await arrival('d1');
      const answer = await it_.post('gate/g1', 'arrival', body);
      expect(answer.status).to.equal(200);
      expect(Buffer.byteLength(answer.text)).to.be.at.most(4096);
      const d = answer.json;
      expect(d).to.deep.include({ arrivalId: 'd1', lane: '3', decision: 'refuse', policyVersion: 'xinzhou-2021', control: { level: 'none' } });
      expect(d.vehicle).to.deep.equal({ number: '晋H10001', color: 'yellow', stage: '3', known: true });
      expect(d.reasons.length).to.be.within(1, 8);
      for (const r of d.reasons as Json[]) {
        expect(r).to.have.all.keys('rule', 'code', 'zh', 'en', 'basis');
        for (const text of [r.zh, r.en] as string[]) expect([...text].length).to.be.within(1, 120);
        expect(r.basis).to.be.a('string');
      }
      expect(d.display.lines.length).to.be.at.most(4);
      for (const line of d.display.lines as string[]) expect([...line].length).to.be.at.most(16);
      expect(d.display.color).to.equal('red');
      expect([...(d.ref as string)].length).to.be.within(1, 10);
      expect(Date.parse(d.validUntil as string) - Date.parse(d.at as string)).to.equal(60_000);
      expect((await it_.post('gate/g1', 'arrival', body)).json).to.deep.equal(d);
      expect((await it_.post('gate/g1', 'arrival', { ...body, backfill: true })).json).to.deep.equal(d);
    }); // prettier-ignore

    it('the receipt {ids, at} where none is published: passages, backfill, more than 60 s after its at', async () => {
      const late = new Date((await it_.now()) - 61_000).toISOString();
      const sent: [string, object][] = [
        ['passage', { ...(await arrival('d2')), outcome: 'passed' }],
        ['arrival', await arrival('d3', { backfill: true })],
        ['arrival', await arrival('d4', { at: late })],
      ];
      for (const [message, body] of sent) {
        const answer = await it_.post('gate/g1', message, body);
        expect(answer.status, answer.text).to.equal(200);
        expect(answer.json, message).to.have.all.keys('ids', 'at');
        expect(answer.json.ids).to.deep.equal([(body as Json).id]);
      }
      const stored = (await it_.list('/decisions?device=gate/g1')).filter((d) =>
        ['d2', 'd3', 'd4'].includes(d.observation.id as string),
      );
      expect(stored.map((d) => d.published)).to.deep.equal([false, false, false]);
    });

    it('status 204', async () => {
      const answer = await it_.post('gate/g1', 'status', { online: true, queued: 0 });
      expect([answer.status, answer.text]).to.deep.equal([204, '']);
    });

    const far = (ms: number) => async () => arrival('x', { at: new Date((await it_.now()) + ms).toISOString() });
    const refusals: [name: string, path: string, message: string, body: () => Promise<object | string>, status: number, code: string, final: boolean][] = [
      ['not-json', 'gate/g1', 'arrival', () => Promise.resolve('{'), 422, 'not-json', true],
      ['too-large', 'gate/g1', 'arrival', () => Promise.resolve(JSON.stringify({ pad: 'x'.repeat(70_000) })), 413, 'too-large', true],
      ['far too large', 'gate/g1', 'arrival', () => Promise.resolve(JSON.stringify({ pad: 'x'.repeat(700_000) })), 413, 'too-large', true],
      ['schema', 'gate/g1', 'arrival', () => arrival('bad-1', { direction: 'up' }), 422, 'schema', true],
      ['not-json: U+0000', 'gate/g1', 'arrival', () => arrival('bad-2', { lane: '\u0000' }), 422, 'not-json', true],
      ['wrong-kind', 'gate/g1', 'reading', () => arrival('bad-3'), 422, 'wrong-kind', true],
      ['unknown-topic', 'gate/g1', 'nothing', () => arrival('bad-4'), 422, 'unknown-topic', true],
      ['too-old', 'gate/g1', 'arrival', far(-49 * 3_600_000), 422, 'too-old', true],
      ['too-old with backfill', 'gate/g1', 'arrival', async () => ({ ...(await far(-401 * 86_400_000)()), backfill: true }), 422, 'too-old', true],
      ['clock-ahead', 'gate/g1', 'arrival', far(6 * 60_000), 422, 'clock-ahead', false],
      ['id-reused', 'gate/g1', 'arrival', () => arrival('a1', { lane: 'other' }), 422, 'id-reused', true],
    ]; // prettier-ignore
    for (const [name, path, message, body, status, code, final] of refusals) {
      it(`rejected ${name}: ${status} with the rejected body, and a dead letter`, async () => {
        const content = await body();
        const bytes = typeof content === 'string' ? content : JSON.stringify(content);
        const answer = await it_.post(path, message, bytes);
        expect(answer.status, answer.text).to.equal(status);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        expect(answer.json).to.include({ code, final, sha256 });
        expect(answer.json).to.include.keys('message', 'at');
        if (!final) expect(answer.json.retryAfter).to.be.greaterThan(0);
        if (bytes.length > 300_000) return;
        const letters = (await it_.list('/dead-letters')).filter((l) => l.sha256 === sha256);
        expect(letters.length).to.equal(1);
        expect(letters[0]).to.include({ device: path, code, bytes: Buffer.byteLength(bytes) });
        expect(letters[0]).to.include.keys('id', 'at', 'message', 'raw');
        expect(Buffer.from(letters[0]!.raw as string, 'base64').toString()).to.equal(bytes);
      });
    }

    it('disabled-device 422 not final; another’s path 403; bad credentials 401; over the limit 429', async () => {
      await it_.rows('devices', [device('gate', 'g3', { enabled: false })]);
      const disabled = await it_.post('gate/g3', 'arrival', await arrival('z1'));
      expect([disabled.status, disabled.json.code, disabled.json.final]).to.deep.equal([422, 'disabled-device', false]);
      const foreign = await it_.ask('POST', '/api/v1/devices/gate/g2/arrival', { as: { device: 'gate/g1', secret: SECRET }, body: await arrival('z2') });
      isProblem(foreign, 403);
      isProblem(await it_.post('gate/g1', 'arrival', await arrival('z3'), 'not-the-secret-at-all'), 401);
      const body = await arrival('flood');
      const answers = await Promise.all(Array.from({ length: 90 }, () => it_.post('gate/busy', 'arrival', body)));
      const over = answers.filter((a) => a.status === 429);
      expect(over.length).to.be.greaterThan(0);
      expect(over[0]!.json).to.include({ code: 'rate-limited', final: false });
      expect(over[0]!.headers.get('retry-after')).to.match(/^\d+$/);
      await eventually(async () => expect((await it_.list('/findings?code=flooding&device=gate/busy')).length).to.equal(1));
      expect((await it_.list('/findings?code=id-reused&device=gate/g1')).length).to.equal(1);
    }); // prettier-ignore

    it('GET /devices/gate/<id>/policy with ETag', async () => {
      const as = { device: 'gate/g1', secret: SECRET };
      const answer = await it_.api('GET', '/devices/gate/g1/policy', { as });
      expect(Buffer.byteLength(answer.text)).to.be.at.most(48 * 1024);
      expect(answer.json).to.include.keys('payloadId', 'at', 'validUntil', 'requirements', 'vehicles', 'unknownVehicle');
      expect(answer.json.payloadId).to.match(/^xinzhou-2021#\d+$/);
      const etag = answer.headers.get('etag')!;
      expect((await it_.api('GET', '/devices/gate/g1/policy', { as, headers: { 'if-none-match': etag } })).status).to.equal(304);
    });

    it('POST /dead-letters/<id>/replay goes past the clock bounds and never publishes a decision', async () => {
      const body = await far(-50 * 3_600_000)();
      const refused = await it_.post('gate/g2', 'arrival', { ...body, id: 'old-1' });
      expect(refused.json.code).to.equal('too-old');
      const letter = (await it_.list('/dead-letters?device=gate/g2')).find((l) => l.sha256 === refused.json.sha256)!;
      isProblem(
        await it_.api('POST', `/dead-letters/${encodeURIComponent(letter.id as string)}/replay`, { as: who.police! }),
        403,
      );
      const replayed = await it_.api('POST', `/dead-letters/${encodeURIComponent(letter.id as string)}/replay`);
      expect(replayed.status, replayed.text).to.equal(200);
      const [decision] = (await it_.list('/decisions?device=gate/g2')).filter((d) => d.observation.id === 'old-1');
      expect(decision).to.include({ published: false });
    });
  });

  describe('Alerts', () => {
    const below = async () => (await it_.list('/alerts?rule=emission-standard')).find((a) => a.vehicle?.number === '晋H10001')!;

    it('an alert carries the fields of the contract; filters; one with its history', async () => {
      const alert = await below();
      expect(alert).to.include.keys('id', 'rev', 'seq', 'rule', 'code', 'severity', 'state', 'provisional', 'audiences', 'vehicle', 'place', 'enterprise', 'firstAt', 'lastAt', 'count', 'findings', 'images');
      expect(alert.vehicle).to.deep.equal({ number: '晋H10001', color: 'yellow', stage: '3', known: true });
      expect(alert.place).to.include.keys('device', 'name', 'lon', 'lat', 'county');
      expect(alert.count).to.equal(alert.findings.length);
      expect(alert.audiences).to.have.members(['bureau', 'enterprise']);
      expect((await it_.get(`/alerts/${alert.id}`)).history[0]).to.include.keys('at', 'by');
      const count = async (query: string) => (await it_.list(`/alerts?${query}`)).length;
      for (const query of [`state=${alert.state}`, 'rule=emission-standard', 'severity=warning', 'audience=enterprise', 'county=140902', 'enterprise=e1', `plate=${encodeURIComponent('晋H10001,yellow')}`, 'from=2021-11-15&to=2021-11-15', 'after=0'])
        expect(await count(query), query).to.be.greaterThan(0);
      for (const query of ['state=closed', 'rule=route', 'county=140999', 'enterprise=none', 'from=2022-01-01', 'after=999999']) expect(await count(query), query).to.equal(0);
    }); // prettier-ignore

    it('steps need If-Match (428, 412), follow the states (409), and answer the alert with its ETag', async () => {
      const { id } = await below();
      const step = (name: string, body: object, rev: string | undefined, more: { as?: Who; key?: string } = {}) =>
        it_.api('POST', `/alerts/${id}/${name}`, { body, ...(more.as !== undefined && { as: more.as }), headers: { ...(rev !== undefined && { 'if-match': rev }), ...(more.key !== undefined && { 'idempotency-key': more.key }) } });
      const etag = async () => (await it_.api('GET', `/alerts/${id}`)).headers.get('etag')!;
      isProblem(await step('acknowledge', {}, undefined), 428);
      isProblem(await step('acknowledge', {}, '"999"'), 412);
      isProblem(await step('acknowledge', { extra: 1 }, await etag()), 400);
      isProblem(await step('handle', { outcome: 'other' }, await etag()), 409);
      isProblem(await step('reopen', {}, await etag()), 409);
      const tag = await etag();
      const done = await step('acknowledge', { note: '收到' }, tag, { key: 'k1' });
      expect(done.status, done.text).to.equal(200);
      expect(done.json).to.include({ id, state: 'acknowledged' });
      expect(done.headers.get('etag')).to.equal(`"${done.json.rev}"`);
      expect((await step('acknowledge', { note: '收到' }, tag, { key: 'k1' })).json.rev).to.equal(done.json.rev);
      const due = new Date((await it_.now()) + 3_600_000).toISOString();
      expect((await step('dispatch', { assignee: '一中队', due }, await etag())).json).to.include({ state: 'dispatched', assignee: '一中队' });
      isProblem(await step('acknowledge', {}, await etag()), 409);
      expect((await step('handle', { outcome: 'warned' }, await etag())).json.state).to.equal('handled');
      expect((await step('reopen', {}, await etag())).json.state).to.equal('open');
      expect((await step('close', {}, await etag())).json.state).to.equal('closed');
      isProblem(await step('close', {}, await etag()), 409);
      expect((await step('comment', { text: '企业说明' }, await etag(), { as: who.enterprise! })).status).to.equal(200);
      isProblem(await step('reopen', {}, await etag(), { as: who.enterprise! }), 403);
      isProblem(await step('reopen', {}, await etag(), { as: who.auditor! }), 403);
      isProblem(await step('hand-over', { to: 'traffic-police', code: '6063' }, await etag(), { as: who.bureau! }), 403);
      isProblem(await step('reopen', {}, await etag(), { as: who.police! }), 404);
      isProblem(await step('nothing', {}, await etag()), 404);
      expect((await it_.get(`/alerts/${id}`)).history.map((h: Json) => h.step)).to.include.members(['acknowledge', 'dispatch', 'handle', 'reopen', 'close', 'comment']);
    }); // prettier-ignore
  });

  describe('Operation', () => {
    it('/healthz and /readyz (store, broker, lag, offset) at the root; /metrics for the local address', async () => {
      expect((await it_.ask('GET', '/healthz')).status).to.equal(200);
      let ready = await it_.ask('GET', '/readyz');
      await eventually(async () => {
        ready = await it_.ask('GET', '/readyz');
        expect(ready.status, ready.text).to.equal(200);
      });
      for (const part of ['store', 'broker', 'lag', 'offset']) expect(ready.json[part], part).to.include({ ok: true });
      expect(ready.text).to.include('plaintext').and.to.match(/speed/);
      const metrics = await it_.ask('GET', '/metrics');
      expect(metrics.text).to.include('# TYPE');
      expect((await it_.ask('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).to.equal(401);
    });

    it('GET /openapi.json is an OpenAPI 3.1 document of what is there, /docs shows it', async () => {
      const document = await it_.api('GET', '/openapi.json', { as: null });
      expect(document.status).to.equal(200);
      expect(document.json.openapi).to.match(/^3\.1/);
      const paths = Object.keys(document.json.paths as object);
      for (const path of ['/session', '/users', '/observations', '/findings', '/alerts', '/alerts/{id}/acknowledge', '/registry/vehicles', '/devices/{kind}/{deviceId}/{message}'])
        expect(paths, path).to.include(path);
      const docs = await it_.api('GET', '/docs', { as: null });
      expect(docs.status).to.equal(200);
      expect(docs.headers.get('content-type')).to.match(/^text\/html/);
    }); // prettier-ignore

    it('GET /time {at} runs on the platform’s clock', async () => {
      const first = await it_.now();
      expect(first).to.be.within(Date.parse(START), Date.parse(START) + 300_000);
    });
  });

  describe('Findings while they are pending', () => {
    it('while pending, police see through traffic as provisional: it can be acknowledged, not handed over', async () => {
    await it_.rows('vehicles', [vehicle('晋H10777', '4')]);
    const corners = [[112.7, 38.4], [112.76, 38.4], [112.76, 38.44], [112.7, 38.44], [112.7, 38.4]]; // prettier-ignore
    await it_.rows('zones', [{ id: 'city', zoneKind: 'diversion', nameZh: '城区', polygon: { type: 'Polygon', coordinates: [corners] }, recordedAt: '2020-01-01' }]);
    await it_.post('checkpoint/c1', 'sighting', { id: 'through', at: new Date(await it_.now()).toISOString(), heading: 90, plate: plate('晋H10777') });
    const [finding] = await it_.list('/findings?rule=diversion', who.police);
    expect(finding).to.include({ code: 'through-traffic', status: 'pending', provisional: true });
    const [alert] = await it_.list('/alerts?rule=diversion', who.police);
    expect(alert).to.deep.include({ provisional: true, audiences: ['bureau', 'police'] });
    expect(alert!.place).to.include({ heading: 90, device: 'checkpoint/c1' });
    const step = (name: string, body: object, rev: number) => it_.api('POST', `/alerts/${alert!.id}/${name}`, { as: who.police!, body, headers: { 'if-match': `"${rev}"` } });
    isProblem(await step('hand-over', { to: 'traffic-police', code: '1344' }, alert!.rev as number), 409);
    expect((await step('acknowledge', {}, alert!.rev as number)).status).to.equal(200);
    expect(await it_.list('/alerts?rule=diversion', who.police981)).to.deep.equal([]);
    expect(await it_.list('/alerts?rule=diversion', who.enterprise)).to.deep.equal([]);
  }); // prettier-ignore
  });
});
