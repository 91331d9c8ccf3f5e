import { parseInstant } from '../../../devices/contract/instant.ts';
import type { Position } from '../../geo/distance.ts';
import { allInForce, registrationOfVin } from '../../registry/in-force.ts';
import { isOnRoute, offRoute } from '../../rules/route.ts';
import type { VehicleFacts } from '../../rules/types.ts';
import type { Work } from '../types.ts';
import type { Mark } from './types.ts';

interface Point {
  work: Work;
  at: number;
  place?: Position;
  vehicle: VehicleFacts;
}

/** When vehicles that are bound to a route were off it: sightings at their device's place, positions at each sample's. */
export const markRoute: Mark = async (works, { byVin, registry, policies }) => {
  const points: Point[] = [];
  for (const work of works) {
    const { observation, vehicle, recognition, device, knownBy } = work;
    if (observation.unsynced) continue;
    if (observation.kind === 'on-board') {
      const versions = byVin.get(observation.deviceId) ?? [];
      if (!versions.some(({ facts }) => facts.muck || facts.vehicleType.startsWith('H'))) continue;
      for (const { at: text, lon, lat } of observation.body.samples) {
        if (lon === undefined || lat === undefined) continue;
        const at = parseInstant(text);
        const policy = policies.at(at, knownBy);
        if (!versions.some(({ facts }) => isOnRoute(facts, policy))) continue;
        const then = registrationOfVin(versions, observation.deviceId, at, knownBy);
        if (then && isOnRoute(then, policy)) points.push({ work, at, place: { lon, lat }, vehicle: then });
      }
    } else if (recognition?.outcome === 'matched' && vehicle && isSighting(work) && isOnRoute(vehicle, work.policy)) {
      const { lon, lat } = device;
      points.push({ work, at: observation.at, vehicle, ...(lon !== undefined && lat !== undefined && { place: { lon, lat } }) });
    }
  }
  if (points.length === 0) return;
  const permits = await registry.permits([...new Set(points.map(({ vehicle }) => plateKey(vehicle)))]);
  for (const { work, vehicle, ...point } of points) {
    const held = allInForce(permits.get(plateKey(vehicle)) ?? [], point.at, work.knownBy).map((p) => p.facts);
    for (const off of offRoute(point, vehicle, held, policies.at(point.at, work.knownBy)))
      (work.doc.offRoute ??= []).push({ ...off, at: point.at });
  }
};

/** A gate's arrival or passage, a reading, a checkpoint's sighting. */
function isSighting({ observation: { kind } }: Work): boolean {
  return kind === 'gate' || kind === 'remote-sensing' || kind === 'checkpoint';
}

function plateKey(vehicle: VehicleFacts): string {
  return `${vehicle.plateNumber},${vehicle.plateColor}`;
}
