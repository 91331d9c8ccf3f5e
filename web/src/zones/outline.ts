import type { ZoneDraft, ZoneShown } from '../api/orders.ts';

/** The outline of a zone while it is drawn. Positions are WGS-84 degrees. Pure: every change gives a new outline. */

export interface Place {
  lon: number;
  lat: number;
}

/** A vertex with the edge that leads from it to the next one. */
export interface Vertex extends Place {
  included: boolean;
}
export type Outline = readonly Vertex[];

export const FEWEST = 3;

/** A further vertex at the end; edges are included until somebody says otherwise. */
export function append(outline: Outline, { lon, lat }: Place): Outline {
  return [...outline, { lon, lat, included: true }];
}

/** A vertex on the edge that leads from `index`: both halves stay what the edge was. */
export function insertAfter(outline: Outline, index: number, { lon, lat }: Place): Outline {
  const before = outline[index];
  if (!before) return append(outline, { lon, lat });
  return [...outline.slice(0, index + 1), { lon, lat, included: before.included }, ...outline.slice(index + 1)];
}

/** Without a vertex: the edge that led to it leads on to the next one and stays what it was. */
export function removeAt(outline: Outline, index: number): Outline {
  return outline.filter((_, i) => i !== index);
}

export function moveTo(outline: Outline, index: number, { lon, lat }: Place): Outline {
  return outline.map((vertex, i) => (i === index ? { ...vertex, lon, lat } : vertex));
}

export function toggleEdge(outline: Outline, index: number): Outline {
  return outline.map((vertex, i) => (i === index ? { ...vertex, included: !vertex.included } : vertex));
}

/** Half way along the edge that leads from `index`. */
export function middleOf(outline: Outline, index: number): Place {
  const [a, b] = [outline[index]!, outline[(index + 1) % outline.length]!];
  return { lon: rounded((a.lon + b.lon) / 2), lat: rounded((a.lat + b.lat) / 2) };
}

/** The outline of a published zone. */
export function outlineOf({ polygon, edges = [] }: Pick<ZoneShown, 'polygon' | 'edges'>): Outline {
  const ring = (polygon.coordinates[0] ?? []).slice(0, -1);
  return ring.map(([lon, lat], i) => ({ lon, lat, included: edges.find((edge) => edge.index === i)?.included ?? true }));
}

/** The outline as the registry takes it: the ring closed, only excluded edges named. */
export function rowOf(outline: Outline): Pick<ZoneDraft, 'polygon' | 'edges'> {
  const ring = outline.map(({ lon, lat }): [number, number] => [lon, lat]);
  const edges = outline.flatMap(({ included }, index) => (included ? [] : [{ index, included: false }]));
  return {
    polygon: { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] },
    ...(edges.length > 0 && { edges }),
  };
}

/** A coordinate as it is typed, with a decimal point or comma; undefined where it is none or out of range. */
export function coordinate(text: string, axis: 'lon' | 'lat'): number | undefined {
  const typed = text.trim().replace(',', '.').replace('°', '');
  const value = typed === '' ? NaN : Number(typed);
  return Math.abs(value) <= (axis === 'lon' ? 180 : 90) ? rounded(value) : undefined;
}

/** To a tenth of a metre. */
const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
