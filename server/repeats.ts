import { createHash } from 'node:crypto';
import { AppError } from './errors.ts';

/** Requests that are sent twice (HTTP contract v1: `Idempotency-Key`). */

/** The same for the same request: what a repeat is compared by. */
export function requestDigest(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}

/** A key that was used for another request. */
export function keyReused(): AppError {
  return new AppError(422, 'idempotency-key-reused', {
    zh: '此 Idempotency-Key 已用于另一请求',
    en: 'this Idempotency-Key was used for another request',
  });
}
