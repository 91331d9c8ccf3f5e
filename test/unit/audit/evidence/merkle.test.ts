import { expect } from 'chai';
import fc from 'fast-check';
import {
  consistencyOf,
  EMPTY_ROOT,
  grown,
  isConsistent,
  leafHash,
  nodeHash,
  pathOf,
  rootFrom,
  rootOf,
  rootOfPeaks,
  subtreesOf,
  type Peaks,
} from '../../../../server/audit/evidence/merkle.ts';

/** The tree as RFC 9162 defines it, without any of the shortcuts. */
function defined(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(defined(leaves.slice(0, k)), defined(leaves.slice(k)));
}

const leavesOf = (n: number) => Array.from({ length: n }, (_, i) => leafHash(`leaf ${i}`));
const flipped = (hash: Buffer, bit: number) => {
  const other = Buffer.from(hash);
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other;
};
const bit = fc.integer({ min: 0, max: 255 });

describe('The Merkle tree of the chain of evidence', () => {
  it('has the roots of the test vectors of Certificate Transparency', () => {
    // From the tests of its reference implementation.
    const inputs = ['', '00', '10', '2021', '3031', '40414243'].map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
    const leaves = inputs.map((text) => leafHash(text));
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    ];
    expect(EMPTY_ROOT.toString('hex')).to.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    roots.forEach((root, i) => {
      const some = leaves.slice(0, i + 1);
      expect(rootOf(0, some.length, subtreesOf(some)).toString('hex')).to.equal(root);
    });
  });

  it('grows leaf by leaf to the same root as the definition, remembering only its peaks', () => {
    const leaves = leavesOf(130);
    let peaks: Peaks = [];
    const nodes: Buffer[][] = [];
    leaves.forEach((leaf, i) => {
      const next = grown(peaks, leaf);
      peaks = next.peaks;
      nodes.push(next.completed);
      const root = defined(leaves.slice(0, i + 1));
      expect(rootOfPeaks(peaks)).to.deep.equal(root);
      // What each leaf completed is all that is kept, and gives every older root too.
      for (const size of [1, i >> 1, i + 1])
        expect(rootOf(0, size, (start, n) => nodes[start + n - 1]![Math.log2(n)]!)).to.deep.equal(defined(leaves.slice(0, size)));
    });
  });

  it('proves every leaf of every tree, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), bit, fc.nat(), (size, at, someBit, which) => {
        const leaves = leavesOf(size);
        const index = at % size;
        const path = pathOf(index, size, subtreesOf(leaves));
        const root = defined(leaves);
        expect(rootFrom(leaves[index]!, index, size, path)).to.deep.equal(root);
        expect(rootFrom(flipped(leaves[index]!, someBit), index, size, path)).to.not.deep.equal(root);
        if (path.length > 0) {
          const bent = path.map((hash, i) => (i === which % path.length ? flipped(hash, someBit) : hash));
          expect(rootFrom(leaves[index]!, index, size, bent)).to.not.deep.equal(root);
          expect(rootFrom(leaves[index]!, index, size, path.slice(1))).to.not.deep.equal(root);
        }
        expect(rootFrom(leaves[index]!, index, size, [...path, root])).to.equal(null);
        for (let other = 0; other < size; other++)
          if (other !== index) expect(rootFrom(leaves[index]!, other, size, path)).to.not.deep.equal(root);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses places that no tree has', () => {
    const leaf = leafHash('one');
    for (const [index, size] of [
      [-1, 1],
      [1, 1],
      [0, 0],
      [0.5, 2],
      [NaN, 1],
      [0, Infinity],
    ] as const)
      expect(rootFrom(leaf, index, size, [])).to.equal(null);
  });

  it('shows that a younger tree begins with an older one, and never where it does not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), bit, fc.nat(), (to, at, someBit, which) => {
        const from = 1 + (at % to);
        const leaves = leavesOf(to);
        const [old, now] = [defined(leaves.slice(0, from)), defined(leaves)];
        const path = consistencyOf(from, to, subtreesOf(leaves));
        expect(isConsistent(from, old, to, now, path)).to.equal(true);
        expect(isConsistent(from, flipped(old, someBit), to, now, path)).to.equal(false);
        expect(isConsistent(from, old, to, flipped(now, someBit), path)).to.equal(false);
        if (path.length > 0) {
          const bent = path.map((hash, i) => (i === which % path.length ? flipped(hash, someBit) : hash));
          expect(isConsistent(from, old, to, now, bent)).to.equal(false);
          expect(isConsistent(from, old, to, now, path.slice(1))).to.equal(false);
        }
        expect(isConsistent(from, old, to, now, [...path, now])).to.equal(false);
        // A past in which one leaf was another.
        const changed = leaves.map((leaf, i) => (i === which % from ? flipped(leaf, someBit) : leaf));
        const lie = consistencyOf(from, to, subtreesOf(changed));
        expect(isConsistent(from, old, to, defined(changed), lie)).to.equal(false);
      }),
      { numRuns: 150 },
    );
  });
});
