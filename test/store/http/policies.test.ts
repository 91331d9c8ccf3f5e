import { expect } from 'chai';
import type { Db } from 'mongodb';
import { pino } from 'pino';
import { Registry as Metrics } from 'prom-client';
import { ROLES, type Role } from '../../../server/alerts/types.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { createApp } from '../../../server/http/app.ts';
import { policiesRouter } from '../../../server/http/routes/policies.ts';
import { createPolicies } from '../../../server/policies/policies.ts';
import { createPolicySource } from '../../../server/policies/source.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { createRevisions } from '../../../server/store/revisions.ts';
import { createIdentity } from '../../../server/users/identity.ts';
import { listen } from '../../support/http.ts';
import { startMongo } from '../../support/mongo.ts';

const NOW = '2021-11-15T08:00:00+08:00';
const LATER = '2021-12-01';

/** The built-in policy under another name, changed. */
function version(name: string, change: (policy: Policy) => void = () => undefined): Policy {
  const policy = { ...structuredClone(xinzhou2021), version: name };
  change(policy);
  return policy;
}

describe('policy versions over HTTP', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let db: Db;
  let web: Awaited<ReturnType<typeof listen>>;
  let now = Date.parse(NOW);
  const tokens = new Map<string, string>();

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    db = store.db;
    const clock = { now: () => now, speed: 1 };
    const identity = createIdentity({ db, clock });
    const registry = createRegistry({ db, clock, hooks: { inspectionsRecorded: () => Promise.resolve() } });
    const policies = createPolicies({ db, clock, revisions: createRevisions(db), builtIn: xinzhou2021 });
    await Promise.all([identity.indexes(), registry.indexes()]);
    const owner = { username: 'admin', name: 'admin', role: 'owner' as const };
    for (const name of [...ROLES, 'second']) {
      const role: Role = name === 'second' ? 'bureau' : (name as Role);
      const body = { name, role, expires: '2099-01-01', ...(role === 'enterprise' && { enterpriseId: 'e1' }) };
      tokens.set(name, (await identity.createToken(body, owner)).token);
    }
    web = await listen(
      createApp({
        log: pino({ level: 'silent' }), clock, identity, registry,
        records: createRecords({ db, clock, registry }),
        checks: { store: () => Promise.resolve({ ok: true }), broker: () => Promise.resolve({ ok: true }) },
        metrics: new Metrics(), secure: false, webDirectory: '/nowhere',
        routers: [policiesRouter({ policies })],
      }),
    ); // prettier-ignore
  });
  after(async () => {
    await web.close();
    await store.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    now = Date.parse(NOW);
    await db.collection('policies').deleteMany({});
  });

  type Answer = {
    status: number;
    etag: string | null;
    json: Record<string, unknown> & { errors?: { path: string; message: string }[] };
  };
  async function call(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${web.url}/api/v1/policies${path}`, {
      method,
      headers: {
        ...(tokens.has(who) && { authorization: `Bearer ${tokens.get(who)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'accept-language': 'en',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      etag: answer.headers.get('etag'),
      json: (text === '' ? {} : JSON.parse(text)) as Answer['json'],
    };
  }
  const draft = (policy: Policy, who = 'bureau') => call(who, 'POST', '', policy);
  const said = ({ status, json }: Answer) => [status, json.code];

  it('are read by police, bureau, enterprises and auditors and written by the bureau alone', async () => {
    expect((await call('nobody', 'GET', '')).status).to.equal(401);
    for (const role of ROLES) {
      const reads = ['police', 'bureau', 'enterprise', 'auditor', 'owner'].includes(role) ? 200 : 403;
      const writes = ['bureau', 'owner'].includes(role) ? 201 : 403;
      expect((await call(role, 'GET', '')).status, role).to.equal(reads);
      expect((await call(role, 'GET', '/xinzhou-2021')).status, role).to.equal(reads);
      expect((await draft(version(`of-${role}`), role)).status, role).to.equal(writes);
    }
  });

  it('begin with the built-in one, which is in force and whole', async () => {
    const list = (await call('police', 'GET', '')).json.items as object[];
    expect(list).to.have.length(1);
    expect(list[0]).to.include({ version: 'xinzhou-2021', state: 'active', builtIn: true, inForce: true });
    expect((await call('police', 'GET', '/xinzhou-2021')).json.policy).to.deep.equal(xinzhou2021);
    expect((await call('police', 'GET', '/xinzhou-2021/changes')).json).to.deep.equal({ with: 'xinzhou-2021', items: [] });
    expect(await (await fetch(`${web.url}/api/v1/policies?format=csv`, { headers: { authorization: `Bearer ${tokens.get('police')}` } })).text()).to.match(/#end 1\s*$/);
  }); // prettier-ignore

  it('are drafted under a name of their own, once for each Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const made = await call('bureau', 'POST', '', version('v1'), key);
    expect(made).to.deep.include({ status: 201, etag: '"1"' });
    expect(made.json).to.include({ state: 'draft', inForce: false, rev: 1 });
    expect((await call('bureau', 'POST', '', version('v1'), key)).status).to.equal(201);
    expect(said(await draft(version('v1')))).to.deep.equal([409, 'version-taken']);
    expect(said(await draft(version('xinzhou-2021')))).to.deep.equal([409, 'version-taken']);
    expect(said(await call('bureau', 'POST', '', version('v2'), { 'idempotency-key': 'a b' }))).to.deep.equal([
      400,
      'idempotency-key-malformed',
    ]);
    expect(said(await call('bureau', 'POST', '', []))).to.deep.equal([400, 'malformed']);
  });

  const WRONG: [what: string, path: string, change: (policy: Policy) => void][] = [
    ['a name with a blank', 'version', (p) => void (p.version = 'a b')],
    ['an unknown member', 'rules.route', (p) => Object.assign(p.rules.route, { corridorKm: 1 })],
    ['a missing number', 'rules.route.corridorM', (p) => delete (p.rules.route as { corridorM?: number }).corridorM],
    ['a number below its range', 'account.minPercent', (p) => void (p.account.minPercent = -1)],
    ['limits turned round', 'rules.reading-validity.speedKmh', (p) => void (p.rules['reading-validity'].speedKmh = [120, 5])],
    ['a rule without basis', 'rules.diversion.basis', (p) => void (p.rules.diversion.basis = [])],
    ['a basis that is not there', 'rules.phase-out.scrapBasis', (p) => void (p.rules['phase-out'].scrapBasis = ['nowhere'])],
    ['an account whose basis is not there', 'account.basis', (p) => void (p.account.basis = ['nowhere'])],
    ['a basis without validity', 'basis.plan-15.validFrom', (p) => delete (p.basis['plan-15'] as { validFrom?: string }).validFrom],
    ['a basis that ends before it begins', 'basis.plan-15.validTo', (p) => void (p.basis['plan-15']!.validTo = '2020-01-01')],
    ['a day that is none', 'rules.sale-ban.from', (p) => void (p.rules['sale-ban'].from = '2021-02-30')],
    ['requirements out of order', 'rules.emission-standard.requirements', (p) => p.rules['emission-standard'].requirements.reverse()],
  ]; // prettier-ignore
  for (const [what, path, change] of WRONG) {
    it(`are refused with ${what}, and the place is named`, async () => {
      const answer = await draft(version('v1', change));
      expect(said(answer)).to.deep.equal([422, 'invalid-policy']);
      expect(answer.json.errors!.map((e) => e.path)).to.include(path);
      for (const { message } of answer.json.errors!) expect(message).to.match(/^[\x20-\x7e≥≤]+$/);
    });
  }

  it('say what is wrong in Chinese, too', async () => {
    const body = version('v1', (p) => void (p.account.basis = ['nowhere']));
    const { json } = await call('bureau', 'POST', '', body, { 'accept-language': 'zh-CN' });
    expect(json.errors).to.deep.equal([{ path: 'account.basis', message: '没有依据 nowhere' }]);
    const wrong = version('v1', (p) => {
      Object.assign(p.account, { minPercent: '八十', freezeDay: 40, defaultTonnes: -1 });
      p.titleZh = '';
    });
    const told = (await call('bureau', 'POST', '', wrong, { 'accept-language': 'zh-CN' })).json.errors!;
    expect(Object.fromEntries(told.map(({ path, message }) => [path, message]))).to.deep.equal({
      titleZh: '不能为空',
      'account.minPercent': '应为数字',
      'account.defaultTonnes': '不得小于 0',
      'account.freezeDay': '不得大于 28',
    });
  });

  it('are changed and deleted as drafts by who saw their last state', async () => {
    await draft(version('v1'));
    const next = version('v1', (p) => void (p.account.minPercent = 85));
    const put = (headers: Record<string, string>, body: unknown = next) => call('bureau', 'PUT', '/v1', body, headers);
    expect(said(await put({}))).to.deep.equal([428, 'if-match-required']);
    expect(said(await put({ 'if-match': 'x' }))).to.deep.equal([400, 'if-match-malformed']);
    expect(said(await put({ 'if-match': '"7"' }))).to.deep.equal([412, 'stale']);
    const renamed = await put({ 'if-match': '"1"' }, version('v2'));
    expect([said(renamed), renamed.json.errors![0]!.path]).to.deep.equal([[422, 'invalid-policy'], 'version']);
    expect(await put({ 'if-match': '"1"' })).to.deep.include({ status: 200, etag: '"2"' });
    expect(said(await call('bureau', 'PUT', '/none', next, { 'if-match': '"1"' }))).to.deep.equal([404, 'unknown-policy']);
    expect(said(await call('bureau', 'DELETE', '/v1'))).to.deep.equal([428, 'if-match-required']);
    expect(said(await call('bureau', 'DELETE', '/v1', undefined, { 'if-match': '"1"' }))).to.deep.equal([412, 'stale']);
    expect((await call('bureau', 'DELETE', '/v1', undefined, { 'if-match': '"2"' })).status).to.equal(204);
    expect(said(await call('bureau', 'GET', '/v1'))).to.deep.equal([404, 'unknown-policy']);
    expect(said(await call('bureau', 'GET', '/v1/changes'))).to.deep.equal([404, 'unknown-policy']);
  });

  it('say in what they differ from the one in force, or from another, in both languages', async () => {
    await draft(version('v1', (p) => void (p.rules['peak-shift'].bulkUnit.dailyTruckPasses = 5)));
    await draft(version('v2', (p) => void (p.rules['emission-standard'].requirements[1]!.stage = 5)));
    expect((await call('auditor', 'GET', '/v1/changes')).json).to.deep.equal({
      with: 'xinzhou-2021',
      items: [
        {
          path: 'rules.peak-shift.bulkUnit.dailyTruckPasses',
          was: 10,
          becomes: 5,
          zh: '错峰运输 · 大宗物料运输单位，车次门槛：10 车次/日 → 5 车次/日',
          en: 'Peak shifting · Bulk unit, threshold: 10 trucks a day → 5 trucks a day',
        },
      ],
    });
    const items = (await call('auditor', 'GET', '/v2/changes?with=v1')).json.items as { path: string }[];
    expect(items.map((i) => i.path)).to.deep.equal([
      'rules.emission-standard.requirements.1.stage',
      'rules.peak-shift.bulkUnit.dailyTruckPasses',
    ]);
    expect(said(await call('auditor', 'GET', '/v2/changes?with=none'))).to.deep.equal([404, 'unknown-policy']);
  });

  it('are activated by a second person of the bureau, from a moment to come, once', async () => {
    await draft(version('v1', (p) => void (p.account.minPercent = 85)));
    const activate = (who: string, body: unknown, headers: Record<string, string> = {}) =>
      call(who, 'POST', '/v1/activate', body, headers);
    expect(said(await call('enterprise', 'GET', '/v1')), 'a draft').to.deep.equal([404, 'unknown-policy']);
    expect(said(await activate('police', { from: LATER }))).to.deep.equal([403, 'forbidden']);
    expect(said(await activate('bureau', { from: LATER }))).to.deep.equal([403, 'second-person-needed']);
    expect(said(await activate('second', {}))).to.deep.equal([400, 'malformed']);
    expect(said(await activate('second', { from: 'soon' }))).to.deep.equal([400, 'malformed']);
    expect(said(await activate('second', { from: '2021-11-15' }))).to.deep.equal([422, 'retroactive']);
    const late = await activate('second', { from: '2021-11-15' }, { 'accept-language': 'zh-CN' });
    expect(late.json.errors).to.deep.equal([{ path: 'from', message: '已过' }]);
    expect(said(await activate('second', { from: '2021-11-15T07:59:59.999+08:00' }))).to.deep.equal([422, 'retroactive']);
    expect(said(await activate('second', { from: LATER }, { 'if-match': '"9"' }))).to.deep.equal([412, 'stale']);
    expect(said(await call('second', 'POST', '/none/activate', { from: LATER }))).to.deep.equal([404, 'unknown-policy']);
    const active = await activate('second', { from: LATER }, { 'if-match': '"1"' });
    expect(active).to.deep.include({ status: 200, etag: '"2"' });
    expect(active.json).to.include({ state: 'active', inForce: false, from: '2021-12-01T00:00:00.000+08:00' });
    expect(active.json).to.include({ recordedAt: '2021-11-15T08:00:00.000+08:00' });

    const repeats = [undefined, { 'if-match': '"1"' }].map((headers) => activate('second', { from: LATER }, headers));
    for (const again of await Promise.all(repeats)) expect(again).to.deep.equal(active);
    expect(said(await activate('second', { from: '2021-12-02' }))).to.deep.equal([409, 'already-active']);
    expect(said(await activate('owner', { from: LATER }))).to.deep.equal([409, 'already-active']);
    expect(said(await activate('bureau', { from: LATER }))).to.deep.equal([409, 'already-active']);
    const put = await call('bureau', 'PUT', '/v1', version('v1'), { 'if-match': '"2"' });
    expect(said(put)).to.deep.equal([409, 'already-active']);
    expect(said(await call('bureau', 'DELETE', '/v1', undefined, { 'if-match': '"2"' }))).to.deep.equal([409, 'already-active']);
    const builtIn = await call('bureau', 'DELETE', '/xinzhou-2021', undefined, { 'if-match': '"1"' });
    expect(said(builtIn)).to.deep.equal([409, 'already-active']);

    now = Date.parse('2021-12-01T00:00:00+08:00');
    expect((await call('enterprise', 'GET', '/v1')).json).to.include({ inForce: true });
    expect((await call('enterprise', 'GET', '/v1/changes')).json).to.deep.include({ with: 'xinzhou-2021' });
    const log = await db.collection('audit_log').find({ target: 'v1' }).sort({ at: 1 }).toArray();
    expect(log.map((e) => e.action as string)).to.include.members(['policy-drafted', 'policy-activated']);
    expect(log.filter((e) => e.action === 'policy-activated')).to.have.length(1);
    expect((await createRevisions(db).read()).policies).to.equal(3);
  });

  it('are told of by a repeat when the first activation died before it could, also after their beginning', async () => {
    const dead = createPolicies({
      db,
      clock: { now: () => now, speed: 1 },
      revisions: { bump: () => Promise.reject(new Error('killed')) },
      builtIn: xinzhou2021,
    });
    const revisions = createRevisions(db);
    let ms = 0;
    const source = createPolicySource(db, () => ms);
    const known = async () => {
      await source.sync(await revisions.read());
      return source.activated().map((v) => v.policy.version);
    };
    const actor = (username: string) => ({ username, name: username, role: 'bureau' as const });
    const kill = async (name: string) => {
      await dead.draft(version(name), actor('li'), 'en');
      await dead.activate(name, Date.parse(LATER), 1, actor('wang')).then(
        () => expect.fail('not killed'),
        (error: unknown) => expect(String(error)).to.include('killed'),
      );
    };
    const entries = () => db.collection('audit_log').countDocuments({ action: 'policy-activated', target: 'k1' });
    expect(await known()).to.deep.equal([]);
    await kill('k1');
    expect([await known(), await entries()], 'before the repeat').to.deep.equal([[], 0]);
    now = Date.parse('2021-12-02T00:00:00+08:00');
    const living = createPolicies({ db, clock: { now: () => now, speed: 1 }, revisions, builtIn: xinzhou2021 });
    const told = await living.activate('k1', Date.parse(LATER), 1, actor('wang'));
    expect(told).to.include({ state: 'active', rev: 2, activatedBy: 'wang', inForce: true });
    expect([await known(), await entries()]).to.deep.equal([['k1'], 1]);
    // Nobody repeats it: it is known by the age of the last reading.
    now = Date.parse(NOW);
    await kill('k2');
    ms = 29_999;
    expect(await known()).to.deep.equal(['k1']);
    ms = 30_000;
    expect(await known()).to.have.members(['k1', 'k2']);
  });

  it('are not activated by who changed the draft of another either', async () => {
    await draft(version('v1'));
    await call(
      'second',
      'PUT',
      '/v1',
      version('v1', (p) => void (p.account.minPercent = 85)),
      { 'if-match': '"1"' },
    );
    expect((await call('second', 'GET', '/v1')).json.writers).to.have.length(2);
    expect(said(await call('second', 'POST', '/v1/activate', { from: LATER }))).to.deep.equal([403, 'second-person-needed']);
    expect((await call('owner', 'POST', '/v1/activate', { from: LATER })).status).to.equal(200);
  });
});
