import type { VehicleFacts } from '../rules/types.ts';
import type { Versioned, VersionMark } from './types.ts';

/**
 * Which facts count (rules.md §2). Pure; instants are milliseconds; `knownBy` is the `receivedAt` of the message that asks. Responses
 * follow a rule of their own (`server/policy/responses.ts`).
 */

/** Whether `a` was recorded after `b`; of one millisecond the later in the order of versions. */
function recordedAfter(a: VersionMark, b: VersionMark): boolean {
  return a.recordedAt > b.recordedAt || (a.recordedAt === b.recordedAt && a.seq > b.seq);
}

/**
 * The version of one key that speaks for the moment `at`, whether or not its validity has ended: of those recorded by `knownBy` the
 * greatest `validFrom` ≤ `at`, of equal ones the last recorded.
 */
export function governing<V extends VersionMark>(versions: readonly V[], at: number, knownBy: number): V | undefined {
  let best: V | undefined;
  for (const v of versions) {
    if (v.recordedAt > knownBy || v.validFrom > at) continue;
    if (!best || v.validFrom > best.validFrom || (v.validFrom === best.validFrom && recordedAfter(v, best))) best = v;
  }
  return best;
}

/** The version of one key in force at `at` as known by `knownBy`; undefined when there is none or its `validTo` has come. */
export function inForce<V extends VersionMark>(versions: readonly V[], at: number, knownBy: number): V | undefined {
  const best = governing(versions, at, knownBy);
  return best && (best.validTo === undefined || best.validTo > at) ? best : undefined;
}

/** Of versions of several keys, the one in force of each. */
export function allInForce<V extends VersionMark>(versions: readonly V[], at: number, knownBy: number): V[] {
  const byKey = new Map<string, V[]>();
  for (const v of versions) {
    const group = byKey.get(v.key);
    if (group) group.push(v);
    else byKey.set(v.key, [v]);
  }
  const found: V[] = [];
  for (const group of byKey.values()) {
    const v = inForce(group, at, knownBy);
    if (v) found.push(v);
  }
  return found;
}

/**
 * The registration of a VIN at `at`: of several the greatest `validFrom`, then the smallest (number, colour).
 * @param versions every version of every plate that ever carried the VIN (`reader.vehiclesByVin`)
 */
export function registrationOfVin(
  versions: readonly Versioned<VehicleFacts>[],
  vin: string,
  at: number,
  knownBy: number,
): VehicleFacts | undefined {
  let best: Versioned<VehicleFacts> | undefined;
  for (const v of allInForce(versions, at, knownBy)) {
    if (v.facts.vin !== vin) continue;
    if (!best || v.validFrom > best.validFrom || (v.validFrom === best.validFrom && v.key < best.key)) best = v;
  }
  return best?.facts;
}

/** The versions that no later recorded one of the same key and beginning has corrected. */
export function uncorrected<V extends VersionMark>(versions: readonly V[]): V[] {
  const last = new Map<string, V>();
  for (const v of versions) {
    const slot = `${v.key}\n${v.validFrom}`;
    const other = last.get(slot);
    if (!other || recordedAfter(v, other)) last.set(slot, v);
  }
  return [...last.values()];
}
