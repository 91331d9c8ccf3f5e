import type { Db } from 'mongodb';

export type PictureType = 'image/jpeg' | 'image/png';

/** That a device's picture came: one document for each device that uploaded it, so that "did this gate upload it" is a look-up by key. */
export interface ImageDoc {
  /** `<sha256>/<kind>/<deviceId>` */
  _id: string;
  sha256: string;
  /** `<kind>/<deviceId>` it counts for. */
  device: string;
  bytes: number;
  type: PictureType;
  width: number;
  height: number;
  /** When it was durable, on the platform's clock. */
  at: Date;
  /** The user who brought it in the device's stead. */
  by?: string;
}

/** What a device uploaded in a civil day of real time. */
interface UploadDay {
  /** `<kind>/<deviceId>/<day>` */
  _id: string;
  bytes: number;
  expiresAt: Date;
}

const KEPT_MS = 3 * 86_400_000;

/** Which device uploaded which picture, and how much of its day it has used. The pictures themselves are files. */
export function imageStore(db: Db) {
  const collection = db.collection<ImageDoc>('images');
  const days = db.collection<UploadDay>('image_days');
  return {
    collection,

    async indexes(): Promise<void> {
      await days.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },

    of: (sha256: string, device: string) => collection.findOne({ _id: imageKey(sha256, device) }),

    /** Of pictures by key (`imageKey`) those that were uploaded, with when. */
    async uploaded(keys: string[]): Promise<Map<string, Date>> {
      if (keys.length === 0) return new Map();
      const found = await collection.find({ _id: { $in: keys } }, { projection: { at: 1 } }).toArray();
      return new Map(found.map((doc) => [doc._id, doc.at]));
    },

    /** Of the same when it came and, where a user brought it in the device's stead, who. */
    async brought(keys: string[]): Promise<Map<string, Pick<ImageDoc, 'at' | 'by'>>> {
      if (keys.length === 0) return new Map();
      const found = await collection.find({ _id: { $in: keys } }, { projection: { at: 1, by: 1 } }).toArray();
      return new Map(found.map((doc) => [doc._id, doc]));
    },

    /** Everybody who uploaded a picture. */
    uploads: (sha256: string) => collection.find({ _id: { $gte: `${sha256}/`, $lt: `${sha256}0` } }).toArray(),

    /** @returns false when the device had uploaded it before */
    async insert(doc: ImageDoc): Promise<boolean> {
      try {
        await collection.insertOne(doc);
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code === 11_000) return false;
        throw error;
      }
    },

    /** What a device has uploaded of this day. */
    async usedOf(device: string, day: string): Promise<number> {
      return (await days.findOne({ _id: `${device}/${day}` }))?.bytes ?? 0;
    },

    /** Takes bytes of a device's day. @returns false when less than that is left */
    async spend(device: string, day: string, bytes: number, most: number, now: number): Promise<boolean> {
      const write = () =>
        days.updateOne(
          { _id: `${device}/${day}`, bytes: { $lte: most - bytes } },
          { $inc: { bytes }, $setOnInsert: { expiresAt: new Date(now + KEPT_MS) } },
          { upsert: true },
        );
      try {
        await write();
        return true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 11_000) throw error;
      }
      // Either too little is left, or another upload made the day just now.
      const { matchedCount } = await days.updateOne(
        { _id: `${device}/${day}`, bytes: { $lte: most - bytes } },
        { $inc: { bytes } },
      );
      return matchedCount === 1;
    },

    /** Gives back what was taken for an upload that came to nothing. */
    async giveBack(device: string, day: string, bytes: number): Promise<void> {
      await days.updateOne({ _id: `${device}/${day}` }, { $inc: { bytes: -bytes } });
    },
  };
}
export type ImageStore = ReturnType<typeof imageStore>;

/** `<sha256>/<kind>/<deviceId>` */
export function imageKey(sha256: string, device: string): string {
  return `${sha256}/${device}`;
}

/** What observations keep of the pictures they name, for their index: 64 bits tell pictures of one device apart. */
export function pictureMark(sha256: string): string {
  return sha256.slice(0, 16);
}
