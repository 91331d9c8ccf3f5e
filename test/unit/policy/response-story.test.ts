import { expect } from 'chai';
import { deedsOf, standingOf } from '../../../server/policy/response-story.ts';
import type { ResponseRow } from '../../../server/policy/types.ts';
import { responseRow as row } from '../../support/responses.ts';
import { t } from '../../support/rules.ts';

const first = row({ start: '2021-11-15T00:00', end: '2021-11-17T00:00' });
const after = (change: Parameters<typeof row>[0]) => row({ recorded: '2021-11-15T09:00', ...change });

const DEEDS: [what: string, next: ResponseRow, deeds: string[]][] = [
  ['red', after({ level: 'red', start: '2021-11-15T12:00', end: '2021-11-17T00:00' }), ['raised']],
  ['yellow', after({ level: 'yellow', start: '2021-11-15T12:00', end: '2021-11-17T00:00' }), ['lowered']],
  ['a later end', after({ start: '2021-11-15T00:00', end: '2021-11-18T00:00' }), ['extended']],
  ['no end', after({ start: '2021-11-15T00:00' }), ['extended']],
  ['an earlier end to come', after({ start: '2021-11-15T00:00', end: '2021-11-15T20:00' }), ['shortened']],
  ['an end that has come', after({ start: '2021-11-15T00:00', end: '2021-11-15T09:00' }), ['lifted']],
  ['fewer counties', after({ counties: ['140902'], start: '2021-11-15T09:00', end: '2021-11-17T00:00' }), ['area']],
  ['red and longer', after({ level: 'red', start: '2021-11-15T09:00', end: '2021-11-18T00:00' }), ['raised', 'extended']],
  ['the same', after({ start: '2021-11-15T00:00', end: '2021-11-17T00:00' }), ['restated']],
];

const taken = [
  row({ start: '2021-11-15T00:00' }),
  row({ start: '2021-11-15T00:00', end: '2021-11-15T00:00', recorded: '2021-11-14T20:00' }),
];
const again = [
  row({ start: '2021-11-15T00:00', end: '2021-11-16T00:00' }),
  row({ start: '2021-11-17T00:00', end: '2021-11-18T00:00', recorded: '2021-11-15T09:00' }),
];
const raised = [first, after({ level: 'red', start: '2021-11-15T12:00', end: '2021-11-17T00:00' })];

const STATES: [what: string, rows: ResponseRow[], at: string, state: string | undefined, counts?: ResponseRow][] = [
  ['before it is published', [first], '2021-11-14T17:59', undefined],
  ['before its start', [first], '2021-11-14T23:59', 'announced', first],
  ['at its start', [first], '2021-11-15T00:00', 'running', first],
  ['at its end', [first], '2021-11-17T00:00', 'over', first],
  ['before a raise published for later', raised, '2021-11-15T11:59', 'running', first],
  ['after the raise', raised, '2021-11-15T12:00', 'running', raised[1]!],
  ['taken back before its start', taken, '2021-11-15T01:00', 'taken-back'],
  ['taken back, still before its start', taken, '2021-11-14T21:00', 'taken-back'],
  ['between two stretches', again, '2021-11-16T12:00', 'announced', again[1]!],
]; // prettier-ignore

describe('how the rows of a response follow each other', () => {
  it('is that the first declares it', () => {
    expect(deedsOf(first, undefined)).to.deep.equal(['declared']);
  });
  for (const [what, next, deeds] of DEEDS) {
    it(`is that one with ${what} has ${deeds.join(' and ')} it`, () => {
      expect(deedsOf(next, first)).to.deep.equal(deeds);
    });
  }
});

describe('the state of a response', () => {
  for (const [what, rows, at, state, counts] of STATES) {
    it(`is ${state ?? 'not known'} ${what}`, () => {
      const found = standingOf(rows, t(at));
      expect(found?.state).to.equal(state);
      if (counts) expect(found?.row).to.equal(counts);
    });
  }
});
