import { judgeAll, RULES } from '../../rules/index.ts';
import type { FindingDoc } from '../../store/types.ts';
import { differenceOf, type Difference } from '../compare-findings.ts';
import { findingDoc, subjectOf } from '../finding-docs.ts';
import type { HistoryDeps } from '../histories/deps.ts';
import { contextOf, isFromHistory, NO_PAST } from '../histories/gate-answers.ts';
import { withdrawn, type Change } from '../settle.ts';
import type { Work } from '../types.ts';

const RULE_IDS = new Set(RULES.map((rule) => rule.id));
const MAX_ROUNDS = 12;

/** What messages say by themselves, where that is not what is stored. Looks once; writes nothing. */
export async function ownDifferences(works: Work[], deps: Pick<HistoryDeps, 'findings' | 'clock'>): Promise<Difference[]> {
  const judged = works.filter((w) => w.doc.kind !== 'on-board');
  if (judged.length === 0) return [];
  const refs = new Set(judged.map((w) => w.doc._id));
  const again = new Map(judged.flatMap((work) => ownFindings(work, deps.clock.now())).map((doc) => [doc._id, doc]));
  const found = await deps.findings.find({ observations: { $in: [...refs] } });
  const stored = new Map(found.filter((f) => isOwn(f, refs)).map((f) => [f._id, f]));
  const differences = [...again].flatMap(([id, doc]) => {
    const seen = stored.get(id);
    // Taken back by a judgement, not by the answer to a dispute: it may hold again.
    if (seen?.status === 'withdrawn')
      return isAnswered(seen) ? [] : [{ id, kind: 'differs' as const, fields: ['status'], stored: seen, again: doc }];
    return differenceOf(id, seen, doc, true) ?? [];
  });
  for (const [id, doc] of stored) {
    const difference = again.has(id) ? null : differenceOf(id, doc, undefined, true);
    if (difference) differences.push(difference);
  }
  return differences;
}

/** Writes what messages say by themselves now, and reads once more until all is as it is judged. */
export async function settleOwn(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const changes = new Map<string, Change>();
  for (let round = 0; ; round++) {
    const differences = await ownDifferences(works, deps);
    if (differences.length === 0) return [...changes.values()];
    if (round === MAX_ROUNDS) throw new Error('what messages say by themselves did not come to rest');
    const fresh = differences.flatMap((d) => (d.stored ? [] : [d.again!]));
    const replaced = differences.flatMap(({ stored: seen, again }) => {
      if (!seen) return [];
      if (!again) return [{ doc: withdrawn(seen, 'its message does not say so', 1), seen }];
      const { retroactive, disputed, dispute } = seen;
      const kept = { ...(retroactive && { retroactive }), ...(disputed && { disputed }), ...(dispute && { dispute }) };
      return [{ doc: { ...again, recordedAt: seen.recordedAt, ...kept }, seen }];
    });
    await Promise.all([deps.findings.insert(fresh), deps.findings.replace(replaced)]);
    for (const now of fresh) changes.set(now._id, { now });
    for (const { doc, seen } of replaced) {
      const before = changes.has(doc._id) ? changes.get(doc._id)!.before : seen;
      changes.set(doc._id, { now: doc, ...(before && { before }) });
    }
  }
}

function ownFindings(work: Work, recordedAt: number): FindingDoc[] {
  const drafts = judgeAll(contextOf(work, NO_PAST)).filter((draft) => !isFromHistory(draft));
  if (drafts.length === 0) return [];
  const subject = subjectOf(work);
  return drafts.map((draft) => findingDoc(draft, subject, { recordedAt, basisSize: 1 }));
}

/** Of the gate ledger a message says by itself only which pictures it does not name. */
function isOwn({ rule, code, subject, span }: FindingDoc, refs: ReadonlySet<string>): boolean {
  if (!RULE_IDS.has(rule) || span || !refs.has(subject) || isFromHistory({ code })) return false;
  return rule !== 'gate-ledger' || code === 'photo-missing' || code === 'rule-error';
}

function isAnswered(finding: FindingDoc): boolean {
  return finding.dispute?.answer?.outcome === 'withdrawn';
}
