import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../../server/audit/account-text.ts';
import { cleanTransportAccount, type Delivery, type RoadRow } from '../../../server/audit/clean-transport.ts';
import { figureValue } from '../../../server/audit/figures.ts';
import {
  account as accountSchema, accountLine, accountMonths, accountRows, accountWithRevisions, cleanTransportDecisions, FIGURES, type Account, type AccountLine, type AccountRow,
} from '../../../server/http/contract/accounts.ts'; // prettier-ignore
import type { TransportRow } from '../../../server/http/contract/ledgers.ts';
import { forgetAccountMarks } from '../../../server/intake/histories/accounts.ts';
import { auditHttp } from '../../support/audit-http.ts';
import { COKING, GATE, startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, forget, furnish, passage, shuffled, random, truck, type Message } from '../../support/intake.ts';

const PLATES = { electric: '晋H99001', six: '晋H99002', five: '晋H99003', stranger: '晋H99009' };
const MONTH = '2022-01';
const START = Date.parse('2022-01-10T08:00:00+08:00');
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
const HOUR = 3_600_000;
type WithRevisions = Account & {
  basis: { article: string }[];
  cleanTransport: string;
  revisions: { revision: number; state: string; digest: string }[];
};
type Rows = { unit: string; total: number; revision: number; items: AccountRow[]; next: string | null };

