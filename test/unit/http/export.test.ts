import { expect } from 'chai';
import { loggedPath } from '../../../server/http/app.ts';
import { cell } from '../../../server/http/export.ts';

describe('a cell of a CSV file', () => {
  const cases: [what: string, value: unknown, expected: string][] = [
    ['absent', undefined, ''],
    ['null', null, ''],
    ['text', '晋H12345', '晋H12345'],
    ['a number, also a negative one', -1.5, '-1.5'],
    ['a boolean', false, 'false'],
    ['commas', 'a,b', '"a,b"'],
    ['quotes', 'a"b', '"a""b"'],
    ['a line break', 'a\nb', '"a\nb"'],
    ['an array as its JSON', ['a', 1], '"[""a"",1]"'],
    ['a formula', '=1+1', "'=1+1"],
    ['a formula after a space', ' =1+1', "' =1+1"],
    ['plus, minus and at', '@SUM(A1)', "'@SUM(A1)"],
    ['a full-width equals sign', '＝1', "'＝1"],
  ];
  for (const [what, value, expected] of cases) it(what, () => expect(cell(value)).to.equal(expected));
});

describe('a path in the log', () => {
  it('has no query and no plate', () => {
    expect(loggedPath('/api/v1/observations?plate=%E6%99%8BH12345')).to.equal('/api/v1/observations');
    expect(loggedPath('/api/v1/vehicles/%E6%99%8BH12345/yellow')).to.equal('/api/v1/vehicles/晋H*****/ye****');
    expect(loggedPath('/api/v1/vehicles/%zz/yellow')).to.equal('/api/v1/vehicles/%z*/ye****');
  });
});
