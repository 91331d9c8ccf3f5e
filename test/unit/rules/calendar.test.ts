import { expect } from 'chai';
import { inClock, inSeason, monthsLater } from '../../../server/rules/calendar.ts';
import { t } from './given-road.ts';

describe('the civil calendar of rules', () => {
  for (const [from, months, to] of [
    ['2021-08-31', 6, '2022-02-28'],
    ['2023-08-31', 6, '2024-02-29'],
    ['2021-08-28', 6, '2022-02-28'],
    ['2021-12-31', 6, '2022-06-30'],
    ['2021-06-30', 6, '2021-12-30'],
    ['2021-07-15', 6, '2022-01-15'],
    ['2021-11-30', 1, '2021-12-30'],
  ] as const) {
    it(`${from} and ${months} months is ${to}`, () => expect(monthsLater(from, months)).equal(to));
  }

  const winter = { from: '10-15', to: '03-31' };
  for (const [moment, season, holds] of [
    ['2021-10-14 23:59:59.999', winter, false],
    ['2021-10-15 00:00', winter, true],
    ['2022-01-01 00:00', winter, true],
    ['2022-03-31 23:59:59.999', winter, true],
    ['2022-04-01 00:00', winter, false],
    ['2022-06-01 12:00', { from: '06-01', to: '06-01' }, true],
    ['2022-06-02 00:00', { from: '06-01', to: '06-01' }, false],
    ['2022-07-01 00:00', { from: '06-01', to: '08-31' }, true],
  ] as const) {
    it(`${moment} is ${holds ? 'in' : 'out of'} season ${season.from} to ${season.to}`, () =>
      expect(inSeason(t(moment), [season])).equal(holds));
  }

  for (const [time, from, to, holds] of [
    ['06:59:59.999', '07:00', '22:00', false],
    ['07:00', '07:00', '22:00', true],
    ['21:59:59.999', '07:00', '22:00', true],
    ['22:00', '07:00', '22:00', false],
    ['22:00', '22:00', '06:00', true],
    ['05:59:59.999', '22:00', '06:00', true],
    ['06:00', '22:00', '06:00', false],
    ['12:00', '22:00', '06:00', false],
    ['23:59:59.999', '07:00', '24:00', true],
    ['00:00', '07:00', '24:00', false],
    ['00:00', '07:00', '00:00', false],
    ['23:59:59.999', '07:00', '00:00', true],
    ['03:00', '08:00', '08:00', true],
    ['03:00', '00:00', '24:00', true],
    ['03:00', '24:00', '06:00', true],
    ['07:00', '24:00', '06:00', false],
    ['07:00', '24:00', '24:00', true],
  ] as const) {
    it(`${time} is ${holds ? 'in' : 'not in'} ${from} to ${to}`, () =>
      expect(inClock(t(`2021-11-15 ${time}`), [{ from, to }])).equal(holds));
  }
});
