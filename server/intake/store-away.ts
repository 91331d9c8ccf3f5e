const AWAY = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoStalePrimaryError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoWriteConcernError',
  'MongooseServerSelectionError',
  'MongoExpiredSessionError',
  'MongoClientClosedError',
]);
/** Not primary, shutting down, starting, interrupted, stepped down, write concern not met, majority not known yet. */
const AWAY_CODES = new Set([6, 7, 64, 89, 91, 94, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
/** A connection that breaks while the driver writes to it: the socket's own error comes through, not wrapped. */
const BROKEN = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED']);

interface MaybeMongoError {
  name?: string;
  code?: unknown;
  hasErrorLabel?: (label: string) => boolean;
  writeErrors?: unknown;
  result?: { getWriteConcernError?: () => unknown };
}

/** Whether a failure means that the store is away or moving, rather than that the message cannot be handled. */
export function isStoreAway(error: unknown): boolean {
  const e = error as MaybeMongoError;
  if (e?.name !== undefined && AWAY.has(e.name)) return true;
  if (typeof e?.code === 'number' && AWAY_CODES.has(e.code)) return true;
  if (typeof e?.code === 'string' && BROKEN.has(e.code)) return true;
  if (e?.hasErrorLabel?.('RetryableWriteError') || e?.hasErrorLabel?.('TransientTransactionError')) return true;
  if (e?.name !== 'MongoBulkWriteError') return false;
  // The driver wraps a broken connection into a bulk error that names neither write nor code: no write was judged, so none is to blame.
  const unjudged = [e.writeErrors ?? []].flat().length === 0 && e.code === undefined;
  return unjudged || Boolean(e.result?.getWriteConcernError?.());
}
