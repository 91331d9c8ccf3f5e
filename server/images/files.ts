import { createHash, randomBytes } from 'node:crypto';
import * as realDisk from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../errors.ts';

/** What is asked of the disk; tests let it fail. */
export type Disk = Pick<typeof realDisk, 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat' | 'readFile'>;

export interface ImageFilesOptions {
  /** The pictures' own directory; made where missing. */
  directory: string;
  /** Name of this process: its left-over files are its own to remove. */
  instance: string;
  disk?: Disk;
}

/** A body on its way in, in a file of its own. */
export interface Incoming {
  path: string;
  sha256: string;
  bytes: number;
}

/** Files that another process left behind are older than any upload may last. */
const STALE_MS = 10 * 60_000;
const MAX_KNOWN_DIRECTORIES = 100_000;

/**
 * Pictures as files by content: `<directory>/aa/bb/<sha256>`, thumbnails beside them. A file appears under its name whole and durable:
 * written and fsynced elsewhere, renamed, its directory fsynced. Several processes may share the directory.
 */
export function createImageFiles({ directory, instance, disk = realDisk }: ImageFilesOptions) {
  const incoming = join(directory, 'incoming');
  const known = new Map<string, Promise<void>>();

  /** Makes a directory whose own entry is durable; once per process. */
  function ensure(path: string): Promise<void> {
    const there = known.get(path);
    if (there) return there;
    if (known.size > MAX_KNOWN_DIRECTORIES) known.clear();
    const made = (async () => {
      if (path !== directory) await ensure(dirname(path));
      await disk.mkdir(path, { recursive: path === directory });
      await syncDirectory(dirname(path));
    })();
    const settled = made.catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return syncDirectory(dirname(path));
      throw error;
    });
    known.set(path, settled);
    settled.catch(() => known.delete(path));
    return settled;
  }

  async function syncDirectory(path: string): Promise<void> {
    const handle = await disk.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  const temporary = () => join(incoming, `${instance}-${randomBytes(12).toString('hex')}`);
  const remove = (path: string) => disk.rm(path, { force: true }).catch(() => undefined);
  const pathOf = (sha256: string) => join(directory, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const thumbnailOf = (sha256: string) => `${pathOf(sha256)}.thumb.jpg`;

  /** Durable under `path`, or not there at all. */
  async function moveTo(from: string, path: string): Promise<void> {
    await ensure(dirname(path));
    await disk.rename(from, path).catch(forgetting);
    await syncDirectory(dirname(path));
  }

  /** Somebody may have taken the directories away: they are made again. */
  function forgetting(error: unknown): never {
    known.clear();
    throw error;
  }

  return {
    pathOf,
    thumbnailOf,

    /** Removes what an earlier run of this process, or a process long dead, left half-written. */
    async start(): Promise<void> {
      await ensure(incoming);
      for (const name of await disk.readdir(incoming)) {
        const path = join(incoming, name);
        const stale = () => disk.stat(path).then(({ mtimeMs }) => Date.now() - mtimeMs > STALE_MS, () => false); // prettier-ignore
        if (name.startsWith(`${instance}-`) || (await stale())) await remove(path);
      }
    },

    /**
     * Writes a body to a file of its own, looking at it while it comes. Nothing is left when this throws.
     * @param look sees every piece, with the bytes that came before it, and may throw to end the upload
     * @throws AppError 503 `disk-full` or `disk-failed`; whatever the body or `look` throws
     */
    async receive(body: AsyncIterable<Buffer>, look: (piece: Buffer, before: number) => void): Promise<Incoming> {
      const path = temporary();
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        const handle = await onDisk(async () => {
          await ensure(incoming);
          return disk.open(path, 'wx', 0o640).catch(forgetting);
        });
        try {
          for await (const piece of body) {
            look(piece, bytes);
            hash.update(piece);
            bytes += piece.length;
            await onDisk(() => handle.writeFile(piece));
          }
        } finally {
          await onDisk(() => handle.close());
        }
      } catch (error) {
        await remove(path);
        throw error;
      }
      return { path, sha256: hash.digest('hex'), bytes };
    },

    read: (path: string) => onDisk(() => disk.readFile(path)),

    /** Makes a received body durable under its digest. @throws AppError 503 */
    keep: ({ path, sha256 }: Pick<Incoming, 'path' | 'sha256'>) =>
      onDisk(async () => {
        const handle = await disk.open(path, 'r+');
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
        await moveTo(path, pathOf(sha256));
      }),

    /** Keeps a thumbnail beside its picture. @throws AppError 503 */
    keepThumbnail: (sha256: string, jpeg: Buffer) =>
      onDisk(async () => {
        const path = temporary();
        try {
          const handle = await disk.open(path, 'wx', 0o640);
          try {
            await handle.writeFile(jpeg);
            await handle.sync();
          } finally {
            await handle.close();
          }
          await moveTo(path, thumbnailOf(sha256));
        } catch (error) {
          await remove(path);
          throw error;
        }
      }),

    drop: ({ path }: Pick<Incoming, 'path'>) => remove(path),

    /** A stored file's content; null when it is not there. @throws AppError 503 */
    async contentOf(path: string): Promise<Buffer | null> {
      return onDisk(() => disk.readFile(path).catch(unlessMissing));
    },

    /** Whether the file of this picture is there, whole. @throws AppError 503 */
    async has(sha256: string, bytes: number): Promise<boolean> {
      return onDisk(async () => (await disk.stat(pathOf(sha256)).catch(unlessMissing))?.size === bytes);
    },
  };
}
export type ImageFiles = ReturnType<typeof createImageFiles>;

function unlessMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}

/** Waits of a full disk are longer: somebody must make room. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
    throw full
      ? new AppError(
          503,
          'disk-full',
          { zh: '照片存储空间不足，请稍后重传', en: 'there is no room for pictures: send it again later' },
          { retryAfter: 300, cause },
        )
      : new AppError(
          503,
          'disk-failed',
          { zh: '照片存储暂不可用，请稍后重传', en: 'the disk of the pictures failed: send it again later' },
          { retryAfter: 60, cause },
        );
  }
}
