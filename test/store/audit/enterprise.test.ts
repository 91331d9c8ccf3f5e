import { expect } from 'chai';
import { formatInstant, HOUR } from '../../../devices/contract/instant.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { gateQualities, type AccountFigures, type GateQualities } from '../../../server/http/contract/accounts.ts';
import { controlNotice, declarationChecked, type ControlNotice } from '../../../server/http/contract/control.ts';
import { photoCounts, photoRow, type PhotoCounts, type PhotoRow } from '../../../server/http/contract/photos.ts';
import { reviews, type Reviews } from '../../../server/http/contract/reviews.ts';
import { imageKey } from '../../../server/store/images.ts';
import { auditHttp, WHO } from '../../support/audit-http.ts';
import { GATE, startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, furnish, passage, refOf, truck } from '../../support/intake.ts';

const SIX = '晋H78001';
const DAY = '2022-01-15';
const at = (time: string, day = DAY) => `${day}T${time}:00+08:00`;
const digest = (n: number) => n.toString(16).padStart(64, '0');
const image = (role: string, n: number) => ({ role, sha256: digest(n), contentType: 'image/jpeg' });

/** What the people of a coking plant are told of their own gates, and nobody of another enterprise is. */
describe('what an enterprise reads', function () {
  this.timeout(90_000);
  let t: TestCore;
  let http: Awaited<ReturnType<typeof auditHttp>>;
  const shots = [
    passage(SIX, at('08:00'), { direction: 'in', images: [image('plate', 1), image('vehicle', 2)], cargo: { name: '焦煤', tonnes: 30 } }, 'p1'),
    passage(SIX, at('08:30'), { direction: 'out', images: [image('plate', 3), image('vehicle', 4)] }, 'p1'),
    passage(SIX, at('09:00'), { direction: 'in', images: [image('plate', 5)] }, 'p1'),
  ]; // prettier-ignore
  const late = passage(SIX, at('08:10', '2022-01-16'), { direction: 'out', images: [image('plate', 6), image('vehicle', 7)] }, 'p1'); // prettier-ignore

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(SIX, '6')]);
    const gate = { ...GATE, interactive: false, requiredPhotos: ['plate', 'vehicle'] };
    await t.rows('devices', [
      { ...gate, id: 'p1', nameZh: '东门', secret: 'secret-of-the-gate-p1' },
      { ...GATE, kind: 'machinery-gate', id: 'm1', nameZh: '煤场', minStage: 3, secret: 'secret-of-the-site-m1' },
    ]);
    await t.rows('machinery', [
      { registrationCode: 'J2', machineryKind: '装载机', stage: '2', owner: '甲', county: '140902' },
      { registrationCode: 'J3', machineryKind: '挖掘机', stage: '3', owner: '甲', county: '140902' },
      { registrationCode: 'JU', machineryKind: '推土机', stage: 'unknown', owner: '甲', county: '140902' },
    ]);
    await t.rows('declarations', [{ siteId: 'm1', registrationCode: 'J2', from: '2022-01-01', to: '2022-01-31' }]);
    http = await auditHttp(t);
    for (const shot of shots) {
      t.clock.set(Date.parse(shot.body.at) + 200);
      await feed(t, [shot]);
    }
    await uploaded(1, at('08:01'));
    await uploaded(3, at('08:31'));
    await uploaded(5, at('09:01'));
    t.clock.set(at('08:11', '2022-01-16'));
    await feed(t, [late]);
    t.clock.set(at('09:10', '2022-01-16'));
    await t.core.sweeps.now();
    await feed(t, [arrival('晋H78099', at('08:58', '2022-01-16')), arrival('晋H78098', at('08:20', '2022-01-16'))]);
    await feed(t, [passage('晋H78098', at('08:22', '2022-01-16'), { release: { mode: 'manual', operator: '李门岗' } })]);
  });
  after(async () => {
    await http?.close();
    await t.stop();
  });

  const uploaded = (n: number, moment: string, by?: string) =>
    t.core.stores.images.insert({
      _id: imageKey(digest(n), 'gate/p1'), sha256: digest(n), device: 'gate/p1', bytes: 1000, type: 'image/jpeg', width: 10, height: 10,
      at: new Date(moment), ...(by !== undefined && { by }),
    }); // prettier-ignore
  const photos = async (state: string, who: 'coking' | 'far' = 'coking') => {
    const { items } = await http.json<{ items: PhotoRow[] }>(`/photos?state=${state}`, who);
    return items.map((row) => photoRow.parse(row));
  };
  const ids = (rows: PhotoRow[]) => rows.map(({ id }) => id);

  it('names the pictures to add, those that have time left, and those that nothing names', async () => {
    const [second, first] = await photos('late');
    expect(ids([first!, second!])).to.deep.equal([refOf(shots[0]!), refOf(shots[1]!)]);
    const [stored] = await t.core.stores.observations.byIds([first!.id]);
    const due = formatInstant(stored!.receivedAt.getTime() + 24 * HOUR);
    expect(first).to.deep.include({ gateName: '东门', lane: '1', direction: 'in', due });
    expect(first!.pictures.map(({ role, uploaded: there }) => [role, there !== undefined])).to.deep.equal([
      ['plate', true],
      ['vehicle', false],
    ]);
    expect(ids(await photos('waiting'))).to.deep.equal([refOf(late)]);
    const [bare] = await photos('unnamed');
    expect([bare!.id, bare!.unnamed]).to.deep.equal([refOf(shots[2]!), ['vehicle']]);
    expect(await photos('late', 'far')).to.deep.equal([]);
    expect(await http.code('/photos', 'police')).to.equal('403 forbidden');
  });

  it('pages through a state without skipping or repeating', async () => {
    const read: string[] = [];
    for (let cursor = ''; ;) {
      const page = await http.json<{ items: PhotoRow[]; next: string | null }>(`/photos?state=late&limit=1${cursor}`, 'coking');
      read.push(...ids(page.items));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(read).to.deep.equal(ids(await photos('late')));
    expect(read).to.have.length(2);
  });

  it('says of a picture that was added later that it is there, and that the verdict stays', async () => {
    await uploaded(2, at('09:12', '2022-01-16'), 'zhao');
    t.clock.set(at('09:15', '2022-01-16'));
    expect(ids(await photos('late'))).to.deep.equal([refOf(shots[1]!)]);
    const [added] = await photos('added');
    expect(added).to.deep.include({ id: refOf(shots[0]!), state: 'added' });
    expect(added!.pictures[1]!.uploaded).to.deep.equal({ at: '2022-01-16T09:12:00.000+08:00', by: 'zhao' });
    const counts = photoCounts.parse(await http.json<PhotoCounts>('/photos/counts', 'coking'));
    expect(counts).to.include({ waiting: 1, late: 1, added: 1, unnamed: 1 });
    const finding = await t.core.stores.findings.byIds([added!.finding!]);
    expect(finding[0]!.status).to.equal('confirmed');
  });

  it('tells which vehicles wait for review, and what became of the others', async () => {
    const list = reviews.parse(await http.json<Reviews>('/reviews', 'coking'));
    expect(list.items.map(({ vehicle, waiting, passage: went }) => [vehicle.number, waiting, went?.outcome])).to.deep.equal([
      ['晋H78099', true, undefined],
      ['晋H78098', false, 'passed'],
    ]);
    expect(list.items[1]!.passage).to.include({ release: 'manual', operator: '李门岗' });
    expect(list.items[0]).to.deep.include({ gateName: '示例焦化1号门', lane: '1', direction: 'in' });
    expect((await http.json<Reviews>('/reviews', 'far')).items).to.deep.equal([]);
  });

  it('adds its data quality up gate by gate to the account', async () => {
    const path = `/accounts/clean-transport`;
    const asked = 'month=2022-01&enterprise=coking-1';
    const { figures } = await http.json<{ figures: AccountFigures }>(`${path}?${asked}`, 'coking');
    const gates = gateQualities.parse(await http.json<GateQualities>(`${path}/gates?${asked}`, 'coking'));
    expect(gates.items.map(({ gate, rows }) => [gate, rows])).to.deep.equal([['g1', 1], ['p1', 4]]); // prettier-ignore
    const sum = (of: (item: (typeof gates.items)[number]) => number) => gates.items.reduce((n, item) => n + of(item), 0);
    expect(sum(({ photos: p }) => p.missing))
      .to.equal(figures.photos.missing)
      .and.to.equal(1);
    expect(sum(({ photos: p }) => p.notUploaded))
      .to.equal(figures.photos.notUploaded)
      .and.to.equal(2);
    expect(sum(({ cargo }) => cargo.incomplete)).to.equal(figures.cargo.incomplete);
    expect(sum(({ quality }) => quality.faulty)).to.equal(figures.quality.faulty);
    expect(await http.code(`${path}/gates?${asked}`, 'far')).to.equal('404 unknown-enterprise');
    // Each of them opens its rows in the ledger.
    for (const [lacks, count] of [['photo', 1], ['upload', 2], ['cargo', 3]] as const) {
      const rows = await http.json<{ items: unknown[] }>(`/ledgers/transport?device=gate/p1&lacks=${lacks}`, 'coking');
      expect(rows.items, lacks).to.have.length(count);
    } // prettier-ignore
  });

  it('is told what binds its gates, response or not, and what is to come', async () => {
    t.clock.set('2021-09-01T09:00:00+08:00');
    const early = controlNotice.parse(await http.json<ControlNotice>('/control', 'coking'));
    expect(early.now).to.equal(null);
    expect(early.requirements.map(({ rule, stage, from }) => [rule, stage, from?.slice(0, 10)])).to.deep.equal([
      ['emission-standard', 5, undefined],
      ['phase-out', 3, undefined],
      ['emission-standard', 6, '2022-01-01'],
    ]);
    t.clock.set(at('09:15', '2022-01-16'));
    const response = { id: 'R1', counties: ['140902'], issuedBy: '指挥部', reference: '1号' };
    await t.rows('responses', [{ ...response, level: 'orange', start: at('09:00', '2022-01-16'), end: at('20:00', '2022-01-18') }]);
    await t.rows('responses', [{ ...response, id: 'R2', level: 'red', start: at('00:00', '2022-01-17'), end: at('12:00', '2022-01-17') }]); // prettier-ignore
    const notice = controlNotice.parse(await http.json<ControlNotice>('/control', 'coking'));
    expect(notice.now).to.deep.include({ level: 'orange', heeds: 'orange', proposal: 'refuse', to: '2022-01-17T00:00:00.000+08:00' });
    expect(notice.now!.measures).to.deep.equal([
      { zh: '停运国四及以下重型货车（含燃气）', en: 'no heavy goods vehicles of China 4 and below, gas included', bulkUnitsOnly: true, binds: true },
    ]);
    expect(notice.ahead.map(({ level, from }) => [level, from.slice(0, 13)])).to.deep.equal([
      ['red', '2022-01-17T00'],
      ['orange', '2022-01-17T12'],
    ]);
    expect(notice.requirements.map(({ rule, stage }) => [rule, stage])).to.deep.equal([['emission-standard', 6], ['phase-out', 3]]);
    expect(notice.machinery.sites).to.have.length(1);
    expect(notice.machinery.sites[0]).to.deep.include({ id: 'm1', minStage: 3, declared: 1, banned: 1 });
    // A plant that is no unit of bulk transport is told of the measures, and that they do not bind it.
    const far = await http.json<ControlNotice>('/control', 'far');
    expect(far.now!.measures.map(({ binds }) => binds)).to.deep.equal([false]);
    expect(await http.code('/control?enterprise=coking-1', 'far')).to.equal('404 unknown-enterprise');
  }); // prettier-ignore

  it('hears what the machinery gate will answer before it declares a machine', async () => {
    const row = (registrationCode: string, more: object = {}) => ({
      siteId: 'm1',
      registrationCode,
      from: '2022-01-16',
      ...more,
    });
    const check = async (rows: object[], who: 'coking' | 'far' = 'coking') => {
      const answer = await http.post('/declarations/check', who, { rows });
      const { items } = declarationChecked.parse(await answer.json());
      return items.map((item) => [item.answer, item.notes.map(({ code }) => code).join(' ')]);
    };
    expect(
      await check([row('J3'), row('J2'), row('JU'), row('J9'), row('J3', { to: '2022-01-10' }), row('J3', { siteId: 'm9' })]),
    ).to.deep.equal([
      ['admit', ''],
      ['refuse', 'declared-already stage-banned'],
      ['review', 'stage-unknown'],
      ['refuse', 'unregistered-machine'],
      ['refuse', 'ends-first'],
      ['refuse', 'unknown-site'],
    ]);
    expect(await check([row('J3')], 'far')).to.deep.equal([['refuse', 'unknown-site']]);
  });

  it('lists what was contested with its answer', async () => {
    const records = createRecords({ db: t.store.db, clock: t.clock, registry: t.registry });
    const findings = t.store.db.collection<{ _id: string }>('findings');
    const [open, answered] = await findings.find({ code: 'photo-not-uploaded' }).sort({ _id: 1 }).toArray();
    const dispute = { text: '断网', by: 'coking', at: new Date() };
    const answer = { outcome: 'upheld', reason: '已核实', by: 'bureau', at: new Date() };
    await findings.updateOne({ _id: open!._id }, { $set: { disputed: true, dispute } });
    await findings.updateOne({ _id: answered!._id }, { $set: { dispute: { ...dispute, answer } } });
    const list = async (disputed: string, who: 'coking' | 'far' = 'coking') =>
      (await records.page('findings', WHO[who], { disputed }, {})).items.map((item) => item.id).sort();
    expect(await list('true')).to.deep.equal([open!._id]);
    expect(await list('answered')).to.deep.equal([answered!._id]);
    expect(await list('any')).to.deep.equal([open!._id, answered!._id].sort());
    expect(await list('any', 'far')).to.deep.equal([]);
  });
});
