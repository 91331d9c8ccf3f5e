import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { answerTopic } from '../../devices/contract/topics.ts';
import { createAccountMaker } from '../audit/account-maker.ts';
import { createPages } from '../audit/pages.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { createRegistryReader } from '../registry/reader.ts';
import type { SoldVehicle } from '../registry/recorded.ts';
import { accountStore } from '../store/accounts.ts';
import { batchStore } from '../store/batches.ts';
import { deadLetterStore } from '../store/dead-letters.ts';
import { decisionStore } from '../store/decisions.ts';
import { deviceStatusStore } from '../store/device-status.ts';
import { dueStore } from '../store/due-work.ts';
import { findingStore } from '../store/findings.ts';
import { gatePayloadStore } from '../store/gate-policies.ts';
import { imageStore } from '../store/images.ts';
import { hourSumsStore } from '../store/hour-sums.ts';
import { jobStore, REJUDGE } from '../store/jobs.ts';
import { observationStore } from '../store/observations.ts';
import { reconcileStore } from '../store/reconciles.ts';
import { createRevisions } from '../store/revisions.ts';
import { createBatchRecords } from './batch-records.ts';
import { createDeviceReports } from './device-reports.ts';
import { createGateLanes } from './gate-lanes.ts';
import { createGatePolicies } from './gate-policies.ts';
import { markSaleBan } from './histories/sale-ban.ts';
import { createUnderWay } from './under-way.ts';
import { createUreaHours } from './histories/urea.ts';
import { createIntake, type IntakeDeps } from './index.ts';
import { createJudge } from './judge.ts';
import type { Publishing } from './listener.ts';
import { createPipeline } from './pipeline.ts';
import type { PolicyBook } from './policy-book.ts';
import { createQuotas } from './quotas.ts';
import { createReconcile } from './reconcile.ts';
import { createReceipts } from './receipts.ts';
import { createSweeps, type SweepDeps } from './sweeps.ts';
import type { GateLane } from '../alerts/types.ts';

export interface CoreDeps {
  connection: Connection;
  clock: Clock;
  policies: PolicyBook;
  config: Pick<Config, 'bounds' | 'limits' | 'instance'>;
  alerts: SweepDeps['alerts'];
  /** Puts the newest states of lanes on the gate boards. */
  publishLanes(items: GateLane[]): Promise<void>;
  /** Publishes on the broker; what cannot go out now is dropped. */
  publish(topic: string, payload: string, options: Publishing): void;
  observe?: IntakeDeps['observe'];
  log: Logger;
  /** Tests: how soon a marked hour of telemetry is judged. */
  judgeAfterMs?: number;
  /** Tests: how soon the nightly reconcile looks at a difference once more. */
  reconcileAgainMs?: number;
}

