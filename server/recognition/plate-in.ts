import { PLATE_COLORS } from '../../devices/contract/messages.ts';
import { normalisePlate } from './normalise.ts';

/**
 * What a list is asked for by plate, as a condition on stored `number,colour`: a number stands for all its colours. Each is named, not a
 * range of them, so that an index on the plate gives its rows in order of time.
 * @param plate a number or `number,colour`, as written
 */
export function plateIn(plate: string): string | { $in: string[] } {
  const [number = '', color] = plate.split(',');
  const normal = normalisePlate(number);
  return color === undefined ? { $in: PLATE_COLORS.map((one) => `${normal},${one}`) } : `${normal},${color.trim()}`;
}
