import { AppError } from '../../errors.ts';
import type { Chain, ChainHead, LeafPlace } from './chain.ts';
import { leafOf, type ManifestFile, type Proof } from './format.ts';
import { hashOfLeaf, type Leaf } from './leaves.ts';

/** A file of a package, and the batch that stored the message it is of (messages and decisions). */
export interface ToProve {
  entry: ManifestFile;
  batch?: string;
}

const keyOf = (leaf: Leaf) => hashOfLeaf(leaf).toString('hex');

/**
 * Where the records of a package are in the chain, and what leads from each to its newest head.
 * @param olderHead also to the head of so many blocks, of those records that it covers
 * @throws AppError 422 `no-such-head`
 */
export async function proofOf(files: ToProve[], chain: Chain, olderHead?: number): Promise<Proof> {
  const leaves = files.flatMap(({ entry, batch }) => {
    const leaf = leafOf(entry);
    return leaf ? [{ file: entry.file, leaf, batch }] : [];
  });
  const byBatch = leaves.flatMap(({ leaf, batch }) => (batch === undefined ? [] : [{ leaf, batch }]));
  const named = leaves.filter(({ leaf: [kind] }) => kind === 'finding' || kind === 'fact' || kind === 'policy');
  const histories = await chain.histories([...new Set(named.map(({ leaf }) => nameOf(leaf)))]);
  const states = named.flatMap(({ leaf }) => {
    const sealed = histories.get(nameOf(leaf)) ?? [];
    if (leaf[0] === 'finding')
      return sealed.map(({ block, sha256, status = '' }) => ({ block, leaf: ['finding', leaf[1], status, sha256] as Leaf }));
    return sealed.filter(({ sha256 }) => sha256 === leaf.at(-1)).map(({ block }) => ({ block, leaf }));
  });
  const [ofBatches, ofNames] = await Promise.all([chain.placesOfBatches(byBatch), chain.placesIn(states)]);
  const placeOf = (leaf: Leaf): LeafPlace | undefined => ofNames.get(keyOf(leaf))?.at(-1) ?? ofBatches.get(keyOf(leaf));

  const proof: Proof = { leaves: [], waiting: [], states: [], blocks: [], heads: [] };
  for (const { file, leaf } of leaves) {
    const place = placeOf(leaf);
    if (place) proof.leaves.push({ file, ...place });
    else proof.waiting.push(file);
  }
  for (const { block, leaf } of states) {
    const place = ofNames.get(keyOf(leaf))?.find((one) => one.block === block);
    if (place && leaf[0] === 'finding') proof.states.push({ finding: leaf[1], status: leaf[2], sha256: leaf[3], ...place });
  }
  proof.heads = await headsOf(chain, olderHead);
  const numbers = [...new Set([...proof.leaves, ...proof.states].map(({ block }) => block))].sort((a, b) => a - b);
  const headers = await chain.headers(numbers);
  const paths = await chain.blockPaths(
    numbers,
    proof.heads.map(({ size }) => size),
  );
  proof.blocks = numbers.map((number) => ({ ...headers.get(number)!, heads: paths.get(number) ?? [] }));
  return proof;
}

async function headsOf(chain: Chain, older?: number): Promise<ChainHead[]> {
  const newest = (await chain.head())!;
  if (older === undefined || older === newest.size) return [newest];
  const head = await chain.head(older);
  if (!head)
    throw new AppError(422, 'no-such-head', {
      zh: `证据链目前只有 ${newest.size} 个区块`,
      en: `the chain has ${newest.size} blocks only`,
    });
  return [head, newest];
}

function nameOf([kind, name]: Leaf): string {
  return `${kind}/${name}`;
}
