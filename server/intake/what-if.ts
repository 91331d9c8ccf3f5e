import { setImmediate as breathe } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import type { DecisionWord } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import { foldDecision } from '../rules/decision.ts';
import { judgeAll } from '../rules/index.ts';
import { readingReasons } from '../rules/reading-validity.ts';
import type { FindingDraft } from '../rules/types.ts';
import type { JobRow } from '../store/job-rows.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import { findingKey } from './finding-docs.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { contextOf, isFromHistory, joiningFindings, NO_PAST } from './histories/gate-answers.ts';
import { decisionRow } from './rejudge/stores.ts';
import { restoreWorks } from './restore.ts';
import type { Work } from './types.ts';
import type { DraftHistories, NotJudged } from './what-if-histories.ts';

/** Messages judged before the event loop goes round: a gate's message must not wait for a thousand. */
const AT_A_STRETCH = 50;

/** How many findings of a code a policy would add or take away. */
interface CodeChange {
  added: number;
  removed: number;
}

/** What another policy would have changed in a period. */
export interface WhatIfResult {
  /** Messages judged: everything but telemetry, which these rules do not look at. */
  observations: number;
  /** Decisions by `<was>→<would be>`, those that stay the same among them. */
  decisions: Record<string, number>;
  /** By rule and code. */
  rules: Record<string, Record<string, CodeChange>>;
  /**
   * Changed decisions of passages and arrivals by enterprise; `tonnes`: cargo of passages that would have been refused; `tonnesFreed`, where
   * there is some: of those that were refused and would not have been.
   */
  enterprises: Record<string, { decisions: Record<string, number>; tonnes: number; tonnesFreed?: number }>;
  /** What the draft has other numbers for and was taken as it was found. */
  notJudged?: NotJudged[];
}

/** Where a what-if stands: what it found so far, and after which observation it goes on. */
export interface WhatIfProgress {
  after?: { at: Date; id: string };
  found: WhatIfResult;
}

export const NOTHING_FOUND = (): WhatIfResult => ({ observations: 0, decisions: {}, rules: {}, enterprises: {} });

/**
 * Judges the next messages of a period by another policy beside the one they were judged by, from the facts they were stored with, and
 * touches nothing. Stretches of history, and what gates answer from them, are judged by `histories` where the draft has other numbers
 * for them; else they are taken as they were found.
 * @returns how far it came and how many messages that were; null when the period is at its end
 */
export async function whatIfChunk(
  period: { from: Date; to: Date },
  policy: Policy,
  progress: WhatIfProgress,
  limit: number,
  deps: HistoryDeps,
  { job = '', histories }: { job?: string; histories?: Histories | undefined } = {},
): Promise<{ progress: WhatIfProgress; looked: number; rows: JobRow[] } | null> {
  const docs = await next(deps.observations.collection, period, progress.after, limit, histories !== undefined);
  if (docs.length === 0) return null;
  const judged = docs.filter((d) => d.kind !== 'on-board');
  const gates = judged.filter((d) => d.kind === 'gate').map((d) => d._id);
  const [works, past, drafted] = await Promise.all([
    restoreWorks(judged, deps.registry, deps.policies),
    pastOf(gates, deps),
    histories ? histories(docs) : { rows: [] },
  ]);
  const found = progress.found;
  const rows: JobRow[] = [...drafted.rows];
  for (const [i, work] of works.entries()) {
    if (i % AT_A_STRETCH === AT_A_STRETCH - 1) await breathe();
    rows.push(...compare(work, policy, { was: past.get(work.doc._id) ?? [], drafted }, found, job));
  }
  const last = docs.at(-1)!;
  return { progress: { after: { at: last.at, id: last._id }, found }, looked: docs.length, rows };
}

function next(
  observations: Collection<ObservationDoc>,
  { from, to }: { from: Date; to: Date },
  after: WhatIfProgress['after'],
  limit: number,
  whole: boolean,
): Promise<ObservationDoc[]> {
  const range = after
    ? { $or: [{ at: after.at, _id: { $gt: after.id } }, { at: { $gt: after.at, $lt: to } }] }
    : { at: { $gte: from, $lt: to } };
  return observations
    .aggregate<ObservationDoc>([
      { $match: range },
      { $sort: { at: 1, _id: 1 } },
      { $limit: limit },
      // The bytes of telemetry stay where they are, unless the draft asks them.
      ...(whole ? [] : [{ $set: { raw: { $cond: [{ $eq: ['$kind', 'on-board'] }, '$$REMOVE', '$raw'] } } }]),
    ])
    .toArray();
}

