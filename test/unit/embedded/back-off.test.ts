import { expect } from 'chai';
import { createBackOff } from '../../../server/embedded/back-off.ts';

describe('the wait before a part that died is started again', () => {
  it('doubles from death to death up to its limit', () => {
    const backOff = createBackOff(50, 300, 30_000);
    expect([0, 100, 300, 700, 1_500].map((at) => backOff.next(at))).eql([50, 100, 200, 300, 300]);
  });

  it('begins anew after a quiet time', () => {
    const backOff = createBackOff(50, 300, 30_000);
    backOff.next(0);
    backOff.next(100);
    expect(backOff.next(30_100)).equal(200);
    expect(backOff.next(60_101)).equal(50);
  });
});
