import { fileURLToPath } from 'node:url';
import type { Express, Router } from 'express';
import { isKind } from '../../devices/contract/kinds.ts';
import { createAccountRows } from '../audit/account-rows.ts';
import { createCleanTransportDecisions } from '../audit/clean-transport-decision.ts';
import { createDayFigures } from '../audit/day-figures.ts';
import { createDeviceHealth } from '../audit/device-health.ts';
import { createDisputes } from '../audit/disputes.ts';
import { createChain } from '../audit/evidence/chain.ts';
import { createEvidence } from '../audit/evidence/evidence.ts';
import { createGateBoard, type GateBoardDeps } from '../audit/gate-board.ts';
import { createGateQuality } from '../audit/gate-quality.ts';
import { createJobList } from '../audit/job-list.ts';
import { createJobRows } from '../audit/job-rows.ts';
import { createLedgers } from '../audit/ledgers.ts';
import { createRecords } from '../audit/records.ts';
import { createRemoteSensingFigures } from '../audit/remote-sensing-figures.ts';
import { createUreaFigures } from '../audit/urea-figures.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createEnterprise } from '../enterprise.ts';
import { createApp } from '../http/app.ts';
import type { DeviceCheck } from '../http/device-credentials.ts';
import { accountsRouter } from '../http/routes/accounts.ts';
import { alertsRouter } from '../http/routes/alerts.ts';
import { deviceHealthRouter } from '../http/routes/device-health.ts';
import { devicesRouter } from '../http/routes/devices.ts';
import { disputesRouter } from '../http/routes/disputes.ts';
import { enterpriseRouter } from '../http/routes/enterprise.ts';
import { evidenceRouter } from '../http/routes/evidence.ts';
import { figuresRouter } from '../http/routes/figures.ts';
import { gatesRouter } from '../http/routes/gates.ts';
import { imagesRouter } from '../http/routes/images.ts';
import { jobsRouter } from '../http/routes/jobs.ts';
import { ledgersRouter } from '../http/routes/ledgers.ts';
import { ordersRouter } from '../http/routes/orders.ts';
import { policiesRouter } from '../http/routes/policies.ts';
import { judgeFindingAgain, judgeMessageAgain } from '../intake/finding-again.ts';
import { createReplay } from '../intake/replay.ts';
import type { Logger } from '../log.ts';
import { createOrders } from '../orders.ts';
import { xinzhou2021 } from '../policy/xinzhou-2021.ts';
import { readiness } from '../readiness.ts';
import { auditLogStore } from '../store/audit-log.ts';
import type { Store } from '../store/connection.ts';
import type { Identity } from '../users/identity.ts';
import type { Services } from './services.ts';

export interface PlatformAppDeps {
  config: Config;
  log: Logger;
  store: Store;
  clock: Clock;
  services: Services;
  /** The lanes of gates a reader may see, as they are now. */
  lanes: GateBoardDeps['lanes'];
  /** Whether messages come in from the broker. */
  listening: () => boolean;
  /** Whether HTTPS is spoken. */
  secure: boolean;
}

/** How long a message over HTTP waits for the store. */
const DOOR_TIMEOUT_MS = 10_000;

/** The whole HTTP side on the services: what devices send there, what people read and do. Listens to nothing itself. */
export function createPlatformApp(deps: PlatformAppDeps): Express {
  const { config, log, store, clock, services, listening, secure } = deps;
  const { core, identity, registry } = services;
  return createApp({
    log,
    clock,
    identity,
    registry,
    records: createRecords({ db: store.db, clock, registry, settling: core.settling }),
    metrics: services.metrics.registry,
    checks: readiness({ config, store, clock, core, listening }),
    replay: createReplay({ deadLetters: core.stores.deadLetters, intake: core.intake }),
    routers: routersOf(deps),
    secure,
    webDirectory: fileURLToPath(new URL('../../web/dist', import.meta.url)),
    tileUrl: config.tileUrl,
  });
}

/** Each router with what it serves. */
function routersOf({ store: { db }, clock, services, lanes }: PlatformAppDeps): Router[] {
  const { core, book, alerts, identity, registry, accounts, jobs, images, policies, revisions, census } = services;
  const audit: Identity['audit'] = (...entry) => identity.audit(...entry);
  const authenticate: DeviceCheck = async (kind, deviceId, secret) =>
    isKind(kind) && (await registry.checkSecret(`${kind}/${deviceId}`, secret));
  return [
    devicesRouter({
      authenticate,
      submit: (kind, deviceId, message, bytes) => core.intake.submit(kind, deviceId, message, bytes, DOOR_TIMEOUT_MS),
      policyOf: (gateId) => core.gatePolicies.of(gateId),
      now: () => clock.now(),
    }),
    imagesRouter({ images, authenticate, audit }),
    alertsRouter({ alerts }),
    gatesRouter({
      board: createGateBoard({ registry: core.registry, statuses: () => core.stores.statuses.all(), lanes, clock }),
    }),
    deviceHealthRouter({
      health: createDeviceHealth({
        registry: core.registry,
        statuses: core.stores.statuses,
        findings: core.stores.findings,
        clock,
      }),
    }),
    policiesRouter({ policies }),
    ledgersRouter({ ledgers: createLedgers({ ...core.ledgers, db }) }),
    accountsRouter({
      accounts,
      rows: createAccountRows(core.ledgers),
      decisions: createCleanTransportDecisions({
        accounts,
        registry,
        clock,
        audit,
        audited: (action, target) => identity.audited(action, target),
      }),
      gates: createGateQuality({ ...core.ledgers, maker: core.accounting.maker }),
    }),
    figuresRouter({
      day: createDayFigures({
        db,
        clock,
        registry: core.registry,
        statuses: core.stores.statuses,
        rules: Object.keys(xinzhou2021.rules),
      }),
      remoteSensing: createRemoteSensingFigures({ db, clock, registry: core.registry, policies: book }),
      urea: createUreaFigures({ db, clock, registry, policies: book, ...core.stores }),
    }),
    ordersRouter(
      createOrders({ registry: core.registry, policies: book, decisions: core.stores.decisions, census, revisions, clock }),
    ),
    enterpriseRouter(
      createEnterprise({
        db,
        registry: core.registry,
        policies: book,
        observations: core.stores.observations,
        images: core.stores.images,
        settling: core.settling,
        clock,
      }),
    ),
    disputesRouter({ disputes: createDisputes({ db, clock, alerts, audit }) }),
    evidenceRouter({
      evidence: createEvidence({
        ...services.versions,
        db,
        chain: createChain(services.blocks),
        images,
        clock,
        batches: core.stores.batches,
        auditLog: auditLogStore(db),
        audit,
        judgeFinding: (finding) => judgeFindingAgain(finding, core.again),
        judgeMessage: (ref) => judgeMessageAgain(ref, core.again),
      }),
    }),
    jobsRouter({
      jobs,
      list: createJobList({ db, clock }),
      rows: createJobRows({ db, clock, settling: core.settling }),
      audit,
    }),
  ];
}
