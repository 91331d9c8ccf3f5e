import L from 'leaflet';
import type { Alert } from '../api/types.ts';
import { toDraw } from './gcj02.ts';
import { marksOf, rankOf, Spots, type AlertMark } from './marks.ts';
import { alertMarker, textNode } from './markers.ts';

/** Marks closer than this are one, px. */
const CELL = 34;

export interface AlertLayerOptions {
  /** A mark can be opened; otherwise it is a picture. */
  live: boolean;
  /** What stands beside a mark, and what those hear who do not see it. */
  text(mark: AlertMark): { strong: string; small: string; spoken: string };
  open(id: string): void;
}

/**
 * The alerts on the map. Redrawing touches only the marks that differ, so that the one under the mouse, or with the focus, stays as it is
 * when news comes.
 */
export function createAlertLayer(map: L.Map, { live, text, open }: AlertLayerOptions) {
  const layer = L.layerGroup().addTo(map);
  const spots = new Spots();
  const drawn = new Map<string, { marker: L.Marker; look: string; mark: AlertMark }>();

  /** @returns how many have no place on the map */
  function draw(alerts: readonly Alert[], selected: string | null): number {
    const zoom = map.getZoom();
    spots.show(alerts);
    const marks = marksOf(spots.all(), (lon, lat) => map.project(toDraw(lon, lat), zoom), CELL);
    const keep = new Set(marks.map(({ key }) => key));
    for (const [key, { marker }] of drawn) {
      if (keep.has(key)) continue;
      marker.remove();
      drawn.delete(key);
    }
    for (const mark of marks) put(mark, selected !== null && mark.spots.some(({ alerts: here }) => here.has(selected)));
    return spots.placeless;
  }

  function put(mark: AlertMark, chosen: boolean): void {
    const words = text(mark);
    const at = toDraw(mark.spots[0]!.lon, mark.spots[0]!.lat);
    const look = JSON.stringify([at, mark.worst, mark.quiet, Math.min(mark.count, 100), chosen, words]);
    const before = drawn.get(mark.key);
    if (before?.look === look) {
      before.mark = mark;
      return;
    }
    before?.marker.remove();
    const marker = L.marker(at, {
      icon: alertMarker(mark.worst, mark.count, chosen, mark.quiet),
      interactive: live,
      keyboard: live,
      zIndexOffset: 1000 + rankOf(mark) + (chosen ? 1000 : 0),
    });
    drawn.set(mark.key, { marker, look, mark });
    marker
      .bindTooltip(textNode(words.strong, words.small))
      .on('add', () => {
        marker.getElement()?.setAttribute('aria-label', words.spoken);
        if (!live) marker.getElement()?.setAttribute('role', 'img');
      })
      .on('click', () => choose(drawn.get(mark.key)?.mark ?? mark))
      .addTo(layer);
  }

  /** Several places: the map goes nearer, as long as that tells them apart. */
  function choose({ spots: here, newest }: AlertMark): void {
    if (here.length > 1 && map.getZoom() < map.getMaxZoom()) {
      const bounds = L.latLngBounds(here.map(({ lon, lat }) => toDraw(lon, lat)));
      map.fitBounds(bounds, { padding: [48, 48], animate: !matchMedia('(prefers-reduced-motion: reduce)').matches });
    } else open(newest.id);
  }

  return { draw };
}
