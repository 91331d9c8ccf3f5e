import { expect } from 'chai';
import { createUnderWay } from '../../../server/intake/under-way.ts';

describe('what is under way', () => {
  it('is nothing: everything up to now is settled', async () => {
    let now = 1_000;
    const underWay = createUnderWay(() => now);
    expect(await underWay.settled(100)).to.equal(1_000);
    now = 2_000;
    underWay.enter()();
    expect(await underWay.settled(100)).to.equal(2_000);
  });

  it('is waited for, but for nothing that came after the question', async () => {
    const underWay = createUnderWay();
    const leave = underWay.enter();
    const asked = Date.now();
    const settled = underWay.settled(5_000);
    setTimeout(() => underWay.enter(), 10);
    setTimeout(leave, 30);
    expect(await settled).to.be.within(asked - 5, Date.now());
    expect(Date.now() - asked).to.be.below(2_000);
  });

  it('lies after the settled moment when it takes too long', async () => {
    let now = 1_000;
    const underWay = createUnderWay(() => now);
    underWay.enter();
    now = 1_500;
    const settled = underWay.settled(100);
    now = 1_700;
    expect(await settled).to.equal(998);
  });
});
