import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { BatchStore } from '../store/batches.ts';
import type { DueDoc, DueStore } from '../store/due-work.ts';
import type { ObservationDoc } from '../store/types.ts';
import { alertsOf } from './alert-keys.ts';
import type { BatchRecords } from './batch-records.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { MOMENTS } from './histories/due.ts';
import { toldUntil } from './histories/gate-answers.ts';
import { HISTORIES } from './histories/index.ts';
import { PERIODIC, type Periodic } from './histories/periodic.ts';
import type { Reconcile } from './reconcile.ts';
import type { Change } from './settle.ts';
import type { UreaHours } from './histories/urea.ts';
import type { Judge } from './judge.ts';
import type { Pipeline } from './pipeline.ts';
import { isStoreAway } from './store-away.ts';

export interface SweepDeps extends HistoryDeps {
  owner: string;
  instance: string;
  records: BatchRecords;
  batches: BatchStore;
  pipeline: Pipeline;
  judge: Judge;
  urea: UreaHours;
  due: DueStore;
  reconcile: Reconcile;
  alerts: { refresh(keys: string[]): Promise<void>; sweepOverdue(now: number): Promise<unknown> };
  log: Logger;
}

/** A process of another instance is taken for dead when it was not heard for so long. */
const STALE_MS = 10_000;
const CHUNK = 500;
const DUE_AT_ONCE = 20;
const MOMENTS_AT_ONCE = 100;
const LEASE_MS = 60_000;

/**
 * What is due, swept by every process: batches that a dead process left open, hours of telemetry, vehicles whose past changed, pending
 * findings whose moment has come, overdue alerts. All of it is a field in the store; there are no timers in memory.
 */
