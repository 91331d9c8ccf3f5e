import { createHash } from 'node:crypto';
import { decodeMessage } from '../../../devices/contract/decode.ts';
import type { Passage } from '../../../devices/contract/messages.ts';
import type { DecisionStore } from '../../store/decisions.ts';
import type { FindingStore } from '../../store/findings.ts';
import type { EarlierFinding, JobRow, JobRowStore } from '../../store/job-rows.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';
import type { HistoryDeps } from '../histories/deps.ts';
import { bytesOf } from '../restore.ts';
import { canonical } from './look.ts';

/** Stores to re-judge with: what is written through them is marked, and noted as a row of the job before it is written. */

export interface RejudgeMarks {
  job: string;
  reason: string;
  rows: JobRowStore;
  /** How many messages of the job are settled: what names the chunk that is being settled, also when it is done again. */
  settled(): number;
}

/**
 * Findings as a re-judge writes them. New ones are `retroactive`; so are those that stand again, and those that come to open another
 * alert than before. Messages that became somebody else's make stretches smaller: how many messages a stored finding was judged on does
 * not hold a re-judgement back. The write is still a compare-and-set on what was read.
 */
export function rejudgeFindings(findings: FindingStore, marks: RejudgeMarks, now: () => number): FindingStore {
  const { job, reason } = marks;
  const sizes = new Map<string, number>();
  const shown = (doc: FindingDoc): FindingDoc => {
    sizes.set(doc._id, doc.basisSize);
    return { ...doc, basisSize: 0 };
  };
  const keep = (changes: { doc: FindingDoc; seen?: FindingDoc }[]) => noteFindings(changes, marks, now());
  return {
    ...findings,
    byIds: async (ids) => (await findings.byIds(ids)).map(shown),
    find: async (filter) => (await findings.find(filter)).map(shown),
    async insert(docs) {
      await keep(docs.map((doc) => ({ doc })));
      return findings.insert(docs.map((doc) => ({ ...doc, retroactive: true as const })));
    },
    async replace(changes) {
      const marked = changes.map(({ doc, seen }) => {
        const real = { ...seen, basisSize: sizes.get(seen._id) ?? seen.basisSize };
        if (doc.status === 'withdrawn') {
          const why = seen.status === 'withdrawn' ? doc.withdrawnReason! : `re-judge ${job}: ${reason} (${doc.withdrawnReason})`;
          return { doc: { ...doc, withdrawnReason: why }, seen: real };
        }
        const opens = doc.alert !== undefined && doc.alert !== seen.alert;
        return { doc: seen.status === 'withdrawn' || opens ? { ...doc, retroactive: true as const } : doc, seen: real };
      });
      await keep(marked);
      await findings.replace(marked);
    },
  };
}

/**
 * Notes what is about to be written of findings, also where the verdict stays the same (such a row is dropped at the job's end): whoever
 * does the chunk again finds nothing to write any more, and has it from here whose alerts and gates are to hear of it.
 */
export async function noteFindings(
  changes: { doc: FindingDoc; seen?: FindingDoc }[],
  { job, rows, settled }: RejudgeMarks,
  now: number,
): Promise<void> {
  const chunk = settled();
  await rows.keep(
    changes.map(({ doc, seen }) => ({ ...rowOf(job, doc, seen), chunk, ...(seen && { was: [earlier(seen)] }) })),
    new Date(now),
  );
}

function earlier({ at, vin, alert }: FindingDoc): EarlierFinding {
  return { at, ...(vin !== undefined && { vin }), ...(alert !== undefined && { alert }) };
}

function rowOf(job: string, doc: FindingDoc, seen: FindingDoc | undefined): JobRow {
  const before = seen === undefined || seen.status === 'withdrawn' ? null : seen;
  const after = doc.status === 'withdrawn' ? null : doc;
  return { ...findingRow(job, doc, before, after), said: { before: said(before), after: said(after) } };
}

/** A finding that came, went or changed, as a row. */
export function findingRow(job: string, doc: FindingDoc, before: FindingDoc | null, after: FindingDoc | null): JobRow {
  const observation = doc.observations.at(-1);
  return {
    _id: `${job}|${doc._id}`,
    job,
    at: doc.at,
    what: 'finding',
    ...(observation !== undefined && { observation }),
    ...(doc.plate !== undefined && { plate: doc.plate }),
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    rule: doc.rule,
    code: doc.code,
    before: before && `${before.severity}/${before.proposal}`,
    after: after && `${after.severity}/${after.proposal}`,
    finding: doc._id,
  };
}

/** What a finding says, shortened. */
function said(doc: FindingDoc | null): string {
  if (!doc) return '';
  const { severity, proposal, at, observations, count, last, vin, plate, policyVersion, measured, limit } = doc;
  const verdict = { severity, proposal, at, observations, count, last, vin, plate, policyVersion, measured, limit };
  return createHash('sha256').update(canonical(verdict)).digest('base64url').slice(0, 16);
}

/** Decisions as a re-judge leaves them: as given, with the later judgement beside, noted as a row where it is another word. */
export function rejudgeDecisions(
  decisions: DecisionStore,
  observations: HistoryDeps['observations'],
  { job, rows }: RejudgeMarks,
  now: () => number,
): DecisionStore {
  return {
    ...decisions,
    insertOrRead: () => Promise.reject(new Error('a re-judge makes no decisions')),
    async rejudged(changes) {
      const ids = changes.map((c) => c.id);
      const [given, docs] = await Promise.all([decisions.byIds(ids), observations.byIds(ids)]);
      const kept = changes.flatMap(({ id, decision: after }): JobRow[] => {
        const doc = docs.find((d) => d._id === id);
        const stored = given.find((d) => d._id === id);
        const before = stored && (stored.rejudged?.decision ?? stored.decision.decision);
        if (!doc || before === undefined || before === after) return [];
        return [decisionRow(job, doc, { before, after, tonnes: tonnesOf(doc) })];
      });
      await rows.keep(kept, new Date(now()));
      await decisions.rejudged(changes);
    },
  };
}

/** A decision that would be another one, as a row. */
export function decisionRow(
  job: string,
  doc: ObservationDoc,
  { before, after, tonnes }: { before: string; after: string; tonnes?: number | undefined },
): JobRow {
  return {
    _id: `${job}|decision|${doc._id}`,
    job,
    at: doc.at,
    what: 'decision',
    observation: doc._id,
    ...(doc.plate !== undefined && { plate: doc.plate }),
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    rule: 'decision',
    code: '',
    before,
    after,
    ...(tonnes !== undefined && { tonnes }),
    said: { before, after },
  };
}

function tonnesOf(doc: ObservationDoc): number | undefined {
  if (doc.message !== 'passage') return undefined;
  const decoded = decodeMessage(doc.kind, doc.message, bytesOf(doc), doc.facts.dialect);
  return decoded.ok ? (decoded.value as Passage).cargo?.tonnes : undefined;
}
