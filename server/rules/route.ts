import { civilDate, formatInstant } from '../../devices/contract/instant.ts';
import { pointToSegmentM, toMillimetres, type Position } from '../geo/distance.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import { inClock } from './calendar.ts';
import { compareOrder, type Ordered } from './order.ts';
import { cut } from './texts.ts';
import type { FindingDraft, ObservationRef, PermitFacts, VehicleFacts } from './types.ts';

/** Muck and like trucks keep to the route and the hours of their permits (plan item 20). Instants are ms. */

export const ROUTE_CODES = ['outside-hours', 'off-corridor', 'no-permit'] as const;
export type RouteCode = (typeof ROUTE_CODES)[number];

/** A vehicle at a moment, and where; a sighting by a device without a position has no place. */
export interface RoutePoint {
  at: number;
  place?: Position;
}

/** One way in which a vehicle was off its route. */
export interface OffRoute {
  code: RouteCode;
  /** The versions of the permits considered, sorted. */
  permits: string[];
  /** `off-corridor`: distance to the nearest corridor considered, metres in whole millimetres. */
  metres?: number;
  /** `outside-hours`: the hours of the permits, `08:00-12:00, 14:00-18:00`. */
  hours?: string;
}

/** Whether the rule speaks of a vehicle: flagged muck, or H* of one of the third characters the policy names. */
export function isOnRoute(vehicle: Pick<VehicleFacts, 'muck' | 'vehicleType'>, policy: Policy): boolean {
  if (vehicle.muck) return true;
  const { vehicleType } = vehicle;
  return vehicleType.startsWith('H') && policy.rules.route.thirdCharacters.includes(vehicleType.charAt(2));
}

/** A permit that names a corridor, hours or both, and no zone. */
export function isRoutePermit(permit: PermitFacts): boolean {
  return permit.zoneId === undefined && ((permit.corridor?.length ?? 0) > 0 || (permit.hours?.length ?? 0) > 0);
}

/**
 * How a vehicle that `isOnRoute` was off its route; empty where it was not. Considered are the permits whose hours contain the moment
 * (one without hours: always), or all where none does; one without corridor is near everywhere. A point without place is off no corridor.
 * @param held the permits in force at the point's moment, of any sort
 */
export function offRoute(point: RoutePoint, vehicle: VehicleFacts, held: readonly PermitFacts[], policy: Policy): OffRoute[] {
  const permits = held.filter(isRoutePermit);
  if (permits.length === 0) return vehicle.muck ? [{ code: 'no-permit', permits: [] }] : [];
  const open = permits.filter((permit) => !permit.hours?.length || inClock(point.at, permit.hours));
  const found: OffRoute[] = [];
  if (open.length === 0) found.push({ code: 'outside-hours', permits: versionsOf(permits), hours: hoursOf(permits) });
  const considered = open.length > 0 ? open : permits;
  const { place } = point;
  if (!place) return found;
  const nearest = Math.min(...considered.map(({ corridor }) => (corridor?.length ? toCorridorMm(place, corridor) : 0)));
  if (nearest > toMillimetres(policy.rules.route.corridorM))
    found.push({ code: 'off-corridor', permits: versionsOf(considered), metres: nearest / 1000 });
  return found;
}

/** The distance to a line in whole millimetres. */
function toCorridorMm(place: Position, corridor: readonly [number, number][]): number {
  let nearest = Infinity;
  corridor.forEach((vertex, i) => {
    const next = corridor[i + 1];
    if (next || corridor.length === 1) nearest = Math.min(nearest, pointToSegmentM(place, vertex, next ?? vertex));
  });
  return toMillimetres(nearest);
}

function versionsOf(permits: readonly PermitFacts[]): string[] {
  return permits.map((permit) => permit.version).sort();
}

function hoursOf(permits: readonly PermitFacts[]): string {
  const hours = permits.flatMap((permit) => (permit.hours ?? []).map(({ from, to }) => `${from}-${to}`));
  return [...new Set(hours)].sort().join(', ');
}

/** A moment off the route: `at` is the sighting's, or the telemetry sample's within its message. */
export interface OffRouteMoment extends Ordered {
  ref: ObservationRef;
  permits: readonly string[];
  metres?: number;
  hours?: string;
}

/** What a finding says of its first moment, `HH:MM` civil. */
function sentenceOf(code: RouteCode, { at, metres = 0, hours = '' }: OffRouteMoment): [zh: string, en: string] {
  const [day, time] = formatInstant(at).slice(0, 16).split('T') as [string, string];
  switch (code) {
    case 'outside-hours':
      return [
        `${day} ${time}在通行证规定的时间（${cut(hours, 60)}）之外行驶`,
        `Driven at ${time} on ${day}, outside the hours of its route permit (${cut(hours, 48)})`,
      ];
    case 'off-corridor':
      return [
        `${day} ${time}偏离通行证规定的路线${Math.round(metres)}米`,
        `${Math.round(metres)} m off the corridor of its route permit at ${time} on ${day}`,
      ];
    case 'no-permit':
      return [`${day} ${time}渣土车无路线通行证行驶`, `Muck truck driven without a route permit at ${time} on ${day}`];
  }
}

/** `<vin>:<civil day>` */
export function routeSubject(vin: string, day: string): string {
  return `${vin}:${day}`;
}

/**
 * What a vehicle's civil day off its route comes to under one code: the first observation, with the `count` of observations and the
 * `last`; null without any. Moments of other civil days are left aside; any order.
 */
export function judgeRouteDay(
  input: { vin: string; day: string; code: RouteCode; moments: readonly OffRouteMoment[] },
  policy: Policy,
): FindingDraft | null {
  const { vin, day, code } = input;
  const moments = input.moments.filter((moment) => civilDate(moment.at) === day).sort(compareOrder);
  const first = moments[0];
  const last = moments.at(-1);
  if (first === undefined || last === undefined) return null;
  const { corridorM, basis } = policy.rules.route;
  const [zh, en] = sentenceOf(code, first);
  return {
    rule: 'route',
    ruleVersion: 1,
    code,
    severity: 'warning',
    proposal: 'none',
    subject: routeSubject(vin, day),
    at: first.at,
    observations: [first.ref],
    count: new Set(moments.map((moment) => moment.ref)).size,
    last: last.ref,
    status: 'confirmed',
    measured: {
      ...(first.metres !== undefined && { corridorM: first.metres }),
      ...(code === 'outside-hours' && { time: formatInstant(first.at).slice(11, 23) }),
      permits: first.permits.length,
    },
    limit: {
      ...(code === 'off-corridor' && { corridorM }),
      ...(first.hours !== undefined && { hours: first.hours }),
      ...(code === 'no-permit' && { permits: 1 }),
    },
    basis: basisOf(policy, basis),
    zh,
    en,
    facts: { permits: [...first.permits] },
  };
}
