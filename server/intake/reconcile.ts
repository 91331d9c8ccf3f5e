import { setTimeout as sleep } from 'node:timers/promises';
import { civilDate, civilDayStart, civilTimeOfDay, DAY, HOUR, MINUTE } from '../../devices/contract/instant.ts';
import type { Logger } from '../log.ts';
import type { FindingDoc } from '../store/types.ts';
import type { ReconcileStore } from '../store/reconciles.ts';
import type { Difference } from './compare-findings.ts';
import { answerAgain } from './histories/answers-again.ts';
import { gateWorksSince, toldUntil } from './histories/gate-answers.ts';
import { createJudgeAgain, type AgainDeps } from './judge-again.ts';
import { recompute } from './recompute.ts';
import { restoreWorks } from './restore.ts';
import { withdrawn, type Change } from './settle.ts';
import { TIME_LINE } from '../store/observations.ts';

export interface ReconcileDeps extends AgainDeps {
  reconciles: ReconcileStore;
  owner: string;
  alerts: { refresh(keys: string[]): Promise<void> };
  log: Logger;
  /** Whether a re-judge is under way: its messages are known otherwise before all of them are judged. */
  rejudging?(): Promise<boolean>;
  /** Real time between two chunks, in which gates have the process to themselves. */
  restMs?: number;
  /** Real time after which a difference is looked at once more: what is under way just then has come to rest by then. */
  againAfterMs?: number;
}

/** Not before two in the morning: what was late at midnight has come in. */
const FROM_TIME = 2 * HOUR;
const LEASE_MS = 10 * MINUTE;
const CHUNK = 100;
const NAMED = 100;
const MAX_WAITS = 20;

/**
 * Once per civil day of the platform's clock one process judges the messages of the two days before again, repairs what is not as
 * stored, and records how much that was: it must be nothing.
 */
