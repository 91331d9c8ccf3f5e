import { expect } from 'chai';
import fc from 'fast-check';
import { haversineM } from '../../../server/geo/distance.ts';
import { fromDraw, toDraw, toGcj02, toWgs84 } from '../../../web/src/geo/gcj02.ts';

// Published pairs of the shift, longitude first.
const CASES: [name: string, wgs: [number, number], gcj: [number, number]][] = [
  ['Shanghai', [121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
  ['Shenzhen', [113.912316, 22.543847], [113.9171764808363, 22.540796131694766]],
  ['Beijing', [116.377817, 39.911954], [116.38404722455657, 39.91334545536069]],
];

describe('GCJ-02 for drawing', () => {
  for (const [name, wgs, gcj] of CASES) {
    it(`shifts ${name} as the published pair says`, () => {
      const [lon, lat] = toGcj02(...wgs);
      expect(lon).to.be.closeTo(gcj[0], 1e-6);
      expect(lat).to.be.closeTo(gcj[1], 1e-6);
    });
  }

  it('moves Xinzhou by a few hundred metres', () => {
    const [lon, lat] = toGcj02(112.7344, 38.4167);
    expect(Math.hypot((lon - 112.7344) * 87_200, (lat - 38.4167) * 111_000)).to.be.within(300, 900);
  });

  it('leaves positions outside China alone', () => {
    expect(toGcj02(2.35, 48.86)).to.deep.equal([2.35, 48.86]);
  });

  it('gives Leaflet latitude first', () => {
    expect(toDraw(2.35, 48.86)).to.deep.equal([48.86, 2.35]);
  });

  const inShanxi = fc.record({
    lon: fc.double({ min: 110, max: 114.6, noNaN: true }),
    lat: fc.double({ min: 34.5, max: 40.8, noNaN: true }),
  });

  it('finds the way back to within a millimetre, wherever in the province', () => {
    fc.assert(
      fc.property(inShanxi, ({ lon, lat }) => {
        const [x, y] = toWgs84(...toGcj02(lon, lat));
        expect(haversineM({ lon, lat }, { lon: x, lat: y })).to.be.lessThan(0.001);
        const [there, up] = toGcj02(...toWgs84(lon, lat));
        expect(haversineM({ lon, lat }, { lon: there, lat: up })).to.be.lessThan(0.001);
      }),
    );
  });

  it('keeps a place that was pointed at to within a quarter of a metre, however often it is drawn and read again', () => {
    fc.assert(
      fc.property(inShanxi, (place) => {
        let kept = place;
        for (let i = 0; i < 5; i++) {
          const [lat, lng] = toDraw(kept.lon, kept.lat);
          kept = fromDraw({ lat, lng });
        }
        expect(haversineM(place, kept)).to.be.lessThan(0.25);
      }),
    );
  });

  it('leaves positions outside China alone on the way back', () => {
    expect(toWgs84(2.35, 48.86)).to.deep.equal([2.35, 48.86]);
  });
});
