import { MINUTE } from '../../../devices/contract/instant.ts';
import type { DueDoc, DueStore } from '../../store/due-work.ts';
import { PLATE_LINE, SIGHTED, TIME_LINE } from '../../store/observations.ts';
import type { JobRowDoc } from '../../store/job-rows.ts';
import { DERIVED, type Derived, type RejudgeChangeDoc } from '../../store/rejudge-changes.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';
import { alertsOf } from '../alert-keys.ts';
import { dryDue } from '../dry-run.ts';
import { answerAgain } from '../histories/answers-again.ts';
import type { HistoryDeps } from '../histories/deps.ts';
import { MOMENTS } from '../histories/due.ts';
import { gateWorksSince, toldUntil } from '../histories/gate-answers.ts';
import { gatesOf } from '../histories/cloned-plate.ts';
import { HISTORIES } from '../histories/index.ts';
import { settleFailures } from '../histories/readings.ts';
import { createUreaHours } from '../histories/urea.ts';
import { restoreWorks } from '../restore.ts';
import type { Change } from '../settle.ts';
import type { Work } from '../types.ts';
import { settleOwn } from './own.ts';
import { noteFindings, rejudgeDecisions, rejudgeFindings, type RejudgeMarks } from './stores.ts';

export interface SettleDeps extends HistoryDeps {
  due: DueStore;
  alerts: { refresh(keys: string[]): Promise<void> };
}

/** A change as gates and alerts must hear of it: what the finding is, and enough of what it was. */
interface Heard {
  now: FindingDoc;
  before?: Pick<FindingDoc, 'rule' | 'code' | 'at' | 'vin' | 'alert'>;
}

/** Device health is about devices: no fact of the registry changes it. */
const NOT_OF_MESSAGES = new Set(['device-health']);
/** Finds nothing when a message comes, and marks what is to be judged by the clock. */
const MARKS_ONLY = 'gate-ledger';
const HOURS_AT_ONCE = 20;
const VEHICLES_AT_ONCE = 20;
const MAX_HOURS = 20_000;

/**
 * Judges the messages of which more is known now, and every stretch of history they lie in or lay in. Their facts are written before,
 * those of all messages of the job: so whatever is read here is as it will stay. May be done again after any crash: `settle` finds stored then what it
 * wrote before, and `tell` tells of it.
 */
