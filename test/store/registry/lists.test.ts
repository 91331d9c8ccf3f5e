import { expect } from 'chai';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { createRegistry, type Registry } from '../../../server/registry/index.ts';
import type { Collection } from '../../../server/registry/types.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startMongo } from '../../support/mongo.ts';

const truck = (plateNumber: string, more: object = {}) => ({
  plateNumber, plateColor: 'yellow', vin: `VIN${plateNumber.slice(-5)}`, vehicleType: 'Q11', fuel: 'B', stage: '3', useNature: 'F',
  totalMass: 25_000, firstRegistered: '2012-03-20', status: 'in-use', ...more,
}); // prettier-ignore

describe('lists of the registry', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let registry: Registry;
  let now = Date.parse('2021-11-15T00:00:00Z');
  let stageMax = 3;

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    const limits = () => ({ ...xinzhou2021.rules['phase-out'], stageMax });
    registry = createRegistry({
      db: store.db,
      clock: { now: () => now, speed: 1 },
      hooks: { inspectionsRecorded: () => Promise.resolve() },
      policyAt: () => ({ ...xinzhou2021, rules: { ...xinzhou2021.rules, 'phase-out': limits() } }),
    });
    await registry.indexes();
    await put('vehicles', [
      truck('晋H10001'),
      truck('晋H10002', { stage: '4' }),
      truck('晋H10003', { useNature: 'A' }),
      truck('晋H10004', { fuel: 'E' }),
      truck('晋H10005', { status: 'scrapped' }),
      truck('晋H10006', { vehicleType: 'K11' }),
      truck('晋H10007', { stage: '2' }),
      truck('晋H10008', { stage: 'unknown' }),
      truck('晋H10009', { stage: '0' }),
    ]);
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });

  async function put(collection: Collection, rows: object[]) {
    now += 60_000;
    const body = Readable.from([rows.map((row) => `${JSON.stringify(row)}\n`).join('')]);
    const may = { recordedAt: true, secrets: false };
    const answer = await registry.import(collection, body, { format: 'ndjson', language: 'en', may });
    expect(answer.errors).to.deep.equal([]);
    now += 60_000;
  }
  const plates = async (query: Parameters<Registry['all']>[1]) => {
    const found: string[] = [];
    for await (const item of registry.all('vehicles', query).items) found.push(String(item.plateNumber));
    return found;
  };

  it('name the vehicles that are listed for phase-out: in use, goods, diesel, commercial, of the policy’s stages', async () => {
    expect(await plates({ phaseOut: true })).to.deep.equal(['晋H10001', '晋H10007', '晋H10009']);
    expect(await plates({ phaseOut: true, order: 'desc' })).to.deep.equal(['晋H10009', '晋H10007', '晋H10001']);
    stageMax = 4;
    expect(await plates({ phaseOut: true })).to.include('晋H10002');
    stageMax = 3;
  });

  it('go by the version in force: a truck scrapped or refitted since is off the list, at an earlier moment it is on it', async () => {
    const before = now;
    await put('vehicles', [truck('晋H10007', { stage: '2', status: 'scrapped' }), truck('晋H10009', { stage: '6' })]);
    expect(await plates({ phaseOut: true })).to.deep.equal(['晋H10001']);
    expect(await plates({ phaseOut: true, at: before })).to.deep.equal(['晋H10001', '晋H10007', '晋H10009']);
    await put('vehicles', [truck('晋H10007', { stage: '2' }), truck('晋H10009', { stage: '0' })]);
  });

  it('name what was declared for a site at some time of a period', async () => {
    await put('declarations', [
      { siteId: 's1', registrationCode: 'M1', from: '2021-10-01', to: '2021-10-31' },
      { siteId: 's1', registrationCode: 'M2', from: '2021-11-01' },
      { siteId: 's2', registrationCode: 'M3', from: '2021-10-01' },
    ]);
    const codes = async (query: Parameters<Registry['all']>[1]) => {
      const found: string[] = [];
      for await (const item of registry.all('declarations', query).items) found.push(String(item.registrationCode));
      return found;
    };
    const [october, november] = [Date.parse('2021-10-31T12:00:00+08:00'), Date.parse('2021-11-01T00:00:00+08:00')];
    expect(await codes({ site: 's1' })).to.deep.equal(['M2']);
    expect(await codes({ within: { from: october, to: november } })).to.deep.equal(['M1', 'M3']);
    expect(await codes({ site: 's1', within: { from: november, to: Infinity } })).to.deep.equal(['M2']);
  });

  it('page through it without skipping or repeating', async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await registry.page('vehicles', { phaseOut: true, limit: 1, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map((item) => String(item.plateNumber)));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(found).to.deep.equal(['晋H10001', '晋H10007', '晋H10009']);
  });

  it('find the keys by an index, not by reading every vehicle', async () => {
    const plan = JSON.stringify(
      await store.db
        .collection('registry_vehicles')
        .find({ 'row.stage': { $in: ['0', '1', '2', '3'] } }, { projection: { _id: 0, key: 1 } })
        .sort({ key: 1 })
        .explain('queryPlanner'),
    );
    expect(plan).to.include('SORT_MERGE').and.not.include('COLLSCAN');
  });

  it('find a row by a part of its name or key, whatever the case', async () => {
    const enterprise = (id: string, nameZh: string, nameEn: string) => ({
      id, uscc: `U-${id}`, nameZh, nameEn, county: '140902', industry: 'steel', annualFreight: 1, planningArea: false, dailyTruckPasses: 1, grade: 'B',
      cleanTransport: 'met', lon: 112, lat: 38,
    }); // prettier-ignore
    await put('enterprises', [enterprise('E1', '滹沱钢铁', 'Hutuo Steel'), enterprise('E2', '云中焦化', 'Yunzhong Coking')]);
    const ids = async (search: string) =>
      (await registry.page('enterprises', { search, limit: 10 })).items.map((item) => item.id);
    expect(await ids('钢铁')).to.deep.equal(['E1']);
    expect(await ids('YUNZHONG')).to.deep.equal(['E2']);
    expect(await ids('e')).to.deep.equal(['E1', 'E2']);
    expect(await ids('nobody')).to.deep.equal([]);
  });
});
