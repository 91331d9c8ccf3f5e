import { expect } from 'chai';
import { checkTime } from '../../../devices/contract/decode.ts';
import { sameContent } from '../../../devices/contract/same-content.ts';
import { readVectors } from '../../support/vectors.ts';

describe('The time of a message', () => {
  const { cases } = readVectors<{ cases: { name: string; ageMs: number; backfill: boolean; expect: string | null }[] }>(
    'time.json',
  );
  const nowMs = Date.UTC(2021, 10, 15);
  for (const { name, ageMs, backfill, expect: code } of cases) {
    it(name, () => expect(checkTime({ atMs: nowMs - ageMs, nowMs, backfill })).to.equal(code));
  }

  it('is held against the bounds that are set', () => {
    const bounds = { aheadMs: 0, lateMs: 10, oldestMs: 5 };
    expect(checkTime({ atMs: 1, nowMs: 0, backfill: false }, bounds)).to.equal('clock-ahead');
    expect(checkTime({ atMs: 0, nowMs: 6, backfill: false }, bounds)).to.equal('too-old');
    expect(checkTime({ atMs: 0, nowMs: 5, backfill: true }, bounds)).to.equal(null);
  });
});

describe('A repeat', () => {
  const { cases } = readVectors<{ cases: { name: string; a: string; b: string; same: boolean }[] }>('same-content.json');
  for (const { name, a, b, same } of cases) {
    it(`${same ? 'is one' : 'is none'} with ${name}`, () => {
      expect(sameContent(Buffer.from(a), Buffer.from(b))).to.equal(same);
      expect(sameContent(Buffer.from(b), Buffer.from(a))).to.equal(same);
    });
  }

  it('of what is no JSON is one byte for byte only', () => {
    expect(sameContent(Buffer.from('x'), Buffer.from('x'))).to.equal(true);
    expect(sameContent(Buffer.from('x'), Buffer.from('y'))).to.equal(false);
    expect(sameContent(Buffer.from([0xff]), Buffer.from('{}'))).to.equal(false);
  });
});
