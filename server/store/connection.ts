import mongoose from 'mongoose';
import type { Logger } from '../log.ts';

/** The driver's database, as mongoose hands it out. */
export type Db = NonNullable<mongoose.Connection['db']>;

export interface Store {
  connection: mongoose.Connection;
  /** The driver's database: hot paths go below the models. */
  db: Db;
  close(): Promise<void>;
}

/** What every write and read promises: a majority has it in its journal; reads see nothing that could be taken back. */
const PROMISES = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
} as const;

/** A store that starts at the same time, or has much to do, is waited for so long at the start. */
const START_MS = 10_000;

/**
 * Connects to the store. Nothing is buffered while it is away: an operation fails within seconds (`MongoServerSelectionError`
 * or `MongoNetworkError`), so that a gate's message is not held but left to the gate's own policy. The connection comes back by
 * itself.
 * @param uri a MongoDB replica set; a database of no name is `cleanhaul`
 * @throws when the store cannot be reached at the start
 */
export async function connectStore(uri: string, log: Logger): Promise<Store> {
  let closing = false;
  const connection = await firstConnection(uri, Date.now() + START_MS);
  connection.on('error', (error: Error) => log.error({ err: error.message }, 'store: connection error'));
  connection.on('disconnected', () => closing || log.warn('store: away'));
  connection.on('reconnected', () => log.info('store: back'));
  const db = connection.db;
  if (db === undefined) throw new Error('the store connection has no database');
  return {
    connection,
    db,
    async close() {
      closing = true;
      await connection.close();
    },
  };
}

async function firstConnection(uri: string, until: number): Promise<mongoose.Connection> {
  for (;;) {
    const connection = mongoose.createConnection(uri, {
      ...PROMISES,
      bufferCommands: false,
      autoIndex: false,
      autoCreate: false,
      serverSelectionTimeoutMS: 2_000,
      // A store that has much to do greets late; giving up sooner would make it greet again and again.
      connectTimeoutMS: 5_000,
      socketTimeoutMS: 60_000,
      waitQueueTimeoutMS: 5_000,
      heartbeatFrequencyMS: 1_000,
      minHeartbeatFrequencyMS: 100,
      maxPoolSize: 20,
      minPoolSize: 2,
      retryWrites: true,
      retryReads: true,
      ignoreUndefined: true,
      ...(databaseOf(uri) === '' ? { dbName: 'cleanhaul' } : {}),
    });
    // The failure is that of the promise below.
    connection.on('error', () => undefined);
    try {
      return await connection.asPromise();
    } catch (error) {
      await connection.close(true).catch(() => undefined);
      if ((error as Error).name !== 'MongooseServerSelectionError' || Date.now() > until) throw error;
    }
  }
}

/** The database a URI names, '' for none. The part before `/` may list several hosts, so it is no WHATWG URL. */
function databaseOf(uri: string): string {
  return /^[^:]+:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1] ?? '';
}
