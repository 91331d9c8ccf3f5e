import type { FindingStore } from '../store/findings.ts';
import type { FindingDoc } from '../store/types.ts';

/** What a stretch of history says now: the findings it gives, those stored for it, and how many messages it was judged on. */
export interface SpanJudgement {
  expected: FindingDoc[];
  existing: FindingDoc[];
  basisSize: number;
  /** Why findings no longer expected are taken back. */
  withdrawnReason: string;
}

/** Findings that changed, with what they were (absent: new). */
export interface Change {
  now: FindingDoc;
  before?: FindingDoc;
}

const MAX_ROUNDS = 12;

/**
 * Write, read, judge, write, verify: reads and judges spans, writes what differs, and reads those once more in which something was
 * written, until nothing is. The last of several processes to insert a message of a span sees them all, so the last word is right; a
 * judgement on fewer messages never replaces one on more.
 * @param judge reads the spans' messages and stored findings and judges them; a fixed number of round trips whatever their number
 * @returns what changed
 * @throws when it does not come to rest
 */
export async function settleSpans<S>(
  spans: S[],
  judge: (spans: S[]) => Promise<SpanJudgement[]>,
  findings: FindingStore,
): Promise<Change[]> {
  const changes = new Map<string, Change>();
  let open = spans;
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS) throw new Error('a span did not come to rest');
    const judgements = await judge(open);
    const fresh: FindingDoc[] = [];
    const replacements: { doc: FindingDoc; seen: FindingDoc }[] = [];
    const again: S[] = [];
    judgements.forEach((judgement, i) => {
      const { inserts, replaces, stale } = differences(judgement);
      fresh.push(...inserts);
      replacements.push(...replaces);
      if (stale || inserts.length > 0 || replaces.length > 0) again.push(open[i]!);
    });
    await Promise.all([findings.insert(fresh), findings.replace(replacements)]);
    for (const now of fresh) changes.set(now._id, { now });
    for (const { doc, seen } of replacements) {
      const before = changes.has(doc._id) ? changes.get(doc._id)!.before : seen;
      changes.set(doc._id, { now: doc, ...(before && { before }) });
    }
    open = again;
  }
  return [...changes.values()];
}

function differences({ expected, existing, basisSize, withdrawnReason }: SpanJudgement) {
  const inserts: FindingDoc[] = [];
  const replaces: { doc: FindingDoc; seen: FindingDoc }[] = [];
  let stale = false;
  const stored = new Map(existing.map((doc) => [doc._id, doc]));
  for (const doc of expected) {
    const seen = stored.get(doc._id);
    stored.delete(doc._id);
    if (!seen) inserts.push(doc);
    else if (seen.dispute?.answer?.outcome === 'withdrawn') continue;
    else if (seen.basisSize > basisSize) stale = true;
    else {
      const merged = mergeInto(seen, doc);
      if (!sameVerdict(seen, merged)) replaces.push({ doc: merged, seen });
    }
  }
  for (const seen of stored.values()) {
    if (seen.status === 'withdrawn') continue;
    if (seen.basisSize > basisSize) stale = true;
    else replaces.push({ doc: withdrawn(seen, withdrawnReason, basisSize), seen });
  }
  return { inserts, replaces, stale };
}

/** A finding taken back, with the reason; it is never deleted. */
export function withdrawn(seen: FindingDoc, reason: string, basisSize: number): FindingDoc {
  const { dueAt: _dueAt, provisional: _provisional, ...rest } = seen;
  return {
    ...rest,
    ...(seen.status === 'confirmed' && { stood: true }),
    status: 'withdrawn',
    withdrawnReason: reason,
    basisSize,
  };
}

/** The new verdict under the old key: what was confirmed once is never pending again, a pending moment is never drawn nearer. */
function mergeInto(seen: FindingDoc, doc: FindingDoc): FindingDoc {
  const merged: FindingDoc = { ...doc, recordedAt: seen.recordedAt };
  if (seen.retroactive) merged.retroactive = true;
  if (seen.disputed) merged.disputed = true;
  if (seen.dispute) merged.dispute = seen.dispute;
  if (seen.status === 'confirmed' || seen.stood) {
    merged.status = 'confirmed';
    delete merged.dueAt;
    delete merged.provisional;
    if (seen.measured.unheardGates !== undefined)
      merged.measured = { ...merged.measured, unheardGates: seen.measured.unheardGates };
  } else if (seen.status === 'pending' && seen.dueAt && merged.dueAt && seen.dueAt > merged.dueAt) merged.dueAt = seen.dueAt;
  return merged;
}

/** Whether two verdicts say the same; what they were judged on may have grown. */
function sameVerdict(a: FindingDoc, b: FindingDoc): boolean {
  return essence(a) === essence(b);
}

function essence(doc: FindingDoc): string {
  const { severity, proposal, status, at, dueAt, observations, count, last, measured, limit, zh, alert, vin, clue, facts } = doc;
  return JSON.stringify([
    severity,
    proposal,
    status,
    at,
    dueAt,
    observations,
    count,
    last,
    sorted(measured),
    sorted(limit),
    zh,
    alert,
    vin,
    clue,
    sorted(facts),
  ]);
}

/** With the fields of every record in one order: the store gives them as they were first written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => [key, sorted(field)]);
}
