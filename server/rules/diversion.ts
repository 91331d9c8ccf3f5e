import { insideZone } from '../geo/zone.ts';
import type { Policy } from '../policy/types.ts';
import { inClock, inSeason, type Span } from './calendar.ts';
import { matchesPredicate } from './predicate.ts';
import type { PermitFacts, VehicleFacts, ZoneFacts } from './types.ts';

/**
 * Where through traffic of heavy diesel trucks is to go round (plan item 18): whether one position breaks a diversion zone. What a day
 * of such positions comes to stands in `diversion-day.ts`.
 */

/** A vehicle at a place and a moment (ms): a sighting at its device's position, or a telemetry sample. WGS-84 degrees. */
export interface ZonePoint {
  at: number;
  lon: number;
  lat: number;
}

/**
 * The diversion zones in which a vehicle was where it may not be, as ids in the order given: inside (15 m, edge by edge), in season and
 * clock, meeting the zone's predicate, without a permit for the zone that covers the moment, and not of an exempt use.
 *
 * The caller sees to the rest: only exactly matched vehicles, only synchronised clocks, only zones of kind `diversion`, and zones,
 * permits (of the vehicle's number and colour), registration and policy as in force at `at`.
 * Made for the flood of positions: a far-away point costs a few comparisons per zone.
 */
export function zoneHits(
  point: ZonePoint,
  vehicle: VehicleFacts,
  zones: readonly ZoneFacts[],
  permits: readonly PermitFacts[],
  policy: Policy,
): string[] {
  const limits = policy.rules.diversion;
  if (limits.exemptUse.includes(vehicle.useNature)) return [];
  const hits: string[] = [];
  for (const zone of zones) {
    if (!insideZone(point, zone, limits.edgeToleranceM)) continue;
    if (!standsAt(zone, point.at, policy)) continue;
    if (!matchesPredicate(vehicle, zone.vehicles)) continue;
    if (permits.some((permit) => permit.zoneId === zone.id && covers(permit, point.at))) continue;
    hits.push(zone.id);
  }
  return hits;
}

/** The seasons of a zone: its own, else the policy's. */
export function seasonsOf(zone: Pick<ZoneFacts, 'seasons'>, policy: Policy): readonly Span[] {
  return zone.seasons?.length ? zone.seasons : [policy.rules.diversion.season];
}

/** Whether a zone is in season and clock at a moment. */
export function standsAt(zone: Pick<ZoneFacts, 'seasons' | 'clock'>, at: number, policy: Policy): boolean {
  return inSeason(at, seasonsOf(zone, policy)) && (!zone.clock?.length || inClock(at, zone.clock));
}

/** Whether a permit covers a moment: from its beginning to before its end, and in its hours where it names some. */
function covers(permit: PermitFacts, at: number): boolean {
  if (at < permit.from || (permit.to !== undefined && at >= permit.to)) return false;
  return !permit.hours?.length || inClock(at, permit.hours);
}
