import { expect } from 'chai';
import { openApi } from '../../../server/http/openapi/document.ts';
import { civil, device, enterprise, eventually, plate, SECRET, startInspection, vehicle, type Answer, type Asked, type Inspector, type Who } from '../../support/conformance.ts'; // prettier-ignore
import { readDocument, type Operation } from '../../support/contract/document.ts';
import { brokenBodies, invalid, ODD_IDS, takesId, valid } from '../../support/contract/inputs.ts';
import { OF_ONE_PLACE, OF_ONE_THING, WHO } from '../../support/contract/who.ts';
import { picture } from '../../support/pictures.ts';

/**
 * Every route of the OpenAPI document, against the running platform: with no credentials and as every role, with valid input and with
 * input that is wrong in many ways. Each answer must be one the document lists, body and all.
 */

const START = civil('2021-11-15T08:00:00');
const ROLES = ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator', 'display'];
const document = readDocument(openApi());
/** Requests on their way at once: the machine is not the test's alone. */
const AT_ONCE = 6;

describe('the OpenAPI document holds', function () {
  this.timeout(60_000);
  let it_: Inspector;
  const who: Record<string, Who> = {};
  /** Values of `{…}` by operation; of those without an entry by name. */
  const ids: Record<string, string> = {};
  const bodies: Record<string, unknown> = {};
  /** What a query needs, by path. */
  const needed: Record<string, Record<string, string>> = {
    '/accounts/clean-transport': { month: '2021-11' },
    '/accounts/clean-transport/rows': { month: '2021-11', enterprise: 'e1', figure: 'tonnes.total' },
    '/accounts/clean-transport/months': { month: '2021-11', enterprise: 'e1' },
    '/accounts/clean-transport/gates': { month: '2021-11', enterprise: 'e1' },
    '/accounts/clean-transport/decisions': { enterprise: 'e1' },
    '/control': { enterprise: 'e1' },
  };
  const seen = new Map<string, Set<number>>();

  before(async () => {
    it_ = await startInspection({ env: { CLOCK_START: START } });
    await it_.rows('enterprises', [enterprise('e1'), enterprise('e2', { county: '140981' })]);
    await it_.rows('devices', [
      device('gate', 'g1', { enterpriseId: 'e1', requiredPhotos: ['vehicle'] }),
      device('gate', 'g2', { enterpriseId: 'e2', county: '140981' }),
      device('remote-sensing', 's1', { calibratedUntil: '2099-01-01' }),
      device('machinery-gate', 'm1', { enterpriseId: 'e1', minStage: 3 }),
    ]);
    await it_.rows('vehicles', [vehicle('晋H10001', '3', { vin: 'VIN1' }), vehicle('晋H10002', '6', { vin: 'VIN2', muck: true })]);
    await it_.rows('zones', [{ id: 'z1', zoneKind: 'diversion', nameZh: '区', polygon: { type: 'Polygon', coordinates: [[[112, 38], [113, 38], [113, 39], [112, 38]]] } }]);
    await it_.rows('responses', [{ id: 'r1', level: 'orange', counties: ['140999'], start: START, issuedBy: 'x', reference: 'x' }]);
    await it_.rows('inspections', [{ vin: 'VIN1', at: '2021-11-01', inspectionKind: 'periodic', result: 'passed', station: 's' }]);
    await it_.rows('permits', [{ id: 'p1', plateNumber: '晋H10001', plateColor: 'yellow', from: '2021-11-01', to: '2021-12-31' }]);
    await it_.rows('machinery', [{ registrationCode: 'M1', machineryKind: '装载机', stage: '2', owner: 'e1', county: '140902' }]);
    await it_.rows('declarations', [{ siteId: 'm1', registrationCode: 'M1', from: '2021-11-01' }]);
    await it_.rows('deliveries', [{ id: 'd1', enterpriseId: 'e1', month: '2021-11', mode: 'rail', cargo: '焦炭', tonnes: 100, direction: 'out' }]);
    const { bytes, sha256 } = await picture(1);
    const at = new Date(await it_.now()).toISOString();
    const truck = { direction: 'in', lane: '1', plate: plate('晋H10001'), images: [{ role: 'vehicle', sha256, contentType: 'image/jpeg' }] };
    for (const [to, message, body] of [
      ['gate/g1', 'arrival', { id: 'a1', at, ...truck }],
      ['gate/g1', 'passage', { id: 'p1', at, ...truck, arrivalId: 'a1', outcome: 'passed', cargo: { name: '焦炭', tonnes: 30 }, release: { mode: 'forced', operator: 'x' } }],
      ['gate/g1', 'arrival', { id: 'u1', at, direction: 'in', lane: '2', plate: plate('') }],
      ['remote-sensing/s1', 'reading', { id: 'r1', at, plate: plate('晋H10001'), speed: 40, acceleration: 0.3, measured: { co2: 13, no: 2000, opacity: 45 } }],
      ['machinery-gate/m1', 'passage', { id: 'm1', at, direction: 'in', registrationCode: 'M1' }],
      ['gate/g1', 'status', { online: true, queued: 0 }],
    ] as const) expect((await it_.post(to, message, body)).status, to).to.be.oneOf([200, 204]);
    expect((await it_.post('gate/g1', 'arrival', { id: 'bad' })).status).to.equal(422);
    for (const role of ROLES.slice(0, -1)) who[role] = await it_.user(role, role, role === 'enterprise' ? { enterpriseId: 'e1' } : {});
    who.owner = it_.admin;
    for (const role of ['police', 'bureau']) who[`${role} elsewhere`] = await it_.user(`${role}2`, role, { counties: ['140981'] });
    who['enterprise elsewhere'] = await it_.user('enterprise2', 'enterprise', { enterpriseId: 'e2' });
    const { token } = (await it_.api('POST', '/tokens', { body: { name: 'd', role: 'display', gateId: 'g1', expires: '2099-01-01' } })).json;
    who.display = { token };
    who.device = { device: 'gate/g1', secret: SECRET };
    expect((await it_.api('PUT', `/images/${sha256}`, { as: who.device, body: bytes, headers: { 'content-type': 'image/jpeg' } })).status).to.equal(201);
    const policy = { ...(await it_.get('/policies/xinzhou-2021')).policy, version: 'draft' };
    for (const version of ['draft', 'draft-2', 'draft-3']) await it_.api('POST', '/policies', { as: who.bureau!, body: { ...policy, version } });
    const dropped = await it_.api('POST', '/tokens', { body: { name: 'x', role: 'auditor', expires: '2099-01-01' } });
    const period = { from: civil('2021-11-15T00:00:00'), to: civil('2021-11-16T00:00:00') };
    const job = await it_.api('POST', '/what-if', { as: who.bureau!, body: { policy: 'xinzhou-2021', ...period } });
    const [finding] = await it_.list('/findings?code=below-stage&device=gate/g1');
    const [decision] = await it_.list('/decisions?device=gate/g1');
    const [alert] = await it_.list('/alerts?rule=identification', who.police);
    Object.assign(ids, {
      'delete /policies/{version}': 'draft-2', 'post /policies/{version}/activate': 'draft-3', 'delete /tokens/{id}': dropped.json.id,
      username: 'police', number: encodeURIComponent('晋H10001'), colour: 'yellow', version: 'draft', gateId: 'g1', kind: 'gate', deviceId: 'g1', message: 'arrival', sha256, file: 'page.js',
      ref: decision!.ref, '/findings': encodeURIComponent(finding!.id as string), '/evidence/finding': encodeURIComponent(finding!.id as string), '/alerts': alert!.id, '/jobs': job.json.job,
      '/dead-letters': encodeURIComponent((await it_.list('/dead-letters'))[0]!.id as string),
    });
    const { revision } = await eventually(() => it_.get('/accounts/clean-transport?month=2021-11&enterprise=e1'));
    Object.assign(bodies, {
      'post /session': { username: 'police', password: 'admin-of-a-test' },
      'post /policies': { ...policy, version: 'draft-4' }, 'put /policies/{version}': policy, 'post /what-if': { policy: 'xinzhou-2021', ...period }, 'post /re-judge': { reason: 'x', ...period },
      'post /accounts/clean-transport/decision': { enterprise: 'e1', month: '2021-11', revision, cleanTransport: 'met', reason: 'x' },
      'post /alerts/{id}/dispatch': { assignee: 'police', due: civil('2021-12-01T00:00:00') },
      'post /findings/{id}/dispute': { text: 'x' },
      'post /devices/{kind}/{deviceId}/{message}': { id: 'a1', at, ...truck },
      'put /images/{sha256}': bytes,
      'post /evidence/verify': await packageOf(decision!.ref as string),
      'patch /users/{username}': { name: 'police' },
    });
  }); // prettier-ignore
  after(() => it_?.stop());

  /** A request of the operation, valid but for what is said. */
  async function ask(operation: Operation, as: Who, asked: string, more: { query?: Record<string, string>; id?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> {
    const { method, path, parameters, body, root } = operation;
    const own = Object.keys(ids).find((start) => start.startsWith('/') && path.startsWith(`${start}/`));
    const address = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => more.id ?? ids[operation.name] ?? (name === 'id' && own ? ids[own]! : ids[name]!));
    const query = new URLSearchParams({ ...needed[path], ...(method === 'put' && path.startsWith('/registry') && { dryRun: 'true' }), ...more.query });
    const sent = 'body' in more ? more.body : (bodies[operation.name] ?? body?.example);
    const type = body?.types[0] ?? '';
    const headers: Record<string, string> = {
      ...(sent !== undefined && body && { 'content-type': type }),
      ...(parameters.some((p) => p.name === 'If-Match' && p.required) && { 'if-match': await revOf(operation, address) }),
      ...(path === '/metrics' && { 'x-forwarded-for': '203.0.113.9' }),
      ...more.headers,
    };
    for (const [header, value] of Object.entries(headers)) if (value === '') delete headers[header];
    const request: Asked = { as, headers, ...(sent !== undefined && body && { body: typeof sent === 'string' || Buffer.isBuffer(sent) ? sent : JSON.stringify(sent) }) };
    const answer = await it_.ask(method.toUpperCase(), `${root ? '' : '/api/v1'}${address}${query.size > 0 ? `?${query}` : ''}`, request);
    document.hold(operation, answer, asked);
    seen.set(operation.name, (seen.get(operation.name) ?? new Set()).add(answer.status));
    return answer;
  } // prettier-ignore

  /** The bytes of a decision's package of evidence. */
  async function packageOf(ref: string): Promise<Buffer> {
    const { cookie } = who.owner as { cookie: string };
    const answer = await fetch(`${it_.url}/api/v1/evidence/decision/${ref}`, { headers: { cookie } });
    expect(answer.status).to.equal(200);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** The revision of what is changed, as it is now. */
  async function revOf({ path }: Operation, address: string): Promise<string> {
    const thing = path.startsWith('/alerts') ? address.split('/').slice(0, 3).join('/') : address;
    return (await it_.api('GET', thing)).headers.get('etag') ?? '"1"';
  }

  /** Who may, and is used for everything that is not about who. */
  const mayAsk = (operation: Operation): Who => {
    const allowed = WHO[operation.name]!;
    if (allowed === 'anybody') return null;
    if (allowed === 'device') return who.device!;
    return Array.isArray(allowed) && allowed.length > 0 && operation.method !== 'get' ? who[allowed[0]!]! : who.owner!;
  };

  async function all<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
    const left = [...items];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    }));
  } // prettier-ignore

  it('is what the platform serves, and the table of who may names every route of it', async () => {
    expect(await it_.get('/openapi.json', null)).to.deep.equal(JSON.parse(JSON.stringify(openApi())));
    expect(Object.keys(WHO).sort()).to.deep.equal(document.operations.map(({ name }) => name).sort());
  });

  for (const operation of document.operations) {
    const { name, parameters, body, path, method } = operation;
    const allowed = WHO[name] ?? [];
    const ends = name === 'delete /session';
    const query = parameters.filter((p) => p.in === 'query');

    if (query.length > 0) {
      it(`${name}: what a query takes and what it does not`, async () => {
        const as = mayAsk(operation);
        const good = query.flatMap((p) => valid(p).map((value) => [p.name, value] as const));
        await all(good, async ([param, value]) => {
          // A listed vehicle, a plate: of what is asked for there may be none, of an old month no account, of a young chain no such head.
          const { status } = await ask(operation, as, `${param}=${value}`, { query: { [param]: value } });
          expect(status, `${param}=${value}`).to.be.oneOf(path.includes('figures') || path.endsWith('urea') || path.startsWith('/evidence') ? [200, 422] : param === 'revision' ? [200, 400, 404] : [200]);
        });
        const bad = query.flatMap((p) => invalid(p).map((value) => [p.name, value] as const));
        await all([...bad, ['surelyUnknown', '1'] as const], async ([param, value]) => {
          const { status } = await ask(operation, as, `${param}=${value.slice(0, 30)}`, { query: { [param]: value }, headers: { 'accept-language': 'en' } });
          expect(status, `${param}=${value.slice(0, 30)}`).to.equal(400);
        });
        if (query.some((p) => p.name === 'cursor') && method === 'get') {
          const first = await ask(operation, as, 'a first page', { query: { limit: '1' } });
          const { next } = first.json;
          if (typeof next === 'string')
            expect((await ask(operation, as, 'a second page', { query: { limit: '1', cursor: next } })).headers.get('x-as-of')).to.equal(first.headers.get('x-as-of'));
        }
      }); // prettier-ignore
    } else if (!operation.root) {
      it(`${name}: takes no query`, async () => {
        expect((await ask(operation, mayAsk(operation), 'surelyUnknown=1', { query: { surelyUnknown: '1' } })).status).to.equal(
          400,
        );
      });
    }

    if (takesId(operation)) {
      it(`${name}: odd ids`, async () => {
        await all(ODD_IDS, async (id) => {
          const { status } = await ask(operation, mayAsk(operation), `id ${id.slice(0, 30)}`, { id });
          expect(status, id.slice(0, 30)).to.be.oneOf([400, 401, 403, 404]);
        });
      });
    }

    if (body && /json$/.test(body.types[0]!)) {
      const json = body.types[0] === 'application/json' && allowed !== 'device';
      it(`${name}: bodies that are wrong`, async () => {
        const as = mayAsk(operation);
        const good = bodies[name] ?? body.example;
        const send = (what: string, sent: unknown, headers = {}) => ask(operation, as, what, { body: sent, headers });
        if (allowed !== 'device') expect((await send('of another type', 'x', { 'content-type': 'text/x-none' })).status).to.equal(415);
        if (json) {
          expect((await send('broken JSON', '{')).status).to.equal(400);
          expect((await send('too large', JSON.stringify({ pad: 'x'.repeat(300_000) }))).status).to.equal(413);
          for (const text of ['null', '[]', '"x"', '7', '']) expect((await send(text, text)).status, text).to.be.oneOf(text === '' ? [200, 400, 409, 422] : [400]);
        }
        if (path.startsWith('/registry')) {
          // Rows are refused one by one; the file as a whole is taken.
          const rows = brokenBodies(document, body.schema, good).map(([, row]) => JSON.stringify(row));
          const answer = await send('broken rows', [...rows, '{', 'null'].join('\n'));
          expect(answer.json).to.include({ accepted: 0, unchanged: 0, rejected: rows.length + 2 });
          return;
        }
        if (json)
          await all(brokenBodies(document, body.schema, good), async ([what, sent]) => {
            expect((await send(what, sent)).status, what).to.be.oneOf(path.startsWith('/policies') ? [400, 422] : [400]);
          });
        else for (const text of ['{', 'null', '[]', JSON.stringify({ pad: 'x'.repeat(70_000) })]) expect((await send(text.slice(0, 10), text)).status).to.be.oneOf([413, 422]);
      }); // prettier-ignore
    }

    const header = (of: string) => parameters.find((p) => p.in === 'header' && p.name === of);
    if (header('If-Match') ?? header('Idempotency-Key')) {
      it(`${name}: headers that are wrong`, async () => {
        const as = mayAsk(operation);
        const matched = header('If-Match');
        if (matched) {
          expect((await ask(operation, as, 'a malformed If-Match', { headers: { 'if-match': 'x' } })).status).to.equal(400);
          expect((await ask(operation, as, 'a stale If-Match', { headers: { 'if-match': '"999999"' } })).status).to.equal(412);
        }
        if (matched?.required) {
          const { status } = await ask(operation, as, 'no If-Match', { headers: { 'if-match': '' } });
          expect(status).to.equal(428);
        }
        if (header('Idempotency-Key'))
          expect((await ask(operation, as, 'a malformed key', { headers: { 'idempotency-key': 'x'.repeat(200) } })).status).to.equal(400);
      }); // prettier-ignore
    }

    it(`${name}: who may`, async () => {
      const nobody = await ask(operation, null, 'by nobody');
      expect(nobody.status === 401, `nobody: ${nobody.status}`).to.equal(allowed !== 'anybody');
      if (allowed === 'device') expect((await ask(operation, who.device!, 'by its device')).status).to.equal(200);
      if (ends) return;
      await all([...ROLES, 'owner'], async (role) => {
        const { status, json } = await ask(operation, who[role]!, `by ${role}`);
        const code = String(json?.code);
        const passes = Array.isArray(allowed) ? role === 'owner' || allowed.includes(role) : allowed !== 'device';
        if (!passes) return expect(status, role).to.equal(allowed === 'device' ? 401 : 403);
        // Who wrote a draft does not activate it.
        if (code === 'second-person-needed') return expect(path).to.match(/activate$/);
        expect(status, `${role} ${code}`).not.to.be.oneOf([401, 403]);
      });
      for (const role of ['police', 'bureau', 'enterprise']) {
        if (!Array.isArray(allowed) || !allowed.includes(role)) continue;
        const { status, json } = await ask(operation, who[`${role} elsewhere`]!, `by ${role} elsewhere`);
        if (OF_ONE_THING.includes(name)) expect(status, `${role} elsewhere`).to.equal(404);
        if (OF_ONE_PLACE.includes(name)) expect(JSON.stringify(json.items)).not.to.match(/"(g1|e1)"|gate\/g1/);
      }
    });
  }

  it('every route answered well at least once', () => {
    const never = document.operations.filter(({ name }) => ![...(seen.get(name) ?? [])].some((status) => status < 300));
    expect(never.map(({ name }) => name)).to.deep.equal([]);
  });
});
