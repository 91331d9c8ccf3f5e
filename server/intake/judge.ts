import { composeDecision, foldDecision } from '../rules/decision.ts';
import { judgeAll } from '../rules/index.ts';
import type { FindingDraft, GateObservation } from '../rules/types.ts';
import type { DecisionDoc, FindingDoc } from '../store/types.ts';
import { MINUTE } from '../../devices/contract/instant.ts';
import { findingDoc, findingKey, subjectOf } from './finding-docs.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { settleDiversion } from './histories/diversion.ts';
import { contextOf, gatePasts, gateWorksSince, isFromHistory, pastSize, settleGateAnswers } from './histories/gate-answers.ts';
import { settleFailures } from './histories/readings.ts';
import { settleReleases } from './histories/releases.ts';
import { settleRoadDays } from './histories/road-days.ts';
import type { UreaHours } from './histories/urea.ts';
import type { GateLanes } from './gate-lanes.ts';
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

/** A reading can join a pass that began this long before it. */
const PASS_MS = MINUTE;

/** Steps 5 and 6: judges stored messages and stores what comes of it. */
export function createJudge(deps: JudgeDeps) {
  const { findings, decisions, clock, alerts, urea, lanes } = deps;

  /**
   * Judges messages that are stored: new ones, and ones whose judging was cut off before. Everything is stored when it resolves.
   * @returns the decisions of the gate messages among them, as stored
   */
  async function works(fresh: Work[], again: Work[]): Promise<DecisionDoc[]> {
    const all = [...fresh, ...again];
    if (all.length === 0) return [];
    const marked = urea.mark(all);
    const judged = all.filter((w) => w.doc.kind !== 'on-board');
    const drafts = await judgeEach(judged);
    const own = judged.flatMap((work) => docsOf(work, drafts.get(work)!));
    const gates = judged.filter(isGate);
    const [histories, made] = await Promise.all([settleHistories(all), decide(gates, drafts), findings.insert(own), marked]);
    const doubtful = gates.filter((w) => again.includes(w) || drafts.get(w)!.some(({ draft }) => isFromHistory(draft)));
    const badFills = judged.filter((w) => drafts.get(w)!.some(({ draft }) => draft.code === 'bad-urea'));
    const answers = await settleAnswers(doubtful, all, badFills);
    const releases = await settleReleases(gates, deps);
    const keys = new Set(
      [...own, ...[...histories, ...answers, ...releases].flatMap(({ now, before }) => (before ? [now, before] : [now]))].flatMap(
        alertOf,
      ),
    );
    for (const key of await keysOfRepeats(again)) keys.add(key);
    await Promise.all([alerts.refresh([...keys]), lanes.show(gates, made)]);
    return made;
  }

  interface Judged {
    draft: FindingDraft;
    basisSize: number;
  }

  /** What each message says by itself and by its vehicle's past. Two look-ups, none where no vehicle is at a gate. */
  async function judgeEach(judged: Work[]): Promise<Map<Work, Judged[]>> {
    const vins = new Set(judged.filter(isGate).flatMap((w) => (w.vehicle ? [w.vehicle.vin] : [])));
    const past = await gatePasts([...vins], deps);
    const results = new Map<Work, Judged[]>();
    for (const work of judged) {
      const context = await contextOf(work, past, deps);
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
      settleRoadDays(all, deps),
      settleDiversion(all, deps),
    ]);
    return settled.flat();
  }

  /** Gate messages whose answer from history is to be looked at (again): the doubtful ones, and those that readings of the batch precede. */
  async function settleAnswers(doubtful: Work[], all: Work[], badFills: Work[]): Promise<Change[]> {
    const since = new Map<string, number>();
    for (const { doc } of all) {
      if (!doc.smoke) continue;
      const from = doc.at.getTime() - PASS_MS;
      since.set(doc.vehicle!, Math.min(from, since.get(doc.vehicle!) ?? Infinity));
    }
    const concerned = await withFailures(since);
    for (const { vehicle, observation } of badFills) if (vehicle) concerned.push({ vin: vehicle.vin, from: observation.at });
    const later = await gateWorksSince(concerned, deps);
    const known = new Set(doubtful.map((w) => w.observation.ref));
    return rejudge([...doubtful, ...later.filter((w) => !known.has(w.observation.ref))]);
  }

  /** Of these vehicles, those that ever failed: only their gate messages can be concerned. */
  async function withFailures(since: Map<string, number>): Promise<{ vin: string; from: number }[]> {
    if (since.size === 0) return [];
    const failed = await findings.find({ vin: { $in: [...since.keys()] }, rule: 'remote-sensing', code: 'failed' });
    return [...new Set(failed.map((f) => f.vin!))].map((vin) => ({ vin, from: since.get(vin)! }));
  }

  /** Judges gate messages' answers from history again; where one changes, the later decision is recorded beside the one given. */
  async function rejudge(gateWorks: Work[]): Promise<Change[]> {
    if (gateWorks.length === 0) return [];
    const changes = await settleGateAnswers(gateWorks, deps);
    const changed = new Set(changes.flatMap(({ now }) => now.observations));
    const concerned = gateWorks.filter((w) => changed.has(w.observation.ref));
    if (concerned.length === 0) return changes;
    const refs = concerned.map((w) => w.observation.ref);
    const standing = await findings.find({ observations: { $in: refs }, status: { $ne: 'withdrawn' } });
    await decisions.rejudged(
      concerned.map((work) => {
        const ref = work.observation.ref;
        const own = standing.filter((f) => (f.last ?? f.observations.at(-1)) === ref);
        return {
          id: ref,
          at: new Date(clock.now()),
          decision: foldDecision(own, (work.observation as GateObservation).body.direction),
          findings: own.map((f) => f._id).sort(),
        };
      }),
    );
    return [...changes, ...(await settleReleases(concerned, deps))];
  }

  async function decide(gates: Work[], drafts: Map<Work, Judged[]>): Promise<DecisionDoc[]> {
    const now = clock.now();
    return decisions.insertOrRead(
      gates.map((work) =>
        decisionDoc(
          work,
          drafts.get(work)!.map(({ draft }) => draft),
          now,
          clock.speed,
        ),
      ),
    );
  }

  /** Alerts of what was judged before it was cut off: they may not have heard of it. */
  async function keysOfRepeats(again: Work[]): Promise<string[]> {
    if (again.length === 0) return [];
    const refs = again.map((w) => w.observation.ref);
    return (await findings.find({ $or: [{ observations: { $in: refs } }, { last: { $in: refs } }] })).flatMap(alertOf);
  }

  return {
    works,

    /** Judges the gate messages of vehicles again from a moment on: their past has changed. */
    async vehicles(since: { vin: string; from: number; to?: number }[]): Promise<void> {
      const failures = await settleFailures([...new Set(since.map((s) => s.vin))], deps);
      const answers = await rejudge(await gateWorksSince(since, deps));
      await alerts.refresh([
        ...new Set([...failures, ...answers].flatMap(({ now, before }) => (before ? [now, before] : [now])).flatMap(alertOf)),
      ]);
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

function alertOf(finding: FindingDoc): string[] {
  return finding.alert === undefined ? [] : [finding.alert];
}

function decisionDoc(work: Work, drafts: FindingDraft[], now: number, speed: number): DecisionDoc {
  const observation = work.observation as GateObservation;
  const decision = composeDecision({
    observation,
    recognition: work.recognition!,
    findings: drafts,
    response: work.response,
    policyVersion: work.policy.version,
    at: now,
    speed,
  });
  const { doc, vehicle } = work;
  const live =
    observation.message === 'arrival' &&
    !observation.backfill &&
    !work.incoming?.replay &&
    now - observation.at <= MINUTE * speed;
  return {
    _id: observation.ref,
    ref: decision.ref,
    message: observation.message,
    at: doc.at,
    recordedAt: new Date(now),
    published: live,
    decision,
    reasons: decision.reasons,
    findings: drafts.map(findingKey),
    rules: [...new Set(drafts.map((d) => d.rule))],
    ...(doc.plate !== undefined && { plate: doc.plate }),
    ...(vehicle && { vin: vehicle.vin }),
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    device: `gate/${doc.deviceId}`,
  };
}
