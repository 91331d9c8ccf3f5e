import { expect } from 'chai';
import { pino } from 'pino';
import { Registry as Metrics } from 'prom-client';
import { createRecords } from '../../../server/audit/records.ts';
import { createApp } from '../../../server/http/app.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { createIdentity } from '../../../server/users/identity.ts';
import { listen } from '../../support/http.ts';
import { startMongo } from '../../support/mongo.ts';

const PASSWORD = 'correct horse';
const site = (id: string, enterpriseId: string) => ({
  kind: 'machinery-gate', id, nameZh: id, enterpriseId, lon: 112.7, lat: 38.4, county: '140902',
}); // prettier-ignore
const machine = (registrationCode: string) => ({
  registrationCode, machineryKind: 'excavator', stage: '3', owner: '示例', county: '140902',
}); // prettier-ignore
const delivery = (id: string, enterpriseId: string, tonnes = 10) => ({
  id, enterpriseId, month: '2021-10', mode: 'rail', cargo: '焦炭', tonnes, direction: 'out',
}); // prettier-ignore
const declared = (siteId: string, registrationCode: string) => ({ siteId, registrationCode, from: '2021-11-01' });

describe('what an enterprise declares itself', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let web: Awaited<ReturnType<typeof listen>>;
  const cookies: Record<string, string> = {};
  let now = Date.parse('2021-11-15T00:00:00Z');

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    const { db } = store;
    const clock = { now: () => now, speed: 1 };
    const identity = createIdentity({ db, clock, realNow: () => Date.now() });
    const registry = createRegistry({ db, clock, hooks: { inspectionsRecorded: () => Promise.resolve() } });
    await Promise.all([identity.indexes(), registry.indexes()]);
    await identity.ensureAdmin(PASSWORD);
    web = await listen(
      createApp({
        log: pino({ level: 'silent' }), clock, identity, registry, records: createRecords({ db, clock, registry }),
        checks: { store: () => Promise.resolve({ ok: true }), broker: () => Promise.resolve({ ok: true }) },
        metrics: new Metrics(), secure: false, webDirectory: '/nowhere',
      }),
    ); // prettier-ignore
    cookies.admin = await signIn('admin');
    for (const [username, role, enterpriseId] of [['one', 'enterprise', 'e1'], ['two', 'enterprise', 'e2'], ['bureau', 'bureau', undefined]]) {
      const body = { username, name: username, role, password: PASSWORD, ...(enterpriseId && { enterpriseId }) };
      expect((await call('POST', '/users', 'admin', JSON.stringify(body), 'application/json')).status).to.equal(201);
      cookies[username!] = await signIn(username!);
    } // prettier-ignore
    await put('admin', 'devices', [site('j1', 'e1'), site('j2', 'e2'), { ...site('g1', 'e1'), kind: 'gate' }]);
  });
  after(async () => {
    await web.close();
    await store.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    now += 1000;
    for (const name of ['machinery', 'declarations', 'deliveries']) await store.db.collection(`registry_${name}`).deleteMany({});
  });

  const call = (method: string, path: string, who?: string, body?: string, type?: string) =>
    fetch(`${web.url}/api/v1${path}`, {
      method,
      headers: { 'accept-language': 'en', ...(who && { cookie: cookies[who]! }), ...(type && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    });
  const signIn = async (username: string) =>
    (await call('POST', '/session', undefined, JSON.stringify({ username, password: PASSWORD }), 'application/json')).headers
      .get('set-cookie')!
      .split(';')[0]!;
  const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row) + '\n').join('');
  const csv = (rows: object[]) => [Object.keys(rows[0]!), ...rows.map((r) => Object.values(r) as string[])].map((c) => c.join(',')).join('\n'); // prettier-ignore
  const put = async (who: string, collection: string, rows: object[], format: 'ndjson' | 'csv' = 'ndjson', query = '') => {
    const [body, type] = format === 'csv' ? [csv(rows), 'text/csv'] : [lines(rows), 'application/x-ndjson'];
    const answer = await call('PUT', `/registry/${collection}${query}`, who, body, type);
    if (answer.status !== 200) return answer.status;
    const { accepted, unchanged, errors } = (await answer.json()) as Record<'accepted' | 'unchanged', number> & {
      errors: { row: number; code: string }[];
    };
    return [accepted, unchanged, errors.map((e) => `${e.row} ${e.code}`)];
  };
  const read = async (who: string, collection: string, query = '') => {
    const answer = await call('GET', `/registry/${collection}${query}`, who);
    const { items } = (await answer.json()) as { items: { id?: string; registrationCode?: string }[] };
    return items.map((item) => item.id ?? item.registrationCode);
  };

  it('machinery, declarations and deliveries are imported as NDJSON and as CSV, and a repeat changes nothing', async () => {
    for (const [collection, rows] of [
      ['machinery', [machine('M-1'), machine('M-2')]],
      ['declarations', [declared('j1', 'M-1'), declared('j2', 'M-2')]],
      ['deliveries', [delivery('d1', 'e1'), delivery('d2', 'e2', 7.5)]],
    ] as const) {
      expect(await put('bureau', collection, [...rows]), collection).to.deep.equal([2, 0, []]);
      expect(await put('bureau', collection, [...rows], 'csv'), collection).to.deep.equal([0, 2, []]);
    }
    expect(await read('bureau', 'deliveries')).to.deep.equal(['d1', 'd2']);
  });

  it('takes from an enterprise its own deliveries only, also under an id that is taken', async () => {
    const rows = [delivery('d1', 'e1'), delivery('d2', 'e2')];
    expect(await put('one', 'deliveries', rows, 'ndjson', '?dryRun=true')).to.deep.equal([1, 0, ['2 not-own']]);
    expect(await put('one', 'deliveries', rows)).to.deep.equal([1, 0, ['2 not-own']]);
    expect(await put('one', 'deliveries', rows, 'csv')).to.deep.equal([0, 1, ['2 not-own']]);
    expect(await put('two', 'deliveries', [delivery('d1', 'e2', 99)])).to.deep.equal([0, 0, ['1 not-own']]);
    expect(await put('one', 'deliveries', [delivery('d1', 'e1', 99)])).to.deep.equal([1, 0, []]);
  });

  it('takes declarations for its own machinery gates only', async () => {
    const rows = [declared('j1', 'M-1'), declared('j2', 'M-1'), declared('g1', 'M-1'), declared('j9', 'M-1')];
    expect(await put('one', 'declarations', rows)).to.deep.equal([1, 0, ['2 not-own', '3 not-own', '4 not-own']]);
    expect(await put('one', 'declarations', [{ ...declared('j1', 'M-1'), recordedAt: '2021-11-01' }])).to.deep.equal([0, 0, ['1 recorded-at']]); // prettier-ignore
    expect(await put('one', 'machinery', [machine('M-1')])).to.equal(403);
  });

  it('of two that take a new id at once only one has it', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `d${i}`);
    await Promise.all(
      ['e1', 'e2'].map((e, i) => put(i === 0 ? 'one' : 'two', 'deliveries', ids.map((id) => delivery(id, e)))),
    ); // prettier-ignore
    const versions = await store.db.collection('registry_deliveries').find().toArray();
    expect(versions).to.have.length(40);
  });

  it('shows an enterprise its own rows and no others, whatever it asks for', async () => {
    await put('bureau', 'machinery', [machine('M-1'), machine('M-2'), machine('M-3')]);
    await put('bureau', 'declarations', [declared('j1', 'M-1'), declared('j2', 'M-2')]);
    await put('bureau', 'deliveries', [delivery('d1', 'e1'), delivery('d2', 'e2')]);
    for (const query of ['', '?history=true', '?order=desc', '?limit=1']) {
      expect(await read('one', 'machinery', query), query).to.deep.equal(['M-1']);
      expect(await read('one', 'declarations', query), query).to.deep.equal(['M-1']);
      expect(await read('one', 'deliveries', query), query).to.deep.equal(['d1']);
      expect(await read('two', 'deliveries', query), query).to.deep.equal(['d2']);
    }
    expect(await read('one', 'machinery', '?id=M-2')).to.deep.equal([]);
    expect(await read('one', 'deliveries', '?id=d2')).to.deep.equal([]);
    expect(await read('bureau', 'machinery')).to.deep.equal(['M-1', 'M-2', 'M-3']);
    const exported = await (await call('GET', '/registry/deliveries?format=csv', 'one')).text();
    expect(exported).to.include('d1').and.not.to.include('d2');
  });
});
