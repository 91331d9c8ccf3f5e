import type { Request } from 'express';
import { AppError } from '../errors.ts';

/** Headers that many routes read. */

/** The revision named by `If-Match`, where one is named. @throws AppError 400 `if-match-malformed` */
export function seenRev(req: Request): number | undefined {
  const header = req.get('If-Match');
  if (header === undefined) return undefined;
  const rev = /^\s*"(\d{1,9})"\s*$/.exec(header)?.[1];
  if (rev === undefined)
    throw new AppError(400, 'if-match-malformed', { zh: 'If-Match 应为 "<rev>"', en: 'If-Match is to be "<rev>"' });
  return Number(rev);
}

/** @throws AppError 428 `if-match-required`, 400 `if-match-malformed` */
export function neededRev(req: Request): number {
  const rev = seenRev(req);
  if (rev !== undefined) return rev;
  throw new AppError(428, 'if-match-required', {
    zh: '请在 If-Match 中给出所见版本',
    en: 'say in If-Match which revision you saw',
  });
}

/** The key by which a repeat of a request is known. @throws AppError 400 `idempotency-key-malformed` */
export function idempotencyKey(req: Request): string | undefined {
  const key = req.get('Idempotency-Key');
  if (key === undefined || /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new AppError(400, 'idempotency-key-malformed', {
    zh: 'Idempotency-Key 应为 1–128 个可见字符',
    en: 'Idempotency-Key is to be 1–128 visible characters',
  });
}
