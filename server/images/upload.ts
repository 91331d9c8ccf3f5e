import { AppError } from '../errors.ts';

/** A picture is at most this large. */
export const MAX_BYTES = 2 * 1024 * 1024;

export interface Patience {
  /** Real ms without a byte after which an upload is given up. */
  idleMs: number;
  /** Real ms for all of it. */
  wholeMs: number;
}

export const PATIENCE: Patience = { idleMs: 20_000, wholeMs: 120_000 };

/**
 * A body while it comes, not for ever. The body's own stream stays open when this ends early, so that an answer can still be sent.
 * @throws AppError 408 `too-slow`
 */
export async function* inTime(body: AsyncIterator<Buffer>, { idleMs, wholeMs }: Patience): AsyncGenerator<Buffer> {
  const end = Date.now() + wholeMs;
  for (;;) {
    const next = body.next();
    // Given up, it may still fail later: nobody is there to hear it.
    next.catch(() => undefined);
    const { done, value } = await within(next, Math.min(idleMs, end - Date.now()));
    if (done) return;
    yield value;
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new AppError(408, 'too-slow', { zh: '上传超时，请重传', en: 'the upload took too long: send it again' });
    timer = setTimeout(() => reject(error), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function tooLarge(): AppError {
  return new AppError(413, 'too-large', { zh: '照片不得超过 2 MiB', en: 'a picture is at most 2 MiB' });
}

export function notAPicture(): AppError {
  return new AppError(415, 'unsupported-type', {
    zh: '只接受 JPEG 或 PNG 照片，以内容为准',
    en: 'only JPEG and PNG pictures are taken, as judged by their content',
  });
}

export function brokenPicture(cause?: unknown): AppError {
  return new AppError(
    422,
    'broken-picture',
    { zh: '照片文件不完整或已损坏', en: 'the picture is incomplete or broken' },
    { cause },
  );
}
