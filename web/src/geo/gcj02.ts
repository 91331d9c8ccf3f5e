/**
 * WGS-84 → GCJ-02, the shifted datum in which Chinese maps (and our county borders) are published. Only for drawing: every judgement
 * is made in WGS-84. The shift is the published polynomial with sine terms on the Krasovsky ellipsoid; a few hundred metres in Shanxi.
 */

const AXIS = 6_378_245.0;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;
const { PI, abs, cos, sin, sqrt } = Math;

/** Whether a position lies where the shift applies at all. */
function inChina(lon: number, lat: number): boolean {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

/** The waves both shifts share. */
function waves(x: number): number {
  return ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
}

function shiftLat(x: number, y: number): number {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  const slow = ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
  const slower = ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  return base + waves(x) + slow + slower;
}

function shiftLon(x: number, y: number): number {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  const slow = ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
  const slower = ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  return base + waves(x) + slow + slower;
}

/** A WGS-84 position as [lon, lat] in GCJ-02, degrees. Positions outside China stay as they are. */
export function toGcj02(lon: number, lat: number): [number, number] {
  if (!inChina(lon, lat)) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const radians = (lat / 180) * PI;
  const magic = 1 - ECCENTRICITY_SQUARED * sin(radians) ** 2;
  const dLat = (shiftLat(x, y) * 180) / (((AXIS * (1 - ECCENTRICITY_SQUARED)) / (magic * sqrt(magic))) * PI);
  const dLon = (shiftLon(x, y) * 180) / ((AXIS / sqrt(magic)) * cos(radians) * PI);
  return [lon + dLon, lat + dLat];
}

/** The same as Leaflet wants it: [lat, lon]. */
export function toDraw(lon: number, lat: number): [number, number] {
  const [x, y] = toGcj02(lon, lat);
  return [y, x];
}

/** A step below this is no step: about a hundredth of a millimetre. */
const STEP = 1e-10;

/**
 * GCJ-02 → WGS-84 as [lon, lat]: the place that the shift takes there, sought step by step (the shift changes slowly, so three or four
 * steps do). For places that people point at on the map; what is stored is WGS-84.
 */
export function toWgs84(lon: number, lat: number): [number, number] {
  let [x, y] = [lon, lat];
  for (let i = 0; i < 20; i++) {
    const [shiftedX, shiftedY] = toGcj02(x, y);
    const [dx, dy] = [lon - shiftedX, lat - shiftedY];
    x += dx;
    y += dy;
    if (abs(dx) < STEP && abs(dy) < STEP) break;
  }
  return [x, y];
}

/** A place on the drawn map, as Leaflet says it, in WGS-84 to a tenth of a metre. */
export function fromDraw({ lat, lng }: { lat: number; lng: number }): { lon: number; lat: number } {
  const [x, y] = toWgs84(lng, lat);
  return { lon: Math.round(x * 1e6) / 1e6, lat: Math.round(y * 1e6) / 1e6 };
}
