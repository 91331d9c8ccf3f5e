import type { FindingDoc } from '../store/types.ts';
import type { Difference } from './compare-findings.ts';
import { createJudgeAgain, type AgainDeps } from './judge-again.ts';
import { basisOf } from './reconcile.ts';

/** What judging a finding or a message again from what is stored gives. */
export interface JudgedAgain {
  /** Whether there is a stored message to judge by. */
  judged: boolean;
  /** Absent where it is as stored. */
  difference?: Difference;
}

/** Judges the messages a finding stands on again, with the facts they were stored with. Writes nothing. */
export async function judgeFindingAgain(finding: FindingDoc, deps: AgainDeps): Promise<JudgedAgain> {
  await deps.registry.sync();
  const again = createJudgeAgain(deps);
  const basis = await basisOf([{ stored: finding }], deps);
  const differences = [...(basis.length > 0 ? await again.docs(basis) : []), ...(await again.hoursBefore(Infinity))];
  const difference = differences.find((d) => d.id === finding._id);
  return { judged: basis.length > 0, ...(difference && { difference }) };
}

/** Judges one message again: whether what it says is as stored. Writes nothing. */
export async function judgeMessageAgain(ref: string, deps: AgainDeps): Promise<JudgedAgain> {
  await deps.registry.sync();
  const docs = await deps.observations.byIds([ref]);
  const differences = docs.length > 0 ? await createJudgeAgain(deps).docs(docs) : [];
  const difference = differences.find((d) => (d.again ?? d.stored)!.observations.includes(ref));
  return { judged: docs.length > 0, ...(difference && { difference }) };
}
