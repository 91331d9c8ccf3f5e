import { MINUTE } from '../../../devices/contract/instant.ts';
import type { ObservationRef } from '../../rules/types.ts';
import { restoreWorks } from '../restore.ts';
import type { Change } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { gateWorksSince, joiningFindings, settleGateAnswers } from './gate-answers.ts';
import { overTwice } from './readings.ts';
import { recordRejudged } from './rejudged.ts';
import { settleReleases } from './releases.ts';

/** A reading can join a pass that began this long before it. */
const PASS_MS = MINUTE;

/**
 * Judges gate messages' answers from history again; where one changes, the later decision is recorded beside the one given, and passages
 * are held against it.
 */
export async function answerAgain(gates: Work[], deps: HistoryDeps): Promise<Change[]> {
  if (gates.length === 0) return [];
  const answers = await settleGateAnswers(gates, deps);
  await recordRejudged(gates, deps);
  return [...answers, ...(await settleReleases(gates, deps))];
}

/** Messages that were just stored, and which of them bear on what gates answered. */
export interface JustStored {
  all: Work[];
  gates: Work[];
  /** Gate messages whose answer is to be looked at again in any case. */
  doubtful: Work[];
  /** Fills of bad urea. */
  badFills: Work[];
  /** Gate messages at which a travel ends; they need not be among these. */
  moved: ReadonlySet<ObservationRef>;
}

/**
 * Looks (again) at answers from history: the doubtful ones, those on which another process put such a finding before their decision was
 * stored, those that readings and fills of the batch precede, and those at which a travel ends.
 */
export async function settleAnswers(stored: JustStored, deps: HistoryDeps): Promise<Change[]> {
  const { all, gates, doubtful, badFills, moved } = stored;
  const since = new Map<string, number>();
  for (const { doc } of all) {
    if (!doc.smoke) continue;
    const from = doc.at.getTime() - PASS_MS;
    since.set(doc.vehicle!, Math.min(from, since.get(doc.vehicle!) ?? Infinity));
  }
  const sure = gates.filter((w) => !doubtful.includes(w));
  const [smoky, found] = await Promise.all([
    // Those that can have failed, not those of which it was written down: a gate may have answered a failure that the reading which
    // undoes it was quicker to reach than whoever judged the two that made it.
    overTwice([...since.keys()], deps),
    joiningFindings(
      sure.map((w) => w.observation.ref),
      deps,
    ),
  ]);
  const concerned = smoky.map((vin) => ({ vin, from: since.get(vin)! }));
  for (const { vehicle, observation } of badFills) if (vehicle) concerned.push({ vin: vehicle.vin, from: observation.at });
  const here = new Set(gates.map((w) => w.observation.ref));
  const [after, elsewhere] = await Promise.all([
    gateWorksSince(concerned, deps),
    deps.observations.byIds([...moved].filter((ref) => !here.has(ref))),
  ]);
  const later = [...after, ...(await restoreWorks(elsewhere, deps.registry, deps.policies))];
  const told = new Set(found.map((f) => f.observations.at(-1)!));
  const own = [...doubtful, ...sure.filter((w) => told.has(w.observation.ref))];
  return answerAgain([...new Map([...later, ...own].map((w) => [w.observation.ref, w])).values()], deps);
}
