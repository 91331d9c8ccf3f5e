import L from 'leaflet';
import type { ZonePreview, ZoneShown } from '../api/orders.ts';
import { fromDraw, toDraw } from '../geo/gcj02.ts';
import { deviceMarker } from '../geo/markers.ts';
import { FEWEST, middleOf, type Outline, type Place } from './outline.ts';

/** What the map of a zone is drawn of. Positions come in WGS-84 and are shifted for drawing. */

/** Kinds of device that see the road. */
export const ROADSIDE: readonly string[] = ['gate', 'remote-sensing', 'checkpoint'];

export type Device = ZonePreview['devices'][number];

const at = ({ lon, lat }: Place) => L.latLng(toDraw(lon, lat));
const handle = (kind: string) =>
  L.divIcon({ className: `zone-handle ${kind}`, iconSize: kind.startsWith('mid') ? [12, 12] : [16, 16] });

export interface OutlineDeeds {
  move: (index: number, place: Place) => void;
  insert: (index: number, place: Place) => void;
  select: (index: number) => void;
  toggle: (index: number) => void;
  close: () => void;
  remove: (index: number) => void;
}

export interface OutlineWords {
  vertex: (index: number) => string;
  edge: (index: number, included: boolean) => string;
}

/**
 * An outline: its area, each edge in the style that says whether it is included, and for those who may change it its vertices and the
 * middles of its edges.
 */
export function outlineLayer(
  outline: Outline,
  closed: boolean,
  selected: number | null,
  words: OutlineWords,
  deeds: OutlineDeeds | null,
): L.LayerGroup {
  const group = L.layerGroup();
  const points = outline.map(at);
  const area = L.polygon(points, { className: 'zone-area', stroke: false, interactive: false });
  if (points.length >= FEWEST) group.addLayer(area);
  const count = closed ? outline.length : Math.max(0, outline.length - 1);
  const lines: L.Polyline[] = [];
  for (let i = 0; i < count; i++) {
    const ends = [points[i]!, points[(i + 1) % points.length]!];
    const { included } = outline[i]!;
    const line = L.polyline(ends, { className: `zone-edge ${included ? 'in' : 'out'}`, interactive: false });
    lines.push(line);
    group.addLayer(line);
    if (!deeds) continue;
    // A broad line that is not seen, for the mouse.
    const wide = L.polyline(ends, { className: 'zone-edge-wide', weight: 16 }).bindTooltip(words.edge(i, included), {
      sticky: true,
    });
    wide.on('click', (event) => {
      L.DomEvent.stopPropagation(event);
      deeds.toggle(i);
    });
    group.addLayer(wide);
  }
  if (!deeds) return group;

  const bend = (index: number, place: L.LatLng) => {
    points[index] = place;
    area.setLatLngs(points);
    lines.forEach((line, i) => line.setLatLngs([points[i]!, points[(i + 1) % points.length]!]));
  };
  outline.forEach((_, i) => {
    const marker = L.marker(points[i]!, {
      icon: handle(`vertex${i === selected ? ' selected' : ''}${i === 0 && !closed ? ' first' : ''}`),
      draggable: true,
      zIndexOffset: 500,
    }) // prettier-ignore
      .on('drag', () => bend(i, marker.getLatLng()))
      .on('dragend', () => deeds.move(i, fromDraw(marker.getLatLng())))
      .on('click', () => (i === 0 && !closed && outline.length >= FEWEST ? deeds.close() : deeds.select(i)))
      .on('add', () => keys(marker, words.vertex(i), () => deeds.remove(i)));
    group.addLayer(marker);
  });
  for (let i = 0; closed && i < outline.length; i++) {
    const middle = middleOf(outline, i);
    const marker = L.marker(at(middle), { icon: handle('mid'), draggable: true, keyboard: false })
      .on('dragend', () => deeds.insert(i, fromDraw(marker.getLatLng())))
      .on('click', () => deeds.insert(i, middle));
    group.addLayer(marker);
  }
  return group;
}

/** A bypass: a line, and for those who may change it its points. */
export function bypassLayer(
  bypass: readonly Place[],
  selected: number | null,
  word: (index: number) => string,
  deeds: Pick<OutlineDeeds, 'move' | 'select' | 'remove'> | null,
): L.LayerGroup {
  const group = L.layerGroup();
  const points = bypass.map(at);
  const line = L.polyline(points, { className: 'bypass', weight: 3, interactive: false });
  group.addLayer(line);
  if (!deeds) return group;
  bypass.forEach((_, i) => {
    const marker = L.marker(points[i]!, { icon: handle(`way${i === selected ? ' selected' : ''}`), draggable: true, zIndexOffset: 500 })
      .on('drag', () => {
        points[i] = marker.getLatLng();
        line.setLatLngs(points);
      })
      .on('dragend', () => deeds.move(i, fromDraw(marker.getLatLng())))
      .on('click', () => deeds.select(i))
      .on('add', () => keys(marker, word(i), () => deeds.remove(i)));
    group.addLayer(marker);
  });
  return group;
} // prettier-ignore

/** Devices, those inside standing out. */
export function deviceLayer<D extends Place & { kind: string; inside?: boolean }>(
  devices: readonly D[],
  tell: (device: D) => string,
): L.LayerGroup {
  const group = L.layerGroup();
  for (const device of devices) {
    const node = document.createElement('div');
    node.textContent = tell(device);
    L.marker(at(device), { icon: deviceMarker(device.kind, false), keyboard: false, interactive: true, zIndexOffset: -100 })
      .bindTooltip(node)
      .on('add', ({ target }) => (target as L.Marker).getElement()?.classList.toggle('inside', device.inside === true))
      .addTo(group);
  }
  return group;
}

/** Zones as a whole, to be picked where somebody hears of it. */
export function zonesLayer(zones: readonly ZoneShown[], quiet: boolean, pick?: (id: string) => void): L.LayerGroup {
  const group = L.layerGroup();
  for (const zone of zones) {
    const ring = zone.polygon.coordinates[0] ?? [];
    const node = document.createElement('div');
    node.textContent = zone.nameZh;
    L.polygon(
      ring.map(([lon, lat]) => toDraw(lon, lat)),
      { className: `zone ${zone.zoneKind}${quiet ? ' quiet' : ''}`, weight: 1.5, interactive: !quiet },
    )
      .bindTooltip(node, { sticky: true })
      .on('click', () => pick?.(zone.id))
      .addTo(group);
    if (zone.bypass && !quiet)
      L.polyline(
        zone.bypass.coordinates.map(([lon, lat]) => toDraw(lon, lat)),
        { className: 'bypass', weight: 2, interactive: false },
      ).addTo(group);
  }
  return group;
}

/** Everything that is to be seen at once. */
export function boundsOf(places: readonly Place[]): L.LatLngBounds | null {
  return places.length === 0 ? null : L.latLngBounds(places.map(at));
}

/** A mark that is reached by keyboard: what it is, and Delete removes it. */
function keys(marker: L.Marker, name: string, remove: () => void) {
  const element = marker.getElement();
  element?.setAttribute('aria-label', name);
  element?.addEventListener('keydown', (event) => {
    if (event.key !== 'Delete' && event.key !== 'Backspace') return;
    event.preventDefault();
    event.stopPropagation();
    remove();
  });
}
