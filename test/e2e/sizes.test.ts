import { expect } from 'chai';
import { readSizes, tooLarge } from '../../scripts/check-sizes.ts';
import { buildConsole } from '../support/console-build.ts';

describe('what a browser fetches of the console', function () {
  this.timeout(180_000);
  before(() => buildConsole());

  it('is at most 300 kB for the first load and 200 kB for every further room', () => {
    const sizes = readSizes();
    expect(sizes.rooms.length).to.be.greaterThan(10);
    expect(tooLarge(sizes)).to.deep.equal([]);
  });
});
