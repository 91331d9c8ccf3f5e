import { createHash } from 'node:crypto';
import yauzl from 'yauzl';
import { AppError } from '../../errors.ts';
import { FILE_NAME } from './format.ts';

/** What a package may be at most, whoever sends it. */
export const LIMITS = {
  /** The ZIP itself. */
  bytes: 96 * 1024 * 1024,
  entries: 10_100,
  /** All files unpacked, and one of them. */
  unpacked: 256 * 1024 * 1024,
  file: 64 * 1024 * 1024,
  /** Unpacked to packed, of files beyond a megabyte: text of telemetry comes to some 20. */
  ratio: 200,
};
const SMALL = 1024 * 1024;
const PICTURES = /^images\//;

/** What is looked for in a file; undefined for nothing. */
export type Look<T> = (file: string, content: Buffer) => T | undefined;

/** A file of a package. */
export interface ZipEntry<T> {
  file: string;
  bytes: number;
  sha256: string;
  /** What was looked for in its content; pictures are not looked into. */
  looked?: T;
}

/**
 * Reads a package: every file's digest, and what is looked for in those that are no pictures. Nothing is written anywhere, and nothing is
 * unpacked beyond the limits. Names that lead out of the package, or stand twice, are refused.
 * @param path the ZIP's own file
 * @param look what is to be kept of a file
 * @throws AppError 422 `not-a-package` for what is no ZIP, is cut short, or breaks a limit
 */
export async function readZip<T>(path: string, look: Look<T>): Promise<ZipEntry<T>[]> {
  let zip: yauzl.ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
    return await entriesOf(zip, look);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused('文件已损坏或不是 ZIP', `it is damaged, or no ZIP (${error instanceof Error ? error.message : String(error)})`);
  } finally {
    zip?.close();
  }
}

async function entriesOf<T>(zip: yauzl.ZipFile, look: Look<T>): Promise<ZipEntry<T>[]> {
  if (zip.entryCount > LIMITS.entries) throw refused('文件过多', 'it has too many files');
  const found = new Map<string, ZipEntry<T>>();
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName: file, uncompressedSize, compressedSize } = entry;
    if (!FILE_NAME.test(file)) throw refused('含有不允许的文件名', 'it holds a name that no package has');
    if (found.has(file)) throw refused(`文件 ${file} 出现两次`, `${file} is there twice`);
    unpacked += uncompressedSize;
    if (uncompressedSize > LIMITS.file || unpacked > LIMITS.unpacked) throw refused('解压后过大', 'it is too large unpacked');
    if (uncompressedSize > SMALL && uncompressedSize > compressedSize * LIMITS.ratio)
      throw refused('压缩比异常', 'it is packed more tightly than any package');
    if (entry.isEncrypted() || !entry.canDecodeFileData()) throw refused('文件已加密', 'a file of it is encrypted');
    found.set(file, await read(zip, entry, look));
  }
  return [...found.values()];
}

async function read<T>(zip: yauzl.ZipFile, entry: yauzl.Entry, look: Look<T>): Promise<ZipEntry<T>> {
  const keep = !PICTURES.test(entry.fileName);
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const piece of await zip.openReadStreamPromise(entry)) {
    hash.update(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (keep) kept.push(piece as Buffer);
  }
  const looked = keep ? look(entry.fileName, Buffer.concat(kept)) : undefined;
  return { file: entry.fileName, bytes, sha256: hash.digest('hex'), ...(looked !== undefined && { looked }) };
}

/** What is no package of evidence. */
export function refused(zh: string, en: string): AppError {
  return new AppError(422, 'not-a-package', {
    zh: `无法作为证据包读取：${zh}`,
    en: `this cannot be read as a package of evidence: ${en}`,
  });
}
