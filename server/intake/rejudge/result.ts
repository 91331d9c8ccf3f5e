import { formatInstant } from '../../../devices/contract/instant.ts';
import type { FindingStore } from '../../store/findings.ts';
import type { JobRowStore, RowSum } from '../../store/job-rows.ts';
import type { RejudgeChangeStore } from '../../store/rejudge-changes.ts';
import { sumOf } from '../what-if.ts';

/** What a re-judge changed. */
export interface RejudgeResult {
  /** Messages of the period that were judged anew. */
  observations: number;
  /** Of these, messages of which something else is known now, or that say something else. */
  changed: number;
  /** Of the changed ones those that were judged; fewer where it was cancelled. */
  settled: number;
  /** Platform time up to which the period was looked at. */
  upTo: string;
  findings: { new: number; withdrawn: number; changed: number; unchanged: number };
  /** Decisions that would be others now, by `<given>→<would be>`; given ones stay. */
  decisions: Record<string, number>;
  rules: Record<string, Record<string, { new: number; withdrawn: number; changed: number }>>;
  enterprises: Record<
    string,
    { decisions: Record<string, number>; tonnes: number; tonnesFreed?: number; new: number; withdrawn: number; changed: number }
  >;
  /** Messages that can no longer be judged. */
  notJudged: string[];
}

/** A re-judge that came to its end, or was cancelled. */
export interface RejudgeEnd {
  job: string;
  from: Date;
  to: Date;
  /** Up to where the period was looked at. */
  lookedTo: Date;
  observations: number;
  settled: number;
  notJudged: string[];
}

/** Sums up what was noted of a re-judge; rows of what came back to what it was are dropped first. */
export async function rejudgeResult(
  { job, from, to, lookedTo, observations, settled, notJudged }: RejudgeEnd,
  { rows, changes, findings }: { rows: JobRowStore; changes: RejudgeChangeStore; findings: FindingStore },
): Promise<RejudgeResult> {
  await rows.dropUnchanged(job);
  const [sums, standing, changed] = await Promise.all([
    rows.sums(job),
    findings.collection.countDocuments({
      at: { $gte: from, $lt: to },
      status: { $ne: 'withdrawn' },
      rule: { $ne: 'device-health' },
    }),
    changes.count(job),
  ]);
  const result: RejudgeResult = {
    observations,
    changed,
    settled,
    upTo: formatInstant(lookedTo.getTime()),
    findings: { new: 0, withdrawn: 0, changed: 0, unchanged: 0 },
    decisions: {},
    rules: {},
    enterprises: {},
    notJudged,
  };
  for (const sum of sums) addTo(result, sum);
  result.findings.unchanged = Math.max(0, standing - result.findings.new - result.findings.changed);
  return result;
}

function addTo(result: RejudgeResult, { what, rule, code, enterprise, before, after, count, tonnes }: RowSum): void {
  const own =
    enterprise === null
      ? undefined
      : (result.enterprises[enterprise] ??= { decisions: {}, tonnes: 0, new: 0, withdrawn: 0, changed: 0 });
  if (what === 'decision') {
    const change = `${before}→${after}`;
    for (const decisions of [result.decisions, own?.decisions])
      if (decisions) decisions[change] = (decisions[change] ?? 0) + count;
    if (own && after === 'refuse') own.tonnes = sumOf(own.tonnes, tonnes);
    if (own && before === 'refuse' && tonnes > 0) own.tonnesFreed = sumOf(own.tonnesFreed ?? 0, tonnes);
    return;
  }
  const how = before === null ? 'new' : after === null ? 'withdrawn' : 'changed';
  const byCode = ((result.rules[rule] ??= {})[code] ??= { new: 0, withdrawn: 0, changed: 0 });
  for (const counts of [result.findings, byCode, own]) if (counts) counts[how] += count;
}
