import { expect } from 'chai';
import type { Reading } from '../../../devices/contract/messages.ts';
import { remoteSensing } from '../../../server/rules/remote-sensing.ts';
import type { JudgeContext, Observation } from '../../../server/rules/types.ts';
import { observation, policy, recognised, station, t, truck } from './given-road.ts';

const at = t('2021-11-15 08:00');

function judge(measured: Reading['measured'], changes: Partial<JudgeContext> = {}) {
  const context: JudgeContext = {
    observation: observation('remote-sensing', 'reading', at, { measured }),
    device: station,
    policy,
    recognition: recognised(),
    vehicle: truck(),
    invalid: [],
    ...changes,
  };
  return remoteSensing.judge(context);
}

describe('a single remote-sensing reading', () => {
  const table: { what: string; measured: Reading['measured']; changes?: Partial<JudgeContext>; codes: string[] }[] = [
    { what: 'clean', measured: { opacity: 10, ringelmann: 0, no: 300 }, codes: [] },
    { what: 'exactly at every limit', measured: { opacity: 30, ringelmann: 1, no: 1500 }, codes: [] },
    { what: 'opacity 30.1', measured: { opacity: 30.1 }, codes: ['exceedance'] },
    { what: 'Ringelmann 1.5', measured: { ringelmann: 1.5 }, codes: ['exceedance'] },
    { what: 'both', measured: { opacity: 50, ringelmann: 3 }, codes: ['exceedance'] },
    { what: 'NO 1501', measured: { no: 1501 }, codes: ['no-screening'] },
    { what: 'smoke and NO', measured: { opacity: 50, no: 2000 }, codes: ['exceedance', 'no-screening'] },
    { what: 'nothing measured', measured: {}, codes: [] },
    { what: 'a reading that does not count', measured: { opacity: 50 }, changes: { invalid: ['wind'] }, codes: [] },
    { what: 'a reading whose validity is not known', measured: { opacity: 50 }, changes: { invalid: undefined }, codes: [] },
    { what: 'a petrol vehicle', measured: { opacity: 50 }, changes: { vehicle: truck({ fuel: 'A' }) }, codes: [] },
    {
      what: 'a diesel hybrid by fuel code',
      measured: { opacity: 50 },
      changes: { vehicle: truck({ fuel: 'BO' }) },
      codes: ['exceedance'],
    },
    { what: 'new-energy by stage', measured: { opacity: 50 }, changes: { vehicle: truck({ stage: 'D' }) }, codes: [] },
    { what: 'a corrected plate', measured: { opacity: 50 }, changes: { recognition: recognised('corrected') }, codes: [] },
  ];
  for (const { what, measured, changes, codes } of table) {
    it(`${what}: ${codes.join(', ') || 'nothing'}`, () => {
      const findings = judge(measured, changes);
      expect(findings.map((f) => f.code)).deep.equal(codes);
      for (const finding of findings) {
        expect(finding).include({ severity: 'info', proposal: 'none', subject: 'remote-sensing/d1/1', at, status: 'confirmed' });
        expect(finding.zh.length).below(121);
        expect(finding.en.length).below(121);
      }
    });
  }

  it('speaks of what was measured alone', () => {
    const said = (measured: Reading['measured']) => judge(measured).map(({ zh, en }) => [zh, en]);
    expect(said({ opacity: 46 })).deep.equal([
      ['遥感检测烟度超标：不透光度46%（限值30%）', 'Smoke over the limit: opacity 46 % (limit 30 %)'],
    ]);
    expect(said({ ringelmann: 1.5 })).deep.equal([
      ['遥感检测烟度超标：林格曼1.5级（限值1级）', 'Smoke over the limit: Ringelmann 1.5 (limit 1)'],
    ]);
    expect(said({ opacity: 46.125, ringelmann: 2 })[0]?.[0]).equal(
      '遥感检测烟度超标：不透光度46.13%（限值30%），林格曼2级（限值1级）',
    );
  });
});

describe('a failed vehicle at the gate', () => {
  const standingFailure = { at: t('2021-11-02 08:00'), subject: 'a+b' };
  const gate = (message: string, body = {}, changes: Partial<Observation> = {}) =>
    observation('gate', message, at, body, changes);
  const table: { what: string; changes: Partial<JudgeContext>; codes: string[] }[] = [
    { what: 'an arrival', changes: { observation: gate('arrival', { direction: 'in' }) }, codes: ['failed-vehicle'] },
    { what: 'a passage out', changes: { observation: gate('passage', { direction: 'out' }) }, codes: ['failed-vehicle'] },
    {
      what: 'an unsynchronised arrival',
      changes: { observation: gate('arrival', {}, { unsynced: true }) },
      codes: ['failed-vehicle'],
    },
    { what: 'no failure standing', changes: { observation: gate('arrival'), standingFailure: undefined }, codes: [] },
    { what: 'a corrected plate', changes: { observation: gate('arrival'), recognition: recognised('corrected') }, codes: [] },
    { what: 'a checkpoint', changes: { observation: observation('checkpoint', 'sighting', at, {}) }, codes: [] },
  ];
  for (const { what, changes, codes } of table) {
    it(`${what}: ${codes.join(', ') || 'nothing'}`, () => {
      const findings = judge({}, { standingFailure, invalid: undefined, ...changes });
      expect(findings.map((f) => f.code)).deep.equal(codes);
      for (const finding of findings) {
        expect(finding).include({ severity: 'warning', proposal: 'refuse', subject: 'gate/d1/1', at });
        expect(finding.facts).deep.equal({ failure: 'a+b' });
      }
    });
  }

  it('proposes at most a review where no basis is valid', () => {
    const early = observation('gate', 'arrival', t('2003-01-01'), {});
    expect(judge({}, { standingFailure, observation: early })[0]?.proposal).equal('review');
  });
});
