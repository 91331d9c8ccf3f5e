import { expect } from 'chai';
import express from 'express';
import {
  responseBook,
  responsePreview,
  type ResponseBook,
  type ResponsePreview,
} from '../../../server/http/contract/responses.ts';
import { zoneBook, zonePreview, type ZoneBook, type ZonePreview } from '../../../server/http/contract/zones.ts';
import { problemHandler } from '../../../server/http/problems.ts';
import { ordersRouter } from '../../../server/http/routes/orders.ts';
import { policyBook } from '../../../server/intake/policy-book.ts';
import { createLog } from '../../../server/log.ts';
import { createOrders } from '../../../server/orders.ts';
import { createPolicySource } from '../../../server/policies/source.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { createCensus } from '../../../server/registry/census.ts';
import { createRevisions } from '../../../server/store/revisions.ts';
import { vehicleCensusStore } from '../../../server/store/vehicle-census.ts';
import { WHO, type Who } from '../../support/audit-http.ts';
import { COKING, GATE, startCore, type TestCore } from '../../support/core.ts';
import { listen } from '../../support/http.ts';
import { arrival, feed, furnish, passage, truck } from '../../support/intake.ts';

const OLD = '晋H77001';
const NEW = '晋H77002';
const at = (time: string, day = '2021-11-15') => `${day}T${time}:00+08:00`;
const ORDER = {
  id: 'R1',
  level: 'orange',
  counties: ['140902'],
  start: at('12:00'),
  end: '2021-11-16T24:00:00+08:00',
  issuedBy: '指挥部',
  reference: '1号',
};

