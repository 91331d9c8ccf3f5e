import { expect } from 'chai';
import { nearestEdge } from '../../../server/geo/nearest-edge.ts';
import { areaM2, perimeterM, ringFaults } from '../../../server/geo/ring.ts';

type Ring = [number, number][];
const SQUARE: Ring = [[112.7, 38.4], [112.8, 38.4], [112.8, 38.5], [112.7, 38.5]]; // prettier-ignore
const turned = (ring: Ring, by: number) => [...ring.slice(by), ...ring.slice(0, by)];

const CASES: [what: string, ring: Ring, faults: string[]][] = [
  ['a square', SQUARE, []],
  ['a square the other way round', [...SQUARE].reverse(), []],
  ['a triangle', SQUARE.slice(0, 3), []],
  ['two vertices', SQUARE.slice(0, 2), ['too-few ']],
  ['a bow tie', [SQUARE[0]!, SQUARE[2]!, SQUARE[1]!, SQUARE[3]!], ['crosses 0,2']],
  ['a vertex twice', [...SQUARE, [112.7, 38.5]], ['doubled 4,3', 'crosses 2,4']],
  ['a first vertex repeated at the end', [...SQUARE, [112.7, 38.4]], ['doubled 0,4', 'crosses 0,3']],
  ['an edge that runs back over the one before', [[112.7, 38.4], [112.8, 38.4], [112.75, 38.4], [112.75, 38.5]], ['crosses 0,1', 'crosses 0,2']],
  ['a vertex on another edge', [[112.7, 38.4], [112.8, 38.4], [112.8, 38.5], [112.75, 38.4], [112.7, 38.5]], ['crosses 0,2', 'crosses 0,3']],
  ['a courtyard', [[112.7, 38.4], [112.7005, 38.4], [112.7005, 38.4005], [112.7, 38.4005]], ['too-small ']],
  ['a strip of 20 m', [[112.7, 38.4], [112.8, 38.4], [112.8, 38.40018], [112.7, 38.40018]], ['too-narrow ']],
]; // prettier-ignore

describe('the outline of a zone', () => {
  for (const [what, ring, faults] of CASES) {
    it(`is told ${faults.join(' and ') || 'nothing'} of ${what}`, () => {
      expect(ringFaults(ring, 15).map(({ code, at }) => `${code} ${at.join()}`)).to.deep.equal(faults);
    });
  }

  it('is judged the same wherever it begins', () => {
    for (const [what, ring, faults] of CASES)
      for (let by = 1; by < ring.length; by++)
        expect(ringFaults(turned(ring, by), 15).length > 0, `${what} from ${by}`).to.equal(faults.length > 0);
  });

  it('has an area and a length in the measure of the ground', () => {
    expect(areaM2(SQUARE) / 1e6).to.be.closeTo(96.8, 0.3);
    expect(perimeterM(SQUARE) / 1000).to.be.closeTo(39.65, 0.1);
  });

  it('tells the edge nearest to a place, an included one of two equally near', () => {
    const zone = { ring: SQUARE, edges: [{ index: 0, included: false }] };
    expect(nearestEdge({ lon: 112.75, lat: 38.4001 }, zone)).to.deep.include({ index: 0, included: false });
    expect(nearestEdge({ lon: 112.7, lat: 38.4 }, zone)).to.deep.equal({ index: 3, metres: 0, included: true });
  });
});
