import { setImmediate as turn } from 'node:timers/promises';
import { factsOfMessage, type FactName } from '../audit/evidence/facts.ts';
import { decisionLeaf, hashOfLeaf, observationLeaf } from '../audit/evidence/leaves.ts';
import { createPause } from '../pause.ts';
import type { BatchSums, DecisionDoc, ObservationDoc } from '../store/types.ts';
import { bytesOf } from './restore.ts';

/** So many messages are hashed without a pause (some 4 µs each): gates go in between. */
const AT_ONCE = 50;
const MAX_TOLD = 200_000;

export type BatchSummer = ReturnType<typeof createBatchSummer>;

/**
 * What the chain of evidence is to say of messages, made of the bytes that were just stored, when nobody waits any more: who seals need
 * not read them again. What is lost with the process is read from the store.
 */
export function createBatchSummer() {
  const told = new Set<FactName>();
  return async (stored: readonly ObservationDoc[], decisions: readonly DecisionDoc[]): Promise<BatchSums> => {
    const sums: BatchSums = { leaves: [], messages: stored.length, facts: [] };
    if (stored.length === 0) return sums;
    await turn();
    const pause = createPause(AT_ONCE);
    for (const doc of stored) {
      await pause();
      sums.leaves.push(hashOfLeaf(observationLeaf(doc, bytesOf(doc))));
      for (const name of factsOfMessage(doc.facts)) {
        if (told.has(name)) continue;
        told.add(name);
        sums.facts.push(name);
      }
    }
    const own = new Set(stored.map((doc) => doc._id));
    for (const decision of decisions) if (own.has(decision._id)) sums.leaves.push(hashOfLeaf(decisionLeaf(decision)));
    if (told.size > MAX_TOLD) told.clear();
    return sums;
  };
}