/** The heart of the platform, put together: intake, pipeline, judge, sweeps and the gates' retained policies. */
export function createCore(deps: CoreDeps) {
  const { connection, clock, policies, config, alerts, publish, log } = deps;
  const owner = `${config.instance}.${randomBytes(6).toString('hex')}`;
  const registry = createRegistryReader(connection.db!, (numbers) => policies.sync(numbers));
  const stores = {
    observations: observationStore(connection),
    findings: findingStore(connection),
    decisions: decisionStore(connection),
    deadLetters: deadLetterStore(connection, config.limits.deadLettersPerDay),
    batches: batchStore(connection),
    due: dueStore(connection),
    moments: dueStore(connection, 'due_moments'),
    accountsDue: dueStore(connection, 'due_accounts'),
    accounts: accountStore(connection.db!),
    hours: hourSumsStore(connection),
    statuses: deviceStatusStore(connection),
    payloads: gatePayloadStore(connection),
    images: imageStore(connection.db!),
  };
  const { observations, findings, decisions, deadLetters, batches, due, moments, hours, statuses, payloads, images } = stores;
  const history = { observations, findings, decisions, payloads, statuses, moments, hours, images, registry, policies, clock };
  const underWay = createUnderWay();
  const settling = { owner, settled: underWay.settled };
  const ledgers = { ...history, settling, accounts: stores.accounts, uploaded: (keys: string[]) => images.uploaded(keys) };
  const accountMaker = createAccountMaker({ ...ledgers, moment: createPages({ db: connection.db!, clock, settling }).moment });
  const accounting = { due: stores.accountsDue, maker: accountMaker };
  const records = createBatchRecords(batches, owner, config.instance);
  const urea = createUreaHours({
    ...history,
    due,
    ...(deps.judgeAfterMs !== undefined && { judgeAfterMs: deps.judgeAfterMs }),
  });
  const lanes = createGateLanes(deps.publishLanes);
  const reports = createDeviceReports({ ...history, alerts });
  const judge = createJudge({
    ...history,
    accounting,
    alerts,
    urea,
    lanes,
    publishDecision: ({ decision }, { observation }) =>
      publish(answerTopic('gate', observation.deviceId, 'decision'), JSON.stringify(decision), { qos: 1 }),
    onRuleError: (rule, error) => log.error({ event: 'rule-error', rule, error: String(error) }, 'a rule failed'),
  });
  const bounds = {
    aheadMs: config.bounds.clockAheadMs,
    lateMs: config.bounds.tooOldMs,
    oldestMs: config.bounds.tooOldBackfillMs,
  };
  const pipeline = createPipeline({ ...history, records, batches, deadLetters, judge, reports, bounds });
  const { gatePerSecond, devicePerSecond, burst } = config.limits;
  const receipts = createReceipts(publish, clock);
  const intake = createIntake({
    pipeline,
    underWay,
    quotas: createQuotas({ gatePerSecond, otherPerSecond: devicePerSecond, burst }),
    receipts,
    statuses,
    registry,
    clock,
    log,
    publish,
    ...(deps.observe && { observe: deps.observe }),
  });
  const reconciles = reconcileStore(connection.db!);
  const jobs = jobStore(connection);
  const reconcile = createReconcile({
    ...history,
    due,
    hours,
    reconciles,
    owner,
    alerts,
    log,
    rejudging: () => jobs.isUnderWay(REJUDGE),
    ...(deps.reconcileAgainMs !== undefined && { againAfterMs: deps.reconcileAgainMs }),
  });
  const sweeps = createSweeps({
    ...history,
    accounting,
    owner,
    instance: config.instance,
    records,
    batches,
    pipeline,
    judge,
    urea,
    due,
    reconcile,
    statuses,
    alerts,
    log,
  });
  const gatePolicies = createGatePolicies({ ...history, publish, revisions: createRevisions(connection.db!).read, log });

  return {
    owner,
    stores,
    registry,
    records,
    accounting,
    /** What ledgers and accounts are read from. */
    ledgers,
    /** What is under way here: lists begin with what is settled. */
    settling,
    judge,
    pipeline,
    intake,
    sweeps,
    reconcile,
    reconciles,
    gatePolicies,
    /** What judging again reads: it writes nothing. */
    again: { ...history, due, hours },

    /** Makes the indexes; once per start, before anything is taken in. */
    async indexes(): Promise<void> {
      for (const store of Object.values(stores)) await store.indexes();
    },

    /** Vehicles whose inspections were recorded are judged again: durable when it resolves. */
    async inspectionsRecorded(rows: readonly { vin: string; at: number }[]): Promise<void> {
      const from = new Map<string, number>();
      for (const { vin, at } of rows) from.set(vin, Math.min(at, from.get(vin) ?? Infinity));
      const now = Date.now();
      await due.mark(
        [...from].map(([vin, at]) => ({ id: `vehicle/${vin}`, kind: 'vehicle' as const, about: vin, from: at, dueAt: now })),
      );
    },

    /** Vehicles whose rows say when they were sold, or were corrected, are judged for the sale ban: durable when it resolves. */
    vehiclesRecorded: (sold: readonly SoldVehicle[], corrected: readonly string[]) => markSaleBan(sold, corrected, history),

    /** Finishes what is under way and leaves; the broker and the store must still be there. */
    async stop(): Promise<void> {
      await intake.stop();
      await sweeps.stop();
      await gatePolicies.stop();
      await lanes.stop();
      await records.stop().catch(() => undefined);
    },
  };
}
export type Core = ReturnType<typeof createCore>;
