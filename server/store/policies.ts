import type { Db } from 'mongodb';
import type { Policy } from '../policy/types.ts';

/** A policy version that people wrote: a draft until a second person activates it, never changed after. `_id` is the version's name. */
export interface PolicyDoc {
  _id: string;
  policy: Policy;
  state: 'draft' | 'active';
  draftedBy: string;
  draftedAt: Date;
  /** Everyone who wrote in the draft, its drafter first: none of them activates it. */
  writers: string[];
  /** Counts every change: the ETag. */
  rev: number;
  /** Of the request that made it, and what it asked for. */
  idempotencyKey?: string;
  requestDigest?: string;
  activatedBy?: string;
  /** From when it is to count; it has no effect before `recordedAt`, its activation. */
  from?: Date;
  recordedAt?: Date;
}

export type ActivePolicyDoc = PolicyDoc & Required<Pick<PolicyDoc, 'activatedBy' | 'from' | 'recordedAt'>>;

export function policyStore(db: Db) {
  const policies = db.collection<PolicyDoc>('policies');
  return {
    draftedWith: (draftedBy: string, idempotencyKey: string) => policies.findOne({ draftedBy, idempotencyKey }),
    byVersion: (version: string) => policies.findOne({ _id: version }),
    all: () => policies.find({}).sort({ _id: 1 }).toArray(),
    /** Activated versions in the order of their activation. */
    activated: () => policies.find({ state: 'active' }).sort({ recordedAt: 1, _id: 1 }).toArray() as Promise<ActivePolicyDoc[]>,
    /** @returns false when a version of this name is there */
    async insert(doc: PolicyDoc): Promise<boolean> {
      try {
        await policies.insertOne(doc);
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === 11000) return false;
        throw error;
      }
    },
    /** Replaces a draft nobody changed since it was read. @returns whether it did */
    async replaceDraft(doc: PolicyDoc, seenRev: number): Promise<boolean> {
      const { _id, ...rest } = doc;
      return (await policies.replaceOne({ _id, state: 'draft', rev: seenRev }, rest)).matchedCount === 1;
    },
    /** @returns whether it was a draft nobody changed since it was read */
    async removeDraft(version: string, seenRev: number): Promise<boolean> {
      return (await policies.deleteOne({ _id: version, state: 'draft', rev: seenRev })).deletedCount === 1;
    },
  };
}
export type PolicyStore = ReturnType<typeof policyStore>;
