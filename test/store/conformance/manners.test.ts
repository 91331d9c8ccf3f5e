import { expect } from 'chai';
import { civil, device, enterprise, eventually, PASSWORD, plate, startInspection, vehicle, type Answer, type Inspector, type Json, type Who } from '../../support/conformance.ts'; // prettier-ignore

/** What the HTTP contract says of every route, where no other test says it of each. */

const START = civil('2021-11-15T08:00:00');
const NDJSON = { 'content-type': 'application/x-ndjson' };
const EN = { 'accept-language': 'en' };
const HAN = /[\u4e00-\u9fff]/;

describe('Manners of the HTTP contract', function () {
  this.timeout(120_000);
  let it_: Inspector;
  const who: Record<string, Who> = {};

  before(async () => {
    it_ = await startInspection({ env: { CLOCK_START: START } });
    await it_.rows('enterprises', [enterprise('e1')]);
    await it_.rows('devices', [device('gate', 'g1', { enterpriseId: 'e1' })]);
    await it_.rows('vehicles', [
      vehicle('晋H10001', '3', { fleet: 'e1', vin: 'VIN1' }),
      vehicle('晋H10002', '3', { vin: 'VIN2' }),
    ]);
    await it_.rows('inspections', ['VIN1', 'VIN2'].map((vin) => ({ vin, at: '2021-11-01', inspectionKind: 'periodic', result: 'passed', station: 's' }))); // prettier-ignore
    for (const role of ['police', 'bureau', 'auditor', 'administrator', 'market']) who[role] = await it_.user(role, role);
    who.second = await it_.user('bureau2', 'bureau');
    who.enterprise = await it_.user('enterprise', 'enterprise', { enterpriseId: 'e1' });
    const at = new Date(await it_.now()).toISOString();
    for (const id of ['a1', 'a2'])
      expect((await it_.post('gate/g1', 'arrival', { id, at, direction: 'in', plate: plate('晋H10001') })).status).to.equal(200);
  });
  after(() => it_?.stop());

  const code = ({ status, json }: Answer) => `${status} ${json?.code ?? ''}`.trim();

  it('what is wrong is told in the language of the reader, down to the field', async () => {
    const wrong: [path: string, body?: object][] = [
      ['/findings?from=yesterday'], ['/findings?limit=0'], ['/figures/day?date=2021-02-30'], ['/accounts/clean-transport?month=11'],
      ['/ledgers/machinery?device=x'], ['/what-if', { policy: 'x', from: '2021', to: '2021' }], ['/tokens', { name: 'x', role: 'enterprise', expires: 'soon' }],
      ['/users', { username: 'x', name: 'n'.repeat(65), role: 'enterprise', password: PASSWORD }], [`/images/${'x'.repeat(64)}`],
    ]; // prettier-ignore
    for (const [path, body] of wrong) {
      const ask = (headers: Record<string, string>) =>
        it_.api(body ? 'POST' : 'GET', path, { headers, ...(body !== undefined && { body }) });
      const [zh, en] = [await ask({}), await ask(EN)];
      expect([code(zh), code(en)], path).to.deep.equal(['400 malformed', '400 malformed']);
      for (const { message } of zh.json.errors as Json[]) expect(message, path).to.match(HAN);
      for (const { message } of en.json.errors as Json[]) expect(message, path).not.to.match(HAN);
      expect([zh.headers.get('content-language'), en.headers.get('content-language')]).to.deep.equal(['zh-CN', 'en']);
    }
    const row = JSON.stringify({ ...vehicle('晋H1', '5'), firstRegistered: 'long ago' });
    const message = async (headers: object) =>
      (await it_.api('PUT', '/registry/vehicles?dryRun=true', { body: row, headers: { ...NDJSON, ...headers } })).json.errors[0].message as string; // prettier-ignore
    expect(await message({})).to.match(HAN);
    expect(await message(EN)).not.to.match(HAN);
  });

  it('a query that a route does not take is an error, and so is a body', async () => {
    for (const path of ['/session', '/gates', '/responses', '/zones', '/time', '/users/police', '/policies/xinzhou-2021'])
      expect(code(await it_.api('GET', `${path}?extra=1`)), path).to.equal('400 malformed');
    for (const collection of ['vehicles', 'enterprises', 'zones'])
      expect(code(await it_.api('GET', `/registry/${collection}?site=m1`)), collection).to.equal('400 malformed');
    expect(code(await it_.api('GET', '/gates?extra=1', { as: null }))).to.equal('401 unauthenticated');
    expect(code(await it_.api('GET', '/users?extra=1', { as: who.police! }))).to.equal('403 forbidden');
    expect(code(await it_.api('POST', '/dead-letters/none/replay', { body: { extra: 1 } }))).to.equal('400 malformed');
  });

  it('a body of another type or in another character set is 415', async () => {
    const headers = { 'content-type': 'text/plain', 'if-match': '"1"' };
    expect(code(await it_.api('PUT', '/policies/x', { body: '{}', headers }))).to.equal('415 unsupported-type');
    const gbk = { 'content-type': 'text/csv; charset=gbk' };
    expect(code(await it_.api('PUT', '/registry/vehicles', { body: 'vin\n', headers: gbk }))).to.equal('415 unsupported-type');
    const utf8 = { 'content-type': 'text/csv; charset="UTF-8"' };
    expect((await it_.api('PUT', '/registry/vehicles', { body: 'vin\n', headers: utf8 })).status).to.equal(200);
  });

  it('401 says how to sign in: by token, or as a device', async () => {
    const answer = await it_.ask('GET', '/api/v1/findings');
    expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
    const device = await it_.ask('GET', '/api/v1/devices/gate/g1/policy', { as: { device: 'gate/g1', secret: 'wrong' } });
    expect(device.headers.get('www-authenticate')).to.match(/^Basic /);
  });

  it('a cursor that is none of ours is 400, also one of an impossible moment', async () => {
    const of = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const far = 8_640_000_000_000_001;
    for (const list of ['observations', 'findings', 'decisions', 'alerts', 'dead-letters', 'audit-log', 'jobs', 'users', 'tokens', 'policies', 'devices/health', 'registry/vehicles', 'ledgers/transport'])
      for (const cursor of ['nonsense', of([far, 1, 'x', 'x']), of([1, far, 'x']), of([1, 1, far, 'x']), of({}), of(['x'])])
        expect(code(await it_.api('GET', `/${list}?cursor=${cursor}`)), `${list} ${cursor}`).to.equal('400 bad-cursor');
  }); // prettier-ignore

  it('the moment S of a small list is in its cursor: who comes later is not in it', async () => {
    const first = await it_.api('GET', '/users?limit=7');
    await it_.user('zoe', 'police');
    const asOf = first.headers.get('x-as-of');
    const second = await it_.api('GET', `/users?limit=7&cursor=${first.json.next}`);
    expect(second.headers.get('x-as-of')).to.equal(asOf);
    const names = [...first.json.items, ...second.json.items].map((user: Json) => user.username as string);
    expect(names).to.include('bureau2');
    expect(names).not.to.include('zoe');
    expect((await it_.list('/users')).map((user) => user.username)).to.include('zoe');
  });

  it('a step that is not the role’s is 403, whatever revision was seen', async () => {
    const [alert] = await it_.list('/alerts?rule=emission-standard');
    for (const headers of [{}, { 'if-match': '"99"' }] as Record<string, string>[])
      expect(code(await it_.api('POST', `/alerts/${alert!.id}/close`, { as: who.enterprise!, body: {}, headers }))).to.equal('403 step-not-allowed'); // prettier-ignore
  });

  it('filters by plate take a number as people write it', async () => {
    for (const list of ['alerts', 'findings', 'observations', 'decisions'])
      expect((await it_.list(`/${list}?plate=${encodeURIComponent('晋h·10001')}`)).length, list).to.be.greaterThan(0);
  });

  describe('Idempotency-Key', () => {
    const once = (path: string, body: object, key: string, as?: Who) =>
      it_.api('POST', path, { body, headers: { 'idempotency-key': key }, ...(as !== undefined && { as }) });

    it('users and policy drafts: a repeat gets the same, another body 422', async () => {
      const user = { username: 'key', name: 'key', role: 'police', password: PASSWORD };
      const made = await once('/users', user, 'k-user');
      expect((await once('/users', user, 'k-user')).json).to.deep.equal(made.json);
      for (const other of [
        { ...user, name: 'another' },
        { ...user, username: 'key2' },
      ])
        expect(code(await once('/users', other, 'k-user'))).to.equal('422 idempotency-key-reused');
      const policy = { ...(await it_.get('/policies/xinzhou-2021')).policy, version: 'draft-1' };
      const draft = await once('/policies', policy, 'k-draft', who.bureau);
      expect(draft.status).to.equal(201);
      expect((await once('/policies', policy, 'k-draft', who.bureau)).json).to.deep.equal(draft.json);
      for (const other of [
        { ...policy, titleEn: 'x' },
        { ...policy, version: 'draft-2' },
      ])
        expect(code(await once('/policies', other, 'k-draft', who.bureau))).to.equal('422 idempotency-key-reused');
    });

    it('what-ifs and re-judges: one job', async () => {
      const period = { from: civil('2021-11-01T00:00:00'), to: civil('2021-11-02T00:00:00') };
      for (const [path, body] of [['/what-if', { policy: 'xinzhou-2021', ...period }], ['/re-judge', { reason: 'r', ...period }]] as const) {
        const first = await once(path, body, `k${path}`, who.bureau);
        expect(first.status, first.text).to.equal(202);
        expect((await once(path, body, `k${path}`, who.bureau)).json).to.deep.equal(first.json);
        expect(code(await once(path, { ...body, to: civil('2021-11-03T00:00:00') }, `k${path}`, who.bureau))).to.equal('422 idempotency-key-reused');
        expect((await it_.list('/jobs')).filter(({ kind }) => `/${kind}` === path).length).to.equal(1);
      }
    }); // prettier-ignore

    it('a dispute and its answer', async () => {
      const [finding] = await it_.list('/findings?rule=emission-standard', who.enterprise);
      const path = `/findings/${encodeURIComponent(finding!.id as string)}/dispute`;
      const raised = await once(path, { text: '已换发动机' }, 'k-dispute', who.enterprise);
      expect(raised.status, raised.text).to.equal(200);
      expect(raised.text).not.to.include('k-dispute');
      expect((await once(path, { text: '已换发动机' }, 'k-dispute', who.enterprise)).json).to.deep.equal(raised.json);
      expect(code(await once(path, { text: 'x' }, 'k-dispute', who.enterprise))).to.equal('422 idempotency-key-reused');
      expect(code(await once(path, { text: '已换发动机' }, 'another', who.enterprise))).to.equal('409 already-disputed');
      const answer = { outcome: 'upheld', reason: '登记无误' };
      const answered = await once(`${path}/answer`, answer, 'k-answer', who.bureau);
      expect(answered.json.dispute.answer).to.include({ outcome: 'upheld', by: 'bureau' });
      expect((await once(`${path}/answer`, answer, 'k-answer', who.bureau)).json).to.deep.equal(answered.json);
      expect(code(await once(`${path}/answer`, answer, 'another', who.second))).to.equal('409 not-disputed');
    });

    it('the decision on clean transport', async () => {
      const account = await eventually(() => it_.get('/accounts/clean-transport?month=2021-11&enterprise=e1'));
      const body = { enterprise: 'e1', month: '2021-11', revision: account.revision, cleanTransport: 'not-met', reason: 'r' };
      const first = await once('/accounts/clean-transport/decision', body, 'k-decision', who.bureau);
      expect(first.status, first.text).to.equal(200);
      expect((await once('/accounts/clean-transport/decision', body, 'k-decision', who.bureau)).json).to.deep.equal(first.json);
      expect(code(await once('/accounts/clean-transport/decision', { ...body, reason: 'x' }, 'k-decision', who.bureau))).to.equal('422 idempotency-key-reused');
      expect((await it_.get('/accounts/clean-transport/decisions?enterprise=e1')).items.length).to.equal(1);
    }); // prettier-ignore
  });

  describe('Registry', () => {
    it('an enterprise reads the inspections of its own fleet', async () => {
      expect((await it_.list('/registry/inspections', who.enterprise)).map(({ vin }) => vin)).to.deep.equal(['VIN1']);
      expect(await it_.list('/registry/inspections?vin=VIN2', who.enterprise)).to.deep.equal([]);
    });

    it('permits are found by plate', async () => {
      const permit = (id: string, plateNumber: string) => ({ id, plateNumber, plateColor: 'yellow', from: '2021-11-01', to: '2021-11-30', recordedAt: '2021-10-01' }); // prettier-ignore
      await it_.rows('permits', [permit('p1', '晋H10001'), permit('p2', '晋H10002')]);
      const ids = async (asked: string, as?: Who) => (await it_.list(`/registry/permits?plate=${encodeURIComponent(asked)}`, as)).map(({ id }) => id); // prettier-ignore
      expect(await ids('晋H10001')).to.deep.equal(['p1']);
      expect(await ids('晋H10002,yellow')).to.deep.equal(['p2']);
      expect(await ids('晋H10002,blue')).to.deep.equal([]);
      expect([await ids('晋H10001', who.enterprise), await ids('晋H10002', who.enterprise)]).to.deep.equal([['p1'], []]);
    });

    it('from and to ask what was in force at some time of a stretch', async () => {
      const row = (stage: string, validFrom: string, more: object = {}) =>
        vehicle('晋H30000', stage, { vin: 'VINP', validFrom, ...more });
      await it_.rows('vehicles', [
        row('3', '2020-01-01'),
        row('4', '2021-01-01'),
        row('5', '2021-06-01', { validTo: '2021-06-30' }),
      ]);
      const stages = async (query: string) => (await it_.list(`/registry/vehicles?vin=VINP&${query}`)).map(({ stage }) => stage);
      expect(await stages('from=2020-12-31&to=2021-01-01')).to.deep.equal(['3', '4']);
      expect(await stages('from=2021-06-30&to=2021-12-31')).to.deep.equal(['5']);
      expect(await stages('from=2021-07-01')).to.deep.equal([]);
      expect(await stages('to=2019-12-31')).to.deep.equal([]);
      expect(await stages('from=2021-07-01&history=true')).to.deep.equal(['3', '4']);
    });
  });
});
