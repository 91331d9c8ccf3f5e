import { CIVIL, DAY, type Span, type Zone } from './registry.ts';

/** Places, seasons and clocks as a second reader of rules.md §1 and §5 measures them. */

export const R = 6_371_008.8;
const rad = (degrees: number) => (degrees * Math.PI) / 180;

export interface Place {
  lon: number;
  lat: number;
}

/** Whole millimetres from a place to a segment. */
export function millimetres(p: Place, a: [number, number], b: [number, number]): number {
  const flat = ([lon, lat]: [number, number]) => [R * rad(lon - p.lon) * Math.cos(rad(p.lat)), R * rad(lat - p.lat)] as const;
  const [ax, ay] = flat(a);
  const [bx, by] = flat(b);
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length2));
  return Math.round(Math.hypot(ax + t * dx, ay + t * dy) * 1000);
}

/** The ring is not closed: its last vertex joins the first. */
export function inside(p: Place, { ring, edges = [] }: Pick<Zone, 'ring' | 'edges'>, toleranceM: number): boolean {
  const sides = ring.map((a, i) => [a, ring[(i + 1) % ring.length]!] as const);
  const distances = sides.map(([a, b]) => millimetres(p, a, b));
  const nearest = Math.min(...distances);
  if (nearest <= toleranceM * 1000)
    return distances.some((d, i) => d === nearest && (edges.find((e) => e.index === i)?.included ?? true));
  let crossings = 0;
  for (const [a, b] of sides)
    if (a[1] > p.lat !== b[1] > p.lat && p.lon < a[0] + ((p.lat - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) crossings++;
  return crossings % 2 === 1;
}

export function inSeasons(at: number, seasons: readonly Span[]): boolean {
  const day = new Date(at + CIVIL).toISOString().slice(5, 10);
  return seasons.some(({ from, to }) => (from <= to ? from <= day && day <= to : from <= day || day <= to));
}

export function inHours(at: number, hours: readonly Span[] = []): boolean {
  if (hours.length === 0) return true;
  const time = (((at + CIVIL) % DAY) + DAY) % DAY;
  const ms = (text: string) => Number(text.slice(0, 2)) * 3_600_000 + Number(text.slice(3)) * 60_000;
  return hours.some(({ from, to }) => {
    const [a, b] = [ms(from) % DAY, ms(to)];
    if (a === b % DAY) return true;
    return a < b ? a <= time && time < b : time >= a || time < b;
  });
}
