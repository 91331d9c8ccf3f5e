import { judgeAll } from '../rules/index.ts';
import type { FindingDraft, GateObservation, ObservationRef } from '../rules/types.ts';
import type { DecisionDoc, FindingDoc } from '../store/types.ts';
import { alertsOf, alertsOfRepeats, alertsOfVehicles } from './alert-keys.ts';
import { decisionDoc } from './decision-docs.ts';
import { findingDoc, subjectOf } from './finding-docs.ts';
import type { GateLanes } from './gate-lanes.ts';
import { answerAgain, settleAnswers } from './histories/answers-again.ts';
import { clonedAround, gatesOf, settleTravels, shareReading, travelsInto } from './histories/cloned-plate.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { contextOf, gatePasts, gateWorksSince, isFromHistory, pastSize } from './histories/gate-answers.ts';
import { HISTORIES } from './histories/index.ts';
import { settleFailures } from './histories/readings.ts';
import { settleReleases } from './histories/releases.ts';
import type { UreaHours } from './histories/urea.ts';
import type { Change } from './settle.ts';
import type { Work } from './types.ts';

export interface JudgeDeps extends HistoryDeps {
  alerts: { refresh(keys: string[]): Promise<void> };
  urea: UreaHours;
  lanes: GateLanes;
  /** Publishes a stored decision on the gate's topic. */
  publishDecision(decision: DecisionDoc, work: Work): void;
  /** Told of a rule that threw. */
  onRuleError(rule: string, error: unknown): void;
}

interface Judged {
  draft: FindingDraft;
  basisSize: number;
}

/** Messages whose own verdicts and decisions are stored, and what is to follow. */
export interface Begun {
  all: Work[];
  again: Work[];
  gates: Work[];
  drafts: Map<Work, Judged[]>;
  travels: Map<ObservationRef, FindingDoc>;
  /** Findings on the messages themselves. */
  own: FindingDoc[];
  /** The decisions of the gate messages, as stored. */
  made: DecisionDoc[];
}

/** Several batches as one: what follows costs its round trips once. */
export function together(parts: Begun[]): Begun {
  if (parts.length === 1) return parts[0]!;
  const all = parts.flatMap((part) => part.all);
  shareReading(
    parts.map((part) => part.all),
    all,
  );
  return {
    all,
    again: parts.flatMap((part) => part.again),
    gates: parts.flatMap((part) => part.gates),
    drafts: new Map(parts.flatMap((part) => [...part.drafts])),
    travels: new Map(parts.flatMap((part) => [...part.travels])),
    own: parts.flatMap((part) => part.own),
    made: parts.flatMap((part) => part.made),
  };
}

