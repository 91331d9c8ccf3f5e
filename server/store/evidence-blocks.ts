import type { Binary, Db } from 'mongodb';

/** A leaf that is looked for by what it is of: a state of a finding, a fact, a policy. */
export interface BlockItem {
  /** `finding/<id>`, `fact/<collection>/<version>`, `policy/<version>` */
  of: string;
  sha256: string;
  /** Of a finding. */
  status?: string;
}

/**
 * A block of the chain of evidence. Blocks are only ever inserted; `_id` is one more than that of the block before, so of two writers
 * one is told that its block exists.
 */
export interface BlockDoc {
  _id: number;
  at: Date;
  /** How many leaves it has, and the root over them (hex). */
  count: number;
  root: string;
  /** The root of the tree of all blocks before it (hex). */
  previous: string;
  /** Roots of the whole subtrees of the tree of blocks that end with this one, smallest first; 32 bytes each. */
  nodes: Binary;
  /** Its leaves in order; 32 bytes each. */
  leaves: Binary;
  /** Batches whose messages it holds. */
  batches?: string[];
  items?: BlockItem[];
}

export type BlockShown = Omit<BlockDoc, 'leaves'>;

const WITHOUT_LEAVES = { leaves: 0 } as const;

export type EvidenceBlockStore = ReturnType<typeof evidenceBlockStore>;

/** @param db the platform's database. Writes are majority + journal, reads majority. */
export function evidenceBlockStore(db: Db) {
  const blocks = db.collection<BlockDoc>('evidence_blocks', {
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
  });
  return {
    async indexes(): Promise<void> {
      await blocks.createIndex({ batches: 1 });
      await blocks.createIndex({ 'items.of': 1, _id: 1 });
    },

    /** The last block; null before the first. */
    last: (): Promise<BlockShown | null> => blocks.findOne({}, { sort: { _id: -1 }, projection: WITHOUT_LEAVES }),

    /** A block with its leaves. */
    byNumber: (number: number) => blocks.findOne({ _id: number }),

    /** Blocks by number, without their leaves; absent ones are left out. */
    byNumbers: (numbers: number[]): Promise<BlockShown[]> =>
      blocks.find({ _id: { $in: numbers } }, { projection: WITHOUT_LEAVES }).toArray(),

    /** Blocks from a number on, in order, with their leaves. */
    from: (number: number): AsyncIterable<BlockDoc> =>
      blocks
        .find({ _id: { $gte: number } })
        .sort({ _id: 1 })
        .batchSize(50),

    /** Blocks that hold messages of these batches, with their leaves, in order. */
    ofBatches: (batches: string[]): AsyncIterable<BlockDoc> =>
      blocks
        .find({ batches: { $in: batches } })
        .sort({ _id: 1 })
        .batchSize(50),

    /** Blocks that name any of these, without their leaves, in order. */
    naming: (names: string[]): Promise<BlockShown[]> =>
      names.length === 0
        ? Promise.resolve([])
        : blocks
            .find({ 'items.of': { $in: names } }, { projection: WITHOUT_LEAVES })
            .sort({ _id: 1 })
            .toArray(),

    /**
     * Appends blocks in order.
     * @returns whether all are in; not where another writer has taken one of the numbers
     */
    async append(docs: BlockDoc[]): Promise<boolean> {
      try {
        await blocks.insertMany(docs, { ordered: true });
        return true;
      } catch (error) {
        if ((error as { code?: number }).code !== 11000) throw error;
        return false;
      }
    },
  };
}
