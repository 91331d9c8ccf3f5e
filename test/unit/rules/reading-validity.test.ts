import { expect } from 'chai';
import type { Reading } from '../../../devices/contract/messages.ts';
import {
  READING_REASONS,
  readingReasons,
  vehicleSpecificPower,
  type ReadingFacts,
  type ReadingReason,
} from '../../../server/rules/reading-validity.ts';
import { policy, policyWith, recognised, station, t, truck } from './given-road.ts';

const at = t('2021-11-15 08:00');
const good: Reading = {
  id: '1',
  at: '2021-11-15T08:00:00+08:00',
  plate: { number: '晋H12345', color: 'yellow' },
  speed: 36,
  acceleration: 0.5,
  slope: 1,
  weather: { temperature: 5, humidity: 40, pressure: 92, windSpeed: 2, precipitation: false },
  measured: { co: 0.02, co2: 3, hc: 20, no: 300, opacity: 12, ringelmann: 0 },
};
const facts: ReadingFacts = { at, unsynced: false, device: station, recognition: recognised(), policy };
const unplaced = (outcome: Parameters<typeof recognised>[0]) => ({ recognition: recognised(outcome) });
const weather = (w: Reading['weather']) => ({ weather: { ...good.weather, ...w } });

describe('which readings count', () => {
  const table: { what: string; body?: Partial<Reading>; facts?: Partial<ReadingFacts>; reasons: ReadingReason[] }[] = [
    { what: 'a good reading', reasons: [] },
    {
      what: 'a corrected plate (its power is not asked)',
      body: { acceleration: -2 },
      facts: unplaced('corrected'),
      reasons: ['plate'],
    },
    { what: 'an unregistered plate', facts: unplaced('unregistered'), reasons: ['plate'] },
    { what: 'no plate', facts: { recognition: undefined }, reasons: ['plate'] },
    { what: 'deviceValid false', body: { deviceValid: false }, reasons: ['device-invalid'] },
    { what: 'deviceValid true', body: { deviceValid: true }, reasons: [] },
    { what: 'a disabled station', facts: { device: { ...station, enabled: false } }, reasons: ['device-disabled'] },
    { what: 'a station never calibrated', facts: { device: { enabled: true } }, reasons: ['not-calibrated'] },
    {
      what: 'the last millisecond of the calibration',
      facts: { device: { enabled: true, calibratedUntil: at + 1 } },
      reasons: [],
    },
    { what: 'the calibration just over', facts: { device: { enabled: true, calibratedUntil: at } }, reasons: ['not-calibrated'] },
    { what: 'speed exactly 5', body: { speed: 5 }, reasons: [] },
    { what: 'speed 4.99', body: { speed: 4.99 }, reasons: ['speed'] },
    { what: 'speed exactly 120 (downhill)', body: { speed: 120, slope: -2, acceleration: 0.3 }, reasons: [] },
    { what: 'speed 120.01 (downhill)', body: { speed: 120.01, slope: -2, acceleration: 0.3 }, reasons: ['speed'] },
    { what: 'acceleration exactly 3', body: { speed: 10, acceleration: 3 }, reasons: [] },
    { what: 'acceleration 3.01', body: { speed: 10, acceleration: 3.01 }, reasons: ['acceleration'] },
    { what: 'acceleration exactly -3, uphill', body: { acceleration: -3, slope: 30 }, reasons: [] },
    { what: 'acceleration -3.01, uphill', body: { acceleration: -3.01, slope: 30 }, reasons: ['acceleration'] },
    { what: 'standing: power exactly 0', body: { speed: 0 }, reasons: ['speed', 'vsp'] },
    { what: 'coasting down', body: { acceleration: -0.5 }, reasons: ['vsp'] },
    { what: 'full power', body: { speed: 80, acceleration: 1 }, reasons: ['vsp'] },
    { what: 'snow', body: weather({ precipitation: true }), reasons: ['precipitation'] },
    { what: '0 mm', body: weather({ precipitation: 0 }), reasons: [] },
    { what: '0.1 mm', body: weather({ precipitation: 0.1 }), reasons: ['precipitation'] },
    { what: 'wind exactly 5.0', body: weather({ windSpeed: 5 }), reasons: [] },
    { what: 'wind 5.1', body: weather({ windSpeed: 5.1 }), reasons: ['wind'] },
    { what: 'exactly -30 °C', body: weather({ temperature: -30 }), reasons: [] },
    { what: '-30.1 °C', body: weather({ temperature: -30.1 }), reasons: ['temperature'] },
    { what: 'exactly 45 °C', body: weather({ temperature: 45 }), reasons: [] },
    { what: '45.1 °C', body: weather({ temperature: 45.1 }), reasons: ['temperature'] },
    { what: 'humidity exactly 95 %', body: weather({ humidity: 95 }), reasons: [] },
    { what: 'humidity 95.1 %', body: weather({ humidity: 95.1 }), reasons: ['humidity'] },
    { what: 'exactly 70 kPa', body: weather({ pressure: 70 }), reasons: [] },
    { what: '69.9 kPa', body: weather({ pressure: 69.9 }), reasons: ['pressure'] },
    { what: 'exactly 106 kPa', body: weather({ pressure: 106 }), reasons: [] },
    { what: '106.1 kPa', body: weather({ pressure: 106.1 }), reasons: ['pressure'] },
    { what: 'no weather at all', body: { weather: undefined }, reasons: [] },
    { what: 'a weather station that says nothing', body: { weather: {} }, reasons: [] },
    { what: 'CO2 exactly 0.5 %', body: { measured: { co2: 0.5, opacity: 10 } }, reasons: [] },
    { what: 'CO2 0.49 %', body: { measured: { co2: 0.49, opacity: 10 } }, reasons: ['co2'] },
    { what: 'NO without CO2', body: { measured: { no: 200, opacity: 10 } }, reasons: ['co2'] },
    { what: 'smoke alone', body: { measured: { opacity: 10 } }, reasons: [] },
    { what: 'nothing measured', body: { measured: {} }, reasons: [] },
    { what: 'a clock that was not synchronised', facts: { unsynced: true }, reasons: ['clock'] },
    {
      what: 'everything wrong, in the listed order',
      body: {
        deviceValid: false,
        speed: 130,
        acceleration: 4,
        weather: { precipitation: true, windSpeed: 9, temperature: 50, humidity: 99, pressure: 60 },
        measured: { co: 1 },
      },
      facts: { device: { enabled: false }, unsynced: true },
      reasons: READING_REASONS.filter((reason) => reason !== 'plate'),
    },
  ];
  for (const { what, body, facts: changes, reasons } of table) {
    it(`${what}: ${reasons.join(', ') || 'valid'}`, () => {
      expect(readingReasons({ ...good, ...body }, { ...facts, ...changes })).deep.equal(reasons);
    });
  }

  describe('specific power', () => {
    const vsp = vehicleSpecificPower(36, 0.5, 1, false);

    it('follows the formula of heavy vehicles', () => {
      expect(vsp).closeTo(10 * (0.5 + 9.81 * Math.sin(Math.PI / 180) + 0.09199) + 0.169, 1e-12);
    });

    it('follows the formula of light vehicles', () => {
      expect(vehicleSpecificPower(36, 0.5, 1, true)).closeTo(10 * (0.55 + 9.81 * Math.sin(Math.PI / 180) + 0.132) + 0.302, 1e-12);
    });

    it('takes a missing slope for level road', () => {
      expect(vehicleSpecificPower(36, 0.5, undefined, false)).equal(vehicleSpecificPower(36, 0.5, 0, false));
    });

    it('counts exactly at the upper limit, not at the lower one', () => {
      const limits = (vspKwPerTonne: [number, number]) => ({
        ...facts,
        policy: policyWith('reading-validity', { vspKwPerTonne }),
      });
      expect(readingReasons(good, limits([0, vsp]))).deep.equal([]);
      expect(readingReasons(good, limits([vsp, 22]))).deep.equal(['vsp']);
    });

    it('is that of light vehicles up to 3 500 kg, that of heavy ones above and where the mass is unknown', () => {
      const light = vehicleSpecificPower(36, 0.5, 1, true);
      // A limit between the two formulas tells which one was taken.
      const between = policyWith('reading-validity', { vspKwPerTonne: [0, (light + vsp) / 2] });
      const reasons = (totalMassKg: number | undefined) =>
        readingReasons(good, { ...facts, policy: between, recognition: recognised('matched', truck({ totalMassKg })) });
      expect(reasons(3500)).deep.equal(['vsp']);
      expect(reasons(3501)).deep.equal([]);
      expect(reasons(undefined)).deep.equal([]);
    });
  });
});