/** Steps 5 and 6: judges stored messages and stores what comes of it. */
export function createJudge(deps: JudgeDeps) {
  const { findings, decisions, clock, alerts, urea, lanes } = deps;

  /**
   * Judges messages that are stored, new ones and ones whose judging was cut off before, as far as a driver waits for it: what each says
   * by itself and by its vehicle's past, and the decisions of gate messages, which are told as soon as they and the findings they were
   * folded from are stored. `follow` does the rest.
   */
  async function begin(fresh: Work[], again: Work[]): Promise<Begun> {
    const all = [...fresh, ...again];
    const marked = urea.mark(all);
    // Should the rest fail first, this failure has been heard of all the same.
    marked.catch(() => undefined);
    const judged = all.filter((w) => w.doc.kind !== 'on-board');
    const gates = judged.filter(isGate);
    const [drafts, travels] = await Promise.all([judgeEach(judged), travelsInto(gates, all, deps)]);
    const own = [...judged.flatMap((work) => docsOf(work, drafts.get(work)!)), ...travels.values()];
    const [made] = await Promise.all([decide(gates, drafts, travels), findings.insert(own), marked]);
    tell(gates, made);
    lanes.show(gates, made);
    return { all, again, gates, drafts, travels, own, made };
  }

  /** Everything else that comes of messages whose judging was begun; it is stored when it resolves. */
  async function follow(begun: Begun): Promise<void> {
    const { all, again, gates, drafts, travels, own } = begun;
    if (all.length === 0) return;
    const histories = await settleHistories(all);
    const journeys = await settleTravels([...travels.values()], deps);
    const moved = new Set([
      ...travels.keys(),
      ...gatesOf([...histories, ...journeys].map((change) => change.now)),
      ...(again.length === 0 ? [] : gatesOf(await clonedAround(all, deps))),
    ]);
    const doubtful = gates.filter(
      (w) => again.includes(w) || moved.has(w.observation.ref) || drafts.get(w)!.some(({ draft }) => isFromHistory(draft)),
    );
    const badFills = all.filter((w) => drafts.get(w)?.some(({ draft }) => draft.code === 'bad-urea'));
    const answers = await settleAnswers({ all, gates, doubtful, badFills, moved }, deps);
    const releases = await settleReleases(gates, deps);
    const changes = [...own.map((now) => ({ now })), ...histories, ...journeys, ...answers, ...releases];
    await alerts.refresh([...new Set([...alertsOf(changes), ...(await alertsOfRepeats(again, deps))])]);
  }

  /** Judges stored messages to the end. @returns the decisions of the gate messages among them, as stored */
  async function works(fresh: Work[], again: Work[]): Promise<DecisionDoc[]> {
    const begun = await begin(fresh, again);
    await follow(begun);
    return begun.made;
  }

  /** A gate waits for its decision, not for what else comes of its message. */
  function tell(gates: Work[], stored: DecisionDoc[]): void {
    const byRef = new Map(stored.map((d) => [d._id, d]));
    for (const { observation, incoming } of gates) {
      const made = byRef.get(observation.ref);
      if (made?.published) incoming?.decided?.(made.decision);
    }
  }

  /** What each message says by itself and by its vehicle's past. Two look-ups, none where no vehicle is at a gate. */
  async function judgeEach(judged: Work[]): Promise<Map<Work, Judged[]>> {
    const vins = new Set(judged.filter(isGate).flatMap((w) => (w.vehicle ? [w.vehicle.vin] : [])));
    const past = await gatePasts([...vins], deps);
    const results = new Map<Work, Judged[]>();
    for (const work of judged) {
      const context = contextOf(work, past);
      const size = work.vehicle && isGate(work) ? pastSize(work.vehicle.vin, past) : 1;
      results.set(
        work,
        judgeAll(context, deps.onRuleError).map((draft) => ({ draft, basisSize: isFromHistory(draft) ? size : 1 })),
      );
    }
    return results;
  }

  function docsOf(work: Work, drafts: Judged[]): FindingDoc[] {
    if (drafts.length === 0) return [];
    const subject = subjectOf(work);
    return drafts.map(({ draft, basisSize }) => findingDoc(draft, subject, { recordedAt: clock.now(), basisSize }));
  }

  /** Verdicts on stretches of history that these messages fall into. */
  async function settleHistories(all: Work[]): Promise<Change[]> {
    const readers = new Set(all.flatMap((w) => (w.doc.smoke ? [w.doc.vehicle!] : [])));
    const settled = await Promise.all([
      settleFailures([...readers], deps),
      ...HISTORIES.map((history) => history.settle(all, deps)),
    ]);
    return settled.flat();
  }

  async function decide(
    gates: Work[],
    drafts: Map<Work, Judged[]>,
    travels: ReadonlyMap<ObservationRef, FindingDoc>,
  ): Promise<DecisionDoc[]> {
    const now = clock.now();
    return decisions.insertOrRead(
      gates.map((work) =>
        decisionDoc(
          work,
          [
            ...drafts.get(work)!.map(({ draft }) => draft),
            ...(travels.has(work.observation.ref) ? [travels.get(work.observation.ref)!] : []),
          ],
          now,
          clock.speed,
        ),
      ),
    );
  }

  return {
    begin,
    follow,
    works,

    /**
     * Judges the gate messages of vehicles again from a moment on: their past has changed.
     * @param tell also those of their alerts in which nothing is left to change: somebody may have died before telling them
     */
    async vehicles(
      since: { vin: string; from: number; to?: number }[],
      tell: { vin: string; from: number }[] = [],
    ): Promise<void> {
      const failures = await settleFailures([...new Set(since.map((s) => s.vin))], deps);
      const answers = await answerAgain(await gateWorksSince(since, deps), deps);
      await alerts.refresh([...new Set([...alertsOf([...failures, ...answers]), ...(await alertsOfVehicles(tell, deps))])]);
    },

    /** Publishes stored decisions whose message waits for no answer of its own (left by a dead process, or come over MQTT). */
    publishLeftOver(made: DecisionDoc[], fresh: Work[], again: Work[]): void {
      const byRef = new Map([...fresh, ...again].map((w) => [w.observation.ref, w]));
      for (const decision of made) {
        const work = byRef.get(decision._id);
        if (decision.published && work && !work.incoming) deps.publishDecision(decision, work);
      }
    },
  };
}
export type Judge = ReturnType<typeof createJudge>;

function isGate(work: Work): work is Work & { observation: GateObservation } {
  return work.observation.kind === 'gate';
}
