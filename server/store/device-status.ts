import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import { civilDate, civilTimeOfDay, MINUTE } from '../../devices/contract/instant.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import { unlessThere } from './observations.ts';

/** The last status a device sent. */
export interface DeviceStatusDoc {
  /** `<kind>/<deviceId>` */
  _id: string;
  kind: Kind;
  deviceId: string;
  online: boolean;
  /** Platform time at which it came in. */
  receivedAt: Date;
  /** The device's own time of it. */
  at?: Date;
  firmware?: string;
  queued?: number;
  dropped?: number;
}

/** The minutes of a civil day in which a device was heard: its transmission rate. */
interface DeviceDayDoc {
  /** `<kind>/<deviceId>|<YYYY-MM-DD>` */
  _id: string;
  minutes: number[];
}

/** In `device_days` the platform's own intake stands beside the devices: the minutes in which it was there. */
const PLATFORM = 'platform/intake';

/** Questions to the store at the same time. */
const AT_ONCE = 50;

const schema = new Schema<DeviceStatusDoc>(
  {
    _id: { type: String },
    kind: { type: String, required: true },
    deviceId: { type: String, required: true },
    online: { type: Boolean, required: true },
    receivedAt: { type: Date, required: true },
  },
  { collection: 'device_status', versionKey: false, strict: false },
);
schema.index({ kind: 1, deviceId: 1 });

/** What devices say of themselves. */
export function deviceStatusStore(connection: Connection) {
  const model = connection.model<DeviceStatusDoc>('DeviceStatus', schema);
  const collection = model.collection as unknown as Collection<DeviceStatusDoc>;
  const days = connection.db!.collection<DeviceDayDoc>('device_days');
  return {
    collection,
    indexes: () => model.createIndexes(),

    /**
     * Keeps the statuses; of one device the last received stands, whichever process writes last. One that lies more than a minute
     * ahead is of a clock that was set back since, and gives way.
     */
    async record(statuses: DeviceStatusDoc[]): Promise<void> {
      if (statuses.length === 0) return;
      const heard = statuses.filter((s) => s.online);
      const last = [...new Map(statuses.map((s) => [s._id, s])).values()];
      await Promise.all([
        unlessThere(
          collection.bulkWrite(
            last.map(({ _id, ...status }) => ({
              replaceOne: {
                filter: {
                  _id,
                  receivedAt: { $not: { $gt: status.receivedAt, $lt: new Date(status.receivedAt.getTime() + MINUTE) } },
                },
                replacement: status,
                upsert: true,
              },
            })),
            { ordered: false },
          ),
        ),
        heard.length > 0 &&
          days.bulkWrite(
            heard.map((s) => {
              const at = s.receivedAt.getTime();
              const minute = Math.floor(civilTimeOfDay(at) / MINUTE);
              return {
                updateOne: {
                  filter: { _id: `${s._id}|${civilDate(at)}` },
                  update: { $addToSet: { minutes: minute } },
                  upsert: true,
                },
              };
            }),
            { ordered: false },
          ),
      ]);
    },

    /**
     * Statuses that the broker kept and tells again when we subscribe: news only where they say something else than what is known. They
     * count as no minute heard.
     */
    async recordKept(statuses: DeviceStatusDoc[]): Promise<void> {
      if (statuses.length === 0) return;
      await unlessThere(
        collection.bulkWrite(
          statuses.map(({ _id, ...status }) => ({
            replaceOne: {
              filter: { _id, $nor: [{ online: status.online, queued: status.queued ?? { $exists: false } }] },
              replacement: status,
              upsert: true,
            },
          })),
          { ordered: false },
        ),
      );
    },

    /** The last statuses of gates, by gate id. */
    async ofGates(ids: string[]): Promise<Map<string, { online: boolean; queued?: number }>> {
      const docs = await collection.find({ kind: 'gate', deviceId: { $in: ids } }).toArray();
      return new Map(docs.map(({ deviceId, online, queued }) => [deviceId, { online, ...(queued !== undefined && { queued }) }]));
    },

    all: () => collection.find().toArray(),

    /** Statuses that may be the trouble of their device: offline ones and those received before `silentBefore`. */
    doubtful: (silentBefore: number) =>
      collection.find({ $or: [{ online: false }, { receivedAt: { $lt: new Date(silentBefore) } }] }).toArray(),

    /** Notes whole minutes (by their beginning) in which the platform's intake was there. */
    async listened(minutes: number[]): Promise<void> {
      const byDay = new Map<string, number[]>();
      for (const at of minutes) byDay.set(civilDate(at), [...(byDay.get(civilDate(at)) ?? []), at]);
      if (byDay.size === 0) return;
      await days.bulkWrite(
        [...byDay].map(([day, own]) => ({
          updateOne: {
            filter: { _id: `${PLATFORM}|${day}` },
            update: { $addToSet: { minutes: { $each: own.map((at) => Math.floor(civilTimeOfDay(at) / MINUTE)) } } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    /** The minutes of these days in which the platform's intake was there, in order, by day. */
    async listening(dates: string[]): Promise<Map<string, number[]>> {
      const docs = await days.find({ _id: { $in: dates.map((day) => `${PLATFORM}|${day}`) } }).toArray();
      return new Map(docs.map((doc) => [doc._id.slice(-10), doc.minutes.sort((a, b) => a - b)]));
    },

    /** The minutes of a day in which devices were heard, by device. */
    async heardOn(day: string, devices: string[]): Promise<Map<string, number[]>> {
      const docs = await days.find({ _id: { $in: devices.map((device) => `${device}|${day}`) } }).toArray();
      return new Map(docs.map((doc) => [doc._id.slice(0, -11), doc.minutes]));
    },

    /** Of these devices, those that were heard on a day before this one. */
    async heardBefore(day: string, devices: string[]): Promise<Set<string>> {
      const known = new Set<string>();
      for (let i = 0; i < devices.length; i += AT_ONCE) {
        const found = await Promise.all(
          devices
            .slice(i, i + AT_ONCE)
            .map((device) => days.findOne({ _id: { $gte: `${device}|`, $lt: `${device}|${day}` } }, { projection: { _id: 1 } })),
        );
        for (const doc of found) if (doc) known.add(doc._id.slice(0, -11));
      }
      return known;
    },
  };
}
export type DeviceStatusStore = ReturnType<typeof deviceStatusStore>;
