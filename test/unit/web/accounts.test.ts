import { expect } from 'chai';
import { z } from 'zod';
import { accountFigures, FIGURES, type AccountLine } from '../../../server/http/contract/accounts.ts';
import { machineryLedgerQuery } from '../../../server/http/contract/lists.ts';
import { COLUMNS, sorted } from '../../../web/src/accounts/columns.ts';
import { FIGURES_SHOWN, gapOf, sumOf, unitOf, wordOf } from '../../../web/src/accounts/figures.ts';
import { monthsAfter, monthsUpTo } from '../../../web/src/accounts/month.ts';
import { accountWords } from '../../../web/src/i18n/accounts.ts';
import { MACHINE_CODES } from '../../../web/src/ledgers/machines.ts';

/** Every member of an account's figures by its path. */
function leaves(schema: z.ZodType, path = ''): string[] {
  if (!(schema instanceof z.ZodObject)) return [path];
  return Object.entries(schema.shape).flatMap(([key, member]) =>
    leaves(member as z.ZodType, path === '' ? key : `${path}.${key}`),
  );
}
const word = (key: string) =>
  key.split('.').reduce<unknown>((tree, member) => (tree as Record<string, unknown>)[member], accountWords['zh-CN']);

const line = (enterprise: string, auditShare: number | null, place: number | null) =>
  ({
    enterprise,
    figures: { auditShare },
    rank: place === null ? null : { place, of: 3 },
    monthOnMonth: null,
  }) as unknown as AccountLine;

describe('the accounts in the console', () => {
  it('show every figure that names its rows', () => {
    expect([...FIGURES_SHOWN].sort()).to.deep.equal([...FIGURES].sort());
  });

  it('have a word for every figure a revision may differ in, and for every column', () => {
    const paths = leaves(accountFigures);
    expect(paths).to.include('stages.6.rows');
    expect([...paths, ...FIGURES].filter((path) => typeof word(wordOf(path).key) !== 'string')).to.deep.equal([]);
    expect(COLUMNS.filter(({ key }) => typeof word(`list.column.${key}`) !== 'string')).to.deep.equal([]);
  });

  const units: [path: string, unit: string][] = [
    ['tonnes.rail', 't'],
    ['stages.6', 't'],
    ['stages.6.tonnes', 't'],
    ['stages.6.rows', 'rows'],
    ['directions.in', 't'],
    ['estimate.in', 't'],
    ['auditShare', '%'],
    ['stage6Share', '%'],
    ['pairing.percent', '%'],
    ['quality.limit', '%'],
    ['quality.rows', 'rows'],
    ['rows.road', 'rows'],
    ['transmission.heardMinutes', 'minutes'],
  ];
  for (const [path, unit] of units) it(`writes ${path} in ${unit}`, () => expect(unitOf(path)).to.equal(unit));

  it('are sorted by a column, those without a value last, or by rank', () => {
    const lines = [line('c', null, null), line('b', 40, 2), line('a', 80, 1)];
    const order = (key: string, down: boolean) => sorted(lines, key, down).map((one) => one.enterprise);
    expect(order('rank', false)).to.deep.equal(['a', 'b', 'c']);
    expect(order('rank', true)).to.deep.equal(['c', 'b', 'a']);
    expect(order('auditShare', true)).to.deep.equal(['a', 'b', 'c']);
    expect(order('auditShare', false)).to.deep.equal(['b', 'a', 'c']);
    expect(order('change', true)).to.deep.equal(['a', 'b', 'c']);
  });

  it('say how far a share is from the line, and how many clean tonnes lack', () => {
    const account = (auditShare: number | null, clean: number) =>
      ({ limits: { minPercent: 80 }, figures: { auditShare, tonnes: { clean, total: 1000 } } }) as Parameters<typeof gapOf>[0];
    expect(gapOf(account(77.8, 778))).to.deep.equal({ points: -2.2, tonnes: 22 });
    expect(gapOf(account(90.5, 905))).to.deep.equal({ points: 10.5, tonnes: 0 });
    expect(gapOf(account(null, 0))).to.equal(null);
  });

  it('add to the kilogram', () => expect(sumOf([0.1, 0.2, 30.503])).to.equal(30.803));

  it('count months over the year', () => {
    expect(monthsAfter('2021-12', 1)).to.equal('2022-01');
    expect(monthsAfter('2021-01', -1)).to.equal('2020-12');
    expect(monthsUpTo('2021-02', 3)).to.deep.equal(['2020-12', '2021-01', '2021-02']);
  });

  it('filter machinery by the findings the platform knows', () => {
    expect(machineryLedgerQuery.shape.finding.unwrap().options).to.deep.equal(['any', ...MACHINE_CODES]);
  });
});
