import { Schema, type Connection } from 'mongoose';
import type { Collection } from 'mongodb';
import type { GatePolicy } from '../../devices/contract/answers.ts';
import { insertUnlessThere } from './observations.ts';

/** A policy payload as a gate was sent it, kept for good: a gate's own decision is compared with the payload it names. */
export interface GatePayloadDoc {
  /** `<gateId>/<payloadId>` */
  _id: string;
  gateId: string;
  n: number;
  payload: GatePolicy;
  /** SHA-256 of what it says, its times and name left out: nothing is sent again that says the same. */
  digest: string;
  validUntil: Date;
}

const schema = new Schema<GatePayloadDoc>(
  {
    _id: { type: String },
    gateId: { type: String, required: true },
    n: { type: Number, required: true },
    payload: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'gate_payloads', versionKey: false, strict: false },
);
schema.index({ gateId: 1, n: -1 }, { unique: true });

export function gatePayloadStore(connection: Connection) {
  const model = connection.model<GatePayloadDoc>('GatePayload', schema);
  const collection = model.collection as unknown as Collection<GatePayloadDoc>;
  return {
    indexes: () => model.createIndexes(),
    /** The last payload of a gate. */
    last: (gateId: string) => collection.find({ gateId }).sort({ n: -1 }).limit(1).next(),
    /** Keeps a payload; false when another process was first with this number. */
    async keep(doc: GatePayloadDoc): Promise<boolean> {
      return (await insertUnlessThere(collection, [doc])).size === 0;
    },
    /** Payloads by `<gateId>/<payloadId>`. */
    async byIds(ids: string[]): Promise<Map<string, GatePolicy>> {
      if (ids.length === 0) return new Map();
      return new Map((await collection.find({ _id: { $in: ids } }).toArray()).map((doc) => [doc._id, doc.payload]));
    },
  };
}
export type GatePayloadStore = ReturnType<typeof gatePayloadStore>;
