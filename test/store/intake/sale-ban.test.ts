import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  batches,
  feed,
  forget,
  furnish,
  passage,
  random,
  reading,
  refOf,
  shuffled,
  sighting,
  truck,
} from '../../support/intake.ts';

const NOW = '2022-01-20T12:00:00+08:00';
const sold = (number: string, more: object = {}) => truck(number, '5', { invoiced: '2021-08-01', ...more });
const FIRST = sold('晋H55001');
const CLEAN = truck('晋H55002', '6', { invoiced: '2021-08-01' });
const OLD = truck('晋H55003', '4');

describe('the sale ban', function () {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2022-01-10T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [CLEAN, OLD]);
    t.clock.set(NOW);
  });
  after(() => t.stop());

  const finding = (vin: string) => t.core.stores.findings.byIds([`sale-ban|sold-below-stage|${vin}`]).then(([f]) => f);
  const alert = (vin: string) => t.store.db.collection('alerts').findOne({ key: `sale-ban|sold-below-stage|${vin}` });
  async function record(...rows: object[]) {
    await t.rows('vehicles', rows);
    await t.core.sweeps.now();
  }

  it('marks nothing for rows that meet no ban', async () => {
    await record(CLEAN, { ...OLD, stage: '3' });
    expect(await t.store.db.collection('due_moments').countDocuments({ kind: 'sale-ban' })).to.equal(0);
  });

  it('is found by the import, without an observation, and told to the market regulator once for ever', async () => {
    await record({ ...FIRST, recordedAt: '2022-01-15T08:00:00+08:00' });
    const found = await finding(FIRST.vin);
    expect(found).to.include({ status: 'confirmed', vin: FIRST.vin, alert: `sale-ban|sold-below-stage|${FIRST.vin}` });
    expect(found!.at.toISOString()).to.equal('2022-01-15T00:00:00.000Z');
    expect(found!.observations).to.deep.equal([]);
    expect(found).not.to.have.any.keys('place', 'device', 'enterprise');
    expect((await alert(FIRST.vin))!.audiences).to.deep.equal(['bureau', 'market']);
  });

  it('shows the earliest sighting, exactly matched and by a right clock, also one that comes later', async () => {
    const late = sighting(FIRST.plateNumber, '2022-01-18T09:00:00+08:00', 'c9');
    await feed(t, [late]);
    expect(await finding(FIRST.vin)).to.deep.include({ device: 'checkpoint/c9' });
    await feed(t, [passage(FIRST.plateNumber, '2022-01-19T09:00:00+08:00')]);
    await feed(t, [sighting(FIRST.plateNumber, '2022-01-16T09:00:00+08:00', 'c1', { clock: 'unsynced' })]);
    await feed(
      t,
      [sighting('晋H5500I', '2022-01-16T09:00:00+08:00', 'c1')].map((m) => ({
        ...m,
        body: { ...m.body, plate: { number: '晋HS5001', color: 'yellow' } },
      })),
    );
    expect(await finding(FIRST.vin)).to.deep.include({ device: 'checkpoint/c9' });
    const early = reading(FIRST.plateNumber, '2022-01-17T09:00:00+08:00', 5, 's3');
    await feed(t, [early]);
    const found = await finding(FIRST.vin);
    expect(found).to.deep.include({ device: 'remote-sensing/s3' });
    expect(found!.measured.sighting).to.equal(refOf(early));
    expect((await alert(FIRST.vin))!.place).to.include({ device: 'remote-sensing/s3' });
    expect(await t.store.db.collection('alerts').countDocuments({ rule: 'sale-ban' })).to.equal(1);
  });

  it('is withdrawn when the row is corrected, also to another VIN, and stands again when the correction is taken back', async () => {
    const row = sold('晋H55010', { validFrom: '2021-09-01' });
    await record(row);
    expect(await finding(row.vin)).to.include({ status: 'confirmed' });
    await record({ ...row, stage: '6' });
    expect(await finding(row.vin)).to.include({ status: 'withdrawn' });
    expect(await alert(row.vin)).to.include({ state: 'withdrawn' });
    await record(row);
    expect(await finding(row.vin)).to.include({ status: 'confirmed' });
    expect(await alert(row.vin)).to.include({ state: 'open' });
    await record({ ...row, vin: 'LTEST550100000009' });
    expect(await finding(row.vin)).to.include({ status: 'withdrawn' });
    expect(await finding('LTEST550100000009')).to.include({ status: 'confirmed' });
  });

  it('stands while another row of the VIN meets it: a later registration corrects nothing', async () => {
    const row = sold('晋H55011', { validFrom: '2021-09-01' });
    await record(row, { ...row, plateNumber: '晋H55012' });
    await record({ ...row, stage: '6' });
    expect(await finding(row.vin)).to.include({ status: 'confirmed' });
    await record({ ...row, plateNumber: '晋H55012', stage: '6', validFrom: '2021-12-01' });
    expect(await finding(row.vin)).to.include({ status: 'confirmed' });
    await record({ ...row, plateNumber: '晋H55012', stage: '6' });
    expect(await finding(row.vin)).to.include({ status: 'withdrawn' });
  });

  it('comes out alike in whatever order rows and messages come', async () => {
    const next = random(11);
    let expected: string[] | undefined;
    for (let run = 0; run < 4; run++) {
      const trucks = ['1', '2', '3'].map((n) => sold(`晋H58${run}0${n}`, { validFrom: '2021-09-01' }));
      const dated = (row: object, at: string) => ({ ...row, recordedAt: at });
      const rows = trucks.flatMap((row, i) => [
        dated(row, '2022-01-12T00:00:00+08:00'),
        dated({ ...row, plateNumber: `晋H58${run}1${i}` }, '2022-01-11T00:00:00+08:00'),
        ...(i === 0 ? [] : [dated({ ...row, plateNumber: `晋H58${run}1${i}`, stage: '6' }, '2022-01-14T00:00:00+08:00')]),
        ...(i === 2 ? [dated({ ...row, stage: 'D' }, '2022-01-15T00:00:00+08:00')] : []),
      ]);
      await t.rows(
        'vehicles',
        trucks.map((row) => ({ ...row, invoiced: undefined, validFrom: '2021-08-15', recordedAt: '2022-01-10T00:00:00+08:00' })),
      );
      const messages = trucks.flatMap(({ plateNumber }) => [
        sighting(plateNumber, '2022-01-16T10:00:00+08:00', 'c2'),
        passage(plateNumber, '2022-01-15T10:00:00+08:00'),
        reading(plateNumber, '2022-01-15T10:00:00+08:00', 5),
        sighting(plateNumber, '2022-01-17T10:00:00+08:00', 'c9'),
      ]);
      const jobs = [
        ...batches(rows, next, 2).map((some) => () => record(...some)),
        ...batches(messages, next).map((some) => () => feed(t, some)),
      ];
      for (const job of run === 0 ? jobs : run === 1 ? [...jobs].reverse() : shuffled(jobs, next)) await job();
      const all = await Promise.all(trucks.map(({ vin }) => finding(vin)));
      const said = all.map((f) =>
        f && f.status !== 'withdrawn' ? [f.at.toISOString(), f.device, f.measured.sightedAt, f.severity].join() : 'none',
      );
      expect(said.map((text) => text !== 'none')).to.deep.equal([true, true, false]);
      expected ??= said;
      expect(said).to.deep.equal(expected);
    }
    await forget(t);
  });

  it('judges a row by the policy of its recording, also one activated just before', async () => {
    const rules = { ...xinzhou2021.rules, 'sale-ban': { ...xinzhou2021.rules['sale-ban'], from: '2021-06-01' } };
    const earlier = sold('晋H55031', { invoiced: '2021-06-01' });
    await record({ ...earlier, recordedAt: '2022-01-15T08:00:00+08:00' });
    expect(await finding(earlier.vin)).to.equal(undefined);
    const from = new Date(t.clock.now() + 500).toISOString();
    await t.activate({ ...xinzhou2021, version: 'earlier-ban', rules }, from);
    t.clock.set(from);
    const row = sold('晋H55032', { invoiced: '2021-06-01' });
    await record(row);
    expect(await finding(row.vin)).to.deep.include({ policyVersion: 'earlier-ban', limit: { from: '2021-06-01', minStage: 6 } });
    expect(await finding(earlier.vin)).to.equal(undefined);
  });
});
