import { expect } from 'chai';
import { isScr, ureaUse } from '../../../server/rules/urea-use.ts';
import type { JudgeContext, RecognitionOutcome, VehicleFacts } from '../../../server/rules/types.ts';
import { observation, policy, recognised, station, t, truck } from './given-road.ts';

const at = t('2021-11-15 08:00');

describe('vehicles with SCR', () => {
  const table: { what: string; vehicle: Partial<VehicleFacts>; scr: boolean }[] = [
    { what: 'diesel of stage 5', vehicle: { stage: '5' }, scr: true },
    { what: 'diesel of stage 6', vehicle: { stage: '6' }, scr: true },
    { what: 'diesel of stage 4', vehicle: { stage: '4' }, scr: false },
    { what: 'diesel of unknown stage', vehicle: { stage: undefined }, scr: false },
    { what: 'gas of stage 6', vehicle: { fuel: 'E', stage: '6' }, scr: false },
    { what: 'stage D', vehicle: { stage: 'D' }, scr: false },
    { what: 'stage 4 registered with SCR', vehicle: { stage: '4', scr: true }, scr: true },
    { what: 'stage 6 registered without SCR', vehicle: { stage: '6', scr: false }, scr: false },
  ];
  for (const { what, vehicle, scr } of table) {
    it(`${what}: ${scr ? 'SCR' : 'none'}`, () => expect(isScr(truck(vehicle), policy)).equal(scr));
  }
});

function judge(changes: Partial<JudgeContext>) {
  return ureaUse.judge({
    observation: observation('gate', 'arrival', at, {}),
    device: station,
    policy,
    recognition: recognised(),
    ...changes,
  });
}

describe('a fill of bad urea', () => {
  const table: { what: string; concentration?: number; outcome?: RecognitionOutcome; bad: boolean }[] = [
    { what: 'nominal', concentration: 32.5, bad: false },
    { what: 'exactly 31.8 %', concentration: 31.8, bad: false },
    { what: '31.7 %', concentration: 31.7, bad: true },
    { what: 'exactly 33.2 %', concentration: 33.2, bad: false },
    { what: '33.3 %', concentration: 33.3, bad: true },
    { what: 'water', concentration: 0, bad: true },
    { what: 'not measured', bad: false },
    { what: 'a trailer’s plate', concentration: 10, outcome: 'trailer', bad: false },
    { what: 'no plate', concentration: 10, outcome: 'unplated', bad: true },
    { what: 'an unregistered plate', concentration: 10, outcome: 'unregistered', bad: true },
    { what: 'a corrected plate', concentration: 10, outcome: 'corrected', bad: true },
  ];
  for (const { what, concentration, outcome = 'matched', bad } of table) {
    it(`${what}: ${bad ? 'bad-urea' : 'nothing'}`, () => {
      const fill = observation('urea-pump', 'fill', at, { volume: 20, concentration });
      const findings = judge({ observation: fill, recognition: recognised(outcome) });
      expect(findings.map((f) => f.code)).deep.equal(bad ? ['bad-urea'] : []);
      for (const finding of findings) {
        expect(finding).deep.include({ severity: 'warning', proposal: 'none', subject: 'urea-pump/d1/1', at });
        expect(finding.facts).deep.equal({ ofVehicle: outcome === 'matched' });
        expect(finding.basis.map((b) => b.document)).deep.equal(['gb29518']);
      }
    });
  }
});

describe('a urea warning at the gate', () => {
  const standingUreaWarning = { at: t('2021-11-14 09:00'), code: 'not-consumed' };
  const table: { what: string; changes: Partial<JudgeContext>; codes: string[] }[] = [
    { what: 'a warning stands', changes: { standingUreaWarning }, codes: ['urea-warning'] },
    {
      what: 'whether or not it has SCR now',
      changes: { standingUreaWarning, vehicle: truck({ scr: false }) },
      codes: ['urea-warning'],
    },
    { what: 'none stands', changes: {}, codes: [] },
    { what: 'a corrected plate', changes: { standingUreaWarning, recognition: recognised('corrected') }, codes: [] },
    {
      what: 'a checkpoint',
      changes: { standingUreaWarning, observation: observation('checkpoint', 'sighting', at, {}) },
      codes: [],
    },
  ];
  for (const { what, changes, codes } of table) {
    it(`${what}: ${codes.join(', ') || 'nothing'}`, () => {
      const findings = judge(changes);
      expect(findings.map((f) => f.code)).deep.equal(codes);
      for (const finding of findings) expect(finding).include({ severity: 'info', proposal: 'review', subject: 'gate/d1/1' });
    });
  }
});
