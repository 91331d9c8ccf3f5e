import type { Db } from 'mongodb';
import type { Role } from '../alerts/types.ts';

/** A program's right to ask. The token itself is kept as its SHA-256; `expires` is real time. */
export interface TokenDoc {
  _id: string;
  sha256: string;
  name: string;
  role: Role | 'display';
  enterpriseId?: string;
  counties?: string[];
  gateId?: string;
  expires: Date;
  createdAt: Date;
  createdBy: string;
  idempotencyKey?: string;
}

export function tokenStore(db: Db) {
  const tokens = db.collection<TokenDoc>('tokens');
  return {
    async indexes(): Promise<void> {
      await tokens.createIndex({ sha256: 1 }, { unique: true });
      await tokens.createIndex(
        { createdBy: 1, idempotencyKey: 1 },
        { unique: true, partialFilterExpression: { idempotencyKey: { $exists: true } } },
      );
    },
    byDigest: (sha256: string) => tokens.findOne({ sha256 }),
    byId: (id: string) => tokens.findOne({ _id: id }),
    all: () => tokens.find({}).sort({ createdAt: -1 }).toArray(),
    /** @returns false when a token was made by a request with the same key */
    async insert(token: TokenDoc): Promise<boolean> {
      try {
        await tokens.insertOne(token);
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === 11000) return false;
        throw error;
      }
    },
    remove: async (id: string) => (await tokens.deleteOne({ _id: id })).deletedCount === 1,
  };
}
export type TokenStore = ReturnType<typeof tokenStore>;
