import { expect } from 'chai';
import { SINCE_EVER } from '../../../server/policy/types.ts';
import { planRow, type Mark, type Plan } from '../../../server/registry/plan.ts';

/** [content, validFrom, recordedAt] in the order of their recording */
const marks = (rows: [string, number, number][]): Mark[] =>
  rows.map(([digest, validFrom, recordedAt], i) => ({ key: 'k', digest, validFrom, recordedAt, seq: i + 1 }));

const fresh = (validFrom: number): Plan => ({ kind: 'new', validFrom, reverts: false });
const back = (validFrom: number): Plan => ({ kind: 'new', validFrom, reverts: true });
const unchanged: Plan = { kind: 'unchanged' };

describe('what a row of an import means beside the versions of its key', () => {
  const cases: [what: string, stored: [string, number, number][], content: string, validFrom: number | undefined, expected: Plan][] = [
    ['the first row without validFrom: since ever', [], 'a', undefined, fresh(SINCE_EVER)],
    ['the first row with validFrom: from then', [], 'a', 50, fresh(50)],
    ['the same content again: unchanged', [['a', SINCE_EVER, 10]], 'a', undefined, unchanged],
    ['other content without validFrom: from its recording', [['a', SINCE_EVER, 10]], 'b', undefined, fresh(100)],
    ['the same beginning and content: unchanged', [['a', 50, 10]], 'a', 50, unchanged],
    ['the same beginning, other content: a correction', [['a', 50, 10]], 'b', 50, fresh(50)],
    ['the same content from another beginning: a version', [['a', 50, 10]], 'a', 60, fresh(60)],
    ['content that is in force already, without validFrom', [['a', 50, 10], ['b', 60, 10]], 'b', undefined, unchanged],
    ['content that begins in the future is not in force', [['a', 50, 10], ['b', 200, 10]], 'b', undefined, back(100)],
    ['the key is known but has not begun', [['a', 200, 10]], 'b', undefined, fresh(100)],
    ['what an earlier version said', [['a', SINCE_EVER, 10], ['b', 20, 20]], 'a', undefined, back(100)],
    ['what a corrected version said', [['a', 50, 10], ['b', 50, 20]], 'a', 50, back(50)],
    ['of one beginning the last recorded is compared', [['a', 50, 10], ['b', 50, 10]], 'b', 50, unchanged],
  ]; // prettier-ignore
  for (const [what, stored, digest, validFrom, expected] of cases) {
    it(what, () => {
      const claim = { ...(validFrom !== undefined && { validFrom }), recordedAt: 100, dated: false, digest };
      expect(planRow(marks(stored), claim)).to.deep.equal(expected);
    });
  }

  it('a row recorded earlier than what is stored says what was known then, whatever came later', () => {
    const stored = marks([['a', 50, 30], ['b', 50, 20]]); // prettier-ignore
    expect(planRow(stored, { validFrom: 50, recordedAt: 10, dated: true, digest: 'a' })).to.deep.equal(fresh(50));
    expect(planRow(stored, { validFrom: 50, recordedAt: 25, dated: true, digest: 'b' })).to.deep.equal(unchanged);
    expect(planRow(stored, { validFrom: 50, recordedAt: 40, dated: true, digest: 'a' })).to.deep.equal(unchanged);
  });

  it('a dated row that says again what was said before is a change back: its own time tells it from a repeat', () => {
    const stored = marks([['a', 50, 10], ['b', 50, 20]]); // prettier-ignore
    expect(planRow(stored, { validFrom: 50, recordedAt: 30, dated: true, digest: 'a' })).to.deep.equal(fresh(50));
    expect(planRow(stored, { recordedAt: 60, dated: true, digest: 'a' })).to.deep.equal(fresh(60));
  });

  it('a history with its own recording times is repeated without harm', () => {
    const stored = marks([['a', SINCE_EVER, 10], ['b', 20, 20], ['c', 20, 30]]); // prettier-ignore
    expect(planRow(stored, { recordedAt: 10, dated: true, digest: 'a' })).to.deep.equal(unchanged);
    expect(planRow(stored, { recordedAt: 20, dated: true, digest: 'b' })).to.deep.equal(unchanged);
    expect(planRow(stored, { recordedAt: 30, validFrom: 20, dated: true, digest: 'c' })).to.deep.equal(unchanged);
    expect(planRow(stored, { recordedAt: 20, validFrom: 20, dated: true, digest: 'b' })).to.deep.equal(unchanged);
  });
});
