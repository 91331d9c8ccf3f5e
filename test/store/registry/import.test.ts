import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Db } from 'mongodb';
import { pino } from 'pino';
import { SINCE_EVER } from '../../../server/policy/types.ts';
import { createRegistry, createRegistryReader, type Registry } from '../../../server/registry/index.ts';
import { allInForce, inForce } from '../../../server/registry/in-force.ts';
import type { Collection } from '../../../server/registry/types.ts';
import { skeletonOf } from '../../../server/recognition/skeleton.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { startMongo } from '../../support/mongo.ts';
import { gate, response, truck } from '../../support/registry-rows.ts';

describe('importing into the registry', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let db: Db;
  let registry: Registry;
  let now = 0;
  const judgedAgain: { vin: string; at: number }[] = [];

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    db = store.db;
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    await db.dropDatabase();
    now = Date.parse('2021-11-15T00:00:00Z');
    judgedAgain.length = 0;
    registry = createRegistry({
      db,
      clock: { now: () => now, speed: 1 },
      hooks: { inspectionsRecorded: (rows) => Promise.resolve(void judgedAgain.push(...rows)) },
    });
    await registry.indexes();
  });

  const administrator = { recordedAt: true, secrets: true };
  const send = (collection: Collection, text: string, more: object = {}) =>
    registry.import(collection, Readable.from([Buffer.from(text)]), {
      format: text.startsWith('{') || text.startsWith('\ufeff{') ? 'ndjson' : 'csv',
      language: 'en',
      may: administrator,
      ...more,
    });
  const lines = (...rows: object[]) => rows.map((r) => JSON.stringify(r)).join('\n');
  const versions = (collection: Collection) => db.collection(`registry_${collection}`).find().sort({ _id: 1 }).toArray();
  const told = (answer: { accepted: number; unchanged: number; rejected: number }) => [
    answer.accepted,
    answer.unchanged,
    answer.rejected,
  ];

  it('keeps good rows, names bad ones, and a repeat changes nothing', async () => {
    const file =
      lines(truck, { ...truck, plateNumber: '晋H54321', colour: 'red' }, { ...truck, plateNumber: 'jin', fuel: 7 }) +
      '\nnot json\n\n';
    const first = await send('vehicles', file);
    expect(told(first)).to.deep.equal([1, 0, 3]);
    expect(first.errors.map((e) => [e.row, e.code])).to.deep.equal([[2, 'schema'], [3, 'schema'], [4, 'not-json']]); // prettier-ignore
    expect(first.errors[0]?.message).to.include('colour');
    expect(told(await send('vehicles', file))).to.deep.equal([0, 1, 3]);
    const [doc] = await versions('vehicles');
    expect(doc).to.include({ _id: '晋H12345,yellow#1', validFrom: SINCE_EVER, recordedAt: now, seq: 1, vin: truck.vin });
  });

  it('says what is wrong in Chinese too', async () => {
    const answer = await send('vehicles', lines({ ...truck, stage: 6 }), { language: 'zh' });
    expect(answer.errors[0]?.message).to.match(/stage: .*[\u4e00-\u9fff]/);
  });

  it('takes CSV with a BOM, empty cells, JSON cells and booleans, and normalises plates', async () => {
    const csv =
      '\ufeffid,zoneKind,nameZh,polygon,edges,seasons\r\n' +
      'z1,diversion,城区,"{""type"":""Polygon"",""coordinates"":[[[112,38],[113,38],[113,39],[112,38]]]}","[{""index"":0,""included"":false}]",\r\n';
    expect(told(await send('zones', csv))).to.deep.equal([1, 0, 0]);
    const vehicles = 'plateNumber,plateColor,vin,vehicleType,fuel,useNature,totalMass,firstRegistered,status,scr,stage\n' +
      '晋h·1O345,yellow,V1,H11,B,F,31000,2019-03-01,in-use,true,6\n' +
      '晋H10346,yellow,V2,H11,B,F,heavy,2019-03-01,in-use,yes,\n' +
      '晋H10347,yellow,V3\n'; // prettier-ignore
    const answer = await send('vehicles', vehicles);
    expect(told(answer)).to.deep.equal([1, 0, 2]);
    expect(answer.errors[0]?.message).to.include('totalMass').and.to.include('scr');
    expect(answer.errors[1]?.code).to.equal('not-csv');
    expect((await versions('vehicles'))[0]).to.deep.include({ key: '晋H10345,yellow', skeleton: skeletonOf('晋H10345') });
  });

  it('tells where a file with an unclosed quote could not be read on', async () => {
    const header = 'plateNumber,plateColor,vin,vehicleType,fuel,useNature,totalMass,firstRegistered,status\n';
    const answer = await send(
      'vehicles',
      `${header}晋H10345,yellow,V1,H11,B,F,31000,2019-03-01,in-use\n"晋H10346,yellow,V1,H11\n`,
    );
    expect(told(answer)).to.deep.equal([1, 0, 1]);
    expect(answer.errors).to.have.length(1);
    expect(answer.errors[0]).to.include({ row: 2, code: 'csv-broken' });
  });

  it('changes nothing on a dry run', async () => {
    expect(told(await send('vehicles', lines(truck), { dryRun: true }))).to.deep.equal([1, 0, 0]);
    expect(told(await send('devices', lines(gate), { dryRun: true }))).to.deep.equal([1, 0, 0]);
    expect(await versions('vehicles')).to.have.length(0);
    expect(await db.collection('device_secrets').countDocuments()).to.equal(0);
    expect(await db.collection('revisions').countDocuments()).to.equal(0);
  });

  it('begins a changed row when it is recorded, and corrects one of the same beginning', async () => {
    await send('vehicles', lines(truck));
    const before = now;
    now += 1000;
    await send('vehicles', lines({ ...truck, stage: '6' }));
    await send('vehicles', lines({ ...truck, stage: '4', validFrom: '2020-01-01' }));
    now += 1000;
    await send('vehicles', lines({ ...truck, stage: '3', validFrom: '2020-01-01' }));
    const reader = createRegistryReader(db);
    await reader.sync();
    const skeleton = skeletonOf(truck.plateNumber);
    const own = (await reader.vehiclesBySkeleton([skeleton])).get(skeleton)!;
    const stageAt = (at: number, knownBy: number) => inForce(own, at, knownBy)?.facts.stage;
    expect(stageAt(before + 1000, now)).to.equal('6');
    expect(stageAt(before + 999, now)).to.equal('3');
    expect(stageAt(before + 999, before + 1000)).to.equal('4');
    expect(stageAt(before + 999, before)).to.equal('5');
    expect(stageAt(Date.parse('2019-12-31T15:59:59.999Z'), now)).to.equal('5');
    expect(stageAt(Date.parse('2019-12-31T16:00:00Z'), now)).to.equal('3');
  });

  it('a repeat is harmless also when a key comes twice in a file, in one chunk or far apart', async () => {
    const others = Array.from({ length: 2500 }, (_, i) => ({ ...truck, plateNumber: `晋HA${String(i).padStart(4, '0')}` }));
    const file = lines(truck, { ...truck, stage: '6' }, { ...truck, validFrom: '2020-01-01' }, ...others, { ...truck, validFrom: '2020-01-01', stage: '4' }, others[0]!, { ...others[1]!, stage: '6' }); // prettier-ignore
    expect(told(await send('vehicles', file))).to.deep.equal([2505, 1, 0]);
    now += 60_000;
    expect(told(await send('vehicles', file))).to.deep.equal([0, 2506, 0]);
    expect(await versions('vehicles')).to.have.length(2505);
  });

  it('a change back in a file of its own is a change', async () => {
    await send('vehicles', lines(truck));
    now += 1000;
    await send('vehicles', lines({ ...truck, stage: '6' }));
    now += 1000;
    expect(told(await send('vehicles', lines(truck)))).to.deep.equal([1, 0, 0]);
    expect((await versions('vehicles')).map((v) => [v.row.stage, v.validFrom])).to.deep.equal([
      ['5', SINCE_EVER], ['6', now - 1000], ['5', now],
    ]); // prettier-ignore
  });

  it('reads hour 24 and bare dates by their edge', async () => {
    await send(
      'vehicles',
      lines({ ...truck, scrapDue: '2021-12-31', validFrom: '2020-12-31T24:00:00+08:00', validTo: '2021-12-31' }),
    );
    const [doc] = await versions('vehicles');
    expect(doc?.validFrom).to.equal(Date.parse('2020-12-31T16:00:00Z'));
    expect(doc?.validTo).to.equal(Date.parse('2021-12-31T16:00:00Z'));
    const reader = createRegistryReader(db);
    const [version] = (await reader.vehiclesByVin([truck.vin])).get(truck.vin)!;
    expect(version?.facts.scrapDue).to.equal(Date.parse('2021-12-31T16:00:00Z'));
    const wrong = await send('vehicles', lines({ ...truck, validFrom: '2021-01-02', validTo: '2021-01-01' }));
    expect(wrong.errors[0]?.code).to.equal('ends-first');
  });

  it('takes recordedAt from administrators only, and never from the future', async () => {
    const row = lines({ ...truck, recordedAt: '2020-01-01' });
    expect((await send('vehicles', row, { may: { recordedAt: false, secrets: false } })).errors[0]?.code).to.equal('recorded-at');
    expect(told(await send('vehicles', row))).to.deep.equal([1, 0, 0]);
    expect((await versions('vehicles'))[0]?.recordedAt).to.equal(Date.parse('2019-12-31T16:00:00Z'));
    expect((await send('vehicles', lines({ ...truck, recordedAt: '2099-01-01' }))).errors[0]?.code).to.equal('recorded-ahead');
  });

  it('rows of a response follow each other', async () => {
    const file = lines(response, { ...response, end: '2021-11-20' });
    expect(told(await send('responses', file))).to.deep.equal([2, 0, 0]);
    expect(told(await send('responses', file))).to.deep.equal([0, 2, 0]);
    const reader = createRegistryReader(db);
    expect((await reader.responses()).map((r) => [r.seq, r.end])).to.have.deep.members([[1, undefined], [2, Date.parse('2021-11-20T16:00:00Z')]]); // prettier-ignore
  });

  it("makes a device's secret once, keeps two, and gives them to nobody else", async () => {
    const first = await send('devices', lines(gate));
    const secret = first.secrets![0]!;
    expect(secret).to.include({ row: 1, kind: 'gate', id: 'g1' });
    expect(secret.secret).to.match(/^[\w-]{32}$/);
    expect(await registry.checkSecret('gate/g1', secret.secret)).to.equal(true);
    expect((await send('devices', lines(gate))).secrets).to.equal(undefined);

    expect(told(await send('devices', lines({ ...gate, secret: 'second-secret-0001' })))).to.deep.equal([1, 0, 0]);
    expect(told(await send('devices', lines({ ...gate, secret: 'second-secret-0001' })))).to.deep.equal([0, 1, 0]);
    expect(await registry.checkSecret('gate/g1', secret.secret)).to.equal(true);
    await send('devices', lines({ ...gate, secret: 'third-secret-00001' }));
    expect(await registry.checkSecret('gate/g1', secret.secret)).to.equal(false);
    expect(await registry.checkSecret('gate/g1', 'second-secret-0001')).to.equal(true);
    expect(await registry.checkSecret('gate/g1', 'third-secret-00001')).to.equal(true);
    expect((await registry.device('gate/g1'))?.mosquitto).to.match(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);

    const bureau = { may: { recordedAt: false, secrets: false } };
    expect((await send('devices', lines({ ...gate, secret: 'fourth-secret-0001' }), bureau)).errors[0]?.code).to.equal('secret');
    expect(told(await send('devices', lines({ ...gate, id: 'g2' }), bureau))).to.deep.equal([1, 0, 0]);
    expect((await registry.device('gate/g2'))?.secretsSha256).to.deep.equal([]);
    expect(JSON.stringify(await registry.page('devices', { limit: 10 }))).not.to.include('secret');
  });

  it('asks for position and county of all devices but terminals', async () => {
    const { lon: _, ...nowhere } = gate;
    expect((await send('devices', lines(nowhere))).errors[0]?.message).to.include('lon');
    expect(told(await send('devices', lines({ kind: 'on-board', id: truck.vin, nameZh: '终端' })))).to.deep.equal([1, 0, 0]);
  });

  it('has inspections judged again, also those of a repeat', async () => {
    const row = {
      vin: truck.vin,
      at: '2021-11-02T08:00:00+08:00',
      inspectionKind: 'periodic',
      result: 'passed',
      station: '一站',
    };
    await send('inspections', lines(row));
    await send('inspections', lines(row));
    expect(judgedAgain).to.deep.equal([0, 1].map(() => ({ vin: truck.vin, at: Date.parse('2021-11-02T00:00:00Z') })));
    await send('inspections', lines({ ...row, result: 'failed' }));
    const found = await createRegistryReader(db).inspections([truck.vin, 'other']);
    expect(found.get(truck.vin)?.map((i) => i.result)).to.deep.equal(['failed']);
    expect(found.get('other')).to.deep.equal([]);
  });

  it('two writers of the same keys both succeed', async () => {
    const plates = Array.from({ length: 300 }, (_, i) => ({ ...truck, plateNumber: `晋HB${String(i).padStart(4, '0')}` }));
    const answers = await Promise.all(
      ['4', '5', '6'].map((stage) => send('vehicles', lines(...plates.map((p) => ({ ...p, stage }))))),
    );
    expect(answers.map((a) => a.accepted)).to.deep.equal([300, 300, 300]);
    expect(await versions('vehicles')).to.have.length(900);
  });

  it('a reader sees a change after sync, and not a stale one after it', async () => {
    await send('vehicles', lines(truck));
    const reader = createRegistryReader(db);
    expect(await reader.sync()).to.deep.equal(['vehicles']);
    const key = skeletonOf(truck.plateNumber);
    expect((await reader.vehiclesBySkeleton([key, 'none'])).get('none')).to.deep.equal([]);
    now += 1000;
    await send('vehicles', lines({ ...truck, stage: '6' }));
    expect((await reader.vehiclesBySkeleton([key])).get(key)).to.have.length(1);
    expect(await reader.sync()).to.deep.equal(['vehicles']);
    expect((await reader.vehiclesBySkeleton([key])).get(key)).to.have.length(2);
    expect(await reader.sync()).to.deep.equal([]);
  });

  it('a permit given to another plate leaves the first', async () => {
    const permit = { id: 'p1', plateNumber: '晋H12345', plateColor: 'yellow', from: '2021-01-01', to: '2021-12-31' };
    await send('permits', lines(permit, { ...permit, plateNumber: '晋H99999', from: '2021-06-01' }));
    const found = await createRegistryReader(db).permits(['晋H12345,yellow', '晋H99999,yellow']);
    const count = (plate: string, at: string) => allInForce(found.get(plate)!, Date.parse(at), now).length;
    expect(count('晋H12345,yellow', '2021-05-31T15:59:59.999Z')).to.equal(1);
    expect(count('晋H12345,yellow', '2021-05-31T16:00:00Z')).to.equal(0);
    expect(count('晋H99999,yellow', '2021-05-31T16:00:00Z')).to.equal(1);
    expect(count('晋H99999,yellow', '2021-12-31T16:00:00Z')).to.equal(0);
  });

  it('asks the index, not the collection', async () => {
    const plates = Array.from({ length: 50_000 }, (_, i) => ({
      ...truck,
      vin: `V${i}`,
      plateNumber: `晋H${String(i).padStart(5, '0')}`,
    }));
    const body = Readable.from((function* () { for (const p of plates) yield Buffer.from(`${JSON.stringify(p)}\n`); })()); // prettier-ignore
    const answer = await registry.import('vehicles', body, { format: 'ndjson', language: 'en', may: administrator });
    expect(answer.accepted).to.equal(50_000);
    const collection = db.collection('registry_vehicles');
    for (const filter of [{ skeleton: { $in: ['晋H12345', '晋H00001'].map(skeletonOf) } }, { vin: { $in: ['V12345', 'V1'] } }]) {
      const { executionStats } = await collection.find(filter).explain('executionStats');
      expect(executionStats.totalDocsExamined).to.equal(executionStats.nReturned);
    }
  });

  it('lists what is in force, and its history, in pages that neither skip nor repeat', async () => {
    const row = (i: number) => ({ ...truck, plateNumber: `晋HC${String(i).padStart(4, '0')}` });
    await send('vehicles', lines(...Array.from({ length: 25 }, (_, i) => row(i))));
    now += 1000;
    await send(
      'vehicles',
      lines({ ...row(3), stage: '6' }, { ...row(4), status: 'scrapped', validTo: '2021-01-01', validFrom: '2020-01-01' }),
    );
    const read = async (query: object) => {
      const items: Record<string, unknown>[] = [];
      let cursor: string | undefined;
      do {
        const page = await registry.page('vehicles', { ...query, limit: 7, ...(cursor !== undefined && { cursor }) });
        items.push(...page.items);
        cursor = page.next ?? undefined;
        now += 1000;
        await send('vehicles', lines({ ...row(20), owner: String(now) }, { ...row(99), owner: String(now) }));
      } while (cursor !== undefined);
      return items;
    };
    const current = await read({});
    expect(current.map((v) => v.plateNumber)).to.deep.equal(
      Array.from({ length: 25 }, (_, i) => row(i).plateNumber).filter((_, i) => i !== 4),
    );
    expect(current[3]).to.include({ stage: '6' });
    await send(
      'vehicles',
      lines({ ...truck, vin: 'OTHER', plateNumber: '晋HZ0001' }, { ...truck, plateNumber: '晋HZ0001', validFrom: '2020-01-01' }),
    );
    const ofVin = await registry.page('vehicles', { vin: 'OTHER', limit: 5 });
    expect(ofVin.items).to.deep.equal([]);
    expect((await registry.page('vehicles', { vin: 'OTHER', at: Date.parse('2019-06-01'), limit: 5 })).items).to.have.length(1);
    const history = await read({ history: true, key: '晋HC0003,yellow' });
    expect(history.map((v) => v.stage)).to.deep.equal(['5', '6']);
    expect(
      (await registry.page('vehicles', { limit: 1, key: '晋HC0004,yellow', at: Date.parse('2020-06-01') })).items[0],
    ).to.include({ status: 'scrapped' });
  });
});
