import { expect } from 'chai';
import fc from 'fast-check';
import { EARTH_RADIUS_M } from '../../../server/geo/distance.ts';
import { insideZone, type ZoneOutline } from '../../../server/geo/zone.ts';

/** Metres to degrees at the equator, where both axes have the same scale. */
const degrees = (metres: number) => metres / ((EARTH_RADIUS_M * Math.PI) / 180);

/** A square of 1 km on the equator: edge 0 south, 1 east, 2 north, 3 west. */
const square: ZoneOutline = {
  ring: [
    [0, 0],
    [1000, 0],
    [1000, 1000],
    [0, 1000],
  ].map(([x, y]) => [degrees(x!), degrees(y!)] as const),
};
const at = (x: number, y: number) => ({ lon: degrees(x), lat: degrees(y) });
const without = (...indices: number[]): ZoneOutline => ({
  ...square,
  edges: indices.map((index) => ({ index, included: false })),
});

describe('inside a zone', () => {
  const table: { what: string; point: { lon: number; lat: number }; zone?: ZoneOutline; inside: boolean }[] = [
    { what: 'the middle', point: at(500, 500), inside: true },
    { what: 'the middle, all edges excluded', point: at(500, 500), zone: without(0, 1, 2, 3), inside: true },
    { what: 'far outside', point: at(5000, 5000), inside: false },
    { what: 'outside, at 14.9 m of an included edge', point: at(500, -14.9), inside: true },
    { what: 'outside, exactly 15 m from an included edge', point: at(500, -15), inside: true },
    { what: 'outside, 15.0004 m: 15 000 mm', point: at(500, -15.0004), inside: true },
    { what: 'outside, 15.001 m', point: at(500, -15.001), inside: false },
    { what: 'on an included edge', point: at(500, 0), inside: true },
    { what: 'on an excluded edge', point: at(500, 0), zone: without(0), inside: false },
    { what: 'inside, exactly 15 m from an excluded edge', point: at(500, 15), zone: without(0), inside: false },
    { what: 'inside, 15.001 m from an excluded edge', point: at(500, 15.001), zone: without(0), inside: true },
    { what: 'outside, 10 m from an excluded edge', point: at(500, -10), zone: without(0), inside: false },
    { what: 'the corner of two excluded edges', point: at(1000, 0), zone: without(0, 1), inside: false },
    { what: 'the corner of an excluded and an included edge: a tie', point: at(1000, 0), zone: without(0), inside: true },
    { what: 'the same corner, the other edge excluded', point: at(1000, 0), zone: without(1), inside: true },
    { what: 'a tie on the bisector outside the corner', point: at(1005, -5), zone: without(1), inside: true },
    { what: 'a tie on the bisector inside the corner', point: at(990, 10), zone: without(0), inside: true },
    { what: 'nearer to the excluded edge by a millimetre', point: at(990, 9.999), zone: without(0), inside: false },
    { what: 'nearer by less than half a millimetre: a tie', point: at(990, 9.9998), zone: without(0), inside: true },
    { what: 'near the edge that closes the ring', point: at(-14, 500), inside: true },
    { what: 'near the excluded edge that closes the ring', point: at(-14, 500), zone: without(3), inside: false },
    { what: 'not a number', point: { lon: NaN, lat: 0 }, inside: false },
    { what: 'coordinates beyond the Earth', point: { lon: 999, lat: 999 }, inside: false },
  ];
  for (const { what, point, zone, inside } of table) {
    it(`${what}: ${inside ? 'inside' : 'outside'}`, () => {
      expect(insideZone(point, zone ?? square, 15)).equal(inside);
    });
  }

  it('knows the hollow of a horseshoe', () => {
    const xy = [
      [0, 0],
      [3000, 0],
      [3000, 3000],
      [2000, 3000],
      [2000, 1000],
      [1000, 1000],
      [1000, 3000],
      [0, 3000],
    ];
    const horseshoe: ZoneOutline = { ring: xy.map(([x, y]) => [degrees(x!), degrees(y!)] as const) };
    expect(insideZone(at(1500, 2000), horseshoe, 15)).equal(false);
    expect(insideZone(at(500, 2000), horseshoe, 15)).equal(true);
    expect(insideZone(at(2500, 2000), horseshoe, 15)).equal(true);
  });

  it('keeps its word when the same ring is asked with another tolerance', () => {
    expect(insideZone(at(500, -40), square, 15)).equal(false);
    expect(insideZone(at(500, -40), square, 50)).equal(true);
    expect(insideZone(at(500, -40), square, 15)).equal(false);
  });

  it('does not depend on the vertex the ring begins with or its direction', () => {
    const metres = fc.integer({ min: -50_000, max: 1_050_000 }).map((mm) => mm / 1000);
    fc.assert(
      fc.property(metres, metres, fc.integer({ min: 0, max: 3 }), (x, y, shift) => {
        const turned = { ring: [...square.ring.slice(shift), ...square.ring.slice(0, shift)] };
        const reversed = { ring: [...square.ring].reverse() };
        const answer = insideZone(at(x, y), square, 15);
        return insideZone(at(x, y), turned, 15) === answer && insideZone(at(x, y), reversed, 15) === answer;
      }),
    );
  });
});
