import { anchoredClock } from '../../server/clock.ts';
import { readConfig } from '../../server/config.ts';
import { createCore } from '../../server/intake/core.ts';
import { policyBook } from '../../server/intake/policy-book.ts';
import { NOTHING_FOUND, whatIfChunk, type WhatIfProgress } from '../../server/intake/what-if.ts';
import { createLog } from '../../server/log.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import { connectStore } from '../../server/store/connection.ts';

/**
 * A what-if over a period of a filled store, in a process of its own that prints what it measured: `WHAT_IF_MONGO`, `WHAT_IF_FROM`,
 * `WHAT_IF_TO` (ms). First the same documents are read bare.
 */

/** Rates are per second of the clock, `perCpuSecond` of this process's processor time; memory in MB. */
export interface WhatIfRun {
  looked: number;
  perSecond: number;
  perCpuSecond: number;
  barePerSecond: number;
  rss: number;
}

/** Of the draft the enterprises' gates are told otherwise. */
export const DRAFT = {
  ...structuredClone(xinzhou2021),
  version: 'bench-draft',
};
DRAFT.rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];

async function run(uri: string, period: { from: Date; to: Date }): Promise<WhatIfRun> {
  const log = createLog('error');
  const store = await connectStore(uri, log);
  const clock = anchoredClock({ real: 0, start: 0, speed: 1 });
  const core = createCore({
    connection: store.connection,
    clock,
    policies: policyBook(xinzhou2021),
    config: readConfig({}),
    alerts: { refresh: () => Promise.resolve(), sweepOverdue: () => Promise.resolve(0) },
    publishLanes: () => Promise.resolve(),
    publish: () => undefined,
    log,
  });
  try {
    const bareBegan = performance.now();
    let bare = 0;
    const within = { at: { $gte: period.from, $lt: period.to } };
    for await (const _doc of core.stores.observations.collection.find(within).sort({ at: 1, _id: 1 })) bare++;
    const barePerSecond = bare / ((performance.now() - bareBegan) / 1000);
    const deps = { ...core.stores, registry: core.registry, policies: policyBook(xinzhou2021), clock };
    let progress: WhatIfProgress = { found: NOTHING_FOUND() };
    let looked = 0;
    let rss = 0;
    const began = performance.now();
    const cpu = process.cpuUsage();
    for (;;) {
      const next = await whatIfChunk(period, DRAFT, progress, 1000, deps);
      if (!next) break;
      progress = next.progress;
      looked += next.looked;
      rss = Math.max(rss, process.memoryUsage.rss() / 1e6);
    }
    const used = process.cpuUsage(cpu);
    return {
      looked,
      perSecond: looked / ((performance.now() - began) / 1000),
      perCpuSecond: looked / ((used.user + used.system) / 1e6),
      barePerSecond,
      rss,
    };
  } finally {
    await core.stop();
    await store.close();
  }
}

const { WHAT_IF_MONGO, WHAT_IF_FROM, WHAT_IF_TO } = process.env;
if (WHAT_IF_MONGO !== undefined) {
  const period = { from: new Date(Number(WHAT_IF_FROM)), to: new Date(Number(WHAT_IF_TO)) };
  process.stdout.write(`${JSON.stringify(await run(WHAT_IF_MONGO, period))}\n`);
  process.exit(0);
}
