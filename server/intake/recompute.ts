import type { ObservationDoc } from '../store/types.ts';
import type { Difference } from './compare-findings.ts';
import { createJudgeAgain, type AgainDeps } from './judge-again.ts';
import { isStoreAway } from './store-away.ts';

export interface RecomputeResult {
  observations: number;
  /** Stored findings of the period's own messages that stand. */
  findings: number;
  /** By key, each once. */
  differences: Difference[];
  /** Stored messages that cannot be judged any more, by key. */
  notJudged: string[];
}

export interface RecomputeOptions {
  /** Platform ms; beginning included, end not. By the messages' `at`. */
  from: number;
  to: number;
  /** Messages at once: what memory must hold. */
  chunk?: number;
  /** Called after every chunk: whoever shares the process with gates rests here. */
  rest?: (progress: { observations: number; differences: number }) => Promise<unknown>;
  /** Called with a chunk's differences before the next is judged. */
  onDifferences?: (differences: Difference[]) => Promise<Difference[]>;
}

const CHUNK = 200;
const MAX_HOURS = 20_000;

/**
 * Judges the stored messages of a period again from their stored facts, in order of time, and compares with the stored findings. Writes
 * nothing.
 */
export async function recompute(deps: AgainDeps, options: RecomputeOptions): Promise<RecomputeResult> {
  const { from, to, chunk = CHUNK, rest = async () => undefined, onDifferences = async (found) => found } = options;
  await deps.registry.sync();
  const again = createJudgeAgain(deps);
  const differences = new Map<string, Difference>();
  const notJudged: string[] = [];
  let observations = 0;

  async function keep(found: Difference[]): Promise<void> {
    const unknown = found.filter((d) => !differences.has(d.id));
    if (unknown.length > 0) for (const d of await onDifferences(unknown)) differences.set(d.id, d);
  }
  const pause = () => rest({ observations, differences: differences.size });

  /** Halves where it fails; a message that fails by itself is named and left. */
  async function judge(docs: ObservationDoc[]): Promise<void> {
    if (docs.length === 0) return;
    try {
      await keep(await again.docs(docs));
    } catch (error) {
      if (isStoreAway(error)) throw error;
      if (docs.length === 1) {
        notJudged.push(docs[0]!._id);
        return;
      }
      await judge(docs.slice(0, docs.length >> 1));
      await judge(docs.slice(docs.length >> 1));
    }
  }

  const period = { $gte: new Date(from), $lt: new Date(to) };
  const cursor = deps.observations.collection.find({ at: period }).sort({ at: 1, _id: 1 }).batchSize(chunk);
  try {
    let docs: ObservationDoc[] = [];
    const turn = async () => {
      await judge(docs);
      observations += docs.length;
      const last = docs.at(-1)?.at.getTime() ?? from;
      docs = [];
      await pause();
      await keep(await again.hoursBefore(again.hoursNoted() > MAX_HOURS ? Infinity : again.settledBefore(last), pause));
    };
    for await (const doc of cursor) if (docs.push(doc) === chunk) await turn();
    await turn();
    await keep(await again.hoursBefore(Infinity, pause));
  } finally {
    await cursor.close();
  }
  const findings = await deps.findings.collection.countDocuments({ at: period, status: { $ne: 'withdrawn' } });
  return { observations, findings, differences: [...differences.values()], notJudged };
}
