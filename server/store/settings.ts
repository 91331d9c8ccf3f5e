import { randomUUID } from 'node:crypto';
import type { ClockAnchor } from '../clock.ts';
import type { Db } from './connection.ts';

/** What the platform decided once and every process goes by: one document each, never changed but by a restore of a backup. */
const COLLECTION = 'settings';

interface AnchorDoc extends ClockAnchor {
  _id: 'clock';
}

interface LiveLogDoc {
  _id: 'live-log';
  log: string;
}

/**
 * The stored anchor of the platform's clock. The first start stores one; every later start and every other process gets that,
 * whatever its own settings say.
 * @param clock what a first start stores: `start` in ms (absent: the real time), `speed` in platform seconds per real second
 * @param realNow the real time in ms
 */
export async function ensureAnchor(
  db: Db,
  clock: { start: number | undefined; speed: number },
  realNow: number,
): Promise<ClockAnchor> {
  const anchors = db.collection<AnchorDoc>(COLLECTION);
  const { real, start, speed } = await storedOnce(
    () => anchors.findOne({ _id: 'clock' }),
    () => anchors.insertOne({ _id: 'clock', real: realNow, start: clock.start ?? realNow, speed: clock.speed }),
  );
  return { real, start, speed };
}

/** The id of the live log: new at each restore of a backup, so that a client knows that its sequence number means nothing there. */
export async function ensureLiveLogId(db: Db): Promise<string> {
  const logs = db.collection<LiveLogDoc>(COLLECTION);
  const { log } = await storedOnce(
    () => logs.findOne({ _id: 'live-log' }),
    () => logs.insertOne({ _id: 'live-log', log: randomUUID() }),
  );
  return log;
}

/** Gives a live log that was restored from a backup its new id. */
export async function renewLiveLogId(db: Db): Promise<string> {
  const log = randomUUID();
  await db.collection<LiveLogDoc>(COLLECTION).updateOne({ _id: 'live-log' }, { $set: { log } }, { upsert: true });
  return log;
}

/** Reads a document, storing it first where it is missing. Of several processes that start at once one stores, all read the same. */
async function storedOnce<T>(read: () => Promise<T | null>, write: () => Promise<unknown>): Promise<T> {
  const found = await read();
  if (found !== null) return found;
  await write().catch((error: unknown) => {
    if ((error as { code?: number }).code !== 11_000) throw error;
  });
  const stored = await read();
  if (stored === null) throw new Error('a setting was stored and cannot be read');
  return stored;
}
