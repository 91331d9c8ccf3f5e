import { expect } from 'chai';
import fc from 'fast-check';
import { EARTH_RADIUS_M, haversineM, pointToSegmentM, toMillimetres } from '../../../server/geo/distance.ts';

const DEGREE_M = (EARTH_RADIUS_M * Math.PI) / 180;

describe('distances', () => {
  const table: { what: string; a: [number, number]; b: [number, number]; metres: number }[] = [
    { what: 'a place and itself', a: [112.7, 38.4], b: [112.7, 38.4], metres: 0 },
    { what: 'one degree of latitude', a: [112.7, 38], b: [112.7, 39], metres: DEGREE_M },
    { what: 'one degree of longitude on the equator', a: [0, 0], b: [1, 0], metres: DEGREE_M },
    { what: 'antipodes', a: [0, 0], b: [180, 0], metres: Math.PI * EARTH_RADIUS_M },
    { what: 'across the date line', a: [179.5, 0], b: [-179.5, 0], metres: DEGREE_M },
  ];
  for (const { what, a, b, metres } of table) {
    it(`great circle: ${what}`, () => {
      expect(haversineM({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] })).closeTo(metres, 1e-3);
    });
  }

  it('is the same in both directions', () => {
    const place = fc.record({
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
    });
    fc.assert(fc.property(place, place, (a, b) => Math.abs(haversineM(a, b) - haversineM(b, a)) < 1e-6));
  });

  it('measures to the foot of the perpendicular, or to the nearer end beyond it', () => {
    const a: [number, number] = [112, 0];
    const b: [number, number] = [113, 0];
    expect(pointToSegmentM({ lon: 112.5, lat: 0.001 }, a, b)).closeTo(0.001 * DEGREE_M, 1e-6);
    expect(pointToSegmentM({ lon: 113.001, lat: 0 }, a, b)).closeTo(0.001 * DEGREE_M, 1e-6);
    expect(pointToSegmentM({ lon: 111.999, lat: 0 }, a, b)).closeTo(0.001 * DEGREE_M, 1e-6);
  });

  it('takes a segment without length for its vertex', () => {
    expect(pointToSegmentM({ lon: 112, lat: 0.001 }, [112, 0], [112, 0])).closeTo(0.001 * DEGREE_M, 1e-6);
  });

  it('shrinks longitude by the cosine of the place itself', () => {
    const point = { lon: 112.001, lat: 60 };
    expect(pointToSegmentM(point, [112, 59], [112, 61])).closeTo(0.001 * DEGREE_M * Math.cos(Math.PI / 3), 1e-6);
  });

  it('compares in whole millimetres', () => {
    expect(toMillimetres(15.0004)).equal(15_000);
    expect(toMillimetres(15.0006)).equal(15_001);
  });
});
