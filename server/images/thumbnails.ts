import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ThumbnailAnswer, ThumbnailAsked } from './thumbnail-process.ts';
import { brokenPicture } from './upload.ts';

/** Pixels of a thumbnail's longer side. */
export const THUMBNAIL_SIDE = 320;

const MAKE_WITHIN_MS = 20_000;
const IDLE_MS = 60_000;
const MAX_WAITING = 200;
/** The loader by its place, since `--import tsx` would be looked for from the working directory. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * Makes thumbnails one after another in a process of their own, started when the first is asked for and ended when none was for a minute:
 * a picture that is a trap costs that process, not the platform.
 */
export function createThumbnails({ log, entry = './thumbnail-process.ts' }: { log: Logger; entry?: string }) {
  let child: ChildProcess | null = null;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function started(): ChildProcess {
    if (child?.connected) return child;
    const made = fork(fileURLToPath(new URL(entry, import.meta.url)), [], {
      execArgv: ['--import', TSX],
      serialization: 'advanced',
      detached: true,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, NODE_ENV: process.env.NODE_ENV },
    });
    made.on('error', (error) => log.warn({ err: error.message }, 'thumbnails: process error'));
    made.once('exit', () => {
      if (child === made) child = null;
    });
    child = made;
    return made;
  }

  function end(): void {
    clearTimeout(idle);
    child?.kill('SIGKILL');
    child = null;
  }

  function ask(picture: Buffer): Promise<Buffer> {
    const to = started();
    return new Promise<Buffer>((resolve, reject) => {
      const done = (result: Buffer | Error) => {
        clearTimeout(timer);
        to.off('message', onMessage);
        to.off('exit', onExit);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const onMessage = (answer: ThumbnailAnswer) =>
        done('jpeg' in answer ? Buffer.from(answer.jpeg) : brokenPicture(answer.broken));
      const onExit = () => {
        log.warn({ event: 'thumbnail-died' }, 'thumbnails: a picture ended the process that decodes');
        done(brokenPicture('the decoder ended'));
      };
      const timer = setTimeout(() => {
        end();
        done(brokenPicture('the decoder did not come to an end'));
      }, MAKE_WITHIN_MS);
      to.on('message', onMessage);
      to.on('exit', onExit);
      const asked: ThumbnailAsked = { picture, side: THUMBNAIL_SIDE };
      to.send(asked, (error) => error && done(error));
    });
  }

  return {
    /** @throws AppError 422 `broken-picture`, 503 `busy` when too many wait */
    async make(picture: Buffer): Promise<Buffer> {
      if (waiting >= MAX_WAITING) {
        throw new AppError(503, 'busy', { zh: '缩略图排队过多，请稍后', en: 'too many thumbnails wait' }, { retryAfter: 5 });
      }
      waiting++;
      clearTimeout(idle);
      const mine = last.then(() => ask(picture));
      last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        if (--waiting === 0) idle = setTimeout(end, IDLE_MS).unref();
      }
    },
    /** The process that decodes, while there is one; for tests. */
    pid: () => child?.pid ?? null,
    stop: end,
  };
}
export type Thumbnails = ReturnType<typeof createThumbnails>;
