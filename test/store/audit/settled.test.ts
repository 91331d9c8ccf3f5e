import { expect } from 'chai';
import { createPages } from '../../../server/audit/pages.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { batchIdAt } from '../../../server/intake/batch-records.ts';
import { COKING, GATE, startCore, truck, type TestCore } from '../../support/core.ts';

/** The moment S of a list (HTTP contract, "Manners"): what was recorded by then is there, and will not become more. */
describe('the moment of a list', function () {
  this.timeout(60_000);
  let t: TestCore;
  const owner = { username: 'x', name: 'x', role: 'owner' as const };

  before(async () => {
    t = await startCore({ at: '2021-11-15T08:00:00+08:00' });
    await t.rows('enterprises', [COKING]);
    await t.rows('devices', [GATE]);
    await t.rows('vehicles', [truck('晋H10001', '3')]);
  });
  after(() => t?.stop());

  let n = 0;
  const arrive = () =>
    t.send('gate', 'g1', 'arrival', { id: `a-${n++}`, at: new Date(t.clock.now()).toISOString(), direction: 'in', plate: { number: '晋H10001', color: 'yellow' } }); // prettier-ignore

  it('pages of a list neither skip nor repeat while messages come in and are judged', async () => {
    const records = createRecords({ db: t.store.db, clock: t.clock, registry: t.registry, settling: t.core.settling });
    for (let i = 0; i < 60; i++) await arrive();
    let open = true;
    const traffic = Promise.all(
      Array.from({ length: 12 }, async () => {
        while (open) await arrive();
      }),
    );
    const recorded = { observations: 'receivedAt', findings: 'recordedAt', decisions: 'recordedAt' } as const;
    const lists: { name: keyof typeof recorded; asOf: number; seen: string[] }[] = [];
    for (let round = 0; round < 6; round++) {
      for (const name of ['observations', 'findings', 'decisions'] as const) {
        const seen: string[] = [];
        let cursor: string | null = null;
        let asOf = 0;
        do {
          const page: Awaited<ReturnType<typeof records.page>> = await records.page(name, owner, {}, { limit: 150, ...(cursor !== null && { cursor }) }); // prettier-ignore
          seen.push(...page.items.map((item) => String(name === 'decisions' ? item.ref : item.id)));
          [cursor, asOf] = [page.next, page.asOf];
        } while (cursor !== null);
        lists.push({ name, asOf, seen });
      }
    }
    open = false;
    await traffic;
    for (const { name, asOf, seen } of lists) {
      const all = await t.store.db.collection(name).find({ [recorded[name]]: { $lte: new Date(asOf) } }).sort({ at: -1, _id: -1 }).toArray(); // prettier-ignore
      expect(seen, name).to.deep.equal(all.map((doc) => String(name === 'decisions' ? doc.ref : name === 'findings' ? doc._id : doc.id))); // prettier-ignore
    }
    expect(n).to.be.greaterThan(100);
  });

  it('is now where nothing is under way, and never waits for long', async () => {
    const now = t.clock.now();
    const pages = createPages({ db: t.store.db, clock: { now: () => now, speed: 60 }, settling: { owner: 'me', settled: () => Promise.resolve(Date.now()) } }); // prettier-ignore
    await t.store.db.collection('batches').deleteMany({});
    expect(await pages.moment()).to.equal(now);
  });

  it('lies before what is still under way, by the platform’s own clock', async () => {
    const now = t.clock.now();
    const late = { owner: 'me', settled: () => Promise.resolve(Date.now() - 100) };
    const pages = createPages({ db: t.store.db, clock: { now: () => now, speed: 60 }, settling: late });
    expect(now - (await pages.moment())).to.be.within(5_000, 7_000);
  });

  it('waits for what another process may have under way', async () => {
    const at = new Date(Date.now() + 60_000);
    const batch = {
      _id: `${batchIdAt(at.getTime())}-other-1`,
      owner: 'other',
      instance: '2',
      state: 'open' as const,
      openedAt: at,
    };
    await t.store.db.collection<typeof batch>('batches').insertOne(batch);
    const settling = { owner: 'me', settled: () => Promise.resolve(Date.now()) };
    const began = Date.now();
    await createPages({ db: t.store.db, clock: t.clock, settling }).moment();
    expect(Date.now() - began).to.be.at.least(200);
  });
});
