import { HOUR } from '../../contract/instant.ts';
import type { Plate } from '../../contract/messages.ts';
import type { Vehicle } from './fleet.ts';
import type { Random } from './random.ts';

/** How cameras read plates. */
export interface Plates {
  /** The plate as a camera reads it when it reads right. */
  read(vehicle: Vehicle): Plate;
}

export function createPlates(random: Random): Plates {
  return {
    read: ({ number, color, plateType }) => ({
      number,
      color,
      type: plateType,
      confidence: Math.round(random.between(0.88, 0.995) * 1000) / 1000,
      source: 'camera',
    }),
  };
}

/** What a road camera says of a passing vehicle. */
export function sighting(plates: Plates, vehicle: Vehicle, heading: number): Record<string, unknown> {
  return { lane: '1', heading, plate: plates.read(vehicle), seen: { vehicleType: vehicle.vehicleType } };
}

/** Rain over 忻府 and its stations in the morning. */
const RAIN = { from: 9, to: 10.5, stations: ['RS1', 'RS2', 'RS3'] };

export function raining(stationId: string, at: number, dayStart: number): boolean {
  const hour = (at - dayStart) / HOUR;
  return RAIN.stations.includes(stationId) && hour >= RAIN.from && hour < RAIN.to;
}

/**
 * What a station measures. About two in five are not valid (speed, acceleration, rain), as at real stations; nobody is over a limit
 * unless `measured` says so, and then the circumstances are good apart from the weather.
 */
export function reading(
  world: { random: Random; plates: Plates; dayStart: number },
  vehicle: Vehicle,
  stationId: string,
  at: number,
  speed: number,
  measured?: Record<string, number>,
): Record<string, unknown> {
  const { random } = world;
  const good = measured !== undefined || random.chance(0.62);
  const tenth = (low: number, high: number) => Math.round(random.between(low, high) * 10) / 10;
  const rain = raining(stationId, at, world.dayStart);
  const electric = vehicle.stage === 'D';
  return {
    lane: '1',
    plate: world.plates.read(vehicle),
    speed: good ? speed : random.pick([3.5, speed, 128]),
    acceleration: good ? Math.round(random.between(0.1, 0.3) * 100) / 100 : random.pick([-3.4, 3.3, -0.9]),
    slope: 0.6,
    weather: {
      temperature: tenth(2, 9),
      humidity: rain ? 94 : tenth(35, 60),
      pressure: 92.4,
      windSpeed: tenth(0.5, 3.5),
      precipitation: rain,
    },
    measured: electric
      ? {}
      : {
          co: tenth(0, 0.4),
          co2: tenth(8, 13),
          hc: random.int(5, 60),
          no: random.int(180, 900),
          opacity: tenth(2, 17),
          ...measured,
        },
  };
}