export function createSweeps(deps: SweepDeps) {
  const { owner, instance, records, batches, observations, pipeline, judge, urea, due, moments, findings, alerts, clock, log } =
    deps;
  let stopped = false;
  let first = true;
  const loops: Promise<void>[] = [];

  async function loop(name: string, everyMs: number, turn: () => Promise<boolean>) {
    while (!stopped) {
      let more = false;
      try {
        more = await turn();
      } catch (error) {
        if (isStoreAway(error)) await sleep(500);
        else
          log.error(
            { event: 'sweep-failed', sweep: name, error: String(error), stack: error instanceof Error ? error.stack : undefined },
            'due work failed',
          );
      }
      if (!more) for (let waited = 0; waited < everyMs && !stopped; waited += 100) await sleep(100);
    }
  }

  async function beat(): Promise<boolean> {
    records.tick();
    await batches.beat(owner, instance);
    records.heard();
    return false;
  }

  /** Batches of dead processes, and own ones that failed half-way. */
  async function openBatches(): Promise<boolean> {
    const abandoned = await batches.abandoned(owner, instance, STALE_MS);
    const ids = [...abandoned.map((b) => b._id), ...records.failed()];
    for (const id of ids) {
      const docs = await observations.ofBatch(id);
      for (let i = 0; i < docs.length; i += CHUNK) await finish(docs.slice(i, i + CHUNK));
      await batches.done([id]);
      records.finished(id);
      if (docs.length > 0)
        log.info({ event: 'batch-claimed', batch: id, messages: docs.length }, 'judged what another process left');
    }
    first = false;
    return abandoned.length > 0;
  }

  /** Judges stored messages again, halving where it fails; one that fails by itself is named and left. */
  async function finish(docs: ObservationDoc[]): Promise<void> {
    try {
      await pipeline.finish(docs);
    } catch (error) {
      if (isStoreAway(error)) throw error;
      if (docs.length === 1) {
        log.error({ event: 'not-judged', observation: docs[0]!._id, error: String(error) }, 'a stored message cannot be judged');
        return;
      }
      const half = docs.length >> 1;
      await finish(docs.slice(0, half));
      await finish(docs.slice(half));
    }
  }

  async function dueWork(): Promise<boolean> {
    const taken = await due.take(Date.now(), DUE_AT_ONCE, LEASE_MS);
    await finishDue(taken, due, judgeDue);
    return taken.length === DUE_AT_ONCE;
  }

  /** Moments of the platform's clock that rules wait for. */
  async function momentsCome(): Promise<boolean> {
    const taken = await moments.take(clock.now(), MOMENTS_AT_ONCE, LEASE_MS * clock.speed);
    await finishDue(taken, moments, judgeMoments);
    return taken.length === MOMENTS_AT_ONCE;
  }

  /** Does due work, halving where it fails; one that fails by itself is named and tried again when its lease is over. */
  async function finishDue(docs: DueDoc[], store: DueStore, work: (docs: DueDoc[]) => Promise<void>): Promise<void> {
    if (docs.length === 0) return;
    try {
      await work(docs);
      await store.finish(docs, store === due ? Date.now() : clock.now());
    } catch (error) {
      if (isStoreAway(error)) throw error;
      if (docs.length === 1) {
        log.error(
          {
            event: 'due-not-done',
            due: kindOf(docs[0]!),
            error: String(error),
            stack: error instanceof Error ? error.stack : undefined,
          },
          'due work failed',
        );
        return;
      }
      const half = docs.length >> 1;
      await finishDue(docs.slice(0, half), store, work);
      await finishDue(docs.slice(half), store, work);
    }
  }

  async function judgeDue(docs: DueDoc[]): Promise<void> {
    await deps.registry.sync();
    const changes = await urea.judge(docs.filter((d) => d.kind === 'urea'));
    await tell(changes);
    // What an earlier taker left may look done: it is all told again.
    const left = docs.filter((d) => d.leased).map((d) => ({ vin: d.about, from: d.from.getTime() }));
    const since = [
      ...changes.map(({ now, before }) => ({
        vin: now.vin!,
        from: Math.min(now.at.getTime(), before?.at.getTime() ?? Infinity),
        to: Math.max(...[now, ...(before ? [before] : [])].map((finding) => toldUntil(finding, deps.policies))),
      })),
      ...docs.filter((d) => d.kind === 'vehicle').map((d) => ({ vin: d.about, from: d.from.getTime() })),
      ...left,
    ];
    if (since.length > 0) await judge.vehicles(since, left);
  }

  async function judgeMoments(docs: DueDoc[]): Promise<void> {
    await deps.registry.sync();
    const kinds = [...new Set(docs.map((d) => d.kind))];
    for (const kind of kinds) {
      const handler = MOMENTS[kind];
      if (!handler) throw new Error(`nobody does due work of the kind ${kind}`);
      await tell(
        await handler(
          docs.filter((d) => d.kind === kind),
          deps,
        ),
      );
    }
  }

  /** Brings the alerts of changed findings up. */
  async function tell(changes: Change[]): Promise<void> {
    await alerts.refresh([...new Set(alertsOf(changes))]);
  }

  async function pending(): Promise<boolean> {
    const docs = await findings.due(clock.now(), 200);
    if (docs.length === 0) return false;
    await deps.registry.sync();
    const waiting = docs.filter((f) => f.status === 'pending');
    const settled: Change[] = [];
    for (const { id, confirm } of HISTORIES) {
      const own = waiting.filter((f) => f.rule === id);
      if (confirm && own.length > 0) settled.push(...(await confirm(own, deps)));
    }
    // Confirmed ones stay due until their alerts have heard of it.
    const told = [...docs.filter((f) => f.status !== 'pending'), ...settled.map(({ now }) => now)];
    await alerts.refresh([...new Set(told.flatMap((f) => f.alert ?? []))]);
    await findings.told(told.map((f) => f._id));
    return false;
  }

  async function periodic({ turn, failed }: Periodic): Promise<boolean> {
    await deps.registry.sync();
    try {
      await tell(await turn(deps));
    } catch (error) {
      failed?.(deps);
      throw error;
    }
    return false;
  }

  return {
    start() {
      loops.push(
        loop('beat', 1000, beat),
        loop('batches', 2000, openBatches),
        loop('due', 1000, dueWork),
        loop('moments', 1000, momentsCome),
        loop('pending', 1000, pending),
        ...PERIODIC.map((one) => loop(one.name, one.everyMs, () => periodic(one))),
        loop('reconcile', 10_000, async () => {
          await deps.reconcile.turn();
          return false;
        }),
        loop('overdue', 5000, async () => {
          await alerts.sweepOverdue(clock.now());
          return false;
        }),
      );
    },
    /** Does all that is due now: what the loops do over and over. */
    async now(): Promise<void> {
      await openBatches();
      while (await dueWork());
      while (await momentsCome());
      await pending();
      for (const one of PERIODIC) await periodic(one);
    },
    /** Whether what earlier processes of this instance left open has been looked at. */
    settled: () => !first,
    async stop(): Promise<void> {
      stopped = true;
      deps.reconcile.stop();
      await Promise.race([Promise.all(loops), sleep(5000, undefined, { ref: false })]);
      await batches.leave(owner).catch(() => undefined);
    },
  };
}
/** What kind of work it is; what it is about is nobody's business in a log. */
function kindOf({ kind, from }: DueDoc): string {
  return `${kind} from ${from.toISOString()}`;
}

export type Sweeps = ReturnType<typeof createSweeps>;
