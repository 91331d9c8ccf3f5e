import { expect } from 'chai';
import { policyBook } from '../../../server/intake/policy-book.ts';
import { restoreWorks } from '../../../server/intake/restore.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { createRegistryReader } from '../../../server/registry/index.ts';
import { nonroadRegistration } from '../../../server/rules/nonroad-registration.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { batches, feed, forget, random, refOf, shuffled, verdict, type Message } from '../../support/intake.ts';

const DAY = '2021-11-15';
const at = (time: string) => `${DAY}T${time}+08:00`;

/** The builder has its seat in another county than its site `j1`. */
const BUILDER = {
  id: 'builder-1', uscc: '91140900MA0000009X', nameZh: '示例建筑', county: '140981', industry: 'construction', annualFreight: 10_000,
  planningArea: false, dailyTruckPasses: 2, grade: 'C', cleanTransport: 'met', lon: 112.73, lat: 38.73,
}; // prettier-ignore
const site = (id: string, more: object) => ({
  kind: 'machinery-gate', id, nameZh: `示例工地${id}`, lon: 112.73, lat: 38.42, county: '140902', ...more,
}); // prettier-ignore
const machine = (registrationCode: string, stage: string) => ({
  registrationCode, stage, machineryKind: 'excavator', owner: '示例机械租赁', county: '140902',
}); // prettier-ignore
const declared = (registrationCode: string, from = '2021-11-01', to?: string) => ({
  siteId: 'j1', registrationCode, from, ...(to !== undefined && { to }),
}); // prettier-ignore

let counter = 0;
const passing = (registrationCode: string, time: string, device = 'j1', direction = 'in'): Message => ({
  kind: 'machinery-gate',
  deviceId: device,
  message: 'passage',
  body: { id: `j-${(++counter).toString().padStart(6, '0')}`, at: at(time), backfill: true, direction, registrationCode },
});

describe('machinery at building sites', () => {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-11-01T00:00:00+08:00', judgeAfterMs: 0 });
    await t.rows('enterprises', [BUILDER]);
    await t.rows('devices', [site('j1', { enterpriseId: 'builder-1' }), site('j2', { minStage: 3 })]);
    await t.rows('machinery', [machine('M-2', '2'), machine('M-3', '3'), machine('M-D', 'D'), machine('M-?', 'unknown')]);
    await t.rows('declarations', [
      ...['M-2', 'M-3', 'M-D', 'M-?'].map((code) => declared(code)),
      declared('M-3', '2021-11-10', '2021-11-14'),
    ]);
    await t.rows('responses', [
      {
        id: 'r1',
        level: 'orange',
        counties: ['140902'],
        start: at('12:00'),
        end: at('18:00'),
        issuedBy: '市政府',
        reference: '1号',
      },
      { id: 'r2', level: 'yellow', counties: ['140902'], start: at('18:00'), issuedBy: '市政府', reference: '2号' },
      { id: 'r3', level: 'red', counties: ['140981'], start: at('06:00'), issuedBy: '市政府', reference: '3号' },
    ]);
    t.clock.set(at('23:00'));
  });
  after(() => t.stop());
  afterEach(() => forget(t));

  const found = async (m: Message) =>
    (await t.core.stores.findings.find({ observations: refOf(m) })).map((f) => `${f.code}:${f.proposal}`).sort();

  const CASES: [what: string, message: Message, codes: string[]][] = [
    ['registered and declared', passing('M-3', '08:00'), []],
    ['stage 2 before the response', passing('M-2', '11:59:59.999'), []],
    ["stage 2 under the response of the site's county", passing('M-2', '12:00'), ['stage-banned:refuse']],
    ['out as in', passing('M-2', '12:01', 'j1', 'out'), ['stage-banned:refuse']],
    ['yellow bans nothing', passing('M-2', '18:00'), []],
    ['unknown stage, nothing asked', passing('M-?', '08:00'), []],
    ['unknown stage under yellow', passing('M-?', '18:00'), ['stage-unknown:review']],
    ['electric', passing('M-D', '12:00'), []],
    ['nobody registered it', passing('M-9', '08:00'), ['undeclared:refuse', 'unregistered-machine:refuse']],
    ['declared for another site only, and below what this one asks', passing('M-2', '08:00', 'j2'), ['stage-banned:refuse', 'undeclared:refuse']],
  ]; // prettier-ignore

  it('are judged by registry, declaration, site and response, whatever the order of their messages', async () => {
    const messages = CASES.map(([, message]) => message);
    await feed(t, messages);
    for (const [what, message, codes] of CASES) expect(await found(message), what).to.deep.equal(codes);
    const expected = await verdict(t);
    for (let seed = 1; seed <= 3; seed++) {
      await forget(t);
      const next = random(seed);
      for (const batch of batches(shuffled(messages, next), next)) await feed(t, batch);
      expect(await verdict(t), `seed ${seed}`).to.deep.equal(expected);
    }
  });

  it('share an alert of the device and day, told to the bureau and to whose site it is, in the county of the site', async () => {
    const messages = [passing('M-8', '08:00'), passing('M-9', '09:00'), passing('M-?', '18:00')];
    await feed(t, messages);
    const alerts = (await verdict(t)).alerts as { key: string; count: number; audiences: string[] }[];
    expect(alerts.map(({ key, count, audiences }) => [key, count, audiences])).to.have.deep.members([
      [`nonroad-registration|undeclared|machinery-gate/j1|${DAY}`, 2, ['bureau', 'enterprise']],
      [`nonroad-registration|unregistered-machine|machinery-gate/j1|${DAY}`, 2, ['bureau', 'enterprise']],
    ]);
    const [finding] = await t.core.stores.findings.find({ code: 'unregistered-machine' });
    expect(finding).to.include({ county: '140902', enterprise: 'builder-1', device: 'machinery-gate/j1' });
  });

  it('keep the facts they were judged by when the registry learns more, also when the message comes again', async () => {
    const old = [passing('M-7', '08:00'), passing('M-2', '12:00')];
    await feed(t, old);
    const before = await verdict(t);
    t.clock.set(at('23:10'));
    await t.rows('machinery', [machine('M-7', '4'), machine('M-2', '4')]);
    await t.rows('declarations', [declared('M-7')]);
    await feed(t, old);
    expect(await verdict(t)).to.deep.equal(before);
    const docs = await t.core.stores.observations.find({ _id: { $in: old.map(refOf) } });
    const works = await restoreWorks(docs, createRegistryReader(t.store.db), policyBook(xinzhou2021));
    expect(works.flatMap((work) => nonroadRegistration.judge(work).map((f) => f.code)).sort()).to.deep.equal([
      'stage-banned',
      'undeclared',
      'unregistered-machine',
    ]);
    const later = passing('M-7', '23:10');
    await feed(t, [later]);
    expect(await found(later)).to.deep.equal([]);
  });
});
