import { expect } from 'chai';
import type { Policy } from '../../../server/http/contract/policy-words.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { isUnderWay, sumsOf, tonnesOf } from '../../../web/src/jobs/results.ts';
import { appliesNow, stateOf, validity } from '../../../web/src/policy/state.ts';
import { differing, merge, putAt, typedNumber, valueAt } from '../../../web/src/policy/tree.ts';

const ms = (text: string) => Date.parse(`${text}+08:00`);
const changed = (change: (policy: Policy) => void): Policy => {
  const policy = structuredClone(xinzhou2021);
  change(policy);
  return policy;
};

describe('a number as it is typed', () => {
  const CASES: [typed: string, read: number | string | null][] = [
    ['1500000', 1_500_000],
    ['1,500,000', 1_500_000],
    ['１，５００', 1500],
    [' 2.5 ', 2.5],
    ['-3', -3],
    ['−3', -3],
    ['.5', 0.5],
    ['', null],
    ['  ', null],
    ['八十', '八十'],
    ['1e6', '1e6'],
    ['1.2.3', '1.2.3'],
    ['12 t', '12 t'],
    ['Infinity', 'Infinity'],
  ];
  for (const [typed, read] of CASES) it(`"${typed}" is ${read}`, () => expect(typedNumber(typed)).to.equal(read));
});

describe('a draft that two people change', () => {
  const base = { a: 1, b: { c: 2, d: [1, 2] }, e: { f: 1 } };

  it('keeps what each changed by itself', () => {
    const merged = merge(base, { ...base, a: 9 }, { ...base, b: { c: 3, d: [1, 2, 3] } });
    expect(merged).to.deep.equal({
      merged: { a: 9, b: { c: 3, d: [1, 2, 3] }, e: { f: 1 } },
      changed: ['b.c', 'b.d'],
      disputed: [],
    });
  });

  it('is as its reader wants where both changed it, and says so', () => {
    expect(merge(base, { ...base, a: 9 }, { ...base, a: 8 })).to.deep.include({ merged: { ...base, a: 9 }, disputed: ['a'] });
  });

  it('has nothing disputed where both said the same', () => {
    expect(merge(base, { ...base, a: 9 }, { ...base, a: 9 }).disputed).to.deep.equal([]);
  });

  it('loses no basis that one added while another took one away', () => {
    const mine = changed((p) => delete p.basis['plan-14']);
    const theirs = changed((p) => (p.basis['added-1'] = { ...p.basis['plan-15']!, article: '第3条' }));
    const { merged, disputed } = merge(xinzhou2021, mine, theirs);
    expect(merged.basis).not.to.have.property('plan-14');
    expect(merged.basis['added-1']?.article).to.equal('第3条');
    expect(disputed).to.deep.equal([]);
  });

  it('disputes a list as a whole', () => {
    const mine = changed((p) => void (p.rules['emission-standard'].requirements[0]!.stage = 6));
    const theirs = changed((p) => void p.rules['emission-standard'].requirements.push({ from: '2024-01-01', stage: 6 }));
    expect(merge(xinzhou2021, mine, theirs).disputed).to.deep.equal(['rules.emission-standard.requirements']);
  });

  it('reads and puts by path, and takes away', () => {
    const tree = { a: { b: [{ c: 1 }] } };
    putAt(tree, 'a.b.0.c', 2);
    putAt(tree, 'x.y', 3);
    expect([valueAt(tree, 'a.b.0.c'), valueAt(tree, 'x.y'), valueAt(tree, 'no.where')]).to.deep.equal([2, 3, undefined]);
    putAt(tree, 'x.y', undefined);
    expect(differing(tree, { a: { b: [{ c: 2 }] }, x: {} })).to.deep.equal([]);
  });
});

describe('where a version stands', () => {
  const now = ms('2021-11-15T08:00');
  const CASES: [what: Parameters<typeof stateOf>[0], state: string][] = [
    [{ state: 'draft', inForce: false }, 'draft'],
    [{ state: 'active', inForce: true }, 'inForce'],
    [{ state: 'active', inForce: false, from: '2021-12-01T00:00:00+08:00' }, 'toCome'],
    [{ state: 'active', inForce: false, from: '2021-11-01T00:00:00+08:00' }, 'past'],
    [{ state: 'active', inForce: false }, 'past'],
  ];
  for (const [what, state] of CASES) it(`is ${state} for ${JSON.stringify(what)}`, () => expect(stateOf(what, now)).to.equal(state)); // prettier-ignore

  it('tells of a rule whether it applies: its day, its bases, what it proposes', () => {
    const at = (policy: Policy, rule: string, when = now) => appliesNow(policy, `rules.${rule}.`, when);
    expect(at(xinzhou2021, 'emission-standard')).to.deep.equal({ state: 'on' });
    expect(at(xinzhou2021, 'planning-area', ms('2021-09-30T23:59'))).to.deep.equal({ state: 'later', from: '2021-10-01' });
    expect(at(xinzhou2021, 'planning-area', ms('2021-10-01T00:00'))).to.deep.equal({ state: 'on' });
    expect(
      at(
        changed((p) => void (p.rules['peak-shift'].proposal = 'none')),
        'peak-shift',
      ),
    ).to.deep.equal({ state: 'recorded' });
    const ended = changed((p) => void (p.basis['plan-17']!.validTo = '2021-11-14'));
    expect(at(ended, 'phase-out')).to.deep.equal({ state: 'lapsed' });
    expect(at(ended, 'phase-out', ms('2021-11-14T23:59'))).to.deep.equal({ state: 'on' });
  });

  it('counts the last day of a basis as valid', () => {
    const basis = { validFrom: '2021-05-27', validTo: '2021-11-15' };
    expect(validity(basis, ms('2021-05-26T23:59'))).to.equal('notYet');
    expect(validity(basis, ms('2021-11-15T23:59'))).to.equal('valid');
    expect(validity(basis, ms('2021-11-16T00:00'))).to.equal('lapsed');
  });
});

describe('what a job found', () => {
  it('adds up decisions, each once', () => {
    const decisions = { 'admit→refuse': 2, 'refuse→admit': 3, 'admit→review': 4, 'review→refuse': 1, 'admit→admit': 10 };
    expect(sumsOf(decisions)).to.deep.equal({ toRefuse: 2, toAdmit: 3, other: 5, unchanged: 10, all: 20 });
  });

  it('adds up tonnes to the kilogram', () => {
    expect(tonnesOf({ a: { tonnes: 0.1, tonnesFreed: 1 }, b: { tonnes: 0.2 } })).to.deep.equal({ refused: 0.3, freed: 1 });
  });

  it('asks again while it is under way, also while a cancelled one is settled', () => {
    const asks = (['queued', 'running', 'done', 'failed', 'cancelled'] as const).filter((state) => isUnderWay({ state }));
    expect(asks).to.deep.equal(['queued', 'running']);
    expect(isUnderWay({ state: 'cancelled', settling: true })).to.equal(true);
  });
});
