import L from 'leaflet';
import 'leaflet/dist/leaflet.css';
import { label } from './markers.ts';
import { middle } from './middle.ts';

/** The ground every map of the console stands on: the fourteen counties, published in GCJ-02, and tiles where a site has them. */

/** A map without anything on it. Somebody has to `remove` it. */
export function createMap(box: HTMLElement, options: L.MapOptions = {}): L.Map {
  const map = L.map(box, {
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    minZoom: 7,
    maxZoom: 16,
    maxBoundsViscosity: 1,
    ...options,
  });
  map.setView([38.9, 112.3], 8);
  const tiles = import.meta.env['VITE_TILE_URL'] as string | undefined;
  if (tiles) L.tileLayer(tiles).addTo(map);
  L.control.zoom({ position: 'bottomright', zoomInTitle: '+', zoomOutTitle: '−' }).addTo(map);
  return map;
}

let shapes: Promise<GeoJSON.FeatureCollection> | undefined;

/** The borders of the counties, fetched once. @throws when they cannot be fetched; whoever asks next tries again */
export function countyShapes(): Promise<GeoJSON.FeatureCollection> {
  shapes ??= fetch('/xinzhou-counties.geojson').then(async (answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as GeoJSON.FeatureCollection;
  });
  shapes.catch(() => (shapes = undefined));
  return shapes;
}

/** The counties' names, each in its middle. */
export function countyNames(collection: GeoJSON.FeatureCollection, nameOf: (code: string) => string): L.LayerGroup {
  const marks = collection.features.flatMap((feature) => {
    if (feature.geometry.type !== 'Polygon') return [];
    const [lon, lat] = middle(feature.geometry.coordinates[0] ?? []);
    const icon = label(nameOf(String(feature.id)));
    return [L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: 500 })];
  });
  return L.layerGroup(marks);
}
