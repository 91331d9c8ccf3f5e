import { EARTH_RADIUS_M, haversineM } from './distance.ts';

/** Whether a ring can be the outline of a zone. Pure; vertices as [lon, lat] in WGS-84, the first not repeated at the end. */

type Vertex = readonly [number, number];

export interface RingFault {
  /** `too-few` vertices · `doubled` vertices at one place · two edges `crosses` · the whole is `too-small` or `too-narrow` */
  code: 'too-few' | 'doubled' | 'crosses' | 'too-small' | 'too-narrow';
  /** `doubled`: a vertex and the one before it; `crosses`: two edges; else empty. */
  at: number[];
}

const RADIANS = Math.PI / 180;
/** Vertices nearer than this are one. */
const SAME_M = 0.5;
/** Smaller than a city block: something went wrong with the mouse. */
const LEAST_M2 = 10_000;
const MOST_FAULTS = 20;

/**
 * What is wrong with a ring; empty where it is fine. Two edges cross where they touch anywhere but at the vertex they share.
 * @param toleranceM within this distance an edge decides what is inside: a ring that is on average no wider than twice that has no inside of its own
 */
export function ringFaults(ring: readonly Vertex[], toleranceM: number): RingFault[] {
  if (ring.length < 3) return [{ code: 'too-few', at: [] }];
  const faults: RingFault[] = [];
  const n = ring.length;
  for (let i = 0; i < n; i++) {
    const before = (i + n - 1) % n;
    if (distanceM(ring[before]!, ring[i]!) < SAME_M) faults.push({ code: 'doubled', at: [i, before] });
  }
  for (let i = 0; i < n && faults.length < MOST_FAULTS; i++)
    for (let j = i + 1; j < n && faults.length < MOST_FAULTS; j++) {
      const [a, b, c, d] = [ring[i]!, ring[(i + 1) % n]!, ring[j]!, ring[(j + 1) % n]!];
      const neighbours = j === i + 1 || (i === 0 && j === n - 1);
      if (neighbours ? foldsBack(j === i + 1 ? [a, b, d] : [c, a, b]) : meet(a, b, c, d))
        faults.push({ code: 'crosses', at: [i, j] });
    }
  if (faults.length > 0) return faults;
  const area = areaM2(ring);
  if (area < LEAST_M2) return [{ code: 'too-small', at: [] }];
  return (2 * area) / perimeterM(ring) < 2 * toleranceM ? [{ code: 'too-narrow', at: [] }] : [];
}

/** The area in square metres, in the plane around the ring's middle latitude: exact enough for a city. */
export function areaM2(ring: readonly Vertex[]): number {
  const middle = ring.reduce((sum, [, lat]) => sum + lat, 0) / Math.max(1, ring.length);
  const scaleY = EARTH_RADIUS_M * RADIANS;
  const scaleX = scaleY * Math.cos(middle * RADIANS);
  const [lon0, lat0] = ring[0] ?? [0, 0];
  let twice = 0;
  ring.forEach(([lon, lat], i) => {
    const [nextLon, nextLat] = ring[(i + 1) % ring.length]!;
    twice += (lon - lon0) * (nextLat - lat0) - (nextLon - lon0) * (lat - lat0);
  });
  return (Math.abs(twice) * scaleX * scaleY) / 2;
}

/** The length of the ring's edges in metres. */
export function perimeterM(ring: readonly Vertex[]): number {
  return ring.reduce((sum, vertex, i) => sum + distanceM(vertex, ring[(i + 1) % ring.length]!), 0);
}

function distanceM(a: Vertex, b: Vertex): number {
  return haversineM({ lon: a[0], lat: a[1] }, { lon: b[0], lat: b[1] });
}

/** On which side of a–b a place lies: its sign. */
function side(a: Vertex, b: Vertex, p: Vertex): number {
  return Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
}

function within(a: Vertex, b: Vertex, p: Vertex): boolean {
  return (
    Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1])
  );
}

/** Whether the segments a–b and c–d have a place in common. */
function meet(a: Vertex, b: Vertex, c: Vertex, d: Vertex): boolean {
  const [sc, sd, sa, sb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (sc * sd < 0 && sa * sb < 0) return true;
  return (
    (sc === 0 && within(a, b, c)) ||
    (sd === 0 && within(a, b, d)) ||
    (sa === 0 && within(c, d, a)) ||
    (sb === 0 && within(c, d, b))
  );
}

/** Whether the edge b–c runs back over a–b. */
function foldsBack([a, b, c]: [Vertex, Vertex, Vertex]): boolean {
  if (side(a, b, c) !== 0) return false;
  return (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1]) > 0;
}
