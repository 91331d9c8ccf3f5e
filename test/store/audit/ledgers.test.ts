import { expect } from 'chai';
import { inPlantRow, machineryRow, transportRow, type InPlantRow, type MachineryRow, type TransportRow } from '../../../server/http/contract/ledgers.ts'; // prettier-ignore
import { PASSAGES, TIME_LINE } from '../../../server/store/observations.ts';
import { auditHttp, type Who } from '../../support/audit-http.ts';
import { COKING, GATE, startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, forget, furnish, passage, refOf, truck, type Message } from '../../support/intake.ts';

const DIESEL = '晋H88001';
const ELECTRIC = '晋H88002';
const START = '2022-01-15T12:00:00.000+08:00';
const at = (minutes: number) => new Date(Date.parse(START) + minutes * 60_000).toISOString();
const moved = (number: string, minutes: number, direction: 'in' | 'out', more: object = {}, gate = 'g1') =>
  passage(number, at(minutes), { direction, ...more }, gate);
type List<T> = { items: T[]; next: string | null };

describe('the ledgers', function () {
  this.timeout(90_000);
  let t: TestCore;
  let http: Awaited<ReturnType<typeof auditHttp>>;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(DIESEL, '6'), truck(ELECTRIC, 'D', { fuel: 'C' })]);
    await t.rows('enterprises', [{ ...COKING, id: 'other-1', county: '140981' }]);
    await t.rows('devices', [
      { ...GATE, id: 'g2', requiredPhotos: ['vehicle', 'plate'], secret: 'gate-two-secret-0123456789' },
      { ...GATE, id: 'g3', enterpriseId: 'other-1', county: '140981', secret: 'gate-three-secret-0123456789' },
      { kind: 'machinery-gate', id: 'site1', nameZh: '示例工地', county: '140902', enterpriseId: 'coking-1', minStage: 3, lon: 112.7, lat: 38.4, secret: 'site-one-secret-0123456789' }, // prettier-ignore
    ]);
    await t.rows('machinery', [{ registrationCode: 'M3', machineryKind: 'loader', stage: '3', owner: '甲', county: '140902' }]);
    await t.rows('declarations', [{ siteId: 'site1', registrationCode: 'M3', from: '2022-01-01' }]);
    http = await auditHttp(t);
  });
  after(async () => {
    await http.close();
    await t.stop();
  });
  beforeEach(() => t.clock.set(at(24 * 60)));
  afterEach(() => forget(t));

  const transport = (query = '', who?: Who) => http.json<List<TransportRow>>(`/ledgers/transport?order=asc${query}`, who);
  const stays = (query = '', who?: Who) => http.json<List<InPlantRow>>(`/ledgers/in-plant?order=asc${query}`, who);

  it('holds every counted passage with its vehicle, cargo, photos, answer and its other half', async () => {
    const sha256 = 'a'.repeat(64);
    const ask = arrival(DIESEL, at(-1));
    const messages: Message[] = [
      ask,
      moved(DIESEL, 0, 'in', { arrivalId: ask.body.id, cargo: { name: '焦炭', tonnes: 30.5 } }),
      moved(DIESEL, 1, 'in'),
      moved(DIESEL, 90, 'out', { images: [{ role: 'vehicle', sha256, contentType: 'image/jpeg' }] }, 'g2'),
      moved(ELECTRIC, 5, 'in', { release: { mode: 'forced', reason: '故障' } }),
      moved('晋H88009', 6, 'out'),
      moved(DIESEL, 95, 'in', {}, 'g3'),
      moved('无牌', 7, 'in'),
      moved(DIESEL, 8, 'in', { outcome: 'turned-back' }, 'g2'),
    ];
    await feed(t, messages);
    await t.store.db
      .collection<{ _id: string }>('images')
      .insertOne({ _id: `${sha256}/gate/g2`, at: new Date(at(91)) } as { _id: string });
    const { items } = await transport();
    for (const row of items) transportRow.parse(row);
    expect(items.map((row) => `${row.direction} ${row.plate.number} ${row.carriedBy} ${row.pairing?.state}`)).to.deep.equal([
      `in ${DIESEL} stage-6 paired`,
      `in ${ELECTRIC} new-energy open`,
      'out 晋H88009 other exit-without-entry',
      `out ${DIESEL} stage-6 paired`,
      `in ${DIESEL} stage-6 open`,
    ]);
    expect(items[0]).to.deep.include({ cargo: { name: '焦炭', tonnes: 30.5 }, gate: 'g1', enterprise: 'coking-1', stage: '6' });
    expect(items[0]!.pairing).to.include({ minutes: 90 });
    expect(items[0]!.decision).to.include({ of: 'arrival' });
    expect(items[3]!.photos).to.deep.include({
      required: ['plate', 'vehicle'],
      present: ['vehicle'],
      missing: ['plate'],
      uploaded: 1,
    });
    expect(items[3]!.findings).to.deep.equal(['photo-missing']);
    expect(items[1]).to.deep.include({ forced: true, newEnergy: true });
    expect((await transport('&forced=true')).items.map((row) => row.id)).to.deep.equal([items[1]!.id]);
    expect(items[2]).to.include({ recognition: 'unregistered', stage: 'unknown' });
  });

  it('keeps how a corrected plate was read', async () => {
    const read = DIESEL.replace('88001', '8B001');
    await feed(t, [moved(read, 0, 'in'), moved(DIESEL, 30, 'out')]);
    const [came, left] = (await transport()).items;
    expect(came).to.deep.include({
      recognition: 'corrected',
      read,
      plate: { number: DIESEL, color: 'yellow' },
      carriedBy: 'other',
    });
    expect(left).to.not.have.property('read');
    expect((await stays()).items[0]).to.include({ read });
  });

  it('shows each reader the own part', async () => {
    await feed(t, [moved(DIESEL, 0, 'in'), moved(DIESEL, 5, 'in', {}, 'g3')]);
    const gates = async (who: Who, query = '') => (await transport(query, who)).items.map((row) => row.gate);
    expect(await gates('auditor')).to.deep.equal(['g1', 'g3']);
    expect(await gates('bureau')).to.deep.equal(['g1']);
    expect(await gates('elsewhere')).to.deep.equal(['g3']);
    expect(await gates('coking')).to.deep.equal(['g1']);
    expect(await gates('coking', '&enterprise=other-1')).to.deep.equal([]);
    expect(await gates('auditor', '&enterprise=other-1')).to.deep.equal(['g3']);
    expect(await gates('auditor', `&plate=${encodeURIComponent(ELECTRIC)}`)).to.deep.equal([]);
    expect(await http.code('/ledgers/transport', 'police')).to.equal('403 forbidden');
    expect(await http.code('/ledgers/transport?month=2022-01')).to.equal('400 malformed');
    expect(await http.code('/ledgers/transport?cursor=x')).to.equal('400 bad-cursor');
  });

  it('knows who is inside, now and at a moment, and how long each stayed', async () => {
    t.clock.set(at(180));
    await feed(t, [moved(DIESEL, 0, 'in'), moved(DIESEL, 60, 'out'), moved(ELECTRIC, 30, 'in'), moved('晋H88009', 40, 'out')]);
    const all = (await stays()).items;
    for (const row of all) inPlantRow.parse(row);
    expect(all.map((s) => `${s.plate.number} ${s.state} ${s.minutes} ${s.inside}`)).to.deep.equal([
      `${DIESEL} paired 60 false`,
      `${ELECTRIC} open 150 true`,
      '晋H88009 exit-without-entry null false',
    ]);
    const numbers = async (query: string) => (await stays(query)).items.map((s) => s.plate.number);
    expect(await numbers('&inside=true')).to.deep.equal([ELECTRIC]);
    expect(await numbers(`&at=${encodeURIComponent(at(45))}`)).to.deep.equal([DIESEL, ELECTRIC]);
    expect(await numbers('&state=exit-without-entry')).to.deep.equal(['晋H88009']);
    t.clock.set(at(52 * 60));
    expect(await numbers('&inside=true')).to.deep.equal([]);
    expect(await numbers('&state=no-exit')).to.deep.equal([ELECTRIC]);
  });

  it('holds the machinery of sites with what was registered and declared', async () => {
    const machine = (code: string, minutes: number): Message => ({
      kind: 'machinery-gate',
      deviceId: 'site1',
      message: 'passage',
      body: { id: `machine-${minutes}`, at: at(minutes), backfill: true, direction: 'in', registrationCode: code },
    });
    await feed(t, [machine('M3', 0), machine('M9', 5)]);
    const { items } = await http.json<List<MachineryRow>>('/ledgers/machinery?order=asc', 'coking');
    for (const row of items) machineryRow.parse(row);
    expect(items.map((m) => [m.registrationCode, m.registered, m.stage, m.declared])).to.deep.equal([
      ['M3', true, '3', true],
      ['M9', false, 'unknown', false],
    ]);
    expect(items[1]!.findings).to.include('unregistered-machine');
    expect((await http.json<List<MachineryRow>>('/ledgers/machinery?code=M9')).items).to.have.length(1);
    for (const finding of ['any', 'undeclared'])
      expect((await http.json<List<MachineryRow>>(`/ledgers/machinery?finding=${finding}`)).items.map((m) => m.registrationCode)).to.deep.equal(['M9']); // prettier-ignore
    expect((await http.json<List<MachineryRow>>('/ledgers/machinery?finding=stage-banned')).items).to.deep.equal([]);
    expect((await http.json<List<MachineryRow>>('/ledgers/machinery', 'far')).items).to.deep.equal([]);
  });

  it('is the rows recorded by its moment, page after page, and a file in Chinese', async () => {
    const first = Array.from({ length: 7 }, (_, i) => moved(DIESEL, i * 10, i % 2 === 0 ? 'in' : 'out'));
    await feed(t, first);
    const page = await http.json<List<TransportRow>>('/ledgers/transport?limit=3');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await feed(t, [moved(DIESEL, 65, 'out'), moved(DIESEL, 25, 'out')]);
    const rest = await http.json<List<TransportRow>>(`/ledgers/transport?limit=100&cursor=${page.next}`);
    expect([...page.items, ...rest.items].map((row) => row.id)).to.deep.equal(first.map(refOf).reverse());
    // What came later changes nothing of this list's pairs.
    expect(page.items[0]!.pairing!.state).to.equal('open');
    expect(rest.next).to.equal(null);
    const text = await (await http.get('/ledgers/transport?format=csv&header=zh', 'coking')).text();
    expect(text)
      .to.match(/^编号,时间,/)
      .and.to.match(/#end 9\n$/);
    const ndjson = await (await http.get('/ledgers/in-plant?format=ndjson')).text();
    expect(ndjson.trimEnd().split('\n').at(-1)).to.equal('#end 5');
    expect((await http.get('/ledgers/machinery?format=xlsx')).headers.get('content-type')).to.contain('spreadsheet');
  });

  it('reads its first page from an index, whatever the number of rows', async () => {
    await feed(t, [moved(DIESEL, 0, 'in'), moved(DIESEL, 30, 'out')]);
    const { collection } = t.core.stores.observations;
    const rows = { kind: 'gate' as const, message: 'passage', row: true as const };
    const plan = async (filter: object, hint: string) =>
      JSON.stringify(await collection.find(filter, { hint }).sort({ at: -1, _id: -1 }).limit(101).explain('queryPlanner'));
    for (const [filter, hint] of [
      [rows, PASSAGES.all],
      [{ ...rows, enterprise: 'coking-1' }, PASSAGES.ofEnterprise],
      [{ kind: 'machinery-gate', message: 'passage' }, PASSAGES.all],
    ] as const) {
      expect(await plan(filter, hint))
        .to.contain('IXSCAN')
        .and.not.to.match(/COLLSCAN|"SORT"/);
    }
    const neighbours = { row: true as const, enterprise: 'coking-1', vehicle: { $in: ['a', 'b'] }, at: { $gte: new Date(0) } };
    expect(JSON.stringify(await collection.find(neighbours, { hint: TIME_LINE.rows }).explain('queryPlanner'))).not.to.contain('COLLSCAN'); // prettier-ignore
  });
});