describe('responses and zones before they are published', function () {
  this.timeout(120_000);
  let t: TestCore;
  let web: Awaited<ReturnType<typeof listen>>;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    const census = vehicleCensusStore(t.store.db);
    await census.indexes();
    await furnish(t, [truck(OLD, '4'), truck(NEW, '6'), truck('晋H77003', '4', { fuel: 'C' })]);
    await t.rows('enterprises', [
      { ...COKING, id: 'short-1', nameZh: '未达标焦化', cleanTransport: 'not-met', county: '140921' },
      { ...COKING, id: 'north-1', nameZh: '北焦化', county: '140981' },
    ]);
    await t.rows('devices', [
      { ...GATE, id: 'g3', enterpriseId: 'short-1', county: '140921', secret: 'gate-three-secret-0123456789' },
      { ...GATE, kind: 'machinery-gate', id: 'm1', enterpriseId: 'coking-1', minStage: 2, secret: 'site-one-secret-0123456789' },
    ]);
    await t.rows('machinery', [
      { registrationCode: 'J1', machineryKind: '挖掘机', stage: '2', owner: '甲', county: '140902' },
      { registrationCode: 'J2', machineryKind: '装载机', stage: '3', owner: '甲', county: '140902' },
    ]);
    await t.rows('declarations', ['J1', 'J2'].map((registrationCode) => ({ siteId: 'm1', registrationCode, from: '2021-11-01', to: '2021-12-31' }))); // prettier-ignore
    t.clock.set(at('09:00'));
    await feed(t, [
      passage(OLD, at('08:00')),
      passage(OLD, at('08:20'), {}, 'g3'),
      passage(NEW, at('08:10'), {}, 'g3'),
      passage(NEW, at('08:30', '2021-11-01'), {}, 'g1'),
      arrival(NEW, at('08:40')),
    ]);
    const app = express();
    app.use(express.json(), (req, _res, next) => {
      Object.assign(req, { actor: WHO[req.get('x-who') as Who] });
      next();
    });
    const policies = policyBook(xinzhou2021, createPolicySource(t.store.db));
    const deps = {
      registry: t.core.registry,
      policies,
      decisions: t.core.stores.decisions,
      revisions: createRevisions(t.store.db),
      clock: t.clock,
    };
    app.use(ordersRouter(createOrders({ ...deps, census })));
    app.use(problemHandler(createLog('silent')));
    web = await listen(app);
  });
  after(async () => {
    await web?.close();
    await t.stop();
  });

  async function ask<T>(path: string, body?: object, who: Who = 'auditor', language = 'zh-CN'): Promise<T> {
    const answer = await fetch(web.url + path, {
      headers: { 'x-who': who, 'accept-language': language, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${((await answer.json()) as { code: string }).code}`);
    return (await answer.json()) as T;
  }
  const { issuedBy: _by, reference: _reference, ...DRAFT } = ORDER;
  const preview = (change: object = {}, who?: Who, language?: string) =>
    ask<ResponsePreview>('/responses/preview', { ...DRAFT, ...change }, who, language);

  it('tell whom a response would touch, by the rule that will judge', async () => {
    const found = responsePreview.parse(await preview({ counties: ['140902', '140921'] }));
    expect(found).to.deep.include({ at: '2021-11-15T12:00:00.000+08:00', policy: 'xinzhou-2021', notes: [] });
    expect(found.levels.map(({ county, before, after }) => [county, before, after])).to.deep.equal([
      ['140902', null, 'orange'],
      ['140921', null, 'orange'],
    ]);
    expect(found.enterprises).to.deep.include({ all: 3, bulk: 2, touched: 2, tightened: 1, freed: 0 });
    expect(found.enterprises.items.map(({ id, level, seen, hit }) => [id, level, seen, hit])).to.deep.equal([
      ['short-1', 'red', 2, 2],
      ['coking-1', 'orange', 1, 1],
      ['far-1', null, 0, 0],
    ]);
    expect(
      found.measures.map(({ level, enterprises, registered, seen }) => [level, enterprises, registered, seen]),
    ).to.deep.equal([
      ['orange', 1, 1, 1],
      ['red', 1, 2, 2],
    ]);
    expect(found.registered).to.deep.include({ all: 3, hit: 2 });
    expect(found.seen).to.deep.include({ all: 2, hit: 2, hiddenCounties: [] });
    expect(found.seen.from).to.match(/^2021-11-08T09:00:0/);
    expect(found.machinery).to.deep.include({ stageMax: 2, sites: 1, declared: 2, banned: 1 });
  });

  it('count gates only where the reader may see them, and ask for a role', async () => {
    const found = await preview({ counties: ['140902', '140921'] }, 'bureau');
    expect(found.seen).to.deep.include({ all: 1, hit: 1, hiddenCounties: ['140921'] });
    expect(found.enterprises.items.find(({ id }) => id === 'short-1')).to.deep.include({ level: 'red', seen: null, hit: null });
    const refused = await preview({}, 'coking').catch((error: Error) => error.message);
    expect(refused).to.equal('403 forbidden');
  });

  it('tell of a mistake in the language of who made it', async () => {
    const [note] = (await preview({ start: at('12:00'), end: at('11:00') }, 'auditor', 'en')).notes;
    expect(note).to.deep.equal({ path: 'end', code: 'ends-first', severity: 'error', message: 'It ends before it starts' });
  });

  it('follow a response through raise and lift, and say from when something changes', async () => {
    await t.rows('responses', [ORDER]);
    const raised = await preview({ level: 'red', start: at('18:00') });
    expect(raised.at).to.equal('2021-11-15T18:00:00.000+08:00');
    expect(raised.levels).to.deep.equal([{ county: '140902', before: 'orange', after: 'red' }]);
    expect(raised.ahead[0]!.after.map(({ level, from }) => [level, from.slice(11, 16)])).to.deep.equal([
      ['orange', '12:00'],
      ['red', '18:00'],
    ]);
    await t.rows('responses', [{ ...ORDER, level: 'red', start: at('18:00'), reference: '2号' }]);
    const lower = await preview({ id: 'R2', level: 'yellow', start: at('19:00') });
    expect(lower.notes.map(({ code }) => code)).to.deep.equal(['below-running', 'no-effect']);

    t.clock.set(at('20:00'));
    const lifted = await preview({ level: 'red', start: at('18:00'), end: at('20:00') });
    expect(lifted.notes).to.deep.equal([]);
    expect(lifted.at).to.match(/^2021-11-15T20:00:0/);
    expect(lifted.enterprises).to.deep.include({ touched: 0, freed: 1 });
    await t.rows('responses', [{ ...ORDER, level: 'red', start: at('18:00'), end: at('20:00') }]);

    const book = responseBook.parse(await ask<ResponseBook>('/responses', undefined, 'coking'));
    expect(book.ahead).to.deep.equal([]);
    expect(book.items.map(({ id, state, rows }) => [id, state, rows.map((row) => row.deeds.join())])).to.deep.equal([
      ['R1', 'over', ['declared', 'raised', 'lifted']],
    ]);
  });

  it('count every registered vehicle once, as it is registered now', async () => {
    await t.rows('vehicles', [
      truck('晋H77010', '4', { validTo: '2021-01-01' }),
      truck('晋H77011', '3'),
      truck('晋H77012', '4', { status: 'scrapped' }),
      { ...truck('晋H77011', '5'), validFrom: '2021-11-01' },
    ]);
    const census = createCensus({
      store: vehicleCensusStore(t.store.db),
      revisions: createRevisions(t.store.db),
      clock: t.clock,
    });
    const kinds = (await census.within(60_000))!.kinds;
    const stages = kinds.map(({ kind, vehicles }) => `${kind.fuel}${kind.stage} ${vehicles}`).sort();
    expect(stages).to.deep.equal(['B4 1', 'B5 1', 'B6 1', 'C4 1']);
    expect(await census.within(0)).to.not.equal(undefined);
  });

  it('show the zones with what is judged of them', async () => {
    const book = zoneBook.parse(await ask<ZoneBook>('/zones'));
    expect(book.edgeToleranceM).to.equal(15);
    expect(book.items.map(({ id, judged }) => [id, judged?.now, judged?.seasons, judged?.vehicles.sizes])).to.deep.equal([
      ['core', true, [{ from: '10-15', to: '03-31' }], ['heavy']],
      ['ring', true, [{ from: '10-15', to: '03-31' }], ['heavy']],
    ]);
  });

  it('tell what an outline would hold, edge by edge, and what is wrong with it', async () => {
    const outline = (corners: number[][]) => ({ polygon: { type: 'Polygon', coordinates: [[...corners, corners[0]]] } });
    // The gates stand at 112.73, 38.42: on the western edge of this one.
    const corners = [[112.73, 38.4], [112.8, 38.4], [112.8, 38.5], [112.73, 38.5]]; // prettier-ignore
    const included = zonePreview.parse(await ask<ZonePreview>('/zones/preview', { ...outline(corners), id: 'ring' }));
    const gate = (found: ZonePreview) => found.devices.find(({ id }) => id === 'g1');
    expect(gate(included)).to.deep.include({ inside: true, was: true, edge: { index: 3, metres: 0, included: true } });
    const excluded = await ask<ZonePreview>('/zones/preview', { ...outline(corners), edges: [{ index: 3, included: false }], id: 'ring' }); // prettier-ignore
    expect(gate(excluded)).to.deep.include({ inside: false, was: true });
    expect(
      excluded.devices.some(({ id }) => id === 'g9'),
      'far away',
    ).to.equal(false);
    const crossing = await ask<ZonePreview>('/zones/preview', outline([corners[0]!, corners[2]!, corners[1]!, corners[3]!]), 'auditor', 'en'); // prettier-ignore
    expect(crossing.faults).to.deep.equal([{ code: 'crosses', at: [0, 2], message: 'Edges 1 and 3 cross' }]);
  });
});
