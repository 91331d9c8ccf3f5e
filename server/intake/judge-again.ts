import { HOUR } from '../../devices/contract/instant.ts';
import { judgeAll } from '../rules/index.ts';
import type { DueDoc, DueStore } from '../store/due-work.ts';
import type { HourSumsStore } from '../store/hour-sums.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import { differenceOf, type Difference } from './compare-findings.ts';
import { dryDue, dryFindings, dryHours } from './dry-run.ts';
import { findingDoc, subjectOf } from './finding-docs.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { MOMENTS } from './histories/due.ts';
import { contextOf, isFromHistory, NO_PAST, settleGateAnswers } from './histories/gate-answers.ts';
import { HISTORIES } from './histories/index.ts';
import { settleFailures } from './histories/readings.ts';
import { settleReleases } from './histories/releases.ts';
import { createUreaHours } from './histories/urea.ts';
import { restoreWorks } from './restore.ts';
import type { Work } from './types.ts';

export interface AgainDeps extends HistoryDeps {
  due: DueStore;
  hours: HourSumsStore;
}

/** Rules that look at devices, now and then or by the day: no message gives their findings. */
const NOT_OF_MESSAGES = new Set(['device-health']);
const HOURS_AT_ONCE = 20;

/**
 * Judges stored messages again with the facts they were stored with, and compares what comes of it with what is stored. Writes nothing.
 * Hours of telemetry are taken note of and judged once each (`hoursBefore`): a city's messages by their time touch them over and over.
 */
export function createJudgeAgain(deps: AgainDeps) {
  const hours = new Map<string, DueDoc>();

  /** Stores of one turn: nothing is kept longer, so that memory does not grow with the period. */
  function dry() {
    const findings = dryFindings(deps.findings);
    const moments = dryDue(deps.moments);
    const decisions = {
      ...deps.decisions,
      rejudged: () => Promise.resolve(),
      insertOrRead: () => Promise.reject(new Error('a dry run makes no decisions')),
    };
    return { ...deps, findings, moments, decisions, hours: dryHours(deps.hours), accounting: undefined };
  }

  /** @returns where the findings of these messages, and of the stretches of history they lie in, are not what is stored */
  async function docs(found: ObservationDoc[]): Promise<Difference[]> {
    if (found.length === 0) return [];
    const works = await restoreWorks(found, deps.registry, deps.policies);
    const stores = dry();
    await noteHours(works);
    const readers = new Set(works.flatMap((w) => (w.doc.smoke && w.doc.vehicle !== undefined ? [w.doc.vehicle] : [])));
    await settleFailures([...readers], stores);
    // Marks are made as when the messages came: moments count from then.
    const came = { ...stores, clock: { ...deps.clock, now: () => Math.max(...found.map((doc) => doc.receivedAt.getTime())) } };
    for (const { id, settle } of HISTORIES) if (!NOT_OF_MESSAGES.has(id)) await settle(works, came);
    const gates = works.filter((w) => w.doc.kind === 'gate');
    if (gates.length > 0) await settleGateAnswers(gates, stores);
    await settleReleases(gates, stores);
    await momentsCome(stores);
    const settled = stores.findings.written;
    return [...(await compareSettled(settled)), ...(await compareOwn(works, settled))];
  }

  /** What rules do at a moment of the clock, where that has come and is not waiting to be done. */
  async function momentsCome(stores: ReturnType<typeof dry>): Promise<void> {
    const now = deps.clock.now();
    const come = stores.moments.marked().filter((m) => m.dueAt.getTime() <= now && MOMENTS[m.kind]);
    const waiting = await deps.moments.waiting(come.map((m) => m._id));
    const left = come.filter((m) => !waiting.has(m._id));
    for (const kind of new Set(left.map((m) => m.kind)))
      await MOMENTS[kind]!(
        left.filter((m) => m.kind === kind),
        stores,
      );
  }

  async function noteHours(works: Work[]): Promise<void> {
    const due = dryDue(deps.due);
    await createUreaHours({ ...deps, due }).mark(works);
    for (const item of due.marked()) hours.set(item._id, item);
  }

  /**
   * Judges the noted hours that begin before a moment, with the days in whose windows they lie; those that wait to be judged anyway are
   * left to that.
   */
  async function hoursBefore(moment: number, rest: () => Promise<unknown> = async () => undefined): Promise<Difference[]> {
    const ready = [...hours.values()].filter((h) => h.from.getTime() < moment);
    const differences: Difference[] = [];
    for (let i = 0; i < ready.length; i += HOURS_AT_ONCE) {
      const part = ready.slice(i, i + HOURS_AT_ONCE);
      for (const { _id } of part) hours.delete(_id);
      const waiting = await deps.due.waiting(part.map((h) => h._id));
      const stores = dry();
      const urea = createUreaHours({ ...stores, due: dryDue(deps.due) });
      await urea.judge(part.filter((h) => !waiting.has(h._id)));
      differences.push(...(await compareSettled(stores.findings.written)));
      await rest();
    }
    return differences;
  }

  async function compareSettled(written: Map<string, FindingDoc>): Promise<Difference[]> {
    const stored = new Map((await deps.findings.byIds([...written.keys()])).map((f) => [f._id, f]));
    return [...written].flatMap(([id, again]) => differenceOf(id, stored.get(id), again, false) ?? []);
  }

  /** What messages say by themselves, and what is stored of them that nobody says. */
  async function compareOwn(works: Work[], settled: Map<string, FindingDoc>): Promise<Difference[]> {
    const judged = works.filter((w) => w.doc.kind !== 'on-board');
    const refs = new Set(judged.map((w) => w.doc._id));
    if (refs.size === 0) return [];
    const again = new Map<string, FindingDoc>();
    for (const work of judged) {
      const drafts = judgeAll(contextOf(work, NO_PAST)).filter((draft) => !isFromHistory(draft));
      if (drafts.length === 0) continue;
      const subject = subjectOf(work);
      for (const draft of drafts) {
        const doc = findingDoc(draft, subject, { recordedAt: deps.clock.now(), basisSize: 1 });
        again.set(doc._id, doc);
      }
    }
    const found = [
      ...(await deps.findings.find({ observations: { $in: [...refs] } })),
      ...(await deps.findings.byIds([...again.keys()])),
    ];
    const stored = new Map(found.map((f) => [f._id, f]));
    const differences = [...again].flatMap(([id, doc]) => differenceOf(id, stored.get(id), doc, true) ?? []);
    for (const [id, doc] of stored) {
      if (again.has(id) || settled.has(id) || doc.span || !refs.has(doc.subject) || NOT_OF_MESSAGES.has(doc.rule)) continue;
      const difference = differenceOf(id, doc, undefined, true);
      if (difference) differences.push(difference);
    }
    return differences;
  }

  return {
    docs,
    hoursBefore,
    /** Hours noted and not judged yet. */
    hoursNoted: () => hours.size,
    /** The hour before which nothing more is to come for messages in order of time up to this one. */
    settledBefore: (at: number) => at - 2 * HOUR,
  };
}
export type JudgeAgain = ReturnType<typeof createJudgeAgain>;
