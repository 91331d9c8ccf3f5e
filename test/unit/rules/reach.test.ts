import { expect } from 'chai';
import fc from 'fast-check';
import { DAY, HOUR, civilDate } from '../../../devices/contract/instant.ts';
import { diversionDaysTouched, ureaDaysTouched } from '../../../server/rules/reach.ts';
import { judgeUreaDay } from '../../../server/rules/urea-day.ts';
import { hourOf, type HourSums } from '../../../server/rules/urea-samples.ts';
import { policy, t } from './given-road.ts';

describe('how far a late message reaches', () => {
  for (const [time, days] of [
    ['2021-11-15 12:00', ['2021-11-15']],
    ['2021-11-15 06:00', ['2021-11-15']],
    ['2021-11-15 05:59:59.999', ['2021-11-14', '2021-11-15']],
    ['2021-11-15 17:59:59.999', ['2021-11-15']],
    ['2021-11-15 18:00', ['2021-11-15', '2021-11-16']],
  ] as const) {
    it(`a gate message at ${time} can excuse sightings of ${days.join(' and ')}`, () => {
      expect(diversionDaysTouched(t(time), policy)).deep.equal(days);
    });
  }

  it('a sample reaches to the last day whose window of 30 days holds its hour', () => {
    const days = ureaDaysTouched(t('2021-11-15 08:30'), policy);
    expect(days[0]).equal('2021-11-15');
    expect(days.at(-1)).equal('2021-12-15');
    expect(days.length).equal(31);
  });

  it('reaches further by the next hour, whose first sample it can lengthen', () => {
    expect(ureaDaysTouched(t('2021-11-15 00:58:59.999'), policy).at(-1)).equal('2021-12-14');
    expect(ureaDaysTouched(t('2021-11-15 00:59:00'), policy).at(-1)).equal('2021-12-15');
  });

  it('holds every day on which an hour or a fill makes a difference', () => {
    const sums = (hour: number): HourSums => ({
      hour, samples: 1, scrSamples: 1, firstAt: hour, lastAt: hour, distanceKm: 150, fuelL: 0, emptyKm: 0, reagentMin: 50, reagentMax: 50,
    }); // prettier-ignore
    const offset = fc.integer({ min: 0, max: 31 * 24 * 3600 });
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        const [early, late] = [t('2021-10-01') + Math.min(a, b) * 1000, t('2021-10-01') + Math.max(a, b) * 1000];
        const [first, last] = [hourOf(early), hourOf(late)];
        if (first === last) return;
        const found = judgeUreaDay({ vin: 'V', day: civilDate(last), hours: [sums(first), sums(last)], fills: [] }, policy);
        expect(found.length).equal(last + HOUR - first <= 30 * DAY ? 1 : 0);
        if (found.length > 0) expect(ureaDaysTouched(early, policy)).include(civilDate(last));
      }),
    );
  });
});
