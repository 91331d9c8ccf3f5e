import { formatInstant } from '../../contract/instant.ts';
import type { Sample } from '../../contract/messages.ts';
import { pointAt, type Point } from './map.ts';
import { createRandom } from './random.ts';

/** One drive of a vehicle with a terminal: enough to make its samples again, the same ones. */
export interface Drive {
  vin: string;
  /** The engine starts; the vehicle idles for `idle` ms, then drives. */
  at: number;
  idle: number;
  speed: number;
  points: Point[];
  km: number[];
  /** Reagent at the start, %. */
  reagent: number;
  /** Odometer at the start, km. */
  odometer: number;
  fault?: 'not-consumed' | 'ineffective' | 'frozen' | undefined;
  seed: number;
}

export const SAMPLE_MS = 10_000;
const SAMPLES_PER_MESSAGE = 6;
const FUEL_L_PER_KM = 0.34;
const TANK_L = 60;
/** Urea to fuel by volume of an honest stage 5 or 6 truck. */
const UREA_SHARE = 0.055;

/** The percent of reagent an honest truck uses on `km`. */
export const reagentUsed = (km: number) => (km * FUEL_L_PER_KM * UREA_SHARE * 100) / TANK_L;

export const driveEnd = (d: Drive) => d.at + d.idle + ((d.km.at(-1) ?? 0) / d.speed) * 3_600_000;

const round = (x: number, step: number) => Number((Math.round(x / step) * step).toFixed(3));

/** The messages of a drive: a sample every 10 s, six to a message. Each is sent at its last sample's time. */
export function* telemetryOf(d: Drive): Iterable<{ at: number; body: { samples: Sample[] } }> {
  const random = createRandom(d.seed);
  const end = driveEnd(d);
  let samples: Sample[] = [];
  for (let t = d.at; t <= end; t += SAMPLE_MS) {
    const driving = t >= d.at + d.idle;
    const km = driving ? ((t - d.at - d.idle) / 3_600_000) * d.speed : 0;
    const speed = driving ? d.speed * random.between(0.95, 1.05) : 0;
    const minutes = (t - d.at) / 60_000;
    const noxIn = driving ? random.between(550, 1_050) : random.between(180, 260);
    const [lon, lat] = pointAt(d, km);
    samples.push({
      at: formatInstant(t),
      speed: round(speed, 0.1),
      odometer: round(d.odometer + km, 0.1),
      engineSpeed: round(driving ? random.between(1_150, 1_500) : 650, 1),
      fuelFlow: round(driving ? FUEL_L_PER_KM * speed : 1.6, 0.05),
      engineTorque: round(driving ? random.between(28, 70) : 12, 1),
      scrInlet: round(Math.min(driving ? 305 : 180, 60 + minutes * 28) + random.between(-6, 6), 1),
      scrOutlet: round(Math.min(driving ? 290 : 165, 50 + minutes * 24) + random.between(-5, 5), 1),
      noxIn: round(noxIn, 0.05),
      noxOut: round(
        d.fault === 'frozen' ? 118 : noxIn * (d.fault === 'ineffective' ? random.between(0.9, 0.97) : random.between(0.07, 0.22)),
        0.05,
      ),
      reagent: round(Math.max(0, d.reagent - (d.fault === 'not-consumed' ? 0 : reagentUsed(km))), 0.4),
      fuelTank: round(Math.max(8, 78 - km * 0.08), 0.4),
      coolant: round(Math.min(86, 28 + minutes * 7), 1),
      lon: round(lon, 0.000001),
      lat: round(lat, 0.000001),
    });
    if (samples.length === SAMPLES_PER_MESSAGE || t + SAMPLE_MS > end) {
      yield { at: t, body: { samples } };
      samples = [];
    }
  }
}
