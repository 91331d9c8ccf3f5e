import { expect } from 'chai';
import fc from 'fast-check';
import { DAY, HOUR, formatInstant } from '../../../devices/contract/instant.ts';
import { judgeUreaDay, type UreaDay } from '../../../server/rules/urea-day.ts';
import type { HourSums } from '../../../server/rules/types.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { policy, policyWith, t } from './given-road.ts';

const DATE = '2021-11-15';
/** The sums of an hour: nothing driven, level 50 %. */
function hour(time: string, changes: Partial<HourSums> = {}): HourSums {
  const at = t(time.includes(' ') ? time : `${DATE} ${time}`);
  return {
    hour: at,
    samples: 360,
    scrSamples: 360,
    firstAt: at,
    lastAt: at + HOUR - 1,
    distanceKm: 0,
    fuelL: 0,
    emptyKm: 0,
    lowKm: 0,
    reagentMin: 50,
    reagentMax: 50,
    ...changes,
  };
}
const judge = (hours: HourSums[], fills: string[] = [], day = DATE) =>
  judgeUreaDay({ vin: 'VIN1', day, hours, fills: fills.map((at) => ({ at: t(at) })) } satisfies UreaDay, () => policy);
const found = (hours: HourSums[], fills: string[] = [], day = DATE) =>
  judge(hours, fills, day).map((f) => `${f.code} ${formatInstant(f.at).slice(5, 16)}`);

describe('an empty reagent tank', () => {
  const table: { what: string; hours: HourSums[]; finds: string[] }[] = [
    { what: 'exactly 5 km', hours: [hour('08:00', { emptyKm: 5 })], finds: [] },
    { what: '5 km but for binary fractions', hours: [hour('08:00', { emptyKm: 5.000000000000001 })], finds: [] },
    { what: '5.001 km', hours: [hour('08:00', { emptyKm: 5.001 })], finds: ['reagent-empty 11-15T09:00'] },
    { what: '3 km in each of two hours', hours: [hour('08:00', { emptyKm: 3 }), hour('09:00', { emptyKm: 3 })], finds: [] },
    {
      what: 'two hours: the earliest',
      hours: [hour('10:00', { emptyKm: 9 }), hour('08:00', { emptyKm: 6 })],
      finds: ['reagent-empty 11-15T09:00'],
    },
    {
      what: 'the last hour of the day ends at midnight',
      hours: [hour('23:00', { emptyKm: 6 })],
      finds: ['reagent-empty 11-16T00:00'],
    },
    { what: 'the hour before the day', hours: [hour('2021-11-14 23:00', { emptyKm: 6 })], finds: [] },
    { what: 'an hour in which it had no SCR', hours: [hour('08:00', { emptyKm: 6, scrSamples: 0 })], finds: [] },
  ];
  for (const { what, hours, finds } of table) {
    it(`${what}: ${finds.join(', ') || 'nothing'}`, () => expect(found(hours)).deep.equal(finds));
  }

  it('is asked of each hour by the policy in force when it began', () => {
    const milder = policyWith('urea-use', {
      reagentEmpty: { belowPercent: 2.5, overKm: 20 },
      reagentLow: { belowPercent: 10, overKm: 20 },
    });
    const at = (noon: Policy, before: Policy) => (hour: number) => (hour >= t(`${DATE} 12:00`) ? noon : before);
    const hours = [hour('11:00', { emptyKm: 9, lowKm: 15 }), hour('12:00', { emptyKm: 9, lowKm: 15 })];
    const codes = (policyAt: (hour: number) => Policy) =>
      judgeUreaDay({ vin: 'VIN1', day: DATE, hours, fills: [] }, policyAt).map(
        (f) => `${f.code} ${formatInstant(f.at).slice(11, 16)}`,
      );
    expect(codes(at(milder, policy))).deep.equal(['reagent-empty 12:00', 'reagent-low 13:00']);
    expect(codes(at(policy, milder))).deep.equal(['reagent-empty 13:00']);
  });

  it('is a warning of vehicle and civil day that stands on the hour', () => {
    expect(judge([hour('08:00', { emptyKm: 6.04, reagentMin: 1.2 })])[0]).deep.include({
      rule: 'urea-use',
      severity: 'warning',
      proposal: 'none',
      status: 'confirmed',
      subject: 'VIN1:2021-11-15',
      observations: [],
      measured: { km: 6, reagentMin: 1.2 },
      limit: { belowPercent: 2.5, overKm: 5 },
      facts: { from: '2021-11-15T08:00:00.000+08:00', to: '2021-11-15T09:00:00.000+08:00' },
    });
  });
});

