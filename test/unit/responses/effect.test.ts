import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { effectOf, type Level } from '../../../server/responses/effect.ts';
import { enterprise, vehicle } from '../../support/rules.ts';

const heavy4 = vehicle({ stage: '4' });
const heavy6 = vehicle();
const medium5 = vehicle({ vehicleType: 'H21', stage: '5' });
const electric = vehicle({ fuel: 'C', stage: 'D' });
const police = vehicle({ stage: '3', useNature: 'I' });
const bulk = enterprise();
const short = enterprise({ id: 'short', cleanTransport: 'not-met' });
const small = enterprise({ id: 'small', dailyTruckPasses: 10 });
const REGISTERED = [heavy4, heavy6, medium5, electric, police].map((kind, i) => ({ kind, vehicles: 10 ** i }));

function under(after: Level | null, level: Level, before: Level | null = null) {
  return effectOf(
    new Map([[bulk.county, { before, after }]]),
    level,
    [bulk, short, small],
    REGISTERED,
    [
      { kind: heavy4, enterprises: ['e1', 'short', 'small'] },
      { kind: heavy6, enterprises: ['e1', 'short'] },
      { kind: electric, enterprises: ['short'] },
      { kind: heavy4, enterprises: ['elsewhere'] },
    ],
    xinzhou2021,
  );
}
const units = (effect: ReturnType<typeof under>) =>
  effect.enterprises.map((u) => [u.enterprise.id, u.was, u.level, u.seen, u.hit]);
const measures = (effect: ReturnType<typeof under>) => effect.measures.map((m) => [m.level, m.enterprises, m.registered, m.seen]);

describe('what a response would do', () => {
  it('under orange: the old heavy ones at bulk units, all heavy and medium where clean transport is not met', () => {
    const effect = under('orange', 'orange');
    expect(units(effect)).to.deep.equal([
      ['e1', null, 'orange', 2, 1],
      ['short', null, 'red', 3, 2],
      ['small', null, null, 1, 0],
    ]);
    expect(measures(effect)).to.deep.equal([
      ['orange', 1, 1, 1],
      ['red', 1, 111, 2],
    ]);
    expect(effect.registered).to.deep.equal({ all: 11_111, hit: 111 });
    expect(effect.seen).to.deep.equal({ all: 3, hit: 2 });
  });

  it('under red: the same for both, and the stricter ones are not counted as tightened', () => {
    const effect = under('red', 'red', 'orange');
    expect(units(effect).map(([id, was, level, , hit]) => [id, was, level, hit])).to.deep.equal([
      ['e1', 'orange', 'red', 2],
      ['short', 'red', 'red', 2],
      ['small', null, null, 0],
    ]);
    expect(effect.enterprises.some((u) => u.tightened)).to.equal(false);
    expect(measures(effect)).to.deep.equal([['red', 2, 111, 2]]);
  });

  it('under yellow, which asks nothing: nobody', () => {
    const effect = under('yellow', 'yellow');
    expect(measures(effect)).to.deep.equal([]);
    expect(effect.registered.hit).to.equal(0);
  });

  it('when it is lifted: the measures of its level are told, with nobody under them', () => {
    const effect = under(null, 'orange', 'orange');
    expect(units(effect).map(([id, was, level]) => [id, was, level])).to.deep.equal([
      ['e1', 'orange', null],
      ['short', 'red', null],
      ['small', null, null],
    ]);
    expect(measures(effect)).to.deep.equal([['orange', 0, 1, 0]]);
    expect(effect.seen.hit).to.equal(0);
  });
});
