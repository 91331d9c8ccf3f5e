import { pointToSegmentM, toMillimetres, type Position } from './distance.ts';
import { edgeIncluded, type ZoneOutline } from './zone.ts';

export interface NearestEdge {
  index: number;
  metres: number;
  included: boolean;
}

/** The edge of a zone nearest to a place; of several equally near (whole millimetres) an included one, as `insideZone` takes them. */
export function nearestEdge(point: Position, zone: ZoneOutline): NearestEdge | undefined {
  let best: NearestEdge | undefined;
  zone.ring.forEach((a, index) => {
    const metres = toMillimetres(pointToSegmentM(point, a, zone.ring[(index + 1) % zone.ring.length]!)) / 1000;
    const included = edgeIncluded(zone, index);
    if (!best || metres < best.metres || (metres === best.metres && included && !best.included))
      best = { index, metres, included };
  });
  return best;
}