describe('urea that is not consumed', () => {
  const km = (distanceKm: number, changes: Partial<HourSums> = {}) => ({ distanceKm, ...changes });
  const level = (reagentMin: number, reagentMax = reagentMin) => ({ reagentMin, reagentMax });
  const table: { what: string; hours: HourSums[]; fills?: string[]; finds: string[]; from?: string }[] = [
    { what: 'exactly 300 km', hours: [hour('08:00', km(300))], finds: ['not-consumed 11-15T09:00'], from: '08:00' },
    { what: '299.9 km', hours: [hour('08:00', km(299.9))], finds: [] },
    {
      what: '300 km but for binary fractions',
      hours: [hour('08:00', km(299.99999999999994))],
      finds: ['not-consumed 11-15T09:00'],
    },
    { what: 'exactly 100 L', hours: [hour('08:00', { fuelL: 100 })], finds: ['not-consumed 11-15T09:00'] },
    { what: '99.9 L and 299 km', hours: [hour('08:00', { fuelL: 99.9, distanceKm: 299 })], finds: [] },
    {
      what: 'the sum of two days with a night between',
      hours: [hour('2021-11-14 20:00', km(150)), hour('07:00', km(150))],
      finds: ['not-consumed 11-15T08:00'],
      from: '2021-11-14 20:00',
    },
    {
      what: 'the shortest run: what lies before it is not asked',
      hours: [hour('06:00', km(100, level(90))), hour('07:00', km(150)), hour('08:00', km(150))],
      finds: ['not-consumed 11-15T09:00'],
      from: '07:00',
    },
    {
      what: 'reached on the way: the earliest hour',
      hours: [hour('07:00', km(300)), hour('08:00', km(60))],
      finds: ['not-consumed 11-15T08:00'],
      from: '07:00',
    },
    { what: 'exactly 2 points', hours: [hour('08:00', km(300, level(48.4, 50.4)))], finds: ['not-consumed 11-15T09:00'] },
    {
      what: '2 points but for binary fractions',
      hours: [hour('08:00', km(300, level(2.4, 4.4)))],
      finds: ['not-consumed 11-15T09:00'],
    },
    { what: '2.4 points', hours: [hour('08:00', km(300, level(48, 50.4)))], finds: [] },
    { what: 'levels of different hours', hours: [hour('07:00', km(150, level(53))), hour('08:00', km(150))], finds: [] },
    {
      what: 'no level in the window',
      hours: [hour('08:00', { distanceKm: 300, reagentMin: undefined, reagentMax: undefined })],
      finds: [],
    },
    { what: 'a fill within', hours: [hour('08:00', km(300))], fills: ['2021-11-15 08:30'], finds: [] },
    { what: 'a fill at the first hour’s start', hours: [hour('08:00', km(300))], fills: ['2021-11-15 08:00'], finds: [] },
    {
      what: 'a fill just before',
      hours: [hour('08:00', km(300))],
      fills: ['2021-11-15 07:59:59.999'],
      finds: ['not-consumed 11-15T09:00'],
    },
    { what: 'a fill in the last millisecond', hours: [hour('08:00', km(300))], fills: ['2021-11-15 08:59:59.999'], finds: [] },
    {
      what: 'a fill at the last hour’s end',
      hours: [hour('08:00', km(300))],
      fills: ['2021-11-15 09:00'],
      finds: ['not-consumed 11-15T09:00'],
    },
    {
      what: 'a fill while parked between two hours of the run',
      hours: [hour('2021-11-14 20:00', km(150)), hour('07:00', km(150))],
      fills: ['2021-11-15 01:00'],
      finds: [],
    },
    {
      what: 'a window of exactly 30 days',
      hours: [hour('2021-10-16 09:00', km(150)), hour('08:00', km(150))],
      finds: ['not-consumed 11-15T09:00'],
    },
    { what: 'an hour longer than 30 days', hours: [hour('2021-10-16 08:00', km(150)), hour('08:00', km(150))], finds: [] },
    {
      what: 'an hour in which it had no SCR does not add',
      hours: [hour('07:00', km(150, { scrSamples: 0 })), hour('08:00', km(150))],
      finds: [],
    },
    {
      what: 'both codes, one each',
      hours: [
        hour('08:00', { distanceKm: 300, emptyKm: 300, ...level(1) }),
        hour('09:00', { distanceKm: 300, emptyKm: 300, ...level(1) }),
      ],
      finds: ['reagent-empty 11-15T09:00', 'not-consumed 11-15T09:00'],
    },
  ];
  for (const { what, hours, fills, finds, from } of table) {
    it(`${what}: ${finds.join(', ') || 'nothing'}`, () => {
      expect(found(hours, fills)).deep.equal(finds);
      if (from !== undefined) {
        const start = t(from.includes(' ') ? from : `${DATE} ${from}`);
        expect(judge(hours, fills)[0]?.facts?.from).equal(formatInstant(start));
      }
    });
  }

  it('does not depend on the order in which hours are read, and says why in at most 120 characters', () => {
    const start = t('2021-11-14');
    const list = fc.uniqueArray(
      fc.record({
        n: fc.integer({ min: 0, max: 47 }),
        distanceKm: fc.integer({ min: 0, max: 200 }),
        emptyKm: fc.integer({ min: 0, max: 8 }),
        reagent: fc.option(fc.integer({ min: 40, max: 44 }), { nil: undefined }),
      }),
      { maxLength: 12, selector: (h) => h.n },
    );
    fc.assert(
      fc.property(list, (items) => {
        const hours = items.map(({ n, reagent, ...sums }) =>
          hour('00:00', { ...sums, hour: start + n * HOUR, reagentMin: reagent, reagentMax: reagent }),
        );
        const findings = judge(hours);
        expect(judge([...hours].reverse())).deep.equal(findings);
        for (const finding of findings) {
          expect(finding.at).within(start + DAY + HOUR, start + 2 * DAY);
          expect(finding.zh.length).below(121);
          expect(finding.en.length).below(121);
        }
      }),
    );
  });
});

