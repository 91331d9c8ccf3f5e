import { parseInstant } from '../../../devices/contract/instant.ts';
import { allInForce, registrationOfVin } from '../../registry/in-force.ts';
import type { RegisteredZone } from '../../registry/facts.ts';
import type { Versioned } from '../../registry/types.ts';
import { zoneHits } from '../../rules/diversion.ts';
import type { PermitFacts, VehicleFacts, ZoneFacts } from '../../rules/types.ts';
import type { Work } from '../types.ts';
import type { Mark } from './types.ts';

/** Whether a place may lie in one of the zones; most do not, and need no further look. */
export function nearZones(zones: Versioned<RegisteredZone>[], { lon, lat }: { lon: number; lat: number }): boolean {
  const box = boxAround(zones);
  return lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north;
}

/** The diversion zones in force at a moment. */
export function diversionZones(zones: Versioned<RegisteredZone>[], at: number, knownBy: number): RegisteredZone[] {
  return allInForce(zones, at, knownBy)
    .map((z) => z.facts)
    .filter((z) => z.zoneKind === 'diversion');
}

interface Point {
  work: Work;
  at: number;
  lon: number;
  lat: number;
  vehicle: VehicleFacts;
}

/** Where matched vehicles were inside a diversion zone that concerns them: sightings at their device's place, positions at each sample's. */
export const markInside: Mark = async (works, { byVin, zones, registry, policies }) => {
  if (zones.length === 0) return;
  const hits: { point: Point; zones: ZoneFacts[] }[] = [];
  const noPermits: PermitFacts[] = [];
  const near = (lon: number, lat: number) => nearZones(zones, { lon, lat });
  const look = (point: Point) => {
    const { knownBy } = point.work;
    const inForceThen = diversionZones(zones, point.at, knownBy);
    const ids = zoneHits(point, point.vehicle, inForceThen, noPermits, policies.at(point.at, knownBy));
    if (ids.length > 0) hits.push({ point, zones: inForceThen.filter((z) => ids.includes(z.id)) });
  };
  for (const work of works) {
    const { observation, vehicle, recognition, device } = work;
    if (observation.unsynced) continue;
    if (observation.kind === 'on-board') {
      const { samples } = observation.body;
      const versions = byVin.get(observation.deviceId) ?? [];
      if (versions.length === 0) continue;
      for (const sample of samples) {
        if (sample.lon === undefined || sample.lat === undefined || !near(sample.lon, sample.lat)) continue;
        const at = parseInstant(sample.at);
        const then = registrationOfVin(versions, observation.deviceId, at, work.knownBy);
        if (then) look({ work, at, lon: sample.lon, lat: sample.lat, vehicle: then });
      }
    } else if (observation.kind === 'checkpoint' || observation.kind === 'remote-sensing') {
      if (recognition?.outcome !== 'matched' || !vehicle || device.lon === undefined || device.lat === undefined) continue;
      if (!near(device.lon, device.lat)) continue;
      look({ work, at: observation.at, lon: device.lon, lat: device.lat, vehicle });
    }
  }
  if (hits.length === 0) return;
  const permits = await registry.permits([...new Set(hits.map(({ point }) => plateKey(point.vehicle)))]);
  for (const { point, zones: around } of hits) {
    const { knownBy } = point.work;
    const held = allInForce(permits.get(plateKey(point.vehicle)) ?? [], point.at, knownBy).map((p) => p.facts);
    for (const zone of zoneHits(point, point.vehicle, around, held, policies.at(point.at, knownBy))) {
      const inside = (point.work.doc.inside ??= []);
      const entry = inside.find((i) => i.zone === zone);
      if (entry) entry.at.push(point.at);
      else inside.push({ zone, at: [point.at] });
    }
  }
};

/** One box around all zones, widened by some 200 m: most positions are outside it and need no further look. */
const boxes = new WeakMap<object, { west: number; south: number; east: number; north: number }>();
function boxAround(zones: Versioned<RegisteredZone>[]) {
  let box = boxes.get(zones);
  if (!box) {
    box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
    for (const { facts } of zones) {
      for (const [lon, lat] of facts.ring) {
        box.west = Math.min(box.west, lon - 0.003);
        box.east = Math.max(box.east, lon + 0.003);
        box.south = Math.min(box.south, lat - 0.002);
        box.north = Math.max(box.north, lat + 0.002);
      }
    }
    boxes.set(zones, box);
  }
  return box;
}

function plateKey(vehicle: VehicleFacts): string {
  return `${vehicle.plateNumber},${vehicle.plateColor}`;
}
