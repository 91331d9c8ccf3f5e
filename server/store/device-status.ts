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
  };
}
export type DeviceStatusStore = ReturnType<typeof deviceStatusStore>;
