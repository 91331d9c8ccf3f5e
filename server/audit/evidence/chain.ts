import type { BlockShown, EvidenceBlockStore } from '../../store/evidence-blocks.ts';
import { hashOfLeaf, type BlockHeader, type Leaf } from './leaves.ts';
import { consistencyOf, EMPTY_ROOT, pathOf, rootOf, subtreesOf, type WholeSubtree } from './merkle.ts';
import { hashesIn, headerOf } from './seal.ts';

/** The tree of all blocks up to one of them: what is printed and kept outside. */
export interface ChainHead {
  /** How many blocks. */
  size: number;
  /** Hex. */
  root: string;
  /** When the last of them was made; null before the first. */
  at: string | null;
}

/** Where a leaf is: in which block, at which place of its leaves, and what leads from it to the block's root (hex, bottom first). */
export interface LeafPlace {
  block: number;
  index: number;
  path: string[];
}

/** A state of something that was sealed. */
export interface SealedState {
  block: number;
  sha256: string;
  /** Of a finding. */
  status?: string;
}

export type Chain = ReturnType<typeof createChain>;

/** The chain of evidence as it is read: heads, and what proves that something is in it. */
export function createChain(store: EvidenceBlockStore) {
  /** Computes over the tree of blocks: what is needed of it is read at once. */
  async function overTree<T>(compute: (whole: WholeSubtree) => T): Promise<T> {
    const wanted = new Map<string, { start: number; size: number }>();
    compute((start, size) => {
      wanted.set(`${start}/${size}`, { start, size });
      return EMPTY_ROOT;
    });
    const blocks = new Map(
      (await store.byNumbers([...wanted.values()].map(({ start, size }) => start + size))).map((b) => [b._id, hashesIn(b.nodes)]),
    );
    return compute((start, size) => {
      const node = blocks.get(start + size)?.[Math.log2(size)];
      if (!node) throw new Error(`the chain of evidence has no block ${start + size}`);
      return node;
    });
  }

  const hex = (hashes: Buffer[]) => hashes.map((hash) => hash.toString('hex'));

  /** @returns null where there are not so many blocks */
  async function head(size?: number): Promise<ChainHead | null> {
    const last: BlockShown | null | undefined = size === undefined ? await store.last() : (await store.byNumbers([size]))[0];
    if (!last) return size === undefined || size === 0 ? { size: 0, root: EMPTY_ROOT.toString('hex'), at: null } : null;
    const root = await overTree((whole) => rootOf(0, last._id, whole));
    return { size: last._id, root: root.toString('hex'), at: headerOf(last).at };
  }

  return {
    head,

    /** What shows that the tree of `from` blocks is the beginning of that of `to` blocks (0 < from ≤ to ≤ the chain's size). */
    consistency: async (from: number, to: number): Promise<string[]> =>
      hex(await overTree((whole) => consistencyOf(from, to, whole))),

    /** Blocks by number. */
    async headers(numbers: number[]): Promise<Map<number, BlockHeader>> {
      return new Map((await store.byNumbers(numbers)).map((block) => [block._id, headerOf(block)]));
    },

    /** What leads from each of these blocks to the roots of the trees of so many blocks, of those that it is in. */
    async blockPaths(numbers: number[], sizes: number[]): Promise<Map<number, { size: number; path: string[] }[]>> {
      return overTree(
        (whole) =>
          new Map(
            numbers.map((number) => [
              number,
              sizes.filter((size) => number <= size).map((size) => ({ size, path: hex(pathOf(number - 1, size, whole)) })),
            ]),
          ),
      );
    },

    /**
     * Where messages and decisions are, by their leaves' texts.
     * @param wanted leaves by the batch that stored the message
     * @returns by the leaf's hash (hex); what is not sealed is left out
     */
    async placesOfBatches(wanted: { leaf: Leaf; batch: string }[]): Promise<Map<string, LeafPlace>> {
      const hashes = new Set(wanted.map(({ leaf }) => hashOfLeaf(leaf).toString('hex')));
      const batches = [...new Set(wanted.map(({ batch }) => batch))];
      const found = new Map<string, LeafPlace>();
      for (let i = 0; i < batches.length; i += 100)
        for await (const block of store.ofBatches(batches.slice(i, i + 100))) {
          const leaves = hashesIn(block.leaves);
          const whole = subtreesOf(leaves);
          leaves.forEach((leaf, index) => {
            const key = leaf.toString('hex');
            if (hashes.has(key) && !found.has(key))
              found.set(key, { block: block._id, index, path: hex(pathOf(index, leaves.length, whole)) });
          });
        }
      return found;
    },

    /** The states that were sealed of things with names (`finding/…`, `fact/…`, `policy/…`), of each in order. */
    async histories(names: string[]): Promise<Map<string, SealedState[]>> {
      const found = new Map<string, SealedState[]>(names.map((name) => [name, []]));
      for (let i = 0; i < names.length; i += 500)
        for (const block of await store.naming(names.slice(i, i + 500)))
          for (const { of, sha256, status } of block.items ?? [])
            found.get(of)?.push({ block: block._id, sha256, ...(status !== undefined && { status }) });
      return found;
    },

    /** Where leaves are of which the block is known, by their hash (hex); those that are not in it are left out. */
    async placesIn(wanted: { block: number; leaf: Leaf }[]): Promise<Map<string, LeafPlace[]>> {
      const found = new Map<string, LeafPlace[]>();
      for (const number of [...new Set(wanted.map(({ block }) => block))]) {
        const block = await store.byNumber(number);
        if (!block) continue;
        const leaves = hashesIn(block.leaves);
        const whole = subtreesOf(leaves);
        for (const { leaf } of wanted.filter((one) => one.block === number)) {
          const hash = hashOfLeaf(leaf);
          const index = leaves.findIndex((other) => other.equals(hash));
          if (index < 0) continue;
          const key = hash.toString('hex');
          const place = { block: number, index, path: hex(pathOf(index, leaves.length, whole)) };
          found.set(key, [...(found.get(key) ?? []), place]);
        }
      }
      return found;
    },
  };
}
