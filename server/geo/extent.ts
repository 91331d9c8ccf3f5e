import { EARTH_RADIUS_M, type Position } from './distance.ts';

const RADIANS = Math.PI / 180;

/**
 * Kilometres that no two of these places are farther apart: along a meridian and then along a parallel of the box around them; never
 * more than half the way round the Earth. 0 for fewer than two places.
 */
export function extentKm(places: readonly Position[]): number {
  if (places.length < 2) return 0;
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { lon, lat } of places) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  const nearestEquator = south <= 0 && north >= 0 ? 0 : Math.min(Math.abs(south), Math.abs(north));
  const angle = (north - south) * RADIANS + (east - west) * RADIANS * Math.cos(nearestEquator * RADIANS);
  return (EARTH_RADIUS_M * Math.min(Math.PI, angle)) / 1000;
}
