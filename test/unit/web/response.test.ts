import { expect } from 'chai';
import { COUNTIES } from '../../../web/src/geo/counties.ts';
import type { ResponseBook } from '../../../web/src/api/orders.ts';
import { isWholeCity, levelsOf, standingAt } from '../../../web/src/format/response.ts';

type Ahead = ResponseBook['ahead'];
const day = (time: string) => `2021-11-15T${time}:00.000+08:00`;
const stretch = (level: 'yellow' | 'orange' | 'red', from: string, to?: string, id = 'R') => ({
  id,
  level,
  from: day(from),
  ...(to !== undefined && { to: day(to) }),
  reference: '1号',
});
const AHEAD: Ahead = [
  { county: '140902', stretches: [stretch('orange', '12:00', '18:00'), stretch('red', '18:00', '20:00')] },
  { county: '140921', stretches: [stretch('orange', '12:00', '18:00'), stretch('red', '18:00', '20:00')] },
  { county: '140981', stretches: [stretch('orange', '12:00', '18:00')] },
  { county: '140924', stretches: [stretch('yellow', '08:00', undefined, 'S')] },
];

describe('the responses shown over the page', () => {
  const shown = (time: string) =>
    standingAt({ items: [], ahead: AHEAD }, Date.parse(day(time))).map(({ level, counties, until, next }) => [
      level,
      counties.join(' '),
      until === null ? 'open' : new Date(until + 8 * 3_600_000).toISOString().slice(11, 16),
      next,
    ]);

  const CASES: [what: string, time: string, standing: unknown[]][] = [
    ['before any begins', '07:59', []],
    ['one alone, without an end', '08:00', [['yellow', '140924', 'open', null]]],
    [
      'the highest first, counties of one fate together, and what follows at once',
      '12:00',
      [
        ['orange', '140902 140921', '18:00', 'red'],
        ['orange', '140981', '18:00', null],
        ['yellow', '140924', 'open', null],
      ],
    ],
    ['raised', '18:00', [['red', '140902 140921', '20:00', null], ['yellow', '140924', 'open', null]]],
    ['over at its end', '20:00', [['yellow', '140924', 'open', null]]],
  ]; // prettier-ignore
  for (const [what, time, standing] of CASES) {
    it(`are ${what}`, () => {
      expect(shown(time)).to.deep.equal(standing);
    });
  }

  it('are for an enterprise what is in force in its own county', () => {
    const seen = (seat: string) => standingAt({ items: [], ahead: AHEAD }, Date.parse(day('12:00')), seat);
    expect(seen('140921').map(({ level, counties, next }) => [level, counties, next])).to.deep.equal([
      ['orange', ['140921'], 'red'],
    ]);
    expect(seen('140924').map(({ level }) => level)).to.deep.equal(['yellow']);
    expect(seen('140925')).to.deep.equal([]);
  });

  it('colour the map by county', () => {
    expect(levelsOf(standingAt({ items: [], ahead: AHEAD }, Date.parse(day('18:00'))))).to.deep.equal({
      '140902': 'red',
      '140921': 'red',
      '140924': 'yellow',
    });
  });

  it('are of the whole city when no county is missing', () => {
    expect(isWholeCity([...COUNTIES])).to.equal(true);
    expect(isWholeCity(COUNTIES.slice(1))).to.equal(false);
  });
});
