import { DAY } from '../../../devices/contract/instant.ts';
import { widest } from '../../policy/in-force.ts';
import { judgeAll } from '../../rules/index.ts';
import { standingFailureAt } from '../../rules/remote-sensing-history.ts';
import type { FindingDraft, InspectionFacts, JudgeContext } from '../../rules/types.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import type { FindingDoc } from '../../store/types.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { readingHistories, type ReadingHistory } from './readings.ts';

/** Codes with which a gate answers what a vehicle did elsewhere: they depend on history, the other gate findings do not. */
const FROM_HISTORY = new Set(['failed-vehicle', 'urea-warning']);

/** Codes of findings on two messages: they join the decision of the second. */
const FROM_PAIRS = ['impossible-travel'];

/** What gates must know of vehicles' pasts. */
export interface GatePast {
  histories: Map<string, ReadingHistory>;
  /** Urea findings by VIN, withdrawn ones too (they count in the basis). */
  urea: Map<string, FindingDoc[]>;
  /** Inspections of those with either. */
  inspections: Map<string, InspectionFacts[]>;
}

/** What is asked of a message alone. */
export const NO_PAST: GatePast = { histories: new Map(), urea: new Map(), inspections: new Map() };

/** Reads the pasts of vehicles at gates: two look-ups where there is nothing to find, a fixed number whatever there is. */
export async function gatePasts(vins: string[], deps: HistoryDeps): Promise<GatePast> {
  const [histories, urea] = await Promise.all([
    readingHistories(vins, deps),
    vins.length === 0
      ? []
      : deps.findings.find({ vin: { $in: vins }, rule: 'urea-use', code: { $nin: ['urea-warning', 'dark-terminal'] } }),
  ]);
  const byVin = new Map<string, FindingDoc[]>();
  for (const finding of urea) byVin.set(finding.vin!, [...(byVin.get(finding.vin!) ?? []), finding]);
  const inspections = new Map([...histories].map(([vin, history]) => [vin, history.inspections]));
  const missing = [...byVin.keys()].filter((vin) => !inspections.has(vin));
  if (missing.length > 0) for (const [vin, rows] of await deps.registry.inspections(missing)) inspections.set(vin, rows);
  return { histories, urea: byVin, inspections };
}

/** Everything a rule may ask of one message. */
export function contextOf(work: Work, past: GatePast): JudgeContext {
  const { observation, device, policy, recognition, vehicle, enterprise, response, machine, declaration, doc } = work;
  const context: JudgeContext = { observation, device, policy };
  if (recognition) context.recognition = recognition;
  if (vehicle) context.vehicle = vehicle;
  if (enterprise) context.enterprise = enterprise;
  if (response) context.response = response;
  if (machine) context.machine = machine;
  if (declaration) context.declaration = declaration;
  if (doc.invalid) context.invalid = doc.invalid;
  if (observation.kind !== 'gate' || !vehicle) return context;
  const history = past.histories.get(vehicle.vin);
  if (history) {
    const failure = standingFailureAt(history.failures, history.inspections, observation.at);
    if (failure) context.standingFailure = failure;
  }
  const warnings = (past.urea.get(vehicle.vin) ?? []).filter(
    (f) => f.status !== 'withdrawn' && f.severity === 'warning' && f.facts.ofVehicle !== false,
  );
  if (warnings.length > 0) {
    const inspections = past.inspections.get(vehicle.vin) ?? [];
    const since = observation.at - policy.rules['urea-use'].warningDays * DAY;
    const standing = warnings
      .map((f) => ({ at: f.at.getTime(), code: f.code }))
      .filter((w) => w.at >= since && w.at <= observation.at)
      .filter((w) => !inspections.some((i) => i.result === 'passed' && i.at > w.at && i.at <= observation.at))
      .sort((a, b) => b.at - a.at || (a.code < b.code ? -1 : 1))[0];
    if (standing) context.standingUreaWarning = standing;
  }
  return context;
}

/** How much of the past a gate's answer from history stands on; it only grows. */
export function pastSize(vin: string, past: GatePast): number {
  return 1 + (past.histories.get(vin)?.size ?? 0) + (past.urea.get(vin)?.length ?? 0);
}

/**
 * Judges what gate messages say of their vehicles' pasts again, and writes what differs. The decision that was given stays; the later
 * one is recorded beside it by the caller.
 */
export function settleGateAnswers(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  return settleSpans(works, (open) => judgeGateAnswers(open, deps), deps.findings);
}

async function judgeGateAnswers(works: Work[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const vins = [...new Set(works.flatMap((w) => (w.vehicle ? [w.vehicle.vin] : [])))];
  const refs = works.map((w) => w.observation.ref);
  const [past, existing] = await Promise.all([gatePasts(vins, deps), historyFindings(refs, deps)]);
  return works.map((work) => {
    const size = work.vehicle ? pastSize(work.vehicle.vin, past) : 1;
    const drafts = judgeAll(contextOf(work, past)).filter(isFromHistory);
    const { ref } = work.observation;
    return {
      expected: drafts.map((draft) => findingDoc(draft, subjectOf(work), { recordedAt: deps.clock.now(), basisSize: size })),
      existing: existing.filter((f) => f.observations.includes(ref)),
      basisSize: size,
      withdrawnReason: 'the vehicle’s history no longer says so',
    };
  });
}

/** Findings from history that stand on gate messages, whoever wrote them. */
export function historyFindings(refs: string[], deps: HistoryDeps): Promise<FindingDoc[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return deps.findings.find({ observations: { $in: refs }, code: { $in: [...FROM_HISTORY] } });
}

/** Findings that are folded into the decisions of these gate messages though they are not the messages' own. */
export async function joiningFindings(refs: string[], deps: HistoryDeps): Promise<FindingDoc[]> {
  if (refs.length === 0) return [];
  const last = new Set(refs);
  const found = await deps.findings.find({ observations: { $in: refs }, code: { $in: [...FROM_HISTORY, ...FROM_PAIRS] } });
  return found.filter((f) => last.has(f.observations.at(-1)!));
}

export function isFromHistory(draft: Pick<FindingDraft, 'code'>): boolean {
  return FROM_HISTORY.has(draft.code);
}

/**
 * Until when (ms) gates may tell of a finding of a vehicle's past: of a warning of `urea-use` for the most days of any policy, of a failure
 * until it is answered.
 */
export function toldUntil({ rule, at }: Pick<FindingDoc, 'rule' | 'at'>, policies: HistoryDeps['policies']): number {
  return rule === 'urea-use' ? at.getTime() + widest(policies, (policy) => policy.rules['urea-use'].warningDays) * DAY : Infinity;
}

/** The gate messages of vehicles from a moment on, up to another where that is not Infinity, restored with the facts they were stored with. */
export async function gateWorksSince(since: { vin: string; from: number; to?: number }[], deps: HistoryDeps): Promise<Work[]> {
  if (since.length === 0) return [];
  const docs = await deps.observations.find(
    {
      $or: since.map(({ vin, from, to }) => ({
        ...SIGHTED,
        vehicle: vin,
        kind: 'gate' as const,
        at: { $gte: new Date(from), ...(to !== undefined && to !== Infinity && { $lte: new Date(to) }) },
      })),
    },
    null,
    TIME_LINE.sighted,
  );
  return restoreWorks(docs, deps.registry, deps.policies);
}
