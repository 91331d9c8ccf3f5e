import type { Db } from 'mongodb';
import type { PolicyVersion } from '../policy/types.ts';
import { policyStore } from '../store/policies.ts';

/** The activated versions as a process knows them, for its policy book. */
export interface PolicySource {
  activated(): readonly PolicyVersion[];
  /** Reads them again if their revision number is another than at the last reading, or that is half a minute old; the first call reads. */
  sync(numbers: Record<string, number>): Promise<void>;
  /** Reads them again in any case. */
  reload(): Promise<void>;
}

/** A reading counts for so long: whoever activated a version may have died before the revision number told of it. */
const READ_MS = 30_000;

/**
 * Activated versions are never changed or taken back, so a reading only ever adds to what is known.
 * @param monotonic real time in ms, of any beginning: ages the last reading
 */
export function createPolicySource(db: Db, monotonic: () => number = () => performance.now()): PolicySource {
  const store = policyStore(db);
  const known = new Map<string, PolicyVersion>();
  let versions: readonly PolicyVersion[] = [];
  let seen: number | undefined;
  let readAt = -Infinity;

  async function reload(): Promise<void> {
    const began = monotonic();
    for (const { _id, policy, from, recordedAt } of await store.activated()) {
      if (!known.has(_id)) known.set(_id, { policy, from: from.getTime(), recordedAt: recordedAt.getTime() });
    }
    versions = [...known.values()].sort((a, b) => a.recordedAt - b.recordedAt || (a.policy.version < b.policy.version ? -1 : 1));
    readAt = began;
  }

  return {
    activated: () => versions,
    async sync(numbers) {
      const number = numbers.policies ?? 0;
      if (number === seen && monotonic() - readAt < READ_MS) return;
      await reload();
      seen = number;
    },
    reload,
  };
}
