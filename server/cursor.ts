import { AppError } from './errors.ts';

/** Cursors of lists: where a page goes on, as text that says nothing to its reader. */

export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws AppError 400 `bad-cursor` when it was not written by `writeCursor`; what its parts are is the reader's to check */
export function readCursor(text: string): unknown[] {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    if (Array.isArray(parts)) return parts;
  } catch {
    // Answered below.
  }
  throw badCursor();
}

export function badCursor(): AppError {
  return new AppError(400, 'bad-cursor', {
    zh: '游标无效；请从第一页开始',
    en: 'the cursor is not one of ours; begin with the first page',
  });
}

/** The first moment of the year 10000. */
const FAR = 253_402_300_800_000;

/** Whether it is a moment that a store keeps and a clock shows. */
export function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) < FAR - 86_400_000;
}
