import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anchoredClock } from '../server/clock.ts';
import { readConfig, withEnvFile, type Config } from '../server/config.ts';
import { DataDirInUse, lockDataDir } from '../server/embedded/data-dir-lock.ts';
import { startMongod } from '../server/embedded/mongod.ts';
import type { AgainDeps } from '../server/intake/judge-again.ts';
import { policyBook } from '../server/intake/policy-book.ts';
import { createLog, type Logger } from '../server/log.ts';
import { createPolicySource } from '../server/policies/source.ts';
import { xinzhou2021 } from '../server/policy/xinzhou-2021.ts';
import { createRegistryReader } from '../server/registry/reader.ts';
import { connectStore } from '../server/store/connection.ts';
import { decisionStore } from '../server/store/decisions.ts';
import { deviceStatusStore } from '../server/store/device-status.ts';
import { dueStore } from '../server/store/due-work.ts';
import { findingStore } from '../server/store/findings.ts';
import { gatePayloadStore } from '../server/store/gate-policies.ts';
import { hourSumsStore } from '../server/store/hour-sums.ts';
import { imageStore } from '../server/store/images.ts';
import { observationStore } from '../server/store/observations.ts';
import { ensureAnchor } from '../server/store/settings.ts';

/**
 * The stores of a platform for judging again, whether it runs or not.
 * @param uri instead of the settings' store
 */
export async function openAgain(uri?: string): Promise<{ deps: AgainDeps; close(): Promise<void> }> {
  const config = readConfig(withEnvFile(process.cwd(), process.env));
  const log = createLog('warn');
  const place = await storeUri(uri === undefined ? config : { ...config, mongodbUri: uri }, log);
  try {
    const store = await connectStore(place.uri, log);
    const { connection } = store;
    const clock = anchoredClock(await ensureAnchor(store.db, config.clock, Date.now()));
    const policies = policyBook(xinzhou2021, createPolicySource(store.db));
    const registry = createRegistryReader(store.db, (numbers) => policies.sync(numbers));
    const deps: AgainDeps = {
      observations: observationStore(connection),
      findings: findingStore(connection),
      decisions: decisionStore(connection),
      payloads: gatePayloadStore(connection),
      statuses: deviceStatusStore(connection),
      moments: dueStore(connection, 'due_moments'),
      due: dueStore(connection),
      hours: hourSumsStore(connection),
      images: imageStore(store.db),
      policies,
      registry,
      clock,
    };
    return { deps, close: () => store.close().then(() => place.stop()) };
  } catch (error) {
    await place.stop();
    throw error;
  }
}

/** The outside store, that of a running platform on the same directory, or one started for the moment. */
async function storeUri({ mongodbUri, dataDir }: Config, log: Logger): Promise<{ uri: string; stop(): Promise<void> }> {
  if (mongodbUri !== undefined) return { uri: mongodbUri, stop: async () => undefined };
  try {
    const lock = await lockDataDir(dataDir);
    const mongod = await startMongod({ dataDir, log });
    return { uri: mongod.uri, stop: () => mongod.stop().then(() => lock.release()) };
  } catch (error) {
    if (!(error instanceof DataDirInUse)) throw error;
    const running = (await readFile(join(dataDir, 'mongodb.port'), 'utf8')).trim();
    return { uri: `mongodb://127.0.0.1:${running}/cleanhaul?directConnection=true`, stop: async () => undefined };
  }
}
