import { expect } from 'chai';
import { HOUR } from '../../../devices/contract/instant.ts';
import {
  asksForSamples,
  darkMoment,
  judgeDarkDay,
  sampledWithin,
  type DarkSighting,
} from '../../../server/rules/dark-terminal.ts';
import type { RecognitionOutcome, VehicleFacts } from '../../../server/rules/types.ts';
import { policy, t } from './given-road.ts';

const VEHICLE: VehicleFacts = {
  version: 'v1',
  plateNumber: '晋H88001',
  plateColor: 'yellow',
  vin: 'VIN1',
  vehicleType: 'Q11',
  fuel: 'B',
  stage: '6',
  useNature: 'F',
  status: 'in-use',
  obdRequired: true,
  validFrom: 0,
};
const seen = (time: string, sampled: boolean, id = time): DarkSighting => ({
  observation: { ref: `gate/g1/${id}`, kind: 'gate', deviceId: 'g1', id, at: t(`2021-11-15 ${time}`) },
  vehicle: VEHICLE,
  policy,
  sampled,
});

describe('a dark terminal', () => {
  const asked: { what: string; outcome?: RecognitionOutcome; vehicle: Partial<VehicleFacts>; asks: boolean }[] = [
    { what: 'SCR by its stage, and a terminal required', vehicle: {}, asks: true },
    { what: 'stage 4', vehicle: { stage: '4' }, asks: false },
    { what: 'stage 4 with SCR', vehicle: { stage: '4', scr: true }, asks: true },
    { what: 'stage 6 without SCR', vehicle: { scr: false }, asks: false },
    { what: 'no terminal required', vehicle: { obdRequired: false }, asks: false },
    { what: 'nothing said of a terminal', vehicle: { obdRequired: undefined }, asks: false },
    { what: 'a corrected plate', outcome: 'corrected', vehicle: {}, asks: false },
  ];
  for (const { what, outcome = 'matched', vehicle, asks } of asked) {
    it(`${what}: ${asks ? 'asks for samples' : 'asks for none'}`, () =>
      expect(asksForSamples({ outcome }, { ...VEHICLE, ...vehicle }, policy)).equal(asks));
  }

  it('asks for a sample in the 24 h before, and waits 24 h from the later of its moment and its coming in', () => {
    const at = t('2021-11-15 08:00');
    expect(sampledWithin(at, policy)).deep.equal({ from: at - 24 * HOUR, to: at });
    expect(darkMoment({ at, receivedAt: at + 5 }, policy)).equal(at + 5 + 24 * HOUR);
    expect(darkMoment({ at, receivedAt: at - 5 }, policy)).equal(at + 24 * HOUR);
  });

  it('is one warning of vehicle and civil day, at the first sighting without samples', () => {
    expect(judgeDarkDay([])).deep.equal([]);
    expect(judgeDarkDay([seen('08:00', true)])).deep.equal([]);
    const [finding, ...more] = judgeDarkDay([
      seen('10:00', false),
      seen('08:00', true),
      seen('09:00', false),
      seen('11:00', true),
    ]);
    expect(more).deep.equal([]);
    expect(finding).deep.include({
      rule: 'urea-use',
      code: 'dark-terminal',
      severity: 'warning',
      proposal: 'none',
      status: 'confirmed',
      subject: 'VIN1:2021-11-15',
      at: t('2021-11-15 09:00'),
      observations: ['gate/g1/09:00'],
      last: 'gate/g1/10:00',
      count: 2,
    });
  });
});
