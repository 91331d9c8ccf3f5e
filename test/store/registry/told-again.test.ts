import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Db } from 'mongodb';
import { pino } from 'pino';
import { createRegistry, createRegistryReader } from '../../../server/registry/index.ts';
import { importRows } from '../../../server/registry/import.ts';
import type { Collection } from '../../../server/registry/types.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { registryStore } from '../../../server/store/registry.ts';
import { createRevisions } from '../../../server/store/revisions.ts';
import { startMongo } from '../../support/mongo.ts';
import { gate, response, truck } from '../../support/registry-rows.ts';

const NOW = Date.parse('2021-11-15T00:00:00Z');
const delivery = { id: 'd1', enterpriseId: 'e1', month: '2021-11', mode: 'rail', cargo: '焦炭', tonnes: 5, direction: 'out' };

describe('an import that died between storing and telling', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let db: Db;
  let now = NOW;

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
    db = store.db;
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });
  const told: [Collection, string[]][] = [];
  const marked: string[][] = [];
  const options = { format: 'ndjson', language: 'en', may: { recordedAt: true, secrets: true } } as const;
  const lines = (rows: object[]) => Readable.from(rows.map((row) => JSON.stringify(row) + '\n'));

  const importInto = (collection: Collection, rows: object[], more: object = {}, bump = createRevisions(db).bump) => {
    const deps = {
      store: registryStore(db),
      revisions: { ...createRevisions(db), bump },
      clock: { now: () => now, speed: 1 },
      inspectionsRecorded: () => Promise.resolve(),
      deliveriesRecorded: (ids: string[]) => Promise.resolve(void marked.push(ids)),
      changed: (name: Collection, keys: string[]) => void told.push([name, keys]),
    };
    return importRows(deps, collection, lines(rows), { ...options, ...more });
  };
  const kill = async (collection: Collection, rows: object[]) => {
    const killed = importInto(collection, rows, {}, () => Promise.reject(new Error('killed')));
    expect(String(await killed.catch((error: unknown) => error))).to.include('killed');
    expect(await db.collection(`registry_${collection}`).countDocuments()).to.equal(rows.length);
  };
  const revision = async (name: Collection) => (await createRevisions(db).read())[name] ?? 0;
  beforeEach(async () => {
    await db.dropDatabase();
    now = NOW;
    told.length = 0;
    marked.length = 0;
  });

  it('a repeat tells every process, a dry run none', async () => {
    const reader = createRegistryReader(db);
    const known = async () => {
      await reader.sync();
      return (await reader.responses()).map((r) => r.id);
    };
    expect(await known()).to.deep.equal([]);
    await kill('responses', [response]);
    expect([await known(), told]).to.deep.equal([[], []]);
    await importInto('responses', [response], { dryRun: true });
    expect([await known(), told]).to.deep.equal([[], []]);
    now += 23 * 3_600_000;
    expect(await importInto('responses', [response])).to.include({ accepted: 0, unchanged: 1 });
    expect([await known(), told]).to.deep.equal([['r1'], [['responses', ['r1']]]]);
  });

  it('a repeat of rows with a recording time of their own tells of them, however long ago that is', async () => {
    const old = { ...truck, recordedAt: '2020-01-01' };
    await kill('vehicles', [old]);
    expect(await importInto('vehicles', [old])).to.include({ accepted: 0, unchanged: 1 });
    expect([await revision('vehicles'), told]).to.deep.equal([1, [['vehicles', ['晋H12345,yellow']]]]);
  });

  it("a repeat tells of a device's new secret", async () => {
    await importInto('devices', [gate]);
    now += 48 * 3_600_000;
    const other = { ...gate, secret: 'another-secret-0123456789' };
    const killed = importInto('devices', [other], {}, () => Promise.reject(new Error('killed')));
    expect(String(await killed.catch((error: unknown) => error))).to.include('killed');
    const before = await revision('devices');
    await importInto('devices', [other]);
    expect(await revision('devices')).to.equal(before + 1);
  });

  it('a file of old rows tells nobody', async () => {
    await importInto('vehicles', [truck]);
    await importInto('responses', [response]);
    now += 24 * 3_600_000;
    told.length = 0;
    expect(await importInto('vehicles', [truck])).to.include({ unchanged: 1 });
    expect(await importInto('responses', [response])).to.include({ unchanged: 1 });
    expect([await revision('vehicles'), await revision('responses'), told]).to.deep.equal([1, 1, []]);
  });

  it('whole collections are read anew after a minute, without a repeat', async () => {
    let ms = 0;
    const reader = createRegistryReader(db, undefined, () => ms);
    const known = async () => {
      await reader.sync();
      return (await reader.responses()).map((r) => r.id);
    };
    await known();
    await kill('responses', [response]);
    ms = 59_999;
    expect(await known()).to.deep.equal([]);
    ms = 60_000;
    expect(await known()).to.deep.equal(['r1']);
  });

  it('deliveries are marked for their accounts before the answer, repeats included', async () => {
    await kill('deliveries', [delivery]);
    expect(marked).to.deep.equal([]);
    now += 48 * 3_600_000;
    await importInto('deliveries', [delivery], { dryRun: true });
    expect(marked).to.deep.equal([]);
    await importInto('deliveries', [delivery]);
    expect(marked).to.deep.equal([['d1']]);
    const away = () => Promise.reject(new Error('store away'));
    const hooks = { inspectionsRecorded: () => Promise.resolve(), deliveriesRecorded: away };
    const failing = createRegistry({ db, clock: { now: () => now, speed: 1 }, hooks });
    const answer = failing.import('deliveries', lines([delivery]), options);
    expect(String(await answer.catch((error: unknown) => error))).to.include('store away');
  });
});
