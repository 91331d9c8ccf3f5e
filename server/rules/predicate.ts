import { classOfType } from '../../devices/contract/vehicle-class.ts';
import type { VehiclePredicate } from '../policy/types.ts';
import type { VehicleFacts } from './types.ts';
import { isHeavy, isLight, isMedium, isNewEnergy, stageNumber } from './words.ts';

/** What a zone without a predicate concerns: heavy diesel goods vehicles. */
export const DEFAULT_PREDICATE: VehiclePredicate = { classes: ['goods'], sizes: ['heavy'], fuels: ['B'] };

const SIZES = { heavy: isHeavy, medium: isMedium, light: isLight };

/**
 * Whether a measure or zone speaks of a vehicle: every member present must hold, an empty array counts as absent. `fuels` (letters
 * contained) and `stageMax` (a known stage) never hold for new-energy. An absent predicate is `DEFAULT_PREDICATE`.
 */
export function matchesPredicate(
  vehicle: Pick<VehicleFacts, 'vehicleType' | 'fuel' | 'stage'>,
  predicate: VehiclePredicate = DEFAULT_PREDICATE,
): boolean {
  const { classes, sizes, fuels, stageMax, types } = predicate;
  if (classes?.length && !classes.includes(classOfType(vehicle.vehicleType) ?? '')) return false;
  if (sizes?.length && !sizes.some((size) => SIZES[size](vehicle))) return false;
  if (fuels?.length && (isNewEnergy(vehicle) || !fuels.some((letter) => vehicle.fuel.includes(letter)))) return false;
  if (stageMax !== undefined) {
    const stage = stageNumber(vehicle);
    if (stage === undefined || stage > stageMax) return false;
  }
  return !types?.length || types.some((pattern) => typeFits(vehicle.vehicleType, pattern));
}

function typeFits(vehicleType: string, pattern: string): boolean {
  return pattern.endsWith('*') ? vehicleType.startsWith(pattern.slice(0, -1)) : vehicleType === pattern;
}
