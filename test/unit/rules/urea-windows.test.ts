import { expect } from 'chai';
import { HOUR } from '../../../devices/contract/instant.ts';
import type { HourSums } from '../../../server/rules/types.ts';
import { judgeUreaDay } from '../../../server/rules/urea-day.ts';
import { policy, t } from './given-road.ts';

const DATE = '2021-11-15';
const whole = (time: string) => t(time.includes(' ') ? time : `${DATE} ${time}`);

/** An hour in which 100 L were burnt and the level went from one value to another, 60 L of tank unless said otherwise. */
function hour(time: string, first?: number, last?: number, changes: Partial<HourSums> = {}): HourSums {
  const at = whole(time);
  return {
    hour: at,
    samples: 360,
    scrSamples: 360,
    firstAt: at,
    lastAt: at + HOUR - 1,
    distanceKm: 10,
    fuelL: 100,
    emptyKm: 0,
    lowKm: 0,
    ...(first !== undefined && { reagentFirst: { at, percent: first }, reagentLast: last! }),
    // Far apart, so that `not-consumed` says nothing.
    ...(first !== undefined && { reagentMin: 0, reagentMax: 100 }),
    ...changes,
  };
}
const rise = (time: string, points: number) => ({ rises: [{ at: whole(time), points }] });

interface Case {
  what: string;
  hours: HourSums[];
  fills?: [at: string, volume: number][];
  /** `warning 0.9`: severity, and urea over fuel in percent. */
  finds: string[];
}

describe('low consumption of urea', () => {
  const table: Case[] = [
    { what: '199.9 L of fuel', hours: [hour('08:00', 50, 50, { fuelL: 99.9 }), hour('09:00', 50, 50)], finds: [] },
    { what: 'nothing used on 200 L', hours: [hour('08:00', 50, 50), hour('09:00', 50, 50)], finds: ['warning 0'] },
    { what: '1.98 L: below 1 %', hours: [hour('08:00', 50, 48), hour('09:00', 48, 46.7)], finds: ['warning 0.99'] },
    {
      what: 'exactly 1 %',
      hours: [hour('08:00', 60, 58, { tankL: 40 }), hour('09:00', 58, 55, { tankL: 40 })],
      finds: ['info 1'],
    },
    {
      what: 'below 2 %',
      hours: [hour('08:00', 60, 58, { tankL: 40 }), hour('09:00', 58, 50.1, { tankL: 40 })],
      finds: ['info 1.98'],
    },
    { what: 'exactly 2 %', hours: [hour('08:00', 60, 58, { tankL: 40 }), hour('09:00', 58, 50, { tankL: 40 })], finds: [] },
    {
      what: 'the tank of the last hour',
      hours: [hour('08:00', 60, 58, { tankL: 10 }), hour('09:00', 58, 50, { tankL: 40 })],
      finds: [],
    },
    { what: 'no level', hours: [hour('08:00'), hour('09:00')], finds: [] },
    { what: 'a level in one hour only', hours: [hour('08:00', 50, 45), hour('09:00')], finds: ['info 1.5'] },
    {
      what: 'a rise in an hour counts as used',
      hours: [hour('08:00', 50, 48), hour('09:00', 48, 53, rise('09:30', 10))],
      finds: [],
    },
    { what: 'a rise between two hours', hours: [hour('08:00', 20, 10), hour('09:00', 90, 88)], finds: [] },
    {
      what: 'five points between two hours are no rise',
      hours: [hour('08:00', 50, 48), hour('09:00', 53, 50)],
      finds: ['warning 0'],
    },
    {
      what: 'a fill alone',
      hours: [hour('08:00', 50, 50), hour('09:00', 50, 50)],
      fills: [['08:30', 3]],
      finds: ['info 1.5'],
    },
    {
      what: 'a rise exactly an hour after a fill is that fill',
      hours: [hour('08:00', 50, 50), hour('09:00', 50, 70, rise('09:30', 20))],
      fills: [['08:30', 12]],
      finds: ['warning 0'],
    },
    {
      what: 'a rise a millisecond later is another',
      hours: [hour('08:00', 50, 50), hour('09:00', 50, 70, { rises: [{ at: whole('09:30') + 1, points: 20 }] })],
      fills: [['08:30', 12]],
      finds: [],
    },
    {
      what: 'a fill before the window takes no rise away',
      hours: [hour('08:00', 50, 62, rise('08:01', 13)), hour('09:00', 62, 62)],
      fills: [['07:59', 6]],
      finds: ['warning 0.3'],
    },
    {
      what: 'a fill at the window’s end does not count',
      hours: [hour('08:00', 50, 50), hour('09:00', 50, 50)],
      fills: [['10:00', 9]],
      finds: ['warning 0'],
    },
    {
      what: 'a level higher in the end than at first without a rise: less than nothing',
      hours: [hour('08:00', 50, 52), hour('09:00', 52, 56)],
      finds: ['warning -1.8'],
    },
    {
      what: 'the most severe of the day, not the earliest',
      hours: [hour('08:00', 50, 48), hour('09:00', 48, 45), hour('10:00', 45, 45)],
      finds: ['warning 0.9'],
    },
  ];
  for (const { what, hours, fills = [], finds } of table) {
    it(`${what}: ${finds.join(', ') || 'nothing'}`, () => {
      const given = fills.map(([at, volume]) => ({ at: whole(at), volume }));
      const drafts = judgeUreaDay({ vin: 'VIN1', day: DATE, hours, fills: given }, () => policy);
      const low = drafts.filter((f) => f.code === 'low-consumption');
      expect(low.map((f) => `${f.severity} ${String(f.measured?.percent)}`)).deep.equal(finds);
    });
  }
});
