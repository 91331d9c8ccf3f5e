import type { Db } from 'mongodb';
import { civilDate, civilDayStart, DAY } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import { scopeFilter } from '../audit/scope.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { imageKey, imageStore, pictureMark, type ImageDoc, type PictureType } from '../store/images.ts';
import type { ObservationDoc } from '../store/types.ts';
import type { ImageFiles, Incoming } from './files.ts';
import { inspectPicture, MAX_PIXELS, MAX_SIDE, mayBePicture, type Picture } from './picture.ts';
import { brokenPicture, inTime, MAX_BYTES, notAPicture, PATIENCE, tooLarge, type Patience } from './upload.ts';

/** What a device may upload in a civil day of real time. */
export const BYTES_PER_DAY = 2 * 1024 ** 3;
/** Bodies that come in at once: of everybody, and of one device or user. */
const AT_ONCE = 64;
const AT_ONCE_EACH = 8;
/** Devices of one enterprise that name the same picture. */
const MAX_NAMING = 1_000;

/** A device itself, or the user who brings what it did not. */
export type Uploader = { device: string } | { actor: Actor };

export interface KeptPicture extends Picture {
  sha256: string;
  bytes: number;
}

export interface ImagesDeps {
  db: Db;
  files: ImageFiles;
  /** A thumbnail of a picture as JPEG. @throws AppError 422 `broken-picture` */
  thumbnail(picture: Buffer): Promise<Buffer>;
  clock: Clock;
  /** Real time in ms: quotas go by it. */
  realNow?: () => number;
  patience?: Patience;
  bytesPerDay?: number;
}

