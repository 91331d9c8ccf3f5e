import { expect } from 'chai';
import { createAlerts, type Alerts } from '../../../server/alerts/alerts.ts';
import type { Actor } from '../../../server/alerts/types.ts';
import { createDisputes, type Disputes } from '../../../server/audit/disputes.ts';
import { createLog } from '../../../server/log.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, forget, furnish, reading, truck } from '../../support/intake.ts';

const enterprise: Actor = { username: 'gatekeeper', name: '门岗', role: 'enterprise', enterpriseId: 'coking-1' };
const stranger: Actor = { ...enterprise, username: 'other', enterpriseId: 'far-1' };
const bureau: Actor = { username: 'bureau', name: '环保', role: 'bureau' };
const police: Actor = { username: 'police', name: '交警', role: 'police' };

describe('a dispute', () => {
  let t: TestCore;
  let alerts: Alerts;
  let disputes: Disputes;
  const told: string[] = [];
  /** A truck refused because remote sensing failed it: its finding comes from history and is judged again. */
  let refused: string;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck('晋H66001', '6')]);
    alerts = createAlerts({ db: t.store.db, clock: t.clock, log: createLog('silent') });
    disputes = createDisputes({
      db: t.store.db,
      clock: t.clock,
      alerts,
      audit: async (by, action, target) => void told.push(`${by.username} ${action} ${target}`),
    });
    t.clock.set('2022-03-20T12:00:00+08:00');
  });
  after(() => t.stop());
  beforeEach(async () => {
    await forget(t);
    await feed(t, [
      reading('晋H66001', '2022-03-01T08:00:00+08:00', 55),
      reading('晋H66001', '2022-03-02T08:00:00+08:00', 55, 's2'),
      arrival('晋H66001', '2022-03-03T08:00:00+08:00'),
    ]);
    refused = (await t.core.stores.findings.find({ code: 'failed-vehicle' }))[0]!._id;
    told.length = 0;
  });

  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (error: { status: number; code: string }) => `${error.status} ${error.code}`,
    );
  const stored = async () => (await t.core.stores.findings.byIds([refused]))[0]!;
  const alertOf = async () =>
    (await alerts.list({ rule: 'remote-sensing', limit: 10, order: 'desc' }, bureau)).items.find(
      (a) => a.code === 'failed-vehicle',
    )!;

  it('is raised once, by the enterprise at whose gate it was, also by the printed reference', async () => {
    expect(await codeOf(disputes.raise(refused, { text: '已维修' }, stranger))).to.equal('404 unknown-finding');
    expect(await codeOf(disputes.raise(refused, { text: '已维修', ref: 'WRONG' }, enterprise))).to.equal('422 wrong-reference');
    const { ref } = (await t.core.stores.decisions.byIds((await stored()).observations))[0]!;
    const shown = await disputes.raise(refused, { text: '已维修', ref }, enterprise);
    expect(shown).to.include({ disputed: true, status: 'confirmed' });
    expect(await codeOf(disputes.raise(refused, { text: '再次' }, enterprise))).to.equal('409 already-disputed');
    expect(told).to.deep.equal([`gatekeeper dispute-raised ${refused}`]);
  });

  it('speaks of findings at gates only', async () => {
    const [failure] = await t.core.stores.findings.find({ code: 'failed' });
    expect(await codeOf(disputes.raise(failure!._id, { text: '异议' }, { ...enterprise, role: 'owner' }))).to.equal(
      '422 not-at-a-gate',
    );
  });

  it('keeps the finding from being handed over while it is open; upheld, it may be', async () => {
    expect((await alertOf()).count).to.equal(1);
    const penal = async () => (await t.store.db.collection('alerts').findOne({ code: 'failed-vehicle' }))!.penal as number;
    expect(await penal()).to.equal(1);
    await disputes.raise(refused, { text: '已维修' }, enterprise);
    expect(await penal()).to.equal(0);
    const answered = await disputes.answer(refused, { outcome: 'upheld', reason: '维修记录在后' }, bureau);
    expect(answered).not.to.have.property('disputed');
    expect(answered.dispute).to.have.nested.property('answer.outcome', 'upheld');
    expect(await penal()).to.equal(1);
    expect(await codeOf(disputes.answer(refused, { outcome: 'withdrawn', reason: '再议' }, bureau))).to.equal('409 not-disputed');
  });

  it('withdrawn, it takes its alert with it, and no later judgement brings it back', async () => {
    expect(await codeOf(disputes.answer(refused, { outcome: 'withdrawn', reason: '无异议' }, bureau))).to.equal(
      '409 not-disputed',
    );
    await disputes.raise(refused, { text: '非本车' }, enterprise);
    const shown = await disputes.answer(refused, { outcome: 'withdrawn', reason: '号牌误读' }, bureau);
    expect(shown).to.include({ status: 'withdrawn', withdrawnReason: '号牌误读' });
    expect((await alertOf()).state).to.equal('withdrawn');
    await feed(t, [reading('晋H66001', '2022-03-02T20:00:00+08:00', 60)]);
    expect((await stored()).status).to.equal('withdrawn');
    expect((await stored()).withdrawnReason).to.equal('号牌误读');
  });

  it('is kept when the finding is judged anew meanwhile', async () => {
    await disputes.raise(refused, { text: '已维修' }, enterprise);
    await feed(t, [reading('晋H66001', '2022-03-02T20:00:00+08:00', 60)]);
    expect(await stored()).to.include({ disputed: true, status: 'confirmed' });
    expect((await stored()).dispute?.text).to.equal('已维修');
  });

  it('cut off before its alert heard of it, it is told by the repeat', async () => {
    const dying = createDisputes({
      db: t.store.db,
      clock: t.clock,
      alerts: { refresh: () => Promise.reject(new Error('killed')) },
      audit: () => Promise.resolve(),
    });
    const raise = (by: Disputes) => by.raise(refused, { text: '非本车' }, enterprise, 'key-of-raise');
    const answer = (by: Disputes) => by.answer(refused, { outcome: 'withdrawn', reason: '号牌误读' }, bureau, 'key-of-answer');
    expect(await raise(dying).catch((error: Error) => error.message)).to.equal('killed');
    expect(await raise(disputes)).to.include({ disputed: true });
    expect(await answer(dying).catch((error: Error) => error.message)).to.equal('killed');
    expect((await alertOf()).state).to.equal('open');
    await answer(disputes);
    expect((await alertOf()).state).to.equal('withdrawn');
  });

  it('is not the police’s to see beyond their counties', async () => {
    expect(
      await codeOf(disputes.answer(refused, { outcome: 'upheld', reason: '理由' }, { ...police, counties: ['140981'] })),
    ).to.equal('404 unknown-finding');
  });
});
