import type { Reading } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import type { DeviceFacts, Recognition, VehicleFacts } from './types.ts';

/** Which remote-sensing readings count (HJ 845-2017 §4, limits of the instrument and of the driving state): policy `reading-validity`. */

/** Why a reading does not count, in the order in which the reasons are listed. */
export const READING_REASONS = [
  'plate', 'device-invalid', 'device-disabled', 'not-calibrated', 'speed', 'acceleration', 'vsp', 'precipitation', 'wind', 'temperature',
  'humidity', 'pressure', 'co2', 'clock',
] as const; // prettier-ignore
export type ReadingReason = (typeof READING_REASONS)[number];

/** What must be known beside the message itself; all as of the reading's `at` (ms). */
export interface ReadingFacts {
  at: number;
  /** The station's clock was not synchronised. */
  unsynced: boolean;
  device: Pick<DeviceFacts, 'enabled' | 'calibratedUntil'>;
  recognition?: Recognition;
  /** The registration of a matched plate, where the recognition does not carry it. */
  vehicle?: VehicleFacts;
  policy: Policy;
}

/**
 * Vehicle specific power in kW/t.
 * @param speedKmh km/h
 * @param acceleration m/s²
 * @param slopeDegrees uphill positive; missing is level
 * @param light total mass up to the policy's `lightMassKg`
 */
export function vehicleSpecificPower(
  speedKmh: number,
  acceleration: number,
  slopeDegrees: number | undefined,
  light: boolean,
): number {
  const v = speedKmh / 3.6;
  const climb = 9.81 * Math.sin(((slopeDegrees ?? 0) * Math.PI) / 180);
  return light
    ? v * (1.1 * acceleration + climb + 0.132) + 0.000302 * v ** 3
    : v * (acceleration + climb + 0.09199) + 0.000169 * v ** 3;
}

/**
 * The reasons for which a reading does not count, in the listed order; none means it is valid. A missing weather value is no reason.
 * A vehicle whose total mass is not registered is taken for a heavy one. The power demand is asked of exactly matched vehicles only.
 */
export function readingReasons(body: Reading, facts: ReadingFacts): ReadingReason[] {
  const limits = facts.policy.rules['reading-validity'];
  const { device, recognition } = facts;
  const { weather = {}, measured } = body;
  const matched = recognition?.outcome === 'matched';
  const reasons: ReadingReason[] = [];
  const when = (holds: boolean, reason: ReadingReason) => {
    if (holds) reasons.push(reason);
  };

  when(!matched, 'plate');
  when(body.deviceValid === false, 'device-invalid');
  when(!device.enabled, 'device-disabled');
  // A calibration, like every interval, is open at its end.
  when(device.calibratedUntil === undefined || facts.at >= device.calibratedUntil, 'not-calibrated');
  when(outside(body.speed, limits.speedKmh), 'speed');
  when(outside(body.acceleration, limits.accelerationMs2), 'acceleration');
  if (matched) {
    const light = ((recognition.vehicle ?? facts.vehicle)?.totalMassKg ?? Infinity) <= limits.lightMassKg;
    const vsp = vehicleSpecificPower(body.speed, body.acceleration, body.slope, light);
    const [above, most] = limits.vspKwPerTonne;
    when(!(vsp > above && vsp <= most), 'vsp');
  }
  when(
    weather.precipitation === true || (typeof weather.precipitation === 'number' && weather.precipitation > 0),
    'precipitation',
  );
  when(weather.windSpeed !== undefined && weather.windSpeed > limits.windMs, 'wind');
  when(outside(weather.temperature, limits.temperatureC), 'temperature');
  when(weather.humidity !== undefined && weather.humidity > limits.humidityPercent, 'humidity');
  when(outside(weather.pressure, limits.pressureKpa), 'pressure');
  const gases = [measured.co, measured.co2, measured.hc, measured.no];
  when(gases.some((value) => value !== undefined) && !(measured.co2 !== undefined && measured.co2 >= limits.co2Percent), 'co2');
  when(facts.unsynced, 'clock');
  return reasons;
}

function outside(value: number | undefined, [least, most]: [number, number]): boolean {
  return value !== undefined && (value < least || value > most);
}
