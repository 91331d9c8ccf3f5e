import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

/**
 * An append-only file of JSON records, one per line, each behind its CRC-32. It survives being killed at any byte: what is torn at
 * the end is cut off when it is opened again, a damaged line is left out, and everything whose `append` was answered is there.
 */
export interface Journal {
  /** The records found on opening, oldest first. */
  readonly found: readonly unknown[];
  /** Writes records; settles once they are on the disk (fsync). Calls made while a write is under way share the next fsync. */
  append(records: readonly object[]): Promise<void>;
  /** Writes a record some time soon, in order; lost in a crash at worst. */
  note(record: object): void;
  /**
   * Replaces the whole content at once (compaction): after a crash either the old or the new file is there. `records` is asked when
   * the turn comes and holds all that is still wanted of what was written before; what waits to be written is written behind it.
   */
  rewrite(records: () => Iterable<object>): Promise<void>;
  /** The file's length in bytes, what waits to be written included. */
  bytes(): number;
  /** Writes what waits and closes the file. */
  close(): Promise<void>;
}

interface Waiting {
  text: string;
  durable: boolean;
  done(error?: Error): void;
}

function line(record: object): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

/** Reads a journal's bytes: its good records, and the length up to which the file ends in whole lines. */
export function readJournal(bytes: Buffer): { records: unknown[]; wholeBytes: number } {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const records: unknown[] = [];
  for (let from = 0; from < wholeBytes;) {
    const end = bytes.indexOf(0x0a, from);
    const json = bytes.toString('utf8', from + 9, end);
    if (end - from > 9 && parseInt(bytes.toString('latin1', from, from + 8), 16) === crc32(json)) {
      try {
        records.push(JSON.parse(json));
      } catch {
        // a line whose sum is right and whose JSON is not was never written by us
      }
    }
    from = end + 1;
  }
  return { records, wholeBytes };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Opens (or creates) a journal file.
 * @throws whatever the file system says when the file cannot be read or made.
 */
export async function openJournal(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true });
  await rm(`${path}.new`, { force: true });
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const { records, wholeBytes } = readJournal(bytes);
  let file: FileHandle = await open(path, bytes.length === 0 ? 'w' : 'r+');
  await file.truncate(wholeBytes);
  await file.sync();
  await syncDirectory(path);

  let size = wholeBytes;
  let waitingBytes = 0;
  let waiting: Waiting[] = [];
  let chain: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const group = waiting;
    if (group.length === 0) return;
    waiting = [];
    waitingBytes = 0;
    const data = Buffer.from(group.map((w) => w.text).join(''));
    try {
      for (let written = 0; written < data.length;) {
        written += (await file.write(data, written, data.length - written, size + written)).bytesWritten;
      }
      if (group.some((w) => w.durable)) await file.datasync();
      size += data.length;
      for (const w of group) w.done();
    } catch (error) {
      // What was half written must not run into the next line.
      await file.truncate(size).catch(() => undefined);
      for (const w of group) w.done(error as Error);
    }
  }

  function enqueue(task: () => Promise<void>): Promise<void> {
    const run = chain.then(task);
    chain = run.catch(() => undefined);
    return run;
  }

  function push(text: string, durable: boolean, done: (error?: Error) => void): void {
    waiting.push({ text, durable, done });
    waitingBytes += Buffer.byteLength(text);
    if (waiting.length === 1) void enqueue(flush);
  }

  return {
    found: records,
    append(added) {
      if (added.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        push(added.map(line).join(''), true, (error) => (error ? reject(error) : resolve()));
      });
    },
    note(record) {
      push(line(record), false, () => undefined);
    },
    rewrite(content) {
      return enqueue(async () => {
        const next = await open(`${path}.new`, 'w');
        let length = 0;
        try {
          const text = [...content()].map(line).join('');
          length = (await next.write(text)).bytesWritten;
          if (length !== Buffer.byteLength(text)) throw new Error('the compacted journal could not be written whole');
          await next.sync();
          await rename(`${path}.new`, path);
        } catch (error) {
          await next.close();
          await rm(`${path}.new`, { force: true });
          throw error;
        }
        await syncDirectory(path);
        await file.close();
        file = next;
        size = length;
      });
    },
    bytes: () => size + waitingBytes,
    async close() {
      await enqueue(flush);
      await file.close();
    },
  };
}
