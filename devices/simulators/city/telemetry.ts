import { formatInstant } from '../../contract/instant.ts';
import type { Sample } from '../../contract/messages.ts';
import { pointAt, type Point } from './map.ts';
import { createRandom } from './random.ts';

/**
 * What is wrong with a truck's urea, or only looks like it:
 * - cheats: `not-consumed` the level stands still · `watered` uses a sixth of what it should · `sparing` a third · `ineffective` as much NOx
 *   behind the catalyst as before it · `frozen` the same value always · `copied` the value of the sensor before the catalyst;
 * - honest: `no-nox` a retrofit that reports no NOx · `slow` a sensor that says the same for twenty minutes · `regenerating` the filter
 *   burns, the inlet is above 500 °C · `three-quarters` an old catalyst, ratio 0.75 · `cold` under 250 °C, where no catalyst works.
 */
export type Fault =
  | 'not-consumed' | 'watered' | 'sparing' | 'ineffective' | 'frozen' | 'copied'
  | 'no-nox' | 'slow' | 'regenerating' | 'three-quarters' | 'cold'; // prettier-ignore

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
  fault?: Fault | undefined;
  seed: number;
}

export const SAMPLE_MS = 10_000;
const SAMPLES_PER_MESSAGE = 6;
const FUEL_L_PER_KM = 0.34;
/** What a heavily loaded truck burns in these cases: two hundred litres within a day. */
const HEAVY_L_PER_KM = 0.62;
const TANK_L = 60;
/** Urea to fuel by volume of an honest stage 5 or 6 truck, and of those who save. */
const UREA_SHARE = 0.055;
const SHARES: Partial<Record<Fault, number>> = { 'not-consumed': 0, watered: 0.008, sparing: 0.0155 };
const HOT_C = 560;

export const litresPerKm = (fault?: Fault) => (fault === 'watered' || fault === 'sparing' ? HEAVY_L_PER_KM : FUEL_L_PER_KM);

/** The percent of reagent used on `km`. */
export const reagentUsed = (km: number, fault?: Fault) =>
  (km * litresPerKm(fault) * ((fault && SHARES[fault]) ?? UREA_SHARE) * 100) / TANK_L;

export const driveEnd = (d: Drive) => d.at + d.idle + ((d.km.at(-1) ?? 0) / d.speed) * 3_600_000;

const round = (x: number, step: number) => Number((Math.round(x / step) * step).toFixed(3));

/** The messages of a drive: a sample every 10 s, six to a message. Each is sent at its last sample's time. */
export function* telemetryOf(d: Drive): Iterable<{ at: number; body: { samples: Sample[] } }> {
  const random = createRandom(d.seed);
  const end = driveEnd(d);
  const { fault } = d;
  let samples: Sample[] = [];
  for (let t = d.at; t <= end; t += SAMPLE_MS) {
    const driving = t >= d.at + d.idle;
    const km = driving ? ((t - d.at - d.idle) / 3_600_000) * d.speed : 0;
    const speed = driving ? d.speed * random.between(0.95, 1.05) : 0;
    const minutes = (t - d.at) / 60_000;
    const noxIn = round(driving ? random.between(550, 1_050) : random.between(180, 260), 0.05);
    // A filter burns for a quarter of an hour now and then.
    const burning = fault === 'regenerating' && driving && minutes % 40 > 22;
    const [lon, lat] = pointAt(d, km);
    const noxOut = round(noxBehind(fault, noxIn, minutes, burning, random.between(0, 1)), 0.05);
    const warm = fault === 'cold' ? 235 : 305;
    samples.push({
      at: formatInstant(t),
      speed: round(speed, 0.1),
      odometer: round(d.odometer + km, 0.1),
      engineSpeed: round(driving ? random.between(1_150, 1_500) : 650, 1),
      fuelFlow: round(driving ? litresPerKm(fault) * speed : 1.6, 0.05),
      engineTorque: round(driving ? random.between(28, 70) : 12, 1),
      scrInlet: burning ? HOT_C : round(Math.min(driving ? warm : 180, 60 + minutes * 28) + random.between(-6, 6), 1),
      scrOutlet: round(Math.min(driving ? 290 : 165, 50 + minutes * 24) + random.between(-5, 5), 1),
      ...(fault !== 'no-nox' && { noxIn, noxOut }),
      reagent: round(Math.max(0, d.reagent - reagentUsed(km, fault)), 0.4),
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

function noxBehind(fault: Fault | undefined, noxIn: number, minutes: number, burning: boolean, chance: number): number {
  if (burning) return noxIn;
  switch (fault) {
    case 'frozen':
      return 118;
    case 'slow':
      return 92 + 6 * (Math.floor(minutes / 20) % 5);
    case 'copied':
      return noxIn;
    case 'ineffective':
    case 'cold':
      return noxIn * (0.9 + 0.07 * chance);
    case 'three-quarters':
      return noxIn * (0.73 + 0.03 * chance);
    default:
      return noxIn * (0.07 + 0.15 * chance);
  }
}
