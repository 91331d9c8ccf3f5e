/** Distances on the Earth. Coordinates are WGS-84 degrees, distances metres. */

/** Mean radius of the Earth in metres: every distance of the platform uses this one. */
export const EARTH_RADIUS_M = 6_371_008.8;

const RADIANS = Math.PI / 180;

/** A place: WGS-84 degrees. */
export interface Position {
  lon: number;
  lat: number;
}

/** The great-circle distance between two places in metres (haversine). */
export function haversineM(a: Position, b: Position): number {
  const sinLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const sinLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const h = sinLat * sinLat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * sinLon * sinLon;
  // Rounding can lift h just above 1 for antipodes.
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(1, h)));
}

/**
 * The square of the distance (m²) from a place to the segment a–b ([lon, lat] each), in the plane x = R·Δλ·cos φ, y = R·Δφ centred
 * on the place. `cosLat` is the cosine of the place's latitude: taken by the caller once for all segments.
 */
export function squaredDistanceM2(
  lon: number,
  lat: number,
  cosLat: number,
  a: readonly [number, number],
  b: readonly [number, number],
): number {
  const scaleY = EARTH_RADIUS_M * RADIANS;
  const scaleX = scaleY * cosLat;
  const ax = (a[0] - lon) * scaleX;
  const ay = (a[1] - lat) * scaleY;
  const dx = (b[0] - a[0]) * scaleX;
  const dy = (b[1] - a[1]) * scaleY;
  const length2 = dx * dx + dy * dy;
  // The foot of the perpendicular, kept on the segment; a segment without length is its vertex.
  const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length2));
  const x = ax + t * dx;
  const y = ay + t * dy;
  return x * x + y * y;
}

/** The distance in metres from a place to the segment a–b ([lon, lat] each), in the plane centred on the place. */
export function pointToSegmentM(point: Position, a: readonly [number, number], b: readonly [number, number]): number {
  return Math.sqrt(squaredDistanceM2(point.lon, point.lat, Math.cos(point.lat * RADIANS), a, b));
}

/** Metres as whole millimetres: what distances to edges are compared in. */
export function toMillimetres(metres: number): number {
  return Math.round(metres * 1000);
}
