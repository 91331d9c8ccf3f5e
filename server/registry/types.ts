import type { RegistryRows } from '../http/contract/registry.ts';

/** The collections of the registry. Each is a set of immutable versions; nothing is ever edited in place. */
export const COLLECTIONS = [
  'vehicles', 'enterprises', 'devices', 'zones', 'permits', 'inspections', 'responses', 'machinery', 'declarations', 'deliveries',
] as const; // prettier-ignore
export type Collection = (typeof COLLECTIONS)[number];

export function isCollection(text: string): text is Collection {
  return (COLLECTIONS as readonly string[]).includes(text);
}

/** What decides which version of a key counts. Instants are milliseconds since 1970-01-01Z. */
export interface VersionMark {
  /** The natural key: `number,colour`, `kind/id`, `vin|at`, or the id. */
  key: string;
  validFrom: number;
  /** The first instant at which it is no longer valid. */
  validTo?: number;
  recordedAt: number;
  /** The how-manieth version of its key this is, from 1: orders versions recorded in the same millisecond. */
  seq: number;
}

/** A version as it is stored. `_id` is `<key>#<seq>`: two writers cannot both make the same next version. */
export interface VersionDoc<C extends Collection = Collection> extends VersionMark {
  _id: string;
  /** SHA-256 of the row's content (without the times of validity and recording): tells a repeat from a change. */
  digest: string;
  /** The row as imported, defaults filled in, times as they were written. */
  row: RegistryRows[C];
  /** Vehicles only: the number with every confusable character replaced by the first of its group. */
  skeleton?: string;
  /** Vehicles and inspections only. */
  vin?: string;
  /** Permits only: `number,colour`. */
  plate?: string;
}

/** A version as services read it: its facts made once, when it was loaded. */
export interface Versioned<F> extends VersionMark {
  /** The `_id` of the stored version. */
  version: string;
  /** Permits only: `number,colour`. */
  plate?: string;
  facts: F;
}

/** The secrets of a device, newest first, at most two: the one before stays valid while devices change over. */
export interface DeviceSecretsDoc {
  /** `<kind>/<id>` */
  _id: string;
  secrets: { sha256: string; mosquitto: string; at: Date }[];
}
