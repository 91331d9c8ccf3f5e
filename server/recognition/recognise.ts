import type { PlateColor } from '../../devices/contract/messages.ts';
import { classesContradict } from '../../devices/contract/vehicle-class.ts';
import type { Recognition, VehicleFacts } from '../rules/types.ts';
import { isPlateForm } from './forms.ts';
import { normalisePlate } from './normalise.ts';
import { differsByOneConfusable } from './skeleton.ts';

const TRAILER_TYPE = '15';

/** A plate as a device read it; `type` is GA 24.7. */
export interface PlateRead {
  number: string;
  color: PlateColor;
  type?: string | undefined;
}

/**
 * Says what a plate read is: unplated, trailer, matched, corrected, invalid or unregistered; exactly one, tried in this order.
 * @param seen what the camera saw besides the plate; a correction to a vehicle of another class is none.
 * @param candidates the registrations in force at the read's `at` whose skeleton equals the read's, in any order.
 */
export function recognise(
  plate: PlateRead,
  seen: { vehicleType?: string | undefined } | undefined,
  candidates: readonly VehicleFacts[],
): Recognition {
  const read = normalisePlate(plate.number);
  const { color } = plate;
  if (read === '' || read === '无牌') return { outcome: 'unplated', number: '', color, read };
  if (read.endsWith('挂') || plate.type === TRAILER_TYPE) return { outcome: 'trailer', number: read, color, read };

  const namesakes = candidates.filter((candidate) => candidate.plateNumber === read);
  const match = matchOf(namesakes, color);
  if (match) return { outcome: 'matched', number: read, color: match.plateColor, read, vehicle: match };

  const meant = correctionOf(candidates, read, color);
  if (meant && !classesContradict(meant.vehicleType, seen?.vehicleType)) {
    return { outcome: 'corrected', number: meant.plateNumber, color, read, vehicle: meant };
  }
  if (!isPlateForm(read)) return { outcome: 'invalid', number: read, color, read };
  if (namesakes.length === 0) return { outcome: 'unregistered', number: read, color, read };
  const others = namesakes.map((vehicle) => vehicle.version).sort();
  return { outcome: 'unregistered', number: read, color, read, otherColors: colorsOf(namesakes), others };
}

/** The registration under this colour; a colour the camera could not tell (`other`) matches where only one is registered. */
function matchOf(namesakes: VehicleFacts[], color: PlateColor): VehicleFacts | undefined {
  const exact = namesakes.filter((vehicle) => vehicle.plateColor === color);
  if (exact.length > 0) return latest(exact);
  return color === 'other' && colorsOf(namesakes).length === 1 ? latest(namesakes) : undefined;
}

/** The one registration of the same colour this read can be a misread of; none where several could be meant. */
function correctionOf(candidates: readonly VehicleFacts[], read: string, color: PlateColor): VehicleFacts | undefined {
  if (color === 'other') return undefined;
  const meant = candidates.filter((c) => c.plateColor === color && differsByOneConfusable(c.plateNumber, read));
  return new Set(meant.map((c) => c.plateNumber)).size === 1 ? latest(meant) : undefined;
}

function latest(vehicles: VehicleFacts[]): VehicleFacts | undefined {
  return vehicles.reduce<VehicleFacts | undefined>((best, v) => (best && best.validFrom >= v.validFrom ? best : v), undefined);
}

function colorsOf(vehicles: VehicleFacts[]): PlateColor[] {
  return [...new Set(vehicles.map((vehicle) => vehicle.plateColor))].sort();
}
