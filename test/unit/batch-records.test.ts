import { expect } from 'chai';
import { createBatchRecords } from '../../server/intake/batch-records.ts';
import type { BatchStore } from '../../server/store/batches.ts';

describe('the record of a batch', () => {
  /** A store of which only what a record needs is there. */
  const storeWith = (doneWith: () => Promise<void>) =>
    ({ open: () => Promise.resolve(), done: () => Promise.resolve(), doneWith }) as unknown as BatchStore;
  const settled = () => new Promise(setImmediate);

  for (const [what, doneWith, left] of [
    ['is done with when its messages are judged', () => Promise.resolve(), 0],
    ['is left to the sweep where the store was away when it ended', () => Promise.reject(new Error('away')), 1],
  ] as const)
    it(what, async () => {
      const records = createBatchRecords(storeWith(doneWith), 'owner', 'instance', 0);
      const { id, end } = await records.use();
      end(true, { leaves: [], messages: 1, facts: [] });
      records.tick();
      await settled();
      expect(records.failed()).to.deep.equal(left === 0 ? [] : [id]);
    });
});