/** The findings beside their own that joined the decisions of gate messages. */
async function pastOf(refs: string[], deps: HistoryDeps): Promise<Map<string, FindingDoc[]>> {
  const byRef = new Map<string, FindingDoc[]>();
  for (const finding of await joiningFindings(refs, deps)) {
    if (finding.status === 'withdrawn') continue;
    const ref = finding.observations.at(-1)!;
    byRef.set(ref, [...(byRef.get(ref) ?? []), finding]);
  }
  return byRef;
}

type Joining = Parameters<typeof foldDecision>[0][number];
type Told = Pick<FindingDraft, 'rule' | 'code' | 'subject' | 'severity' | 'proposal'>;
type Histories = (docs: ObservationDoc[]) => Promise<DraftHistories>;

/** @returns the verdicts that would be others, as rows of the job */
function compare(
  work: Work,
  policy: Policy,
  { was: past, drafted }: { was: FindingDoc[]; drafted: DraftHistories },
  found: WhatIfResult,
  job: string,
): JobRow[] {
  found.observations++;
  const was = judgeAll(contextOf(work, NO_PAST));
  const context = contextOf({ ...work, policy }, drafted.past ?? NO_PAST);
  const judged = judgeAll({ ...context, ...validityUnder(work, policy) });
  const wouldBe = judged.filter((draft) => !isFromHistory(draft));
  const pastAgain: Joining[] = [
    ...(drafted.past ? judged.filter(isFromHistory) : past.filter(isFromHistory)),
    ...(drafted.travels
      ? drafted.travels.filter((f) => f.observations.at(-1) === work.doc._id)
      : past.filter((f) => !isFromHistory(f))),
  ];
  const [then, now] = [past.filter(isFromHistory), drafted.past ? judged.filter(isFromHistory) : past.filter(isFromHistory)];
  const added = missingFrom([...wouldBe, ...now], [...was, ...then]);
  const removed = missingFrom([...was, ...then], [...wouldBe, ...now]);
  for (const { rule, code } of added) codeOf(found, rule, code).added++;
  for (const { rule, code } of removed) codeOf(found, rule, code).removed++;
  const rows = [
    ...added.map((draft) => draftRow(job, work, draft, { before: null, after: draft })),
    ...removed.map((draft) => draftRow(job, work, draft, { before: draft, after: null })),
  ];
  const { observation } = work;
  if (observation.kind !== 'gate') return rows;
  const { direction } = observation.body;
  const answer = (drafts: Joining[]): DecisionWord => foldDecision(drafts, direction);
  const [before, after] = [answer([...was, ...past]), answer([...wouldBe, ...pastAgain])];
  const change = `${before}→${after}`;
  found.decisions[change] = (found.decisions[change] ?? 0) + 1;
  const { enterprise } = work.doc;
  if (before === after) return rows;
  const tonnes = observation.message === 'passage' ? observation.body.cargo?.tonnes : undefined;
  rows.push(decisionRow(job, work.doc, { before, after, tonnes }));
  if (enterprise === undefined) return rows;
  const own = (found.enterprises[enterprise] ??= { decisions: {}, tonnes: 0 });
  own.decisions[change] = (own.decisions[change] ?? 0) + 1;
  if (tonnes !== undefined && after === 'refuse') own.tonnes = sumOf(own.tonnes, tonnes);
  if (tonnes !== undefined && before === 'refuse') own.tonnesFreed = sumOf(own.tonnesFreed ?? 0, tonnes);
  return rows;
}

/** Tonnes added up, to the kilogram. */
export const sumOf = (sum: number, tonnes: number): number => Math.round((sum + tonnes) * 1000) / 1000;

function draftRow(
  job: string,
  { doc }: Work,
  draft: Told,
  { before, after }: { before: Told | null; after: Told | null },
): JobRow {
  const word = (d: Told | null) => d && `${d.severity}/${d.proposal}`;
  return {
    _id: `${job}|${findingKey(draft)}`,
    job,
    at: doc.at,
    what: 'finding',
    observation: doc._id,
    ...(doc.plate !== undefined && { plate: doc.plate }),
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    rule: draft.rule,
    code: draft.code,
    before: word(before),
    after: word(after),
    finding: findingKey(draft),
  };
}

/** A reading's reasons not to count are the policy's, too. */
function validityUnder({ observation, recognition, device }: Work, policy: Policy): { invalid?: string[] } {
  if (observation.kind !== 'remote-sensing' || !recognition) return {};
  const { body, unsynced, at } = observation;
  return { invalid: readingReasons(body, { recognition, device, unsynced, at, policy }) };
}

function codeOf(found: WhatIfResult, rule: string, code: string): CodeChange {
  return ((found.rules[rule] ??= {})[code] ??= { added: 0, removed: 0 });
}

function missingFrom(these: Told[], others: Told[]): Told[] {
  return these.filter((a) => !others.some((b) => b.rule === a.rule && b.code === a.code && b.subject === a.subject));
}
