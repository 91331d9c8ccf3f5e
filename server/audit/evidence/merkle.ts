import { hash } from 'node:crypto';

/**
 * The Merkle tree of Certificate Transparency (RFC 9162, section 2): a leaf is SHA-256 of a zero byte and its text, a node SHA-256 of a
 * one byte and its two children; a tree of n leaves splits at the largest power of two below n. Hashes are 32 bytes.
 */

/** The root of the whole subtree of `size` leaves that begins at leaf `start`; `size` is a power of two and divides `start`. */
export type WholeSubtree = (start: number, size: number) => Buffer;

const NODE = Buffer.from([1]);

/** The root of a tree without leaves. */
export const EMPTY_ROOT = hash('sha256', '', 'buffer');

export function leafHash(text: string): Buffer {
  return hash('sha256', `\0${text}`, 'buffer');
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** The root over the leaves [from, to). */
export function rootOf(from: number, to: number, whole: WholeSubtree): Buffer {
  const n = to - from;
  if (n === 0) return EMPTY_ROOT;
  const k = splitOf(n);
  if (k === n) return whole(from, n);
  return nodeHash(rootOf(from, from + k, whole), rootOf(from + k, to, whole));
}

/** What must be hashed with leaf `index`, bottom first, to come to the root of the first `size` leaves. */
export function pathOf(index: number, size: number, whole: WholeSubtree): Buffer[] {
  const path: Buffer[] = [];
  const down = (from: number, to: number): void => {
    if (to - from === 1) return;
    const middle = from + halfOf(to - from);
    if (index < middle) {
      down(from, middle);
      path.push(rootOf(middle, to, whole));
    } else {
      down(middle, to);
      path.push(rootOf(from, middle, whole));
    }
  };
  down(0, size);
  return path;
}

/** The root that a leaf's path leads to; null where path, place and size do not fit each other. */
export function rootFrom(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Buffer | null {
  if (!isPlace(index, size)) return null;
  let [place, last] = [index, size - 1];
  let root: Buffer = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      root = nodeHash(sibling, root);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else root = nodeHash(root, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? root : null;
}

/** What shows that the first `from` leaves of a tree of `to` leaves are the tree that it was when it had `from` (0 < from ≤ to). */
export function consistencyOf(from: number, to: number, whole: WholeSubtree): Buffer[] {
  const path: Buffer[] = [];
  // `known`: the subtree [low, high) of the older tree is one that its holder can make out of its root.
  const down = (old: number, low: number, high: number, known: boolean): void => {
    if (old === high - low) {
      if (!known) path.push(rootOf(low, high, whole));
      return;
    }
    const k = halfOf(high - low);
    if (old <= k) {
      down(old, low, low + k, known);
      path.push(rootOf(low + k, high, whole));
    } else {
      down(old - k, low + k, high, false);
      path.push(rootOf(low, low + k, whole));
    }
  };
  down(from, 0, to, true);
  return path;
}

/** Whether `path` shows that the tree of `to` leaves under `newRoot` begins with the tree of `from` leaves under `oldRoot`. */
export function isConsistent(
  from: number,
  oldRoot: Uint8Array,
  to: number,
  newRoot: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to)) || from < 1 || from > to) return false;
  if (from === to) return path.length === 0 && same(oldRoot, newRoot);
  const nodes = Number.isInteger(Math.log2(from)) ? [oldRoot, ...path] : [...path];
  const first = nodes.shift();
  if (!first) return false;
  let [place, last] = [from - 1, to - 1];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  let old: Buffer = Buffer.from(first);
  let now = old;
  for (const node of nodes) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      old = nodeHash(node, old);
      now = nodeHash(node, now);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else now = nodeHash(now, node);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(old, oldRoot) && same(now, newRoot);
}

/** The whole subtrees that the leaves so far end in, largest first: what a tree must remember to grow. */
export type Peaks = readonly { size: number; root: Buffer }[];

/**
 * Adds a leaf.
 * @returns the peaks after it, and the roots of all whole subtrees that end with this leaf, smallest first (the leaf itself is the first)
 */
export function grown(peaks: Peaks, leaf: Buffer): { peaks: Peaks; completed: Buffer[] } {
  const left = [...peaks];
  let peak = { size: 1, root: leaf };
  const completed = [leaf];
  while (left.at(-1)?.size === peak.size) {
    peak = { size: peak.size * 2, root: nodeHash(left.pop()!.root, peak.root) };
    completed.push(peak.root);
  }
  return { peaks: [...left, peak], completed };
}

/** The root of the tree that has these peaks. */
export function rootOfPeaks(peaks: Peaks): Buffer {
  return peaks.length === 0 ? EMPTY_ROOT : peaks.map((peak) => peak.root).reduceRight((right, left) => nodeHash(left, right));
}

/** The whole subtrees over a list of leaves, each hashed once. */
export function subtreesOf(leaves: readonly Buffer[]): WholeSubtree {
  const levels = [leaves];
  return (start, size) => {
    const level = Math.log2(size);
    for (let n = levels.length; n <= level; n++) {
      const below = levels[n - 1]!;
      levels.push(Array.from({ length: half(below.length) }, (_, i) => nodeHash(below[2 * i]!, below[2 * i + 1]!)));
    }
    return levels[level]![start / size]!;
  };
}

/** The largest power of two that is not above n. */
function splitOf(n: number): number {
  return 2 ** Math.floor(Math.log2(n));
}

/** The largest power of two below n (n > 1). */
function halfOf(n: number): number {
  const k = splitOf(n);
  return k === n ? k / 2 : k;
}

const half = (n: number) => Math.floor(n / 2);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const isPlace = (index: number, size: number) =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
