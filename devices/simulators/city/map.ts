/** A simplified road map of Xinzhou: real places of the county towns, invented straight roads between them. WGS-84, [lon, lat]. */
export type Point = readonly [lon: number, lat: number];

/** Where the towns of Xinzhou lie. Other cities have the same roads between other places: their towns go by these names in the plan only. */
export const NODES = {
  taiyuan: [112.7, 38.15],
  ringN: [112.735, 38.478],
  ringNE: [112.802, 38.462],
  ringE: [112.815, 38.415],
  ringSE: [112.8, 38.368],
  ringS: [112.735, 38.352],
  ringSW: [112.672, 38.366],
  ringW: [112.66, 38.412],
  ringNW: [112.672, 38.462],
  centre: [112.735, 38.412],
  dingxiang: [112.957, 38.473],
  wutai: [113.255, 38.728],
  yuanping: [112.711, 38.731],
  dai: [112.96, 39.067],
  fanshi: [113.266, 39.189],
  ningwu: [112.305, 39.002],
  jingle: [111.94, 38.359],
  shenchi: [112.211, 39.091],
  wuzhai: [111.847, 38.911],
  kelan: [111.573, 38.704],
  hequ: [111.138, 39.384],
  baode: [111.087, 39.022],
  pianguan: [111.509, 39.436],
} as const satisfies Record<string, Point>;
export type Town = keyof typeof NODES;

const ROADS: [Town, Town][] = [
  ['taiyuan', 'ringS'],
  ['ringS', 'ringSE'], ['ringSE', 'ringE'], ['ringE', 'ringNE'], ['ringNE', 'ringN'],
  ['ringN', 'ringNW'], ['ringNW', 'ringW'], ['ringW', 'ringSW'], ['ringSW', 'ringS'],
  ['ringN', 'yuanping'], ['ringE', 'dingxiang'], ['ringW', 'jingle'], ['dingxiang', 'wutai'],
  ['yuanping', 'dai'], ['dai', 'fanshi'], ['yuanping', 'ningwu'], ['ningwu', 'shenchi'],
  ['shenchi', 'wuzhai'], ['wuzhai', 'kelan'], ['kelan', 'baode'], ['wuzhai', 'hequ'], ['shenchi', 'pianguan'],
]; // prettier-ignore
/** The roads into the built-up area: taken only by who has business there, or by who should not. */
const INNER: [Town, Town][] = [['centre', 'ringN'], ['centre', 'ringE'], ['centre', 'ringS'], ['centre', 'ringW']]; // prettier-ignore

/** What of a city is drawn on its map. */
export interface CityMap {
  nodes: Record<Town, Point>;
  /** The diversion zone around the built-up area. */
  ring: Point[];
  /** The way around it that the zone names: from the south over the east to the north. */
  bypass: Point[];
}

/** The diversion zone of Xinzhou: an invented ring around the built-up area of 忻府. */
export const ZONE_RING: Point[] = [
  [112.69, 38.385], [112.735, 38.376], [112.776, 38.388], [112.782, 38.42],
  [112.765, 38.444], [112.725, 38.449], [112.692, 38.436], [112.684, 38.41],
]; // prettier-ignore
export const bypassOf = (nodes: Record<Town, Point>): Point[] => [
  nodes.ringS,
  nodes.ringSE,
  nodes.ringE,
  nodes.ringNE,
  nodes.ringN,
];

/** Great circle in km (R = 6 371 008.8 m). */
export function distanceKm(a: Point, b: Point): number {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b[1] - a[1]) * rad) / 2) ** 2 +
    Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(((b[0] - a[0]) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}

export function between(a: Point, b: Point, part: number): Point {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
}

/** The direction of travel in degrees, north 0, rounded to whole ones. */
export function heading(a: Point, b: Point): number {
  const degrees = (Math.atan2((b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180), b[1] - a[1]) * 180) / Math.PI;
  return (Math.round(degrees) + 360) % 360;
}

/** Even-odd, for points well away from the edges. */
export function insideZone([x, y]: Point, ring: readonly Point[] = ZONE_RING): boolean {
  let inside = false;
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length] as Point;
    if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  });
  return inside;
}

/** A device that stands on a road. */
export interface Roadside {
  id: string;
  road: [Town, Town];
  /** How far from the first end, 0 … 1. */
  part: number;
}

/** Where a vehicle comes by: the km driven by then, and the direction it goes. */
export interface Passing {
  id: string;
  km: number;
  heading: number;
}

export interface Route {
  points: Point[];
  /** Driven km at each point. */
  km: number[];
  passings: Passing[];
}

/** A place off the road: its position and the town (or ring) node its own road leads to. */
export interface OffRoad {
  at: Point;
  node: Town;
}

/**
 * The shortest way between two places.
 * @param through whether the roads through the built-up area may be used; they always may if one end lies there.
 */
export function findRoute(
  nodes: Record<Town, Point>,
  from: OffRoad,
  to: OffRoad,
  roadside: readonly Roadside[],
  through: boolean,
): Route {
  const roads = through || from.node === 'centre' || to.node === 'centre' ? [...ROADS, ...INNER] : ROADS;
  const towns = shortestPath(nodes, from.node, to.node, roads);
  const points: Point[] = [];
  const km: number[] = [];
  const passings: Passing[] = [];
  const add = (p: Point) => {
    const last = points.at(-1);
    if (last && last[0] === p[0] && last[1] === p[1]) return;
    km.push(last ? (km.at(-1) as number) + distanceKm(last, p) : 0);
    points.push(p);
  };
  add(from.at);
  towns.forEach((town, i) => {
    add(nodes[town]);
    const next = towns[i + 1];
    if (next === undefined) return;
    const [a, b] = [nodes[town], nodes[next]];
    const start = km.at(-1) as number;
    for (const device of roadside) {
      const [first, second] = device.road;
      const part =
        first === town && second === next ? device.part : first === next && second === town ? 1 - device.part : undefined;
      if (part !== undefined)
        passings.push({ id: device.id, km: start + distanceKm(a, between(a, b, part)), heading: heading(a, b) });
    }
  });
  add(to.at);
  return { points, km, passings: passings.sort((p, q) => p.km - q.km) };
}

function shortestPath(nodes: Record<Town, Point>, from: Town, to: Town, roads: [Town, Town][]): Town[] {
  const best = new Map<Town, { km: number; way: Town[] }>([[from, { km: 0, way: [from] }]]);
  const open = new Set<Town>([from]);
  while (open.size > 0) {
    const town = [...open].reduce((a, b) => ((best.get(b)?.km ?? 0) < (best.get(a)?.km ?? 0) ? b : a));
    const here = best.get(town) as { km: number; way: Town[] };
    if (town === to) return here.way;
    open.delete(town);
    for (const [a, b] of roads) {
      const next = a === town ? b : b === town ? a : undefined;
      if (next === undefined) continue;
      const length = here.km + distanceKm(nodes[town], nodes[next]);
      if (length >= (best.get(next)?.km ?? Infinity)) continue;
      best.set(next, { km: length, way: [...here.way, next] });
      open.add(next);
    }
  }
  throw new Error(`no road from ${from} to ${to}`);
}

/** The point `km` along a route. */
export function pointAt(route: Pick<Route, 'points' | 'km'>, km: number): Point {
  const i = route.km.findIndex((k) => k >= km);
  if (i === -1) return route.points.at(-1) as Point;
  if (i === 0) return route.points[0] as Point;
  const [a, b] = [route.km[i - 1] as number, route.km[i] as number];
  return between(route.points[i - 1] as Point, route.points[i] as Point, (km - a) / (b - a));
}
