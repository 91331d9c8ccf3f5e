import type { Db } from 'mongodb';
import type { Role } from '../alerts/types.ts';

/** A person who may sign in. `_id` is the username. */
export interface UserDoc {
  _id: string;
  name: string;
  role: Role;
  enterpriseId?: string;
  /** Six-digit codes; absent: all. */
  counties?: string[];
  /** argon2id */
  passwordHash: string;
  disabled?: true;
  /** Counts what ends sessions: another role, scope or password, disabling. */
  epoch: number;
  /** Counts every change: the ETag. */
  rev: number;
  createdAt: Date;
  createdBy: string;
  /** Of the request that made it, and what it asked for. */
  idempotencyKey?: string;
  requestDigest?: string;
}

export function userStore(db: Db) {
  const users = db.collection<UserDoc>('users');
  return {
    indexes: () =>
      users.createIndex(
        { createdBy: 1, idempotencyKey: 1 },
        { unique: true, partialFilterExpression: { idempotencyKey: { $exists: true } } },
      ),
    madeBy: (createdBy: string, idempotencyKey: string) => users.findOne({ createdBy, idempotencyKey }),
    byName: (username: string) => users.findOne({ _id: username }),
    all: () => users.find({}).sort({ _id: 1 }).toArray(),
    owners: () => users.countDocuments({ role: 'owner', disabled: { $exists: false } }),
    /** @returns false when the username is taken, or the request's key was used before */
    async insert(user: UserDoc): Promise<boolean> {
      try {
        await users.insertOne(user);
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === 11000) return false;
        throw error;
      }
    },
    /** Replaces a user nobody changed since it was read. @returns whether it did */
    async replace(user: UserDoc, seenRev: number): Promise<boolean> {
      const { _id, ...rest } = user;
      return (await users.replaceOne({ _id, rev: seenRev }, rest)).matchedCount === 1;
    },
  };
}
export type UserStore = ReturnType<typeof userStore>;
