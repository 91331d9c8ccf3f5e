import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { parseTopic } from '../devices/contract/topics.ts';
import { anchoredClock } from '../server/clock.ts';
import { readConfig } from '../server/config.ts';
import { startMongod } from '../server/embedded/mongod.ts';
import { createCore } from '../server/intake/core.ts';
import { policyBook } from '../server/intake/policy-book.ts';
import { NOTHING_FOUND, whatIfChunk, type WhatIfProgress } from '../server/intake/what-if.ts';
import { createLog } from '../server/log.ts';
import { xinzhou2021 } from '../server/policy/xinzhou-2021.ts';
import { createRegistry } from '../server/registry/index.ts';
import { connectStore } from '../server/store/connection.ts';
import { gateMessage, mixedMessage, registryRows } from './bench/world.ts';

/**
 * `npm run bench:what-if`: how many stored observations a second a what-if looks at, beside reading the same documents bare in the same
 * run. The messages are taken in once and copied to the number asked for.
 */
const {
  observations: wanted,
  chunk,
  kind,
} = new Command()
  .name('npm run bench:what-if --')
  .option('--observations <n>', 'stored observations', Number, 200_000)
  .option('--chunk <n>', 'observations read at once', Number, 1000)
  .option('--kind <mix|gates>', 'what is stored', 'mix')
  .parse()
  .opts<{ observations: number; chunk: number; kind: 'mix' | 'gates' }>();

const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-what-if-'));
const log = createLog('error');
const mongod = await startMongod({ dataDir: directory, log });
const store = await connectStore(mongod.uri, log);
try {
  const clock = anchoredClock({ real: 0, start: 0, speed: 1 });
  const core = createCore({
    connection: store.connection,
    clock,
    policies: policyBook(xinzhou2021),
    config: readConfig({ GATE_RATE: '0', DEVICE_RATE: '0' }),
    alerts: { refresh: () => Promise.resolve(), sweepOverdue: () => Promise.resolve(0) },
    publishLanes: () => Promise.resolve(),
    publish: () => undefined,
    log,
  });
  const registry = createRegistry({ db: store.db, clock, hooks: { inspectionsRecorded: () => Promise.resolve() } });
  await Promise.all([registry.indexes(), core.indexes()]);
  for (const [collection, rows] of registryRows())
    await registry.import(collection, Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`)), { format: 'ndjson', language: 'en', may: { recordedAt: true, secrets: true } }); // prettier-ignore

  const first = Array.from({ length: 5000 }, (_, n) =>
    kind === 'mix' ? mixedMessage(n, clock.now()) : gateMessage(n, n, clock.now()),
  );
  for (let i = 0; i < first.length; i += 500) {
    await Promise.all(
      first.slice(i, i + 500).map(({ topic, payload }) => {
        const parsed = parseTopic(topic)!;
        return core.intake.submit(parsed.kind, parsed.deviceId, parsed.message, Buffer.from(payload), 20_000);
      }),
    );
  }
  const collection = core.stores.observations.collection;
  const made = await collection.find().toArray();
  for (let copies = 1; made.length * (copies + 1) <= wanted; copies++) {
    const docs = made.map((doc) => ({
      ...doc,
      _id: `${doc._id}.${copies}`,
      id: `${doc.id}.${copies}`,
      at: new Date(doc.at.getTime() + copies),
    }));
    await collection.insertMany(docs, { ordered: false });
  }
  const total = await collection.countDocuments();
  const times = made.map((d) => d.at.getTime());
  const period = { from: new Date(Math.min(...times)), to: new Date(Math.max(...times) + 1_000_000) };

  const bareBegan = performance.now();
  let bare = 0;
  for await (const _doc of collection.find().sort({ at: 1, _id: 1 })) bare++;
  const bareRate = bare / ((performance.now() - bareBegan) / 1000);

  const draft = structuredClone(xinzhou2021);
  draft.version = 'draft';
  draft.rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];
  const deps = { ...core.stores, registry: core.registry, policies: policyBook(xinzhou2021), clock };
  let progress: WhatIfProgress = { found: NOTHING_FOUND() };
  let looked = 0;
  let mostRss = 0;
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (;;) {
    const next = await whatIfChunk(period, draft, progress, chunk, deps);
    if (!next) break;
    progress = next.progress;
    looked += next.looked;
    mostRss = Math.max(mostRss, process.memoryUsage.rss());
  }
  const seconds = (performance.now() - began) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  console.log(
    [
      `machine: ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`,
      `observations: ${total} (${kind}), looked at ${looked}, judged ${progress.found.observations}`,
      `what-if: ${Math.round(looked / seconds)}/s; ${Math.round(looked / cpuSeconds)} per second of this process's processor time`,
      `bare read of the same documents: ${Math.round(bareRate)}/s; ratio ${(looked / seconds / bareRate).toFixed(2)}`,
      `most memory: ${Math.round(mostRss / 1e6)} MB`,
    ].join('\n'),
  );
  await core.stop();
} finally {
  await store.close();
  await mongod.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
