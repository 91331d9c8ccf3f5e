import { expect } from 'chai';
import type { ResponseRowShown, ResponseShown } from '../../../web/src/api/orders.ts';
import { civilFields, registryMoment, timeOfDay } from '../../../web/src/format/civil-fields.ts';
import { COUNTIES } from '../../../web/src/geo/counties.ts';
import {
  blankForm,
  deedsOf,
  draftOf,
  followingForm,
  freeId,
  levelsFor,
  missingOf,
  type Deed,
} from '../../../web/src/responses/form.ts';

const NOW = Date.parse('2021-11-15T12:03:40+08:00');
const CURRENT: ResponseRowShown = {
  version: 'R#1',
  level: 'orange',
  counties: ['140902', '140921'],
  start: '2021-11-15T08:00:00.000+08:00',
  begins: '2021-11-15T08:00:00.000+08:00',
  ends: '2021-11-17T00:00:00.000+08:00',
  issuedBy: '指挥部',
  reference: '1号',
  recordedAt: '2021-11-14T18:00:00.000+08:00',
  deeds: ['declared'],
};
const shown = (state: ResponseShown['state'], change: Partial<ResponseRowShown> = {}): ResponseShown => {
  const current = { ...CURRENT, ...change };
  return { id: 'R', state, current, rows: [current] };
};
const follow = (deed: Deed, on = shown('running')) => draftOf({ ...followingForm(on, deed), reference: '2号' }, deed, on, NOW);

describe('a moment as it is filled in', () => {
  for (const [typed, time] of [['8:00', '08:00'], ['2400', '24:00'], ['24', '24:00'], ['0', '00:00'], ['18：30', '18:30'], ['24:01', undefined], ['25:00', undefined], ['8:5', undefined], ['', undefined]] as const)
    it(`takes ${typed || 'nothing'} as ${time ?? 'no time'}`, () => expect(timeOfDay(typed)).to.equal(time)); // prettier-ignore

  it('may be the end of a day', () => {
    expect(registryMoment({ date: '2021-11-16', time: '24:00' })).to.equal('2021-11-16T24:00:00+08:00');
    expect(civilFields(Date.parse('2021-11-17T00:00:00+08:00'), 'end')).to.deep.equal({ date: '2021-11-16', time: '24:00' });
    expect(civilFields(Date.parse('2021-11-17T00:00:00+08:00'), 'start')).to.deep.equal({ date: '2021-11-17', time: '00:00' });
  });

  it('is none without its date, or on a day that does not exist', () => {
    expect(registryMoment({ date: '', time: '08:00' })).to.equal(undefined);
    expect(registryMoment({ date: '2021-02-30', time: '08:00' })).to.equal(undefined);
  });
});

describe('the form of a response', () => {
  it('offers what can be done to it', () => {
    expect(deedsOf(shown('running'))).to.deep.equal(['raise', 'lower', 'area', 'extend', 'lift']);
    const { ends: _ends, ...open } = CURRENT;
    expect(deedsOf({ state: 'running', current: { ...open, level: 'red' } })).to.deep.equal(['lower', 'area', 'lift']);
    expect(deedsOf(shown('over'))).to.deep.equal([]);
    expect(levelsFor('raise', 'yellow')).to.deep.equal(['orange', 'red']);
    expect(levelsFor('lower', 'red')).to.deep.equal(['yellow', 'orange']);
  });

  it('gives a new response an id of its own and its last issuer', () => {
    const form = blankForm({ items: [shown('over')] }, NOW);
    expect(form).to.deep.include({ id: 'R20211115-1', issuedBy: '指挥部', reference: '' });
    expect(freeId(['R20211115-1', 'R20211115-2'], NOW)).to.equal('R20211115-3');
    expect(missingOf(form, null)).to.deep.equal(['level', 'counties', 'end', 'reference']);
  });

  it('declares from the minute of its publication, the whole city under its own code', () => {
    const form = { ...blankForm(null, NOW), level: 'orange' as const, counties: [...COUNTIES], end: { date: '2021-11-16', time: '24:00' } };
    expect(draftOf(form, null, null, NOW)).to.deep.equal({
      id: 'R20211115-1',
      level: 'orange',
      counties: ['140900'],
      start: '2021-11-15T12:03:00.000+08:00',
      end: '2021-11-16T24:00:00+08:00',
    });
    expect(draftOf({ ...form, level: null }, null, null, NOW)).to.equal(undefined);
  }); // prettier-ignore

  it('raises from now on, until the same end', () => {
    expect(follow('raise')).to.deep.include({ id: 'R', level: 'red', start: '2021-11-15T12:03:00.000+08:00', end: '2021-11-16T24:00:00+08:00' });
  }); // prettier-ignore

  it('raises what has not begun from its own beginning on', () => {
    const ahead = shown('announced', { start: '2021-11-16T00:00:00.000+08:00' });
    expect(follow('raise', ahead)).to.deep.include({ level: 'red', start: '2021-11-16T00:00:00+08:00' });
  });

  it('lifts at once by an end that has come, under the same start', () => {
    expect(follow('lift')).to.deep.include({ level: 'orange', start: CURRENT.start, end: '2021-11-15T12:03:00.000+08:00' });
  });

  it('takes back what has not begun by ending it where it would begin', () => {
    const start = '2021-11-16T00:00:00.000+08:00';
    const ahead = shown('announced', { start });
    expect(draftOf({ ...followingForm(ahead, 'lift'), atOnce: true }, 'lift', ahead, NOW)).to.deep.include({ start, end: start });
  });

  it('extends under the same start', () => {
    const form = { ...followingForm(shown('running'), 'extend'), end: { date: '2021-11-18', time: '12:00' } };
    expect(draftOf(form, 'extend', shown('running'), NOW)).to.deep.include({ start: CURRENT.start, end: '2021-11-18T12:00:00+08:00' });
  }); // prettier-ignore
});
