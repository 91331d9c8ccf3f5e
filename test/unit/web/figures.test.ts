import { expect } from 'chai';
import { READING_REASONS } from '../../../server/rules/reading-validity.ts';
import { READING_REASONS_SHOWN } from '../../../web/src/figures/reasons.ts';

describe('the figures’ reasons', () => {
  it('are those of the rule, in its order', () => {
    expect([...READING_REASONS_SHOWN]).to.deep.equal([...READING_REASONS]);
  });
});
