import { expect } from 'chai';
import { COKING, GATE, startCore, truck, type TestCore } from '../../support/core.ts';

const NOW = '2022-03-01T10:00:00+08:00';
let t: TestCore;
let counter = 0;
const id = () => `b1-${++counter}`;
const arrival = (number: string, more: object = {}) => ({
  id: id(),
  at: NOW,
  direction: 'in',
  lane: '1',
  plate: { number, color: 'yellow' },
  ...more,
});

describe('the pipeline', function () {
  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00' });
    await t.rows('enterprises', [COKING]);
    await t.rows('devices', [GATE]);
    await t.rows('vehicles', [truck('晋H11111', '6'), truck('晋H22222', '5'), truck('晋H33333', '3')]);
  });
  after(() => t.stop());
  beforeEach(() => {
    t.clock.set(NOW);
    t.published.length = 0;
  });

  it('admits a China VI truck and stores the message, its facts and its decision', async () => {
    const body = arrival('晋H·11111');
    const outcome = await t.send('gate', 'g1', 'arrival', body);
    expect(outcome).to.nested.include({ stored: true, 'decision.decision': 'admit', 'decision.arrivalId': body.id });
    const doc = await t.core.stores.observations.collection.findOne({ _id: `gate/g1/${body.id}` });
    expect(doc).to.nested.include({
      'recognition.outcome': 'matched',
      plate: '晋H11111,yellow',
      enterprise: 'coking-1',
      county: '140902',
    });
    expect(await t.core.stores.decisions.byIds([`gate/g1/${body.id}`])).to.have.length(1);
  });

  it('refuses a China V truck in 2022 with the reason, and opens one alert', async () => {
    const body = arrival('晋H22222');
    const outcome = await t.send('gate', 'g1', 'arrival', body);
    expect(outcome).to.nested.include({ 'decision.decision': 'refuse', 'decision.reasons[0].code': 'below-stage' });
    const alerts = await t.store.db.collection('alerts').find({ rule: 'emission-standard' }).toArray();
    expect(alerts).to.have.length(1);
    await t.send('gate', 'g1', 'arrival', arrival('晋H22222'));
    const merged = await t.store.db.collection('alerts').find({ rule: 'emission-standard' }).toArray();
    expect(merged).to.have.length(1);
    expect(merged[0]).to.include({ count: 2 });
  });

  it('answers a repeat with the stored decision and stores nothing twice', async () => {
    const body = arrival('晋H22222');
    const first = await t.send('gate', 'g1', 'arrival', body);
    const second = await t.send('gate', 'g1', 'arrival', { ...body, backfill: true });
    expect(second).to.deep.equal(first);
    expect(await t.core.stores.observations.collection.countDocuments({ _id: `gate/g1/${body.id}` })).to.equal(1);
  });

  it('rejects the same id with other content, keeps it, and reports it on the device', async () => {
    const body = arrival('晋H11111');
    await t.send('gate', 'g1', 'arrival', body);
    const outcome = await t.send('gate', 'g1', 'arrival', { ...body, lane: '2' });
    expect(outcome).to.nested.include({
      stored: false,
      'rejected.code': 'id-reused',
      'rejected.final': true,
      'rejected.id': body.id,
    });
    expect(await t.store.db.collection('dead_letters').countDocuments({ code: 'id-reused' })).to.equal(1);
    expect(await t.core.stores.findings.find({ rule: 'device-health', code: 'id-reused' })).to.have.length(1);
  });

  it('does not publish the decision of an arrival that is told late', async () => {
    t.clock.set(Date.parse(NOW) + 61_000);
    const outcome = await t.send('gate', 'g1', 'arrival', arrival('晋H22222'));
    expect(outcome).to.include({ stored: true }).and.not.have.property('decision');
    const backfilled = await t.send(
      'gate',
      'g1',
      'arrival',
      arrival('晋H22222', { at: '2022-03-01T10:00:30+08:00', backfill: true }),
    );
    expect(backfilled).to.not.have.property('decision');
  });

  it('judges by the stage required at the time of the message: the last millisecond of 2021 and the first of 2022', async () => {
    const last = await t.send(
      'gate',
      'g1',
      'arrival',
      arrival('晋H22222', { at: '2021-12-31T23:59:59.999+08:00', backfill: true }),
    );
    const first = await t.send('gate', 'g1', 'arrival', arrival('晋H22222', { at: '2022-01-01T00:00:00+08:00', backfill: true }));
    expect([last, first].every((o) => o?.stored)).to.equal(true);
    const decisions = await t.store.db
      .collection('decisions')
      .find({ at: { $lt: new Date('2022-01-02') } })
      .sort({ at: 1 })
      .toArray();
    expect(decisions.map((d) => d.decision.decision)).to.deep.equal(['admit', 'refuse']);
  });

  it('finds a passage let in against the decision of its arrival, also when the passage is told first', async () => {
    const gone = arrival('晋H22222');
    await t.send('gate', 'g1', 'arrival', gone);
    await t.send('gate', 'g1', 'passage', {
      ...arrival('晋H22222'),
      arrivalId: gone.id,
      outcome: 'passed',
      release: { mode: 'forced' },
    });
    const early = arrival('晋H33333');
    await t.send('gate', 'g1', 'passage', {
      ...arrival('晋H33333'),
      arrivalId: early.id,
      outcome: 'passed',
      release: { mode: 'manual' },
    });
    await t.send('gate', 'g1', 'arrival', early);
    const released = await t.core.stores.findings.find({ code: 'released-against-decision' });
    expect(released.map((f) => f.limit.source).sort()).to.deep.equal(['arrival', 'arrival']);
  });

  it('tells an unknown device apart, not for good', async () => {
    const outcome = await t.send('gate', 'nobody', 'arrival', arrival('晋H11111'));
    expect(outcome).to.nested.include({ stored: false, 'rejected.code': 'unknown-device', 'rejected.final': false });
  });

  it('keeps what it cannot read with its code', async () => {
    const outcome = await t.core.intake.submit('gate', 'g1', 'arrival', Buffer.from('{"id":'), 5000);
    expect(outcome).to.nested.include({ stored: false, 'rejected.code': 'not-json' });
  });
});