export function createRejudgeSettle(deps: SettleDeps, job: RejudgeMarks & { knownBy: number; appliedAt: number }) {
  const { observations, registry, policies, clock } = deps;
  const findings = rejudgeFindings(deps.findings, job, () => clock.now());
  const decisions = rejudgeDecisions(deps.decisions, observations, job, () => clock.now());
  const stores = { ...deps, findings, decisions };
  /** Hours of telemetry judged in this run: each once. */
  const judgedHours = new Set<string>();

  const cameAt = ({ observation }: Work) => ({ ...clock, now: () => observation.receivedAt });

  return { settle, tell };

  /** Judges a chunk of changes; what it wrote is told when it resolves. */
  async function settle(changed: RejudgeChangeDoc[]): Promise<void> {
    const docs = new Map((await observations.byIds(changed.map((c) => c.observation))).map((doc) => [doc._id, doc]));
    const now = [...docs.values()];
    const then = changed.flatMap(({ observation, before }) => {
      const doc = docs.get(observation);
      return doc ? [withDerived(doc, before)] : [];
    });
    const neighbours = await neighboursOf(changed, then);
    const [works, works0, around] = await Promise.all([
      restoreWorks(now, registry, policies),
      restoreWorks(then, registry, policies),
      restoreWorks(neighbours, registry, policies),
    ]);
    const own = await settleOwn(works, stores);
    const histories = await settleHistories([...works, ...works0, ...around]);
    const hours = await settleHours([...works, ...works0]);
    const changes = [...own, ...histories, ...hours];
    const answers = await settleAnswers(works, changes);
    const late = await markLiveOnes(changed);
    await refresh([...changes, ...answers, ...late.map((now) => ({ now }))]);
  }

  /** Tells gates and alerts of findings that an earlier try at a chunk wrote; where they have heard of them nothing changes. */
  async function tell(noted: JobRowDoc[]): Promise<void> {
    const stored = new Map((await deps.findings.byIds(noted.map((row) => row.finding!))).map((doc) => [doc._id, doc]));
    const changes = noted.flatMap(({ finding, rule, code, was = [] }): Heard[] => {
      const now = stored.get(finding!);
      return now ? [{ now }, ...was.map((before) => ({ now, before: { ...before, rule, code } }))] : [];
    });
    await refresh(changes);
    await refresh(await settleAnswers([], changes));
  }

  async function refresh(changes: Heard[]): Promise<void> {
    await deps.alerts.refresh([...new Set(alertsOf(changes))]);
  }

  async function settleHistories(all: Work[]): Promise<Change[]> {
    const changes: Change[] = [];
    const readers = new Set(all.flatMap((w) => (w.doc.smoke && w.doc.vehicle !== undefined ? [w.doc.vehicle] : [])));
    changes.push(...(await settleFailures([...readers], stores)));
    const marks = dryDue(deps.moments);
    for (const { id, settle } of HISTORIES) {
      if (NOT_OF_MESSAGES.has(id)) continue;
      if (id !== MARKS_ONLY) changes.push(...(await settle(all, { ...stores, moments: marks })));
      // Its moments count from when each message came.
      else for (const work of all) await settle([work], { ...stores, moments: marks, clock: cameAt(work) });
    }
    const marked = marks.marked().filter((m) => MOMENTS[m.kind]);
    const come = marked.filter((m) => m.dueAt.getTime() <= clock.now());
    const coming = marked.filter((m) => !come.includes(m));
    await deps.moments.mark(
      coming.map(({ _id, kind, about, from, dueAt }) => ({ id: _id, kind, about, from: from.getTime(), dueAt: dueAt.getTime() })),
    );
    for (const kind of new Set(come.map((m) => m.kind))) {
      const own = come.filter((m) => m.kind === kind);
      changes.push(...(await MOMENTS[kind]!(own, { ...stores, moments: deps.moments })));
    }
    return changes;
  }

  async function settleHours(all: Work[]): Promise<Change[]> {
    const due = dryDue(deps.due);
    await createUreaHours({ ...stores, due }).mark(all);
    const open = due.marked().filter((hour: DueDoc) => !judgedHours.has(hour._id));
    const changes: Change[] = [];
    for (let i = 0; i < open.length; i += HOURS_AT_ONCE) {
      const part = open.slice(i, i + HOURS_AT_ONCE);
      changes.push(...(await createUreaHours({ ...stores, due: dryDue(deps.due) }).judge(part)));
      if (judgedHours.size > MAX_HOURS) judgedHours.clear();
      for (const { _id } of part) judgedHours.add(_id);
    }
    return changes;
  }

  /** What gates would be told now, of these messages and of what changed in their vehicles' pasts, stands beside what they were told. */
  async function settleAnswers(works: Work[], changes: Heard[]): Promise<Change[]> {
    const since = new Map<string, { vin: string; from: number; to: number }>();
    for (const { now, before } of changes) {
      for (const finding of [now, before]) {
        if (finding?.vin === undefined || !isPast(finding)) continue;
        const at = finding.at.getTime();
        const to = toldUntil(finding, policies);
        const seen = since.get(finding.vin);
        since.set(finding.vin, {
          vin: finding.vin,
          from: Math.min(at - MINUTE, seen?.from ?? Infinity),
          to: Math.max(to, seen?.to ?? 0),
        });
      }
    }
    const gates = works.filter((w) => w.doc.kind === 'gate');
    const answered = new Set(gates.map((w) => w.doc._id));
    const settled = await answerAgain(gates, stores);
    const travelled = gatesOf(changes.map((c) => c.now)).filter((ref) => !answered.has(ref));
    for (const ref of travelled) answered.add(ref);
    settled.push(...(await answerAgain(await restoreWorks(await observations.byIds(travelled), registry, policies), stores)));
    const concerned = [...since.values()];
    for (let i = 0; i < concerned.length; i += VEHICLES_AT_ONCE) {
      const part = concerned.slice(i, i + VEHICLES_AT_ONCE);
      const others = (await gateWorksSince(part, stores)).filter((w) => !answered.has(w.doc._id));
      settled.push(...(await answerAgain(others, stores)));
    }
    return settled;
  }

  /**
   * A message may come while facts are written and not judged yet; what its judging finds on messages of the job alone is of the
   * re-judge all the same.
   * @returns such findings, marked now
   */
  async function markLiveOnes(changed: RejudgeChangeDoc[]): Promise<FindingDoc[]> {
    const refs = changed.map((c) => c.observation);
    const found = await deps.findings.find({
      observations: { $in: refs },
      recordedAt: { $gte: new Date(job.appliedAt) },
      retroactive: { $exists: false },
      status: { $ne: 'withdrawn' },
    });
    const suspects = found.filter((f) => f.rule !== 'gate-ledger' && f.rule !== 'device-health' && f.code !== 'dark-terminal');
    if (suspects.length === 0) return [];
    const named = await observations.byIds([...new Set(suspects.flatMap((f) => f.observations))]);
    const earlier = new Set(named.filter((doc) => doc.receivedAt.getTime() <= job.knownBy).map((doc) => doc._id));
    const marked = suspects.filter((f) => f.observations.every((ref) => earlier.has(ref)));
    const changes = marked.map((seen) => ({ doc: { ...seen, retroactive: true as const }, seen }));
    await noteFindings(changes, job, clock.now());
    await deps.findings.replace(changes);
    return marked;
  }

  /**
   * The messages beside which a message lay before it became another vehicle's or plate's: they are each other's neighbours now, and no
   * message of the job need be among them.
   */
  async function neighboursOf(changed: RejudgeChangeDoc[], then: ObservationDoc[]): Promise<ObservationDoc[]> {
    const after = new Map(changed.map((c) => [c.observation, c.after]));
    const moved = then.filter((doc) => {
      const is = after.get(doc._id)!;
      return (
        is.plate !== doc.plate || is.vehicle !== doc.vehicle || is.enterprise !== doc.enterprise || outcome(is) !== outcome(doc)
      );
    });
    const found: ObservationDoc[] = [];
    for (const doc of moved) {
      const [earlier, later] = [{ $lte: doc.at }, { $gte: doc.at }];
      const beside = async (filter: object, hint: string) => {
        const nearest = (at: object, order: 1 | -1) =>
          observations.collection
            .find({ ...filter, at, _id: { $ne: doc._id } }, { hint })
            .sort({ at: order })
            .limit(1)
            .toArray();
        found.push(...(await nearest(earlier, -1)), ...(await nearest(later, 1)));
      };
      if (doc.plate !== undefined && doc.source !== undefined)
        await beside({ plate: doc.plate, unsynced: { $exists: false } }, PLATE_LINE);
      if (doc.row) await beside({ vehicle: doc.vehicle!, row: true, enterprise: doc.enterprise ?? null }, TIME_LINE.rows);
      if (doc.source !== undefined && doc.vehicle !== undefined)
        await beside({ ...SIGHTED, vehicle: doc.vehicle }, TIME_LINE.sighted);
    }
    return [...new Map(found.map((doc) => [doc._id, doc])).values()];
  }
}

/** A stored message as it was known before. */
function withDerived(doc: ObservationDoc, derived: Derived): ObservationDoc {
  const kept = Object.fromEntries(Object.entries(doc).filter(([name]) => !(DERIVED as readonly string[]).includes(name)));
  return { ...kept, ...derived } as ObservationDoc;
}

const outcome = (doc: Pick<ObservationDoc, 'recognition'>) => doc.recognition?.outcome;

/** What gates ask of a vehicle's past. */
function isPast({ rule, code }: Pick<FindingDoc, 'rule' | 'code'>): boolean {
  return (rule === 'remote-sensing' && code === 'failed') || (rule === 'urea-use' && code !== 'urea-warning');
}
