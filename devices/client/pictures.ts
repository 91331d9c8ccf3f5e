import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type PictureType = 'image/jpeg' | 'image/png';

/** A picture that waits on the disk. */
export interface WaitingPicture {
  readonly sha256: string;
  readonly contentType: PictureType;
  readonly bytes: number;
  /** Not to be sent before this device time, ms. */
  readonly notBefore: number;
}

/** Pictures on disk until they are uploaded: a folder that is its own list. It survives being killed at any moment. */
export interface PictureStore {
  /** Earliest `notBefore` first. */
  list(): readonly WaitingPicture[];
  /** Keeps a picture; settles once it is on the disk. The same picture again is one picture. @returns its digest, as messages name it. */
  put(content: Buffer, contentType: PictureType, notBefore: number): Promise<string>;
  /** @throws when the file is gone or is not what its name says. */
  read(picture: WaitingPicture): Promise<Buffer>;
  remove(picture: WaitingPicture): Promise<void>;
  /** Pictures given up because the disk's share was full. */
  dropped(): number;
}

/** `<notBefore>-<sha256>.<jpg|png>`: the names sort into the order of sending. */
const NAME = /^(\d{14})-([0-9a-f]{64})\.(jpg|png)$/;

const nameOf = ({ notBefore, sha256, contentType }: WaitingPicture) =>
  `${String(Math.max(0, Math.floor(notBefore))).padStart(14, '0')}-${sha256}.${contentType === 'image/png' ? 'png' : 'jpg'}`;
const byTime = (a: WaitingPicture, b: WaitingPicture) => a.notBefore - b.notBefore || (a.sha256 < b.sha256 ? -1 : 1);

/**
 * Opens the folder and finds what waits there; half-written files are removed.
 * @param maxBytes what the waiting pictures may take: beyond it the oldest are given up and counted
 */
export async function openPictures(dir: string, maxBytes: number): Promise<PictureStore> {
  await mkdir(dir, { recursive: true });
  const waiting = new Map<string, WaitingPicture>();
  let total = 0;
  let dropped = 0;
  let sorted: WaitingPicture[] | undefined;

  for (const name of await readdir(dir)) {
    const parts = NAME.exec(name);
    if (!parts) {
      await rm(join(dir, name), { force: true, recursive: true });
      continue;
    }
    const sha256 = parts[2] as string;
    const { size } = await stat(join(dir, name));
    const contentType = parts[3] === 'png' ? 'image/png' : 'image/jpeg';
    waiting.set(sha256, { sha256, contentType, bytes: size, notBefore: Number(parts[1]) });
    total += size;
  }

  const list = () => (sorted ??= [...waiting.values()].sort(byTime));

  async function remove(picture: WaitingPicture): Promise<void> {
    if (waiting.get(picture.sha256) !== picture) return;
    waiting.delete(picture.sha256);
    total -= picture.bytes;
    sorted = undefined;
    await rm(join(dir, nameOf(picture)), { force: true });
  }

  return {
    list,
    async put(content, contentType, notBefore) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      if (waiting.has(sha256)) return sha256;
      const picture: WaitingPicture = { sha256, contentType, bytes: content.length, notBefore: Math.floor(notBefore) };
      const path = join(dir, nameOf(picture));
      // The name says all, so a file has it only when its content is whole.
      const file = await open(`${path}.new`, 'w');
      try {
        await file.writeFile(content);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
      waiting.set(sha256, picture);
      total += content.length;
      sorted = undefined;
      for (const oldest of [...list()]) {
        if (total <= maxBytes) break;
        await remove(oldest);
        dropped++;
      }
      return sha256;
    },
    async read(picture) {
      const content = await readFile(join(dir, nameOf(picture)));
      if (createHash('sha256').update(content).digest('hex') !== picture.sha256)
        throw new Error('the picture was damaged on the disk');
      return content;
    },
    remove,
    dropped: () => dropped,
  };
}
