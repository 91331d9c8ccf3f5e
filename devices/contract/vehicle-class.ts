/** Classes of vehicle: the first letter of a GA 24.4 type, or one of eight words a camera may say instead. */

export const VEHICLE_CLASSES = [
  'goods',
  'passenger',
  'special',
  'trailer',
  'three-wheel',
  'motorcycle',
  'tractor',
  'machinery',
] as const;
export type VehicleClass = (typeof VEHICLE_CLASSES)[number];

const CLASS_OF_LETTER: Record<string, VehicleClass> = {
  H: 'goods',
  Q: 'goods',
  K: 'passenger',
  Z: 'special',
  B: 'trailer',
  G: 'trailer',
  N: 'three-wheel',
  M: 'motorcycle',
  T: 'tractor',
  J: 'machinery',
};
const SEEN_CODE = /^[A-Za-z][0-9A-Za-z]{1,2}$/;

/** The class of a registered GA 24.4 type, by its first letter; undefined for letters that name none (D, tram). */
export function classOfType(vehicleType: string): VehicleClass | undefined {
  return CLASS_OF_LETTER[vehicleType.charAt(0)];
}

/** The class a camera saw: one of the eight words, else a GA 24.4 code; undefined for whatever says nothing. */
export function classOfSeen(seen: string | undefined): VehicleClass | undefined {
  if (seen === undefined) return undefined;
  if ((VEHICLE_CLASSES as readonly string[]).includes(seen)) return seen as VehicleClass;
  return SEEN_CODE.test(seen) ? CLASS_OF_LETTER[seen.charAt(0).toUpperCase()] : undefined;
}

/** Whether what a camera saw contradicts the registered type. A trailer seen on a goods vehicle is its own trailer and says nothing. */
export function classesContradict(vehicleType: string, seen: string | undefined): boolean {
  const registered = classOfType(vehicleType);
  const read = classOfSeen(seen);
  if (registered === undefined || read === undefined || registered === read) return false;
  return !(read === 'trailer' && registered === 'goods');
}
