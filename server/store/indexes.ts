import type { Collection, Document } from 'mongodb';

/** What the store says where an index, or the whole collection, is not there. */
const NOT_THERE = new Set([26, 27]);

/** Drops indexes that an earlier version made and nothing asks for any more. */
export async function retireIndexes<T extends Document>(collection: Collection<T>, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await collection.dropIndex(name).catch((error: { code?: number }) => {
      if (!NOT_THERE.has(error.code ?? 0)) throw error;
    });
  }
}

/** Only documents that have the field: the index costs nothing for the others. */
export const having = (...fields: string[]) => ({
  partialFilterExpression: Object.fromEntries(fields.map((field) => [field, { $exists: true }])),
});