describe('a low reagent tank', () => {
  const low = (lowKm: number) => ({ lowKm });
  const table: { what: string; hours: HourSums[]; finds: string[] }[] = [
    { what: 'exactly 50 km', hours: [hour('08:00', low(20)), hour('09:00', low(30))], finds: [] },
    {
      what: '50.1 km over two hours: as soon as it is reached',
      hours: [hour('08:00', low(20)), hour('09:00', low(30.1)), hour('10:00', low(9))],
      finds: ['reagent-low 11-15T10:00'],
    },
    { what: 'two civil days', hours: [hour('2021-11-14 23:00', low(40)), hour('00:00', low(40))], finds: [] },
    { what: 'hours without SCR', hours: [hour('08:00', { ...low(60), scrSamples: 0 })], finds: [] },
  ];
  for (const { what, hours, finds } of table) {
    it(`${what}: ${finds.join(', ') || 'nothing'}`, () => expect(found(hours)).deep.equal(finds));
  }

  it('is information, with the distance of the whole day', () => {
    expect(judge([hour('08:00', low(51)), hour('09:00', low(9))])[0]).deep.include({ severity: 'info', measured: { km: 60 } });
  });
});

describe('an SCR that does not work, and a sensor that does not', () => {
  const minutes = (n: number) => n * 60_000;
  const load = (n: number, noxIn: number, noxOut: number) => ({
    load: { ms: minutes(n), noxIn: noxIn * minutes(n), noxOut: noxOut * minutes(n) },
  });
  const driving = (n: number, same: boolean, copied: boolean) => ({ driving: { ms: minutes(n), noxOut: 60, same, copied } });
  const table: { what: string; hours: HourSums[]; finds: string[] }[] = [
    { what: 'a ratio of exactly 0.8', hours: [hour('08:00', load(20, 500, 400))], finds: [] },
    { what: '0.802 over exactly 10 min', hours: [hour('08:00', load(10, 500, 401))], finds: ['scr-ineffective 11-15T09:00'] },
    { what: '0.9 over 9.9 min', hours: [hour('08:00', load(9.9, 500, 450))], finds: [] },
    { what: '6 min in each of two hours', hours: [hour('08:00', load(6, 9, 9)), hour('09:00', load(6, 9, 9))], finds: [] },
    { what: 'nothing before and nothing behind', hours: [hour('08:00', load(20, 0, 0))], finds: [] },
    { what: 'nothing before and some behind', hours: [hour('08:00', load(20, 0, 5))], finds: ['scr-ineffective 11-15T09:00'] },
    {
      what: 'the same value over exactly 30 min',
      hours: [hour('08:00', driving(30, true, false))],
      finds: ['frozen-sensor 11-15T09:00'],
    },
    {
      what: 'the inlet’s value over 30 min',
      hours: [hour('08:00', driving(30, false, true))],
      finds: ['frozen-sensor 11-15T09:00'],
    },
    { what: 'the same value over 29.9 min', hours: [hour('08:00', driving(29.9, true, true))], finds: [] },
    { what: 'changing values', hours: [hour('08:00', driving(60, false, false))], finds: [] },
    {
      what: 'both, in two hours each: the earliest',
      hours: [
        hour('10:00', { ...load(20, 9, 9), ...driving(40, true, true) }),
        hour('08:00', load(20, 9, 9)),
        hour('11:00', driving(40, true, true)),
      ],
      finds: ['scr-ineffective 11-15T09:00', 'frozen-sensor 11-15T11:00'],
    },
  ];
  for (const { what, hours, finds } of table) {
    it(`${what}: ${finds.join(', ') || 'nothing'}`, () => expect(found(hours)).deep.equal(finds));
  }
});
