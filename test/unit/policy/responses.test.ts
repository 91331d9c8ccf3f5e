import { expect } from 'chai';
import { responseInForce, responseWindows } from '../../../server/policy/responses.ts';
import type { ResponseRow } from '../../../server/policy/types.ts';
import { t } from '../../support/rules.ts';

const COUNTY = '140981';

let seq = 0;
function row(
  facts: Partial<Omit<ResponseRow, 'start' | 'end' | 'recordedAt'>> & { start: string; end?: string; recorded?: string },
): ResponseRow {
  const { start, end, recorded = '2021-11-14T18:00', ...rest } = facts;
  seq += 1;
  return {
    version: `responses/${rest.id ?? 'r'}/${seq}`,
    id: 'r',
    level: 'orange',
    counties: ['140900'],
    reference: '忻气防办',
    issuedBy: '市政府',
    seq,
    ...rest,
    start: t(start),
    ...(end && { end: end.endsWith('T24:00') ? t(end.replace('T24:00', 'T00:00')) + 86_400_000 : t(end) }),
    recordedAt: t(recorded),
  };
}

const ordinary = row({ start: '2021-11-15T00:00', end: '2021-11-18T24:00' });
const raised = [
  row({ level: 'yellow', start: '2021-11-15T00:00', end: '2021-11-18T00:00' }),
  row({ level: 'red', start: '2021-11-16T12:00', end: '2021-11-18T00:00', recorded: '2021-11-16T09:00' }),
];
const lowered = [
  row({ level: 'red', start: '2021-11-15T00:00' }),
  row({ level: 'yellow', start: '2021-11-16T12:00', recorded: '2021-11-16T12:30' }),
];
const extended = [
  row({ start: '2021-11-15T00:00', end: '2021-11-16T00:00' }),
  row({ start: '2021-11-15T00:00', end: '2021-11-17T00:00', recorded: '2021-11-15T20:00' }),
];
const lifted = [
  row({ start: '2021-11-15T00:00' }),
  row({ start: '2021-11-15T00:00', end: '2021-11-16T10:00', recorded: '2021-11-16T12:00' }),
];
const late = [row({ start: '2021-11-15T00:00', recorded: '2021-11-15T09:30' })];
const sameMoment = [row({ level: 'red', start: '2021-11-15T00:00' }), row({ level: 'yellow', start: '2021-11-15T00:00' })];
const two = [
  row({ id: 'a', level: 'yellow', start: '2021-11-15T00:00' }),
  row({ id: 'b', level: 'red', start: '2021-11-16T00:00', end: '2021-11-17T00:00' }),
];

const CASES: [what: string, rows: ResponseRow[], at: string, level: string | undefined, county?: string][] = [
  ['the moment before the start', [ordinary], '2021-11-14T23:59:59.999', undefined],
  ['the start', [ordinary], '2021-11-15T00:00', 'orange'],
  ['the last millisecond before 24:00', [ordinary], '2021-11-18T23:59:59.999', 'orange'],
  ['24:00, which is the next midnight', [ordinary], '2021-11-19T00:00', undefined],
  ['before a raise announced for later', raised, '2021-11-16T11:59:59.999', 'yellow'],
  ['from the raise on', raised, '2021-11-16T12:00', 'red'],
  ['before a lowering was published, though its start has passed', lowered, '2021-11-16T12:29:59.999', 'red'],
  ['from the lowering’s publication', lowered, '2021-11-16T12:30', 'yellow'],
  ['past the first end of an extended one', extended, '2021-11-16T06:00', 'orange'],
  ['at the new end', extended, '2021-11-17T00:00', undefined],
  ['after the end of a lifting not yet published', lifted, '2021-11-16T11:59:59.999', 'orange'],
  ['from the lifting’s publication', lifted, '2021-11-16T12:00', undefined],
  ['before one recorded later than its start', late, '2021-11-15T09:29:59.999', undefined],
  ['once it is recorded', late, '2021-11-15T09:30', 'orange'],
  ['two rows recorded at one moment: the later in the file', sameMoment, '2021-11-15T12:00', 'yellow'],
  ['two responses: the higher level', two, '2021-11-16T00:00', 'red'],
  ['two responses, one over: the other', two, '2021-11-17T00:00', 'yellow'],
  ['140900 covers every county of the city', [ordinary], '2021-11-15T08:00', 'orange', '140902'],
  ['140900 covers no county elsewhere', [ordinary], '2021-11-15T08:00', undefined, '140105'],
  [
    'another code is no prefix',
    [row({ counties: ['140981'], start: '2021-11-15T00:00' })],
    '2021-11-15T08:00',
    undefined,
    '140982',
  ],
  ['a named county', [row({ counties: ['140902', '140981'], start: '2021-11-15T00:00' })], '2021-11-15T08:00', 'orange'],
  [
    'a row that follows and drops the county',
    [ordinary, row({ counties: ['140902'], start: '2021-11-16T00:00' })],
    '2021-11-16T00:00',
    undefined,
  ],
];

