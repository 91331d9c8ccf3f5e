import { expect } from 'chai';
import { notesOn, type NotedDraft } from '../../../server/responses/notes.ts';
import { responseRow as row } from '../../support/responses.ts';
import { t } from '../../support/rules.ts';

const NOW = t('2021-11-15T09:00');
const draft = (change: Partial<Parameters<typeof row>[0]> = {}) =>
  row({
    id: 'new',
    counties: ['140902'],
    start: '2021-11-15T12:00',
    end: '2021-11-17T00:00',
    recorded: '2021-11-15T09:00',
    ...change,
  });
const running = (id: string, level: 'yellow' | 'orange' | 'red') =>
  new Map([['140902', { id, level, to: t('2021-11-16T00:00') }]]);

const CASES: [what: string, noted: Partial<NotedDraft>, notes: string[]][] = [
  ['nothing, where all is well', {}, []],
  ['an end before the start', { row: draft({ end: '2021-11-15T11:00' }) }, ['end ends-first']],
  ['an end that has come', { row: draft({ start: '2021-11-14T00:00', end: '2021-11-15T00:00' }) }, ['end over-already', 'start from-publication']],
  ['a start that has passed', { row: draft({ start: '2021-11-14T00:00' }) }, ['start from-publication']],
  ['a county that nobody knows', { row: draft({ counties: ['140999', '140902'] }) }, ['counties unknown-county']],
  ['not one that the registry knows', { row: draft({ counties: ['140301'] }) }, []],
  ['not the whole city', { row: draft({ counties: ['140900'] }) }, []],
  ['a higher level in force', { running: running('other', 'red') }, ['level below-running']],
  ['the same level in force', { running: running('other', 'orange') }, ['counties as-running']],
  ['not a lower one', { running: running('other', 'yellow') }, []],
  ['not its own earlier row', { running: running('new', 'red'), before: [row({ id: 'new', level: 'red', start: '2021-11-15T00:00' })] }, []],
  [
    'a change announced before that will not count',
    { before: [row({ id: 'new', start: '2021-11-14T00:00' }), row({ id: 'new', level: 'red', start: '2021-11-15T18:00' })], row: draft({ start: '2021-11-14T00:00' }) },
    ['start drops-announced'],
  ],
  ['that nothing changes', { changes: false }, ['level no-effect']],
  ['a mistake rather than that nothing changes', { changes: false, row: draft({ end: '2021-11-15T11:00' }) }, ['end ends-first']],
]; // prettier-ignore

describe('what is noted on the draft of a response', () => {
  for (const [what, noted, notes] of CASES) {
    it(`is ${what}`, () => {
      const found = notesOn({ row: draft(), now: NOW, known: new Set(['140301']), running: new Map(), before: [], changes: true, ...noted });
      expect(found.map((note) => `${note.path} ${note.code}`)).to.deep.equal(notes);
    }); // prettier-ignore
  }

  it('is said in both languages, with names and civil times', () => {
    const [note] = notesOn({ row: draft(), now: NOW, known: new Set(), running: running('other', 'red'), before: [], changes: true });
    expect(note!.zh).to.equal('更高级别正在实施，在其结束前以其为准：忻府区（红色响应，至 11-15 24:00）');
    expect(note!.en).to.equal('A higher level is in force and counts until it ends: Xinfu (red response, until 11-15 24:00)');
  }); // prettier-ignore
});
