import { expect } from 'chai';
import { zoneRow } from '../../../server/http/contract/registry.ts';
import type { ZoneShown } from '../../../web/src/api/orders.ts';
import { blankZone, problemsOf, spanEdge, zoneForm, zoneRowOf } from '../../../web/src/zones/form.ts';
import { append, coordinate, insertAfter, middleOf, moveTo, outlineOf, removeAt, rowOf, toggleEdge, type Outline } from '../../../web/src/zones/outline.ts'; // prettier-ignore

const NOW = Date.parse('2021-11-15T12:03:40+08:00');
const corner = (lon: number, lat: number, included = true) => ({ lon, lat, included });
/** A square whose second edge (the eastern one) is excluded. */
const SQUARE: Outline = [corner(112.7, 38.4), corner(112.8, 38.4, false), corner(112.8, 38.5), corner(112.7, 38.5)];
const edges = (outline: Outline) => outline.map(({ included }) => (included ? '+' : '-')).join('');

describe('an outline that is drawn', () => {
  it('gives both halves of a divided edge what the edge was', () => {
    expect(edges(insertAfter(SQUARE, 1, { lon: 112.85, lat: 38.45 }))).to.equal('+--++');
    expect(edges(insertAfter(SQUARE, 3, { lon: 112.65, lat: 38.45 }))).to.equal('+-+++');
  });

  it('keeps the edge that led to a vertex which is removed', () => {
    expect(edges(removeAt(SQUARE, 2))).to.equal('+-+');
    expect(edges(removeAt(SQUARE, 1))).to.equal('+++');
  });

  it('moves a vertex with its edge, and toggles one edge alone', () => {
    expect(moveTo(SQUARE, 1, { lon: 112.9, lat: 38.4 })[1]).to.deep.equal(corner(112.9, 38.4, false));
    expect(edges(toggleEdge(SQUARE, 3))).to.equal('+-+-');
    expect(edges(SQUARE), 'the old one stays').to.equal('+-++');
  });

  it('finds the middle of the last edge too', () => {
    expect(middleOf(SQUARE, 3)).to.deep.equal({ lon: 112.7, lat: 38.45 });
  });

  it('is written as it was read: the ring closed, only excluded edges named', () => {
    const row = rowOf(SQUARE);
    expect(row.polygon.coordinates[0]).to.have.length(5);
    expect(row.edges).to.deep.equal([{ index: 1, included: false }]);
    expect(outlineOf(row)).to.deep.equal(SQUARE);
    expect(rowOf(toggleEdge(SQUARE, 1))).to.not.have.property('edges');
  });

  for (const [typed, axis, value] of [['112.7', 'lon', 112.7], ['38,4°', 'lat', 38.4], ['112.12345678', 'lon', 112.123457], ['91', 'lat', undefined], ['', 'lon', undefined], ['x', 'lat', undefined]] as const)
    it(`takes ${typed || 'nothing'} as ${value ?? 'no'} ${axis}`, () => expect(coordinate(typed, axis)).to.equal(value)); // prettier-ignore
});

describe('the form of a zone', () => {
  const drawn = { ...blankZone(['Z-1']), nameZh: '忻府绕行区', outline: SQUARE, closed: true };

  it('asks for what is missing', () => {
    expect(Object.keys(problemsOf(blankZone([])))).to.deep.equal(['name', 'ring']);
    expect(zoneRowOf(blankZone([]), NOW)).to.equal(undefined);
    expect(Object.keys(problemsOf({ ...drawn, seasons: [{ from: '13-01', to: '03-31' }], clock: [] }))).to.deep.equal(['seasons', 'clock']); // prettier-ignore
  });

  it('gives a row that the registry takes, beginning when it is saved', () => {
    const row = zoneRowOf({ ...drawn, seasons: [{ from: '10-1', to: '3月31日' }], clock: [{ from: '6:00', to: '2200' }] }, NOW);
    expect(zoneRow.safeParse(row).error).to.equal(undefined);
    expect(row).to.deep.include({
      id: 'Z-2',
      seasons: [{ from: '10-01', to: '03-31' }],
      clock: [{ from: '06:00', to: '22:00' }],
      edges: [{ index: 1, included: false }],
      validFrom: '2021-11-15T12:03:40.000+08:00',
    });
  });

  it('gives back what it was filled in with', () => {
    const shown: ZoneShown = {
      id: 'Z-9',
      zoneKind: 'diversion',
      nameZh: '绕行区',
      ...(rowOf(SQUARE) as Pick<ZoneShown, 'polygon' | 'edges'>),
      vehicles: { sizes: ['heavy'], stageMax: 4 },
      bypass: { type: 'LineString', coordinates: [[112.6, 38.3], [112.9, 38.6]] },
      version: 'Z-9#1',
      recordedAt: '2021-11-01T00:00:00.000+08:00',
      areaKm2: 96,
    }; // prettier-ignore
    const { version: _v, recordedAt: _r, areaKm2: _a, ...row } = shown;
    expect(zoneRowOf(zoneForm(shown), NOW)).to.deep.equal({ ...row, validFrom: '2021-11-15T12:03:40.000+08:00' });
  });

  it('leaves hours and vehicles out of a zone that is only shown', () => {
    const row = zoneRowOf(
      { ...drawn, zoneKind: 'planning-area', clock: [{ from: 'x', to: '' }], vehicles: { sizes: ['heavy'] } },
      NOW,
    );
    expect(row).to.not.have.any.keys('clock', 'vehicles', 'seasons');
  });

  for (const [typed, of, edge] of [['10-15', 'season', '10-15'], ['2/29', 'season', '02-29'], ['2-30', 'season', undefined], ['06', 'clock', '06:00'], ['24:00', 'clock', '24:00'], ['6', 'season', undefined]] as const)
    it(`takes ${typed} as ${edge ?? 'no'} ${of}`, () => expect(spanEdge(typed, of)).to.equal(edge)); // prettier-ignore

  it('draws on where an outline was left', () => {
    expect(append([], { lon: 1, lat: 2 })).to.deep.equal([corner(1, 2)]);
  });
});
