import { join } from 'node:path';
import { createAlerts } from '../alerts/alerts.ts';
import { createAccounts } from '../audit/accounts.ts';
import { createSealer } from '../audit/evidence/sealer.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createImageFiles } from '../images/files.ts';
import { createImages } from '../images/images.ts';
import { createThumbnails } from '../images/thumbnails.ts';
import { createCore, type CoreDeps } from '../intake/core.ts';
import { createJobs } from '../intake/jobs.ts';
import { policyBook } from '../intake/policy-book.ts';
import type { Logger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createPolicies } from '../policies/policies.ts';
import { createPolicySource } from '../policies/source.ts';
import { xinzhou2021 } from '../policy/xinzhou-2021.ts';
import { createRegistry } from '../registry/index.ts';
import { ensureAlertIndexes } from '../store/alerts.ts';
import type { Store } from '../store/connection.ts';
import { evidenceBlockStore } from '../store/evidence-blocks.ts';
import { createGateLaneStore } from '../store/gate-lanes.ts';
import { jobRowStore } from '../store/job-rows.ts';
import { jobStore } from '../store/jobs.ts';
import { createLease } from '../store/lease.ts';
import { createLiveEventStore, ensureLiveIndexes } from '../store/live-events.ts';
import { policyStore } from '../store/policies.ts';
import { reconcileStore } from '../store/reconciles.ts';
import { registryStore } from '../store/registry.ts';
import { rejudgeChangeStore } from '../store/rejudge-changes.ts';
import { createRevisions } from '../store/revisions.ts';
import { vehicleCensusStore } from '../store/vehicle-census.ts';
import { createIdentity } from '../users/identity.ts';

export interface ServicesDeps {
  config: Config;
  log: Logger;
  store: Store;
  clock: Clock;
  /** Publishes on the broker. */
  publish: CoreDeps['publish'];
  /** Told when an alert changed in this process. */
  alertsChanged: () => void;
}

export type Services = Awaited<ReturnType<typeof createServices>>;

/** Whatever judges, keeps and works on its own, put together on an open store. Nothing runs yet. */
export async function createServices({ config, log, store, clock, publish, alertsChanged }: ServicesDeps) {
  const { db, connection } = store;
  const reconciles = reconcileStore(db);
  const metrics = createMetrics(() => reconciles.last());
  const events = createLiveEventStore(db, log);
  const lanes = createGateLaneStore(db, log);
  const alerts = createAlerts({ db, clock, log, onChange: alertsChanged });
  const identity = createIdentity({ db, clock });
  const revisions = createRevisions(db);
  const book = policyBook(xinzhou2021, createPolicySource(db));
  await book.sync(await revisions.read());
  const core = createCore({
    connection,
    clock,
    policies: book,
    config,
    alerts,
    publishLanes: (items) => lanes.publish(items),
    publish,
    observe: metrics.observe,
    log,
  });

  const files = createImageFiles({ directory: join(config.dataDir, 'images'), instance: config.instance });
  const thumbnails = createThumbnails({ log });
  const images = createImages({ db, files, thumbnail: (picture) => thumbnails.make(picture), clock });

  const policies = createPolicies({ db, clock, revisions, builtIn: xinzhou2021 });
  const policyOf = async (version: string) =>
    version === xinzhou2021.version ? xinzhou2021 : (await policyStore(db).byVersion(version))?.policy;
  const blocks = evidenceBlockStore(db);
  const versions = { registry: registryStore(db), policyOf };
  const sealer = createSealer({ ...core.stores, ...versions, blocks, lease: createLease(db, 'leases', 'evidence'), clock, log });
  const jobs = createJobs({
    ...core.stores,
    registry: core.registry,
    policies: book,
    clock,
    jobs: jobStore(connection),
    rows: jobRowStore(connection),
    changes: rejudgeChangeStore(connection),
    alerts,
    // The accounts of what a re-judge changes are brought up.
    accounting: core.accounting,
    backlog: () => core.intake.backlog(),
    policyOf,
    owner: core.owner,
    log,
  });

  const accounts = createAccounts({
    ...core.accounting,
    accounts: core.stores.accounts,
    registry: core.registry,
    policies: core.ledgers.policies,
    clock,
  });
  const registry = createRegistry({
    db,
    clock,
    hooks: {
      inspectionsRecorded: (rows) => core.inspectionsRecorded(rows),
      vehiclesRecorded: (sold, corrected) => core.vehiclesRecorded(sold, corrected),
      deliveriesRecorded: (ids) => accounts.deliveriesChanged(ids),
    },
    policyAt: (at) => book.at(at, clock.now()),
  });
  const census = vehicleCensusStore(db);

  return {
    core,
    /** Policy versions by their moment, as judging reads them. */
    book,
    /** Policy versions as people draft and activate them. */
    policies,
    /** What a piece of evidence names by version: registry rows and policies. */
    versions,
    /** The blocks of the evidence chain, and who seals them. */
    blocks,
    sealer,
    registry,
    census,
    revisions,
    alerts,
    identity,
    accounts,
    jobs,
    images,
    thumbnails,
    metrics,
    /** What the live line carries: the log of alerts and the lanes of gates. */
    events,
    lanes,

    /** Makes indexes and directories; once per start, before anything is taken in. */
    async prepare(): Promise<void> {
      await Promise.all([
        core.indexes(),
        blocks.indexes(),
        files.start(),
        jobs.indexes(),
        registry.indexes(),
        census.indexes(),
        identity.indexes(),
        ensureAlertIndexes(connection),
        ensureLiveIndexes(connection),
      ]);
    },
  };
}
