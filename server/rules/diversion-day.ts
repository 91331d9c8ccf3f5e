import { HOUR, civilDate } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import { compareOrder, type Ordered } from './order.ts';
import { cut } from './texts.ts';
import type { FindingDraft, ObservationRef } from './types.ts';

/** `through-traffic` (plan item 18): what a vehicle's day in a diversion zone comes to, and when that stands. Instants are ms. */

/** One moment at which the vehicle was in the zone (`zoneHits`): `at` is the sighting's, or the telemetry sample's within its message. */
export interface ZoneSighting extends Ordered {
  ref: ObservationRef;
}

/** A moment at which the vehicle had business at a gate inside the zone. */
export interface LocalBusiness {
  ref: ObservationRef;
  at: number;
}

/** A gate message of the vehicle (one VIN) as the excuse is found from it; unsynchronised ones count like any other. */
export interface GateVisit {
  ref: ObservationRef;
  at: number;
  message: 'arrival' | 'passage';
  /** Exactly matched or corrected. */
  recognised: boolean;
  /** The gate's own position at `at` is inside the zone (`insideZone` with the policy's tolerance). */
  inside: boolean;
  /** A passage with outcome turned-back. */
  turnedBack?: boolean;
  /** The arrival a passage names. */
  arrival?: ObservationRef;
}

/** Sightings of a day that were judged by the same version of the zone and of the policy. */
export interface DiversionPart {
  zone: { id: string; nameZh: string; version?: string };
  policy: Policy;
  /** Sightings in the zone; those of other civil days are left aside. Any order. */
  sightings: readonly ZoneSighting[];
  /** At gates that lie in the zone by this version, as far as the policy's hours reach beyond the day at both ends; any order. */
  localBusiness: readonly LocalBusiness[];
}

export interface DiversionDay {
  vin: string;
  /** `YYYY-MM-DD`, civil. */
  day: string;
  /** More than one where zone or policy changed within the day. */
  parts: readonly DiversionPart[];
}

/**
 * The gate messages that are local business: arrivals and passages, exact or corrected, at gates inside the zone, not turned back, nor
 * an arrival that any passage named and was turned back. Hand over all messages of the vehicle at these gates, turned-back ones too.
 */
export function localBusinessOf(visits: readonly GateVisit[]): LocalBusiness[] {
  const refused = new Set(visits.flatMap((visit) => (visit.turnedBack && visit.arrival !== undefined ? [visit.arrival] : [])));
  return visits
    .filter((visit) => visit.recognised && visit.inside && !visit.turnedBack && !refused.has(visit.ref))
    .map(({ ref, at }) => ({ ref, at }));
}

/**
 * The `through-traffic` finding of a vehicle, zone and civil day, or null where every sighting is excused. Each sighting is excused by
 * itself, by local business no more than six hours away (both ends included), at gates in the zone as it was then. The observation is the
 * first that is not excused; `count` counts observations, `last` is the last one. Subject `<vin>:<zone>:<day>`. Pending: see
 * `confirmationMoment`.
 */
export function judgeDiversionDay({ vin, day, parts }: DiversionDay): FindingDraft | null {
  const unexcused = parts
    .flatMap((part) => {
      const reach = part.policy.rules.diversion.localBusinessHours * HOUR;
      return part.sightings
        .filter(({ at }) => civilDate(at) === day && !part.localBusiness.some((business) => Math.abs(business.at - at) <= reach))
        .map((sighting) => ({ ...sighting, part }));
    })
    .sort(compareOrder);
  const first = unexcused[0];
  const last = unexcused.at(-1);
  if (first === undefined || last === undefined) return null;
  const { zone, policy, localBusiness } = first.part;
  const limits = policy.rules.diversion;
  const distances = localBusiness.map((business) => Math.abs(business.at - first.at));
  const name = cut(zone.nameZh, 40);
  return {
    rule: 'diversion',
    ruleVersion: 1,
    code: 'through-traffic',
    severity: 'warning',
    proposal: 'none',
    subject: `${vin}:${zone.id}:${day}`,
    at: first.at,
    observations: [first.ref],
    count: new Set(unexcused.map((sighting) => sighting.ref)).size,
    last: last.ref,
    status: 'pending',
    measured: {
      localBusiness: distances.length > 0,
      hoursToLocalBusiness: distances.length > 0 ? Math.round((Math.min(...distances) / HOUR) * 100) / 100 : null,
    },
    limit: { localBusinessHours: limits.localBusinessHours },
    basis: basisOf(policy, limits.basis),
    zh: `${day}在绕行区“${name}”内行驶，前后${limits.localBusinessHours}小时内无区内企业进出记录`,
    en: cut(`In diversion zone ${zone.id} on ${day} with no gate visit inside within ${limits.localBusinessHours} h`, 120),
    facts: { zone: zone.id, ...(zone.version !== undefined && { zoneVersion: zone.version }) },
  };
}

/** A gate positioned inside the zone with its last status received; one that never sent a status has none. */
export interface GateInside {
  id: string;
  enabled: boolean;
  status?: { online: boolean; queued?: number };
}

export type Confirmation =
  | { action: 'wait'; until: number }
  /** `unheardGates` (sorted ids) only where the last moment passed with gates away. */
  | { action: 'confirm'; unheardGates?: string[] };

/** Since when a finding is pending: the later of its first observation's `at` and `receivedAt` (platform time, ms). */
export function pendingSince(first: { at: number; receivedAt: number }): number {
  return Math.max(first.at, first.receivedAt);
}

/**
 * What to do with pending through traffic at `now`: wait for six hours; then confirm at the first moment at which no enabled gate
 * inside is away (offline, or with messages queued, by its last status received; one that never sent any is not away); at 72 hours
 * confirm in any case and name the gates not heard. A confirmed finding is never asked again.
 * @param since `pendingSince` of the finding's first observation
 * @param recheckMs while gates are away: how long until they are looked at again
 */
export function confirmationMoment(
  since: number,
  now: number,
  gates: readonly GateInside[],
  policy: Policy,
  recheckMs = 60_000,
): Confirmation {
  const { pendingHours, latestHours } = policy.rules.diversion;
  const earliest = since + pendingHours * HOUR;
  const latest = since + latestHours * HOUR;
  if (now < earliest) return { action: 'wait', until: earliest };
  const away = gates.filter((gate) => gate.enabled && isAway(gate)).map((gate) => gate.id);
  if (away.length === 0) return { action: 'confirm' };
  if (now < latest) return { action: 'wait', until: Math.min(now + recheckMs, latest) };
  return { action: 'confirm', unheardGates: away.sort() };
}

function isAway({ status }: GateInside): boolean {
  return status !== undefined && (!status.online || (status.queued ?? 0) > 0);
}
