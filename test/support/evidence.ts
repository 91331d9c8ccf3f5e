import { createSealer, type SealerDeps } from '../../server/audit/evidence/sealer.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import { evidenceBlockStore, type BlockDoc } from '../../server/store/evidence-blocks.ts';
import { createLease } from '../../server/store/lease.ts';
import { policyStore } from '../../server/store/policies.ts';
import { registryStore } from '../../server/store/registry.ts';
import { createLog } from '../../server/log.ts';
import type { TestCore } from './core.ts';
import { until } from './until.ts';

/** What seals the evidence of a core: as the platform puts it together. */
export function sealerDeps(t: TestCore): SealerDeps {
  return {
    ...t.core.stores,
    blocks: evidenceBlockStore(t.store.db),
    registry: registryStore(t.store.db),
    policyOf: async (version) =>
      version === xinzhou2021.version ? xinzhou2021 : (await policyStore(t.store.db).byVersion(version))?.policy,
    lease: createLease(t.store.db, 'leases', 'evidence'),
    clock: t.clock,
    log: createLog('silent'),
    options: { lookAgainMs: -60_000 },
  };
}

export const sealerOf = (t: TestCore, more: Partial<SealerDeps> = {}) => createSealer({ ...sealerDeps(t), ...more });

/** Ends the open batches of a core without waiting for their second to be over. */
export async function batchesDone(t: TestCore): Promise<void> {
  const { db } = t.store;
  await until(async () => {
    await t.core.records.stop();
    const batches = await db.collection('observations').distinct('batch');
    return (await db.collection('batches').countDocuments({ _id: { $in: batches as never[] }, state: 'open' })) === 0;
  });
}

/** All blocks in order. */
export const blocksOf = (t: TestCore): Promise<BlockDoc[]> =>
  t.store.db.collection<BlockDoc>('evidence_blocks').find().sort({ _id: 1 }).toArray();