describe('the clean-transport account', function () {
  this.timeout(120_000);
  let t: TestCore;
  let http: Awaited<ReturnType<typeof auditHttp>>;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(PLATES.electric, 'D', { fuel: 'C' }), truck(PLATES.six, '6'), truck(PLATES.five, '5')]);
    await t.rows('devices', [{ ...GATE, id: 'g2', requiredPhotos: ['plate'], secret: 'gate-two-secret-0123456789' }]);
    http = await auditHttp(t);
  });
  after(async () => {
    await http.close();
    await t.stop();
  });
  beforeEach(() => t.clock.set(START + 4 * 24 * HOUR));
  afterEach(async () => {
    await forgetAll();
  });

  async function forgetAll() {
    await forget(t);
    forgetAccountMarks(t.core.accounting);
    for (const name of ['accounts', 'due_accounts', 'registry_deliveries']) await t.store.db.collection(name).deleteMany({});
  }
  const path = (more = '', enterprise = 'coking-1', month = MONTH) =>
    `/accounts/clean-transport?month=${month}&enterprise=${enterprise}${more}`;
  const last = (enterprise = 'coking-1', month = MONTH) => http.json<WithRevisions>(path('', enterprise, month));
  const bytes = async (revision: number) => (await http.get(path(`&revision=${revision}`))).text();
  async function rows(figure: string, revision?: number, limit = 7): Promise<Rows> {
    const all: AccountRow[] = [];
    for (let cursor = ''; ;) {
      const query = `month=${MONTH}&enterprise=coking-1&figure=${figure}&limit=${limit}${cursor}${revision ? `&revision=${revision}` : ''}`;
      const page = await http.json<Rows>(`/accounts/clean-transport/rows?${query}`);
      accountRows.parse(page);
      all.push(...page.items);
      if (page.next === null) return { ...page, items: all };
      cursor = `&cursor=${page.next}`;
    }
  }
  const deliver = async (list: object[]) => {
    await t.rows('deliveries', list);
    await http.accounts.deliveriesChanged(list.map((d) => (d as { id: string }).id));
  };
  const delivery = (id: string, mode: string, tonnes: number, more: object = {}) => ({ id, enterpriseId: 'coking-1', month: MONTH, mode, cargo: '焦炭', tonnes, direction: 'out', ...more }); // prettier-ignore
  const load = (number: string, minutes: number, direction: 'in' | 'out', tonnes?: number, more: object = {}, gate = 'g1') =>
    passage(number, at(minutes), { direction, ...(tonnes !== undefined && { cargo: { name: '焦炭', tonnes } }), ...more }, gate);

  it('adds up the month in tonnes, and proposes; the figures name their rows', async () => {
    await feed(t, [
      load(PLATES.electric, 0, 'in', 40),
      load(PLATES.electric, 30, 'out', 20),
      load(PLATES.six, 5, 'in', 30),
      load(PLATES.five, 6, 'in'),
      load(PLATES.stranger, 7, 'out', 10, { release: { mode: 'forced' } }, 'g2'),
      load(PLATES.five, 9, 'in', 5, { outcome: 'turned-back' }),
      arrival(PLATES.five, at(8)),
    ]);
    await deliver([delivery('d1', 'rail', 100), delivery('d2', 'pipe', 11.5)]);
    const account = await last();
    accountWithRevisions.parse(account);
    const { figures } = account;
    expect(account).to.include({ revision: 1, state: 'provisional', month: MONTH, enterprise: 'coking-1', county: '140902' });
    expect(figures.tonnes).to.deep.equal({
      rail: 100, water: 0, pipe: 11.5, conveyor: 0, newEnergy: 60, stage6: 30, otherRoad: 10, estimated: 35, clean: 171.5, total: 246.5,
    }); // prettier-ignore
    expect([figures.auditShare, figures.weighedShare, figures.stage6Share, figures.proposes]).to.deep.equal([69.57, 81.09, 12.17, 'not-met']); // prettier-ignore
    expect(figures.rows).to.deep.equal({ road: 5, estimated: 1, deliveries: 2 });
    expect(figures.passages).to.include({ turnedBack: 1, forced: 1 });
    expect(figures.photos).to.deep.equal({ required: 1, missing: 1, notUploaded: 0 });
    expect(figures.pairing).to.include({ entries: 3, exits: 2, paired: 1, exitWithoutEntry: 1 });
    expect(figures.cargo).to.include({ weighed: 4, incomplete: 1, percent: 80 });
    expect(figures.stages['6']).to.deep.equal({ rows: 1, tonnes: 30 });
    expect(figures.quality).to.include({ rows: 5, limit: 95, met: false });
    expect(account.rank).to.deep.equal({ place: 1, of: 1 });
    for (const figure of FIGURES) {
      const { items, total, unit } = await rows(figure);
      const sum = items.reduce((n, { value }) => n + Math.round(value * 1000), 0) / 1000;
      expect([figure, sum, unit === 't' || items.length === total]).to.deep.equal([figure, total, true]);
      expect(total).to.equal(figureValue(figures, figure));
    }
    expect((await rows('tonnes.estimated')).items[0]).to.include({ value: 35, estimated: true });
    expect((await rows('passages.refused')).items[0]!.arrival!.reason).to.include({
      rule: 'emission-standard',
      code: 'below-stage',
    });
    expect((await rows('passages.forced')).items[0]!.passage).to.include({ release: 'forced' });
    expect(account.basis.map((basis) => basis.article)).to.deep.equal(['第14条', '第15条']);
  });

  it('makes a new revision only where a figure differs, says in which, and keeps the old one byte for byte', async () => {
    await feed(t, [load(PLATES.electric, 0, 'in', 40)]);
    const first = await last();
    expect((await last()).revisions).to.have.length(1);
    const old = await bytes(1);
    await feed(t, [load(PLATES.six, 5, 'in', 60)]);
    const second = await last();
    expect(second.revision).to.equal(2);
    expect(second.differences).to.deep.include({ figure: 'tonnes.stage6', before: 0, now: 60 });
    expect(second.differences).to.deep.include({ figure: 'auditShare', before: 100, now: 40 });
    expect(second.revisions.map((r) => r.revision)).to.deep.equal([2, 1]);
    expect(await bytes(1)).to.equal(old);
    const { digest, ...rest } = accountSchema.parse(JSON.parse(old));
    expect(createHash('sha256').update(canonicalJson(rest)).digest('hex')).to.equal(digest);
    expect(old).to.equal(canonicalJson({ ...rest, digest }));
    expect(digest).to.equal(first.digest);
    // The rows of the old one are those recorded by its moment.
    expect((await rows('rows.road', 1)).items).to.have.length(1);
    expect((await rows('rows.road')).items).to.have.length(2);
  });

  it('is brought up every hour by whichever process comes first, frozen on the 10th, and followed by what came later', async () => {
    await feed(t, [load(PLATES.electric, 0, 'in', 40)]);
    expect(await t.core.stores.accounts.last('coking-1', MONTH)).to.equal(null);
    t.clock.set(START + 4 * 24 * HOUR + HOUR);
    await Promise.all([t.core.sweeps.now(), t.core.sweeps.now()]);
    expect(await t.core.stores.accounts.last('coking-1', MONTH)).to.include({ revision: 1, state: 'provisional' });
    // An enterprise from whose gates nothing comes has an account too.
    expect(await t.core.stores.accounts.last('far-1', MONTH)).to.include({ revision: 1, state: 'provisional' });

    t.clock.set('2022-02-09T23:59:00+08:00');
    await t.core.sweeps.now();
    expect(await t.core.stores.accounts.last('coking-1', MONTH)).to.include({ state: 'provisional' });
    t.clock.set('2022-02-10T00:00:01+08:00');
    await t.core.sweeps.now();
    const frozen = await last();
    expect(frozen).to.include({ state: 'final', asOf: '2022-02-10T00:00:00.000+08:00' });
    expect(frozen.rank).to.deep.equal({ place: 1, of: 1 });
    expect(frozen.figures.pairing).to.include({ open: 0, noExit: 1 });
    const text = await bytes(frozen.revision);

    await feed(t, [load(PLATES.six, 5, 'in', 40)]);
    const later = await last();
    expect(later).to.include({ state: 'final', revision: frozen.revision + 1 });
    expect(later.differences.map((d) => d.figure)).to.include('tonnes.total');
    expect(await bytes(frozen.revision)).to.equal(text);
    expect((await last()).revision).to.equal(later.revision);
  });

  it('brought up at once for a delivery, it still takes in at the hour what came before and after', async () => {
    await feed(t, [load(PLATES.electric, 0, 'in', 40)]);
    await deliver([delivery('d1', 'rail', 100)]);
    await t.core.sweeps.now();
    expect(await t.core.stores.accounts.last('coking-1', MONTH)).to.include({ revision: 1 });
    await feed(t, [load(PLATES.six, 5, 'in', 30)]);
    t.clock.set(START + 4 * 24 * HOUR + HOUR);
    await t.core.sweeps.now();
    const doc = await t.core.stores.accounts.last('coking-1', MONTH);
    expect(doc).to.include({ revision: 2 });
    expect((JSON.parse(doc!.text) as { figures: { rows: object } }).figures.rows).to.deep.include({ road: 2, deliveries: 1 });
  });

  it('gives way to no revision of an earlier moment that came in between', async () => {
    await feed(t, [load(PLATES.electric, 0, 'in', 40)]);
    const { accounts } = t.core.stores;
    const { insert } = accounts;
    const now = t.clock.now();
    accounts.insert = async (doc) => {
      accounts.insert = insert;
      // Somebody looked a little earlier, and writes a little sooner.
      await insert({ ...doc, asOf: new Date(now - 1000), text: doc.text.replaceAll('"road":1', '"road":0') });
      return insert(doc);
    };
    await t.core.accounting.maker.refresh('coking-1', MONTH, { by: now });
    const last = await accounts.last('coking-1', MONTH);
    expect(last).to.include({ revision: 2 });
    expect(last!.asOf.getTime()).to.equal(now);
  });

  it('lists the month with rank and month on month, each reader’s part', async () => {
    t.clock.set('2022-02-05T12:00:00+08:00');
    const inFebruary = (m: Message): Message => ({ ...m, body: { ...m.body, id: `${m.body.id}-f`, at: m.body.at.replace('-01-10', '-02-04') } }); // prettier-ignore
    await feed(t, [
      load(PLATES.electric, 0, 'in', 40), load(PLATES.six, 1, 'in', 60),
      inFebruary(load(PLATES.electric, 0, 'in', 40)), inFebruary(load(PLATES.six, 1, 'in', 10)),
      inFebruary(load(PLATES.six, 1, 'in', 10, {}, 'g9')),
    ]); // prettier-ignore
    await last('coking-1', '2022-01');
    const list = async (who: 'auditor' | 'far' | 'elsewhere') =>
      (await http.json<{ items: AccountLine[] }>('/accounts/clean-transport?month=2022-02', who)).items;
    const items = await list('auditor');
    for (const line of items) accountLine.parse(line);
    expect(items.map((a) => [a.enterprise, a.figures.auditShare, a.rank?.place, a.monthOnMonth?.change ?? null])).to.deep.equal([
      ['coking-1', 80, 1, 40],
      ['far-1', 0, 2, null],
    ]);
    expect((await list('far')).map((a) => [a.enterprise, a.rank])).to.deep.equal([['far-1', { place: 2, of: 2 }]]);
    expect(await list('elsewhere')).to.deep.equal([]);
    const part = async (more: string) =>
      (await http.json<{ items: AccountLine[] }>(`/accounts/clean-transport?month=2022-02${more}`)).items.map(
        (a) => a.enterprise,
      );
    expect(await part('&proposes=not-met')).to.deep.equal(['far-1']);
    expect(await part('&county=140902&industry=coking')).to.deep.equal(['coking-1']);
    expect(await part('&industry=steel')).to.deep.equal([]);
    const months = async (more: string, who?: 'far') =>
      accountMonths.parse(await http.json(`/accounts/clean-transport/months?enterprise=coking-1&${more}`, who)).items;
    expect((await months('month=2022-02')).map((m) => [m.month, m.revision, m.figures.auditShare])).to.deep.equal([
      ['2022-01', 1, 40],
      ['2022-02', 1, 80],
    ]);
    expect(await months('month=2022-02&months=1')).to.have.length(1);
    expect(await http.code('/accounts/clean-transport/months?enterprise=coking-1&month=2022-02', 'far')).to.equal('404 unknown-enterprise'); // prettier-ignore
    const file = await (await http.get('/accounts/clean-transport?month=2022-02&format=csv&header=zh')).text();
    expect(file)
      .to.match(/^企业,企业名称,/)
      .and.to.match(/#end 2\n$/);
  });

  it('lets the bureau decide on the account it saw, as a new version of the enterprise', async () => {
    await feed(t, [load(PLATES.six, 5, 'in', 60)]);
    const { revision, digest } = await last();
    const decide = (more: object, who: 'bureau' | 'elsewhere' | 'coking' | 'auditor' = 'bureau') =>
      http.post('/accounts/clean-transport/decision', who, {
        enterprise: 'coking-1', month: MONTH, revision, cleanTransport: 'not-met', reason: '核查比例低于80%', ...more,
      }); // prettier-ignore
    expect((await decide({}, 'coking')).status).to.equal(403);
    expect((await decide({}, 'auditor')).status).to.equal(403);
    expect((await decide({}, 'elsewhere')).status).to.equal(404);
    expect((await decide({ revision: 99 })).status).to.equal(404);
    expect((await decide({ cleanTransport: 'perhaps' })).status).to.equal(400);
    const validFrom = '2022-02-01T00:00:00.000+08:00';
    const answer = (await (await decide({ validFrom })).json()) as Record<string, string>;
    expect(answer).to.include({ enterprise: 'coking-1', cleanTransport: 'not-met', validFrom });
    const of = async (moment: string) =>
      (await t.registry.page('enterprises', { key: 'coking-1', at: Date.parse(moment), limit: 1 })).items[0];
    expect(await of('2022-01-31T00:00:00+08:00')).to.include({ cleanTransport: 'met' });
    expect(await of(validFrom)).to.include({ cleanTransport: 'not-met', nameZh: COKING.nameZh, version: answer.version });
    expect(http.audited.at(-1)).to.deep.include({ by: 'bureau', action: 'clean-transport-decided', target: 'coking-1' });
    expect(http.audited.at(-1)!.detail).to.include({
      month: MONTH,
      revision,
      digest,
      proposed: 'not-met',
      reason: '核查比例低于80%',
    });
    // That another minute was listened to is no reason to look again.
    await t.core.stores.statuses.listened([START]);
    const more = await last();
    expect(more.differences.map((d) => d.figure)).to.deep.equal(['transmission.expectedMinutes', 'transmission.percent']);
    expect((await decide({ validFrom })).status).to.equal(200);
    const path = '/accounts/clean-transport/decisions?enterprise=coking-1';
    const { items } = cleanTransportDecisions.parse(await http.json(path, 'coking'));
    expect(items).to.have.length(2);
    expect(items[0]).to.include({ by: 'bureau', month: MONTH, revision, digest, proposed: 'not-met', cleanTransport: 'not-met', validFrom }); // prettier-ignore
    expect(items[0]!.basis.map((basis) => basis.article)).to.deep.equal(['第14条', '第15条']);
    expect(await http.code(path, 'far')).to.equal('404 unknown-enterprise');
    expect(await http.code(path, 'police')).to.equal('403 forbidden');
    await feed(t, [load(PLATES.electric, 0, 'in', 40)]);
    const stale = await decide({});
    expect([stale.status, ((await stale.json()) as { code: string }).code]).to.deep.equal([409, 'newer-revision']);
  });

  it('answers what is wrong, unknown or not the reader’s', async () => {
    await feed(t, [load(PLATES.six, 5, 'in', 60)]);
    const figure = (more: string) => `/accounts/clean-transport/rows?${more}`;
    const own = `month=${MONTH}&enterprise=coking-1`;
    const cases: [string, string, ('far' | 'police' | 'coking')?][] = [
      ['/accounts/clean-transport', '400 malformed'],
      ['/accounts/clean-transport?month=2021-13', '400 malformed'],
      [`/accounts/clean-transport?month=${MONTH}&revision=1`, '400 malformed'],
      [`/accounts/clean-transport?month=${MONTH}&x=1`, '400 malformed'],
      [path('', 'nobody'), '404 unknown-enterprise'],
      [path(), '404 unknown-enterprise', 'far'],
      [path(), '403 forbidden', 'police'],
      [path('&revision=99'), '404 unknown-account'],
      [path('&revision=0'), '400 malformed'],
      [path('', 'coking-1', '2021-03'), '404 unknown-account'],
      [path('', 'coking-1', '2022-03'), '404 unknown-account'],
      [figure(`${own}&figure=everything`), '400 malformed'],
      [figure(`${own}&figure=rows.road&revision=99`), '404 unknown-account'],
      [figure(`${own}&figure=rows.road&cursor=x`), '400 bad-cursor'],
      [figure(`${own}&figure=rows.road`), '404 unknown-enterprise', 'far'],
    ];
    for (const [address, answer, who] of cases) expect([address, await http.code(address, who)]).to.deep.equal([address, answer]);
  });

  const generated = fc.record({
    seed: fc.integer(),
    road: fc.array(
      fc.record({
        plate: fc.constantFrom(...Object.values(PLATES)),
        minutes: fc.integer({ min: 0, max: 3 * 24 * 60 }),
        direction: fc.constantFrom('in' as const, 'out' as const),
        gate: fc.constantFrom('g1', 'g2'),
        tonnes: fc.option(fc.integer({ min: 0, max: 999_900 }).map((kg) => kg / 1000), { nil: undefined }),
      }),
      { maxLength: 20 },
    ),
    deliveries: fc.array(
      fc.record({ mode: fc.constantFrom('rail', 'water', 'pipe', 'conveyor'), tonnes: fc.integer({ min: 0, max: 900_000 }).map((kg) => kg / 1000) }),
      { maxLength: 4 },
    ),
  }); // prettier-ignore

  it('whatever came: every figure is the sum of the rows it names, and the shares are those of the pure account', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async ({ seed, road, deliveries }) => {
        await forgetAll();
        const messages = road.map((r) => load(r.plate, r.minutes, r.direction, r.tonnes, {}, r.gate));
        if (messages.length > 0) await feed(t, shuffled(messages, random(seed)));
        if (deliveries.length > 0) await deliver(deliveries.map((d, i) => delivery(`p${i}`, d.mode, d.tonnes)));
        if (messages.length + deliveries.length === 0) return;
        const { figures, revision } = await last();
        for (const figure of FIGURES) {
          const { items, total } = await rows(figure, revision, 1000);
          expect([figure, items.reduce((n, { value }) => n + Math.round(value * 1000), 0) / 1000]).to.deep.equal([figure, total]);
        }
        const { items } = await http.json<{ items: TransportRow[] }>('/ledgers/transport?limit=1000');
        const pure = cleanTransportAccount(
          items.map((row): RoadRow => ({ ref: row.id, direction: row.direction, by: row.carriedBy, ...(row.cargo.tonnes !== undefined && { tonnes: row.cargo.tonnes }) })), // prettier-ignore
          deliveries.map((d, i): Delivery => ({
            id: `p${i}`,
            mode: d.mode,
            tonnes: d.tonnes,
            direction: 'out',
          })),
          { minPercent: 80, defaultTonnes: 30 },
        );
        expect(figures.tonnes).to.deep.equal({ ...pure.tonnes, clean: pure.clean, total: pure.total });
        expect(figures).to.deep.include({ auditShare: pure.auditShare, weighedShare: pure.weighedShare, stage6Share: pure.stage6Share, proposes: pure.proposes, rows: pure.rows }); // prettier-ignore
      }),
      { numRuns: 6 },
    );
  });
});
