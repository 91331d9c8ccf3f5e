import { Binary } from 'mongodb';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { BlockDoc, BlockItem, BlockShown } from '../../store/evidence-blocks.ts';
import { hashOfBlock, type BlockHeader } from './leaves.ts';
import { grown, rootOfPeaks, type Peaks } from './merkle.ts';

/** What is to be sealed, in order: a leaf's hash, and by what it will be found again. */
export interface Sealable {
  hash: Buffer;
  batch?: string;
  item?: BlockItem;
}

/** Leaves of a block at most: its leaves are read whole for a proof. */
export const MAX_LEAVES = 1024;

/** The end of the chain, from which it grows. */
export interface Tip {
  size: number;
  peaks: Peaks;
}

export const HASH_BYTES = 32;

/** 32-byte hashes one after another. */
export function hashesIn(bytes: Binary | Uint8Array): Buffer[] {
  const whole = Buffer.from(bytes instanceof Binary ? bytes.buffer.subarray(0, bytes.position) : bytes);
  return Array.from({ length: whole.length / HASH_BYTES }, (_, i) => whole.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

export function headerOf({ _id, at, count, root, previous }: BlockShown): BlockHeader {
  return { number: _id, at: formatInstant(at.getTime()), count, root, previous };
}

/** The next block of the chain, of so many leaves at most (`MAX_LEAVES`), and its end after it. */
export function nextBlock({ size, peaks }: Tip, leaves: readonly Sealable[], at: number): { block: BlockDoc; tip: Tip } {
  let own: Peaks = [];
  for (const { hash } of leaves) own = grown(own, hash).peaks;
  const batches = [...new Set(leaves.flatMap(({ batch }) => batch ?? []))];
  const items = leaves.flatMap(({ item }) => item ?? []);
  const block = {
    _id: size + 1,
    at: new Date(at),
    count: leaves.length,
    root: rootOfPeaks(own).toString('hex'),
    previous: rootOfPeaks(peaks).toString('hex'),
    leaves: new Binary(Buffer.concat(leaves.map(({ hash }) => hash))),
    ...(batches.length > 0 && { batches }),
    ...(items.length > 0 && { items }),
  };
  const { peaks: after, completed } = grown(peaks, hashOfBlock(headerOf({ ...block, nodes: new Binary() })));
  return { block: { ...block, nodes: new Binary(Buffer.concat(completed)) }, tip: { size: size + 1, peaks: after } };
}

/** In which blocks (number) the peaks of a tree of so many blocks are the largest subtree that ends there. */
export function peakBlocks(size: number): { block: number; size: number }[] {
  const found: { block: number; size: number }[] = [];
  let left = size;
  let end = 0;
  for (let k = 2 ** Math.floor(Math.log2(Math.max(1, size))); left > 0; k /= 2) {
    if (k > left) continue;
    left -= k;
    end += k;
    found.push({ block: end, size: k });
  }
  return found;
}
