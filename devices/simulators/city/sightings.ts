import { HOUR } from '../../contract/instant.ts';
import type { Plate } from '../../contract/messages.ts';
import type { ExpectedFinding } from './expect.ts';
import type { Vehicle } from './fleet.ts';
import { UNCALIBRATED } from './places.ts';
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

/** The weather of a day: an hour and a half of rain over some stations, in the morning; how cold it is. */
export interface Weather {
  rain: { from: number; to: number; stations: string[] };
  /** °C, the coldest and the warmest. */
  temperature: [number, number];
}

export function planWeather(random: Random, date: string): Weather {
  const from = random.pick([8.5, 9, 9.5]);
  const month = Number(date.slice(5, 7));
  const cold = month >= 11 || month <= 3 ? random.between(-12, 2) : random.between(8, 22);
  return { rain: { from, to: from + 1.5, stations: ['RS1', 'RS2', 'RS3'] }, temperature: [cold, cold + 7] };
}

function raining({ rain }: Weather, stationId: string, at: number, dayStart: number): boolean {
  const hour = (at - dayStart) / HOUR;
  return rain.stations.includes(stationId) && hour >= rain.from && hour < rain.to;
}

/**
 * What a station measures. About two in five are not valid (speed, acceleration, rain), as at real stations; nobody is over a limit
 * unless `measured` says so, and then the circumstances are good apart from the weather.
 */
export function reading(
  world: { random: Random; plates: Plates; dayStart: number; weather: Weather },
  vehicle: Vehicle,
  stationId: string,
  at: number,
  speed: number,
  measured?: Record<string, number>,
): Record<string, unknown> {
  const { random } = world;
  const good = measured !== undefined || random.chance(0.62);
  const tenth = (low: number, high: number) => Math.round(random.between(low, high) * 10) / 10;
  const rain = raining(world.weather, stationId, at, world.dayStart);
  const electric = vehicle.stage === 'D';
  return {
    lane: '1',
    plate: world.plates.read(vehicle),
    speed: good ? speed : random.pick([3.5, speed, 128]),
    acceleration: good ? Math.round(random.between(0.1, 0.3) * 100) / 100 : random.pick([-3.4, 3.3, -0.9]),
    slope: 0.6,
    weather: {
      temperature: tenth(...world.weather.temperature),
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

/** What is to be found on a reading by itself: over a limit, of a diesel, in circumstances in which it counts. */
export function expectOfReading(v: Vehicle, stationId: string, body: Record<string, unknown>): ExpectedFinding[] {
  const { speed, acceleration, weather, measured, deviceValid, clock } = body as {
    speed: number;
    acceleration: number;
    weather: { windSpeed: number; precipitation: boolean };
    measured: { opacity?: number; ringelmann?: number; no?: number };
    deviceValid?: boolean;
    clock?: string;
  };
  const moved = speed >= 5 && speed <= 120 && Math.abs(acceleration) <= 3;
  const fine = !weather.precipitation && weather.windSpeed <= 5;
  if (!v.registered || !v.fuel.includes('B') || v.stage === 'D' || stationId === UNCALIBRATED) return [];
  if (!moved || !fine || deviceValid === false || clock === 'unsynced') return [];
  const found = (code: string): ExpectedFinding => ({ rule: 'remote-sensing', code, severity: 'info', proposal: 'none' });
  return [
    ...((measured.opacity ?? 0) > 30 || (measured.ringelmann ?? 0) > 1 ? [found('exceedance')] : []),
    ...((measured.no ?? 0) > 1500 ? [found('no-screening')] : []),
  ];
}