describe('the response in force', () => {
  for (const [what, rows, at, level, county = COUNTY] of CASES) {
    it(`${what}: ${level ?? 'none'}`, () => {
      expect(responseInForce(rows, county, t(at), t('2022-01-01T00:00'))?.level).to.equal(level);
    });
  }

  it('does not depend on the order of the rows', () => {
    for (const [, rows, at, level, county = COUNTY] of CASES) {
      expect(responseInForce([...rows].reverse(), county, t(at), t('2022-01-01T00:00'))?.level).to.equal(level);
    }
  });

  it('knows no row recorded after the message was received', () => {
    const at = t('2021-11-16T12:01');
    expect(responseInForce(raised, COUNTY, at, t('2021-11-16T08:59'))?.level).to.equal('yellow');
  });
});

describe('windows of responses', () => {
  it('are cut where the level changes and joined where it does not', () => {
    const now = t('2021-11-15T06:00');
    const windows = responseWindows(
      [...raised, ordinary].map((r) => ({ ...r, id: r === ordinary ? 'o' : 'r' })),
      COUNTY,
      now,
      t('2021-11-20T00:00'),
      t('2021-11-16T09:00'),
    );
    expect(windows.map((w) => [w.level, w.from, w.to])).to.deep.equal([
      ['orange', t('2021-11-15T00:00'), t('2021-11-16T12:00')],
      ['red', t('2021-11-16T12:00'), t('2021-11-18T00:00')],
      ['orange', t('2021-11-18T00:00'), t('2021-11-19T00:00')],
    ]);
  });

  it('keep their own beginning and end, so that a later look says the same', () => {
    const look = (now: string) => responseWindows(extended, COUNTY, t(now), t('2021-11-20T00:00'), t('2021-11-15T20:00'));
    expect(look('2021-11-15T21:00')).to.deep.equal(look('2021-11-16T23:00'));
    expect(look('2021-11-15T21:00')).to.deep.include.members([
      { id: 'r', level: 'orange', from: t('2021-11-15T00:00'), to: t('2021-11-17T00:00'), reference: '忻气防办' },
    ]);
    expect(
      responseWindows(late, COUNTY, t('2021-11-16T00:00'), t('2021-11-17T00:00'), t('2021-11-16T00:00'))[0],
    ).to.not.have.property('to');
  });

  it('say at every moment what the response in force says', () => {
    const [from, to] = [t('2021-11-14T00:00'), t('2021-11-20T00:00')];
    for (const rows of [raised, lowered, extended, lifted, late, two]) {
      const windows = responseWindows(rows, COUNTY, from, to, to);
      for (let at = from; at < to; at += 30 * 60_000) {
        const window = windows.find((w) => w.from <= at && at < (w.to ?? Infinity));
        expect(window?.level).to.equal(responseInForce(rows, COUNTY, at, to)?.level);
      }
    }
  });
});
