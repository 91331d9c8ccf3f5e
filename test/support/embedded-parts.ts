import { createBroker } from '../../server/embedded/broker.ts';
import { lockDataDir } from '../../server/embedded/data-dir-lock.ts';
import { startMongod } from '../../server/embedded/mongod.ts';
import { quietLog as log } from './log.ts';

/** A program for tests to kill: the embedded parts on the data directory of its argument. Says in one line what it has started. */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('usage: embedded-parts.ts <dataDir>');
await lockDataDir(dataDir);
const mongod = await startMongod({ dataDir, log });
const broker = await createBroker({ port: 0, host: '127.0.0.1', log, accounts: { lookup: async () => null } });
console.log(JSON.stringify({ uri: mongod.uri, mongod: mongod.pid(), broker: broker.pid(), brokerPort: broker.port }));
