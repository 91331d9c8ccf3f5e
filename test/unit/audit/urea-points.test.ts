import { expect } from 'chai';
import { hourPoints, hourRises, samplePoints } from '../../../server/audit/urea-points.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { HourSums } from '../../../server/rules/types.ts';

const HOUR = 3_600_000;
const sums = (hour: number, more: Partial<HourSums> = {}): HourSums => ({
  hour: hour * HOUR, samples: 6, scrSamples: 6, firstAt: hour * HOUR, lastAt: hour * HOUR + 1, distanceKm: 10, fuelL: 4, emptyKm: 0, lowKm: 0, ...more,
}); // prettier-ignore
const sample = (seconds: number, more: object = {}) => ({ at: seconds * 1000, scr: true, ...more });

describe('points of urea over time', () => {
  it('of hours carry the last level and NOx of warm driving under load only', () => {
    const points = hourPoints([sums(0, { reagentLast: 40, load: { ms: 1000, noxIn: 800_000, noxOut: 200_000 } }), sums(1)]);
    expect(points).to.deep.equal([
      { at: 0, level: 40, noxIn: 800, noxOut: 200, fuelL: 4, km: 10 },
      { at: HOUR, fuelL: 4, km: 10 },
    ]);
  });

  it('tell rises within an hour and from one hour to the next, and no small ones', () => {
    const at = HOUR + 5;
    const rises = hourRises(
      [
        sums(0, { reagentFirst: { at: 0, percent: 20 }, reagentLast: 18, rises: [{ at: 9, points: 30 }] }),
        sums(1, { reagentFirst: { at, percent: 60 }, reagentLast: 58 }),
        sums(2, { reagentFirst: { at: 2 * HOUR, percent: 61 }, reagentLast: 60 }),
      ],
      xinzhou2021,
    );
    expect(rises).to.deep.equal([
      { at: 9, points: 30 },
      { at, points: 42 },
    ]);
  });

  it('of samples average NOx over time and count nothing through a gap', () => {
    const points = samplePoints(
      [
        sample(-10, { speed: 36, fuelFlow: 36 }),
        sample(0, { speed: 36, fuelFlow: 36, noxIn: 100, noxOut: 50, reagent: 80 }),
        sample(30, { speed: 36, fuelFlow: 36, noxIn: 400, noxOut: 200, reagent: 79 }),
        sample(600, { speed: 36, fuelFlow: 36, noxIn: 900, noxOut: 900 }),
      ],
      0,
      5,
      xinzhou2021,
    );
    expect(points).to.deep.equal([
      { at: 0, level: 79, noxIn: 325, noxOut: 162.5, fuelL: 0.4, km: 0.4 },
      { at: 600_000, fuelL: 0, km: 0 },
    ]);
  });
});
