import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoMemoryReplSet } from 'mongodb-memory-server';

/** A real mongod on a free port with an empty directory, for tests. */
export async function startMongo(): Promise<{ uri: string; stop(): Promise<void> }> {
  const binary = process.env.MONGOMS_SYSTEM_BINARY ?? join(homedir(), '.cache/cleanhaul/mongod-6.0.5');
  if (!existsSync(binary)) throw new Error(`no mongod at ${binary}`);
  const dbPath = await mkdtemp(join(tmpdir(), 'cleanhaul-test-'));
  const set = await MongoMemoryReplSet.create({
    binary: { systemBinary: binary, version: '6.0.5', checkMD5: false },
    instanceOpts: [{ dbPath, storageEngine: 'wiredTiger' }],
    replSet: { count: 1, name: 'rs0', storageEngine: 'wiredTiger' },
  });
  return {
    uri: set.getUri('cleanhaul'),
    async stop() {
      await set.stop({ doCleanup: false });
      await rm(dbPath, { recursive: true, force: true });
    },
  };
}