/** Pictures: taken from devices by content, given to those in whose scope an observation names them. */
export function createImages(deps: ImagesDeps) {
  const { db, files, clock, realNow = Date.now, patience = PATIENCE, bytesPerDay = BYTES_PER_DAY } = deps;
  const store = imageStore(db);
  const observations = db.collection<ObservationDoc>('observations');
  const thumbnails = new Map<string, Promise<Buffer>>();
  /** Bodies on their way in, by who brings them. */
  const coming = new Map<string, number>();

  /** The devices an upload counts for. @throws AppError 404 `unknown-picture` for a user at whose gates nobody names it */
  async function devicesOf(uploader: Uploader, sha256: string): Promise<string[]> {
    if ('device' in uploader) return [uploader.device];
    const { role, enterpriseId } = uploader.actor;
    const own = role === 'owner' ? {} : { enterprise: enterpriseId ?? '' };
    const naming = await observations
      .find({ pictures: pictureMark(sha256), ...own }, { projection: { source: 1 }, hint: 'pictures_1' })
      .limit(MAX_NAMING)
      .toArray();
    const devices = [...new Set(naming.flatMap((doc) => doc.source ?? []))];
    if (devices.length > 0) return devices;
    throw new AppError(404, 'unknown-picture', {
      zh: '您范围内没有记录引用这张照片',
      en: 'no observation in your scope names this picture',
    });
  }

  const dayNow = () => civilDate(realNow());
  function overQuota(): AppError {
    const now = realNow();
    return new AppError(
      429,
      'quota',
      { zh: '该设备今日上传的照片已达 2 GiB，请明日再传', en: 'this device has uploaded its 2 GiB of today: go on tomorrow' },
      { retryAfter: Math.ceil((civilDayStart(civilDate(now)) + DAY - now) / 1000) },
    );
  }

  async function receive(who: string, sha256: string, body: AsyncIterator<Buffer>): Promise<Incoming> {
    const own = coming.get(who) ?? 0;
    if (own >= AT_ONCE_EACH || [...coming.values()].reduce((sum, n) => sum + n, 0) >= AT_ONCE) {
      throw new AppError(
        503,
        'busy',
        { zh: '上传过多，请稍后重传', en: 'too many uploads at once: send it again' },
        { retryAfter: 2 },
      );
    }
    coming.set(who, own + 1);
    let start: Buffer = Buffer.alloc(0);
    try {
      const received = await files.receive(inTime(body, patience), (piece, before) => {
        if (before + piece.length > MAX_BYTES) throw tooLarge();
        if (before < 8) {
          start = Buffer.concat([start, piece.subarray(0, 8)]);
          if (!mayBePicture(start)) throw notAPicture();
        }
      });
      if (received.sha256 === sha256) return received;
      await files.drop(received);
    } finally {
      const rest = coming.get(who)! - 1;
      if (rest > 0) coming.set(who, rest);
      else coming.delete(who);
    }
    throw new AppError(422, 'digest-mismatch', {
      zh: '内容的 SHA-256 与路径不符',
      en: 'the SHA-256 of the content is not that of the path',
    });
  }

  async function inspect(received: Incoming): Promise<KeptPicture> {
    const found = inspectPicture(await files.read(received.path));
    if (found === 'type') throw notAPicture();
    if (found === 'broken') throw brokenPicture();
    if (found === 'dimensions') {
      throw new AppError(422, 'too-many-pixels', {
        zh: `照片边长不得超过 ${MAX_SIDE} 像素，总像素不得超过 ${MAX_PIXELS / 1e6} 百万`,
        en: `a picture has at most ${MAX_SIDE} pixels on a side and ${MAX_PIXELS / 1e6} million in all`,
      });
    }
    return { ...found, sha256: received.sha256, bytes: received.bytes };
  }

  /** Whether these devices have all uploaded it and it is there. */
  async function missing(devices: string[], sha256: string): Promise<string[]> {
    const docs = await store.collection.find({ _id: { $in: devices.map((device) => imageKey(sha256, device)) } }).toArray();
    const there = docs.length > 0 && (await files.has(sha256, docs[0]!.bytes));
    return there ? devices.filter((device) => !docs.some((doc) => doc.device === device)) : devices;
  }

  /** The picture's file, durable, then who brought it. @returns whether that is new for any of the devices */
  async function keep(received: Incoming, picture: KeptPicture, devices: string[], by: string | undefined): Promise<boolean> {
    const { sha256, bytes, type, width, height } = picture;
    const day = dayNow();
    const paid: string[] = [];
    try {
      for (const device of devices) {
        if (!(await store.spend(device, day, bytes, bytesPerDay, realNow()))) throw overQuota();
        paid.push(device);
      }
      await files.keep(received);
      let created = false;
      for (const device of devices) {
        const at = new Date(clock.now());
        const doc: ImageDoc = { _id: imageKey(sha256, device), sha256, device, bytes, type, width, height, at, ...(by !== undefined && { by }) }; // prettier-ignore
        if (await store.insert(doc)) {
          created = true;
          paid.splice(paid.indexOf(device), 1);
        }
      }
      return created;
    } finally {
      // What came to nothing, or was there already, is not counted.
      for (const device of paid) await store.giveBack(device, day, bytes).catch(() => undefined);
    }
  }

  /** The upload through which somebody may see a picture: of a device that an observation in the scope names it for. */
  async function seenBy(actor: Actor, sha256: string): Promise<ImageDoc> {
    const uploads = await store.uploads(sha256);
    if (uploads.length > 0) {
      const scope = await scopeFilter(db, actor, 'observations');
      const named = { pictures: pictureMark(sha256), source: { $in: uploads.map((doc) => doc.device) } };
      const found = await observations.findOne({ $and: [named, scope] }, { projection: { source: 1 }, hint: 'pictures_1' });
      const upload = uploads.find((doc) => doc.device === found?.source);
      if (upload) return upload;
    }
    throw notFound();
  }

  async function contentOf(sha256: string): Promise<Buffer> {
    const bytes = await files.contentOf(files.pathOf(sha256));
    if (!bytes) throw notFound();
    return bytes;
  }

  async function makeThumbnail(sha256: string): Promise<Buffer> {
    const kept = await files.contentOf(files.thumbnailOf(sha256));
    if (kept && kept.length > 0) return kept;
    const made = await deps.thumbnail(await contentOf(sha256));
    await files.keepThumbnail(sha256, made);
    return made;
  }

  return {
    indexes: () => store.indexes(),

    /**
     * Takes a picture; resolves when its file and its record are durable.
     * @param sha256 lower-case hex, as in the path
     * @param length what the request says of its length
     * @returns the picture, and whether it is new for its device
     * @throws AppError 404 `unknown-picture`, 408, 413, 415, 422 `digest-mismatch` `broken-picture` `too-many-pixels`, 429 `quota`, 503
     */
    async put(uploader: Uploader, sha256: string, body: AsyncIterator<Buffer>, length?: number) {
      if (length !== undefined && length > MAX_BYTES) throw tooLarge();
      const devices = await devicesOf(uploader, sha256);
      if ((await store.usedOf(devices[0]!, dayNow())) >= bytesPerDay) throw overQuota();
      const received = await receive('device' in uploader ? uploader.device : uploader.actor.username, sha256, body);
      try {
        const picture = await inspect(received);
        const lacking = await missing(devices, sha256);
        const by = 'actor' in uploader ? uploader.actor.username : undefined;
        const created = lacking.length > 0 && (await keep(received, picture, lacking, by));
        return { picture, created, devices: lacking };
      } finally {
        await files.drop(received);
      }
    },

    /** What a device uploaded under this digest. @throws AppError 404 */
    async ofDevice(device: string, sha256: string): Promise<{ type: PictureType; bytes: number }> {
      const doc = await store.of(sha256, device);
      if (!doc || !(await files.has(sha256, doc.bytes))) throw notFound();
      return doc;
    },

    /** What a caller may see of a picture. @throws AppError 404, also where it is beyond the caller's scope */
    async seen(actor: Actor, sha256: string): Promise<{ type: PictureType; bytes: number }> {
      const doc = await seenBy(actor, sha256);
      if (!(await files.has(sha256, doc.bytes))) throw notFound();
      return doc;
    },

    /** The picture itself; the caller was let in by `seen`. */
    content: contentOf,

    /** At most 320 pixels on a side, JPEG; made once. The caller was let in by `seen`. @throws AppError 422 `broken-picture` */
    thumbnail(sha256: string): Promise<Buffer> {
      const making = thumbnails.get(sha256) ?? makeThumbnail(sha256).finally(() => thumbnails.delete(sha256));
      thumbnails.set(sha256, making);
      return making;
    },
  };
}
export type Images = ReturnType<typeof createImages>;

function notFound(): AppError {
  return new AppError(404, 'unknown-picture', {
    zh: '没有这张照片，或不在您的范围内',
    en: 'there is no such picture in your scope',
  });
}
