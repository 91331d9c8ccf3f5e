import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongod } from '../../server/embedded/mongod.ts';
import { quietLog } from './log.ts';

/** A real mongod on a free port with an empty directory, for tests: the platform's own embedded one. */
export async function startMongo(): Promise<{ uri: string; pid(): number | null; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cleanhaul-test-'));
  const mongod = await startMongod({ dataDir, log: quietLog, cacheGb: 0.25 });
  return {
    uri: mongod.uri,
    pid: mongod.pid,
    async stop() {
      await mongod.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
