import type { Db } from 'mongodb';

/**
 * One small document of numbers that says when a kind of facts has changed. Whoever writes bumps its number after each write; whoever
 * keeps a cache reads the document once per batch and drops what has another number.
 */
interface RevisionsDoc {
  _id: string;
  numbers: Record<string, number>;
}

export interface Revisions {
  /** Counts one change of `name` (`vehicles`, `devices`, …; no dot). */
  bump(name: string): Promise<void>;
  /** All numbers; a name that never changed is absent. */
  read(): Promise<Record<string, number>>;
}

export function createRevisions(db: Db): Revisions {
  const documents = db.collection<RevisionsDoc>('revisions');
  return {
    async bump(name) {
      await documents.updateOne({ _id: 'revisions' }, { $inc: { [`numbers.${name}`]: 1 } }, { upsert: true });
    },
    async read() {
      return (await documents.findOne({ _id: 'revisions' }))?.numbers ?? {};
    },
  };
}
