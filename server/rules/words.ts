import { STAGES, type Stage } from '../../devices/contract/answers.ts';
import type { VehicleFacts } from './types.ts';

/** What the rules' words for vehicles mean (GA 24.4 types, GA 24.9 fuels and use natures, stages of record). */

type Typed = Pick<VehicleFacts, 'vehicleType'>;
type Fuelled = Pick<VehicleFacts, 'fuel' | 'stage'>;
type Used = Pick<VehicleFacts, 'useNature'>;

const NEW_ENERGY_FUELS = ['C', 'P', 'X'];
const EMERGENCY_USE = ['H', 'I', 'J', 'K'];
const HAZMAT_USE = 'R';
const FREIGHT_USE = 'F';

/** Types H* and Q*. */
export function isGoods(vehicle: Typed): boolean {
  const letter = vehicle.vehicleType.charAt(0);
  return letter === 'H' || letter === 'Q';
}

export const isHeavy = (vehicle: Typed): boolean => hasSize(vehicle, '1');
export const isMedium = (vehicle: Typed): boolean => hasSize(vehicle, '2');
export const isLight = (vehicle: Typed): boolean => hasSize(vehicle, '3');

/** Fuel exactly C, P or X, or stage D: never diesel, gas, below a stage, of unknown stage, or hit by a measure. */
export function isNewEnergy(vehicle: Fuelled): boolean {
  return NEW_ENERGY_FUELS.includes(vehicle.fuel) || vehicle.stage === 'D';
}

export function isDiesel(vehicle: Fuelled): boolean {
  return vehicle.fuel.includes('B') && !isNewEnergy(vehicle);
}

export function isGas(vehicle: Fuelled): boolean {
  return (vehicle.fuel.includes('E') || vehicle.fuel.includes('F')) && !isNewEnergy(vehicle);
}

/** Types Z*. */
export function isSpecialOperation(vehicle: Typed): boolean {
  return vehicle.vehicleType.startsWith('Z');
}

/** Police, fire, ambulance, rescue. */
export function isEmergency(vehicle: Used): boolean {
  return EMERGENCY_USE.includes(vehicle.useNature);
}

export function isHazmat(vehicle: Used): boolean {
  return vehicle.useNature === HAZMAT_USE;
}

/** 营运 as the plan means it: freight, or hazardous goods. */
export function isCommercial(vehicle: Used): boolean {
  return vehicle.useNature === FREIGHT_USE || vehicle.useNature === HAZMAT_USE;
}

/** The stage 0–6 of a vehicle that has one; undefined for an unknown stage and for new-energy, so that comparisons are false. */
export function stageNumber(vehicle: Fuelled): number | undefined {
  return vehicle.stage === undefined || isNewEnergy(vehicle) ? undefined : Number(vehicle.stage);
}

/** Whether the stage is known and below `required`. */
export function isBelowStage(vehicle: Fuelled, required: number): boolean {
  const stage = stageNumber(vehicle);
  return stage !== undefined && stage < required;
}

export function isStageUnknown(vehicle: Fuelled): boolean {
  return vehicle.stage === undefined && !isNewEnergy(vehicle);
}

/** A stage of record from what a registry says; `unknown`, empty and foreign values are unknown. */
export function stageOfRecord(text: string | undefined): Stage | undefined {
  return (STAGES as readonly (string | undefined)[]).includes(text) ? (text as Stage) : undefined;
}

function hasSize(vehicle: Typed, digit: string): boolean {
  return isGoods(vehicle) && vehicle.vehicleType.charAt(1) === digit;
}
