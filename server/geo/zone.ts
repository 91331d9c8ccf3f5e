import { EARTH_RADIUS_M, squaredDistanceM2, toMillimetres, type Position } from './distance.ts';

/** A zone's outline. Structural, so that any versioned zone row will do. */
export interface ZoneOutline {
  /** The outer ring as [lon, lat], first vertex not repeated at the end. Edge i joins vertex i to i+1, the last one to the first. */
  ring: readonly (readonly [number, number])[];
  /** Edges that do not follow the default (included). */
  edges?: readonly { index: number; included: boolean }[];
}

/** Degrees; everything outside is farther from the ring than the tolerance it was made for. */
interface Box {
  toleranceM: number;
  west: number;
  south: number;
  east: number;
  north: number;
}

const RADIANS = Math.PI / 180;

/** Boxes by ring: zone versions are immutable, so a ring's box never changes. */
const boxes = new WeakMap<object, Box>();

function boxOf(ring: ZoneOutline['ring'], toleranceM: number): Box {
  const known = boxes.get(ring);
  if (known !== undefined && known.toleranceM === toleranceM) return known;
  let west = Infinity;
  let south = Infinity;
  let east = -Infinity;
  let north = -Infinity;
  for (const [lon, lat] of ring) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  // A little wider than the tolerance: the box only spares work, it never decides.
  const marginLat = (toleranceM * 1.01 + 0.01) / (EARTH_RADIUS_M * RADIANS);
  const cosine = Math.cos(Math.min(90, Math.max(Math.abs(south), Math.abs(north)) + marginLat) * RADIANS);
  const marginLon = cosine > 1e-6 ? marginLat / cosine : 360;
  const box = { toleranceM, west: west - marginLon, south: south - marginLat, east: east + marginLon, north: north + marginLat };
  boxes.set(ring, box);
  return box;
}

/**
 * Whether a place lies in a zone. A place whose nearest edge is no more than `toleranceM` away is inside exactly if that edge is
 * included; of several edges equally near (whole millimetres) one included is enough. Farther from every edge: even-odd.
 * Fast where the place is far away: four comparisons with the zone's bounding box.
 */
export function insideZone(point: Position, zone: ZoneOutline, toleranceM: number): boolean {
  const { ring } = zone;
  const { lon, lat } = point;
  const box = boxOf(ring, toleranceM);
  if (!(lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north)) return false;

  const toleranceMm = toMillimetres(toleranceM);
  // Square roots only for edges that can matter.
  const near2 = (toleranceM + 0.01) ** 2;
  const cosLat = Math.cos(lat * RADIANS);
  let nearestMm = Infinity;
  let included = false;
  let odd = false;
  let a = ring[0];
  for (let i = 0; i < ring.length; i++) {
    const b = ring[i + 1] ?? ring[0];
    if (a === undefined || b === undefined) break;
    const d2 = squaredDistanceM2(lon, lat, cosLat, a, b);
    if (d2 <= near2) {
      const mm = toMillimetres(Math.sqrt(d2));
      if (mm < nearestMm) {
        nearestMm = mm;
        included = edgeIncluded(zone, i);
      } else if (mm === nearestMm && !included) {
        included = edgeIncluded(zone, i);
      }
    }
    if (a[1] > lat !== b[1] > lat && lon < ((b[0] - a[0]) * (lat - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
    a = b;
  }
  return nearestMm <= toleranceMm ? included : odd;
}

/** Whether an edge counts as inside: it does unless it is said otherwise. */
export function edgeIncluded(zone: ZoneOutline, index: number): boolean {
  if (zone.edges !== undefined) {
    for (const edge of zone.edges) if (edge.index === index) return edge.included;
  }
  return true;
}