export function createReconcile(deps: ReconcileDeps) {
  const {
    reconciles,
    owner,
    alerts,
    clock,
    log,
    observations,
    findings,
    restMs = 20,
    againAfterMs = 5_000,
    rejudging = async () => false,
  } = deps;
  let stopped = false;
  /** The last day seen as done or taken: it costs nothing to be asked again. */
  let seen = '';
  let looked = 0;

  /** @returns how many differences; undefined when there is nothing to do, or another process does it */
  async function turn(): Promise<number | undefined> {
    const now = clock.now();
    const day = civilDate(now);
    if (day === seen || civilTimeOfDay(now) < FROM_TIME || (await rejudging())) return undefined;
    if (!(await reconciles.take(day, owner, Date.now(), LEASE_MS))) {
      const last = await reconciles.last();
      if (last && last._id >= day) seen = day;
      return undefined;
    }
    const result = await judgeDays(day);
    if (!result) return undefined;
    const named = result.differences.slice(0, NAMED).map(({ id, kind, fields }) => ({ id, kind, fields }));
    await reconciles.done(day, owner, {
      at: new Date(clock.now()),
      observations: result.observations,
      differences: result.differences.length,
      findings: named,
      notJudged: result.notJudged.length,
    });
    seen = day;
    const said = {
      event: 'reconciled',
      day,
      observations: result.observations,
      differences: result.differences.length,
      notJudged: result.notJudged.length,
    };
    if (said.differences + said.notJudged === 0) log.info(said, 'judged again: all as stored');
    else
      log.warn(
        { ...said, rules: [...new Set(result.differences.map((d) => `${d.kind} ${ruleOf(d)}`))] },
        'judging again gave other findings; they were repaired',
      );
    return said.differences;
  }

  /** @returns null when another process took over, or this one stops */
  async function judgeDays(day: string) {
    const to = civilDayStart(day);
    looked = 0;
    let held = Date.now();
    try {
      return await recompute(deps, {
        from: to - 2 * DAY,
        to,
        chunk: CHUNK,
        onDifferences: repair,
        async rest() {
          await sleep(restMs);
          if (Date.now() - held > LEASE_MS / 4) {
            if (!(await reconciles.hold(day, owner, Date.now(), LEASE_MS))) throw new GivenUp();
            held = Date.now();
          }
          if (stopped) throw new GivenUp();
        },
      });
    } catch (error) {
      if (error instanceof GivenUp) return null;
      throw error;
    }
  }

  /** Looks at differences once more and writes those that are still there. @returns these */
  async function repair(differences: Difference[]): Promise<Difference[]> {
    // Where much is different it is not about what is under way.
    if (looked++ < MAX_WAITS) await sleep(againAfterMs);
    const first = new Set(differences.map((d) => d.id));
    const standing = (await judgeFindingsAgain(differences)).filter((d) => first.has(d.id));
    if (standing.length === 0) return [];
    if (await rejudging()) throw new GivenUp();
    await findings.insert(standing.flatMap((d) => (d.kind === 'missing' ? [d.again!] : [])));
    await findings.replace(
      standing.flatMap((d) => {
        if (!d.stored) return [];
        const { stored, again } = d;
        const doc = again
          ? { ...again, recordedAt: stored.recordedAt, ...kept(stored) }
          : withdrawn(stored, 'judging again does not give it', stored.basisSize);
        return [{ doc, seen: stored }];
      }),
    );
    const changes = await answersOf(standing);
    const touched = [...standing.flatMap(({ stored, again }) => [stored, again]), ...changes.flatMap((c) => [c.now, c.before])];
    await alerts.refresh([...new Set(touched.flatMap((f) => f?.alert ?? []))]);
    return standing;
  }

  async function judgeFindingsAgain(differences: Difference[]): Promise<Difference[]> {
    const again = createJudgeAgain(deps);
    const docs = await basisOf(differences, deps);
    const found = [...(docs.length > 0 ? await again.docs(docs) : []), ...(await again.hoursBefore(Infinity))];
    return [...new Map(found.map((d) => [d.id, d])).values()];
  }

  /** What gates would be told now, of repaired findings and of what they say of a vehicle's past, stands beside what they were told. */
  async function answersOf(standing: Difference[]): Promise<Change[]> {
    const docs = standing.map((d) => (d.again ?? d.stored)!);
    const refs = new Set(docs.flatMap((f) => f.observations).filter((ref) => ref.startsWith('gate/')));
    const past = docs.filter((f) => f.vin !== undefined && (f.rule === 'urea-use' || f.code === 'failed'));
    const later = await gateWorksSince(
      past.map((f) => ({ vin: f.vin!, from: f.at.getTime() - MINUTE, to: toldUntil(f, deps.policies) })),
      deps,
    );
    const named = await observations.byIds([...refs].filter((ref) => !later.some((w) => w.doc._id === ref)));
    return answerAgain([...(await restoreWorks(named, deps.registry, deps.policies)), ...later], deps);
  }

  return {
    turn,
    stop: () => void (stopped = true),
  };
}
export type Reconcile = ReturnType<typeof createReconcile>;

/** Another process has it, or this one stops. */
class GivenUp extends Error {}

/** What people did with a finding stays with it. */
function kept({ retroactive, disputed, dispute }: FindingDoc): Partial<FindingDoc> {
  return { ...(retroactive && { retroactive }), ...(disputed && { disputed }), ...(dispute && { dispute }) };
}

function ruleOf({ stored, again }: Difference): string {
  const { rule, code } = (again ?? stored)!;
  return `${rule}|${code}`;
}

/** The messages findings stand on: those they name, and of urea the telemetry of their stretch. */
export async function basisOf(
  differences: Pick<Difference, 'stored' | 'again'>[],
  { observations }: Pick<AgainDeps, 'observations'>,
) {
  const docs = differences.flatMap(({ stored, again }) => [stored ?? [], again ?? []].flat());
  const named = await observations.byIds([...new Set(docs.flatMap((f) => f.observations))]);
  const spans = new Map(
    docs
      .filter((f) => f.rule === 'urea-use' && f.span)
      .map((f) => [`${f.span!.vehicle}|${f.span!.from.getTime()}|${f.span!.to.getTime()}`, f.span!]),
  );
  const found = new Map(named.map((doc) => [doc._id, doc]));
  for (const { vehicle, from, to } of spans.values()) {
    const own = await observations.find({ vehicle, at: { $gte: from, $lt: to } }, null, TIME_LINE.all);
    for (const doc of own) found.set(doc._id, doc);
  }
  return [...found.values()];
}
