import { HOUR, parseInstant } from '../../devices/contract/instant.ts';
import type { Sample, Telemetry } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import { compareOrder } from './order.ts';
import type { HourSums } from './types.ts';

/**
 * What emission terminals say, hour by hour: the samples of a vehicle merged from all its messages, and the sums of a clock hour.
 * Sums are always made anew from the stored samples and replace the older ones; nothing is ever added to them. Instants are ms; units
 * of samples are the wire contract's (km/h, L/h, %, °C, ppm).
 */

/** A telemetry sample with its moment, and whether its vehicle had SCR then (`isScr` of the VIN's registration at the sample's `at`). */
export interface UreaSample extends Omit<Sample, 'at'> {
  at: number;
  scr: boolean;
}

/** A stored telemetry message of one VIN. */
export interface TelemetryMessage {
  deviceId: string;
  id: string;
  at: number;
  /** In the order of the message. */
  samples: readonly UreaSample[];
}

/** The samples of a message; `scrAt` answers for the registration of its VIN in force at a moment. */
export function samplesOf(body: Pick<Telemetry, 'samples'>, scrAt: (at: number) => boolean): UreaSample[] {
  return body.samples.map((sample) => {
    const at = parseInstant(sample.at);
    return { ...sample, at, scr: scrAt(at) };
  });
}

/**
 * The samples of one VIN in order of `at`, from messages in any order. Of samples with equal `at` the first by message (order of
 * messages, then place in the message) stays.
 */
export function mergeSamples(messages: readonly TelemetryMessage[]): UreaSample[] {
  const kind = 'on-board' as const;
  const byMoment = new Map<number, UreaSample>();
  for (const message of [...messages].sort((a, b) => compareOrder({ ...a, kind }, { ...b, kind }))) {
    for (const sample of message.samples) if (!byMoment.has(sample.at)) byMoment.set(sample.at, sample);
  }
  return [...byMoment.values()].sort((a, b) => a.at - b.at);
}

/**
 * The sums of the clock hour that begins at `hour`, or null where it has no sample.
 * A sample stands for the time since the previous one (of any kind), 0 if there is none or it is more than 60 s away; it belongs
 * wholly to the hour of its own `at`. Samples without SCR or with an inlet above 500 °C give nothing but keep their place: the engine's
 * start is seen in them, too.
 * @param samples merged, in order: those of the hour and of `lookBack` before it; others do no harm
 */
export function hourSums(hour: number, samples: readonly UreaSample[], policy: Policy): HourSums | null {
  const limits = policy.rules['urea-use'];
  const gap = limits.gapSeconds * 1000;
  let sums: HourSums | null = null;
  let previous: UreaSample | undefined;
  let started = -Infinity;
  for (let i = firstFrom(samples, hour - lookBack(policy)); i < samples.length; i++) {
    const sample = samples[i]!;
    if (sample.at >= hour + HOUR) break;
    const since = previous === undefined ? Infinity : sample.at - previous.at;
    if (since > gap || ((sample.engineSpeed ?? 0) > 0 && previous?.engineSpeed === 0)) started = sample.at;
    previous = sample;
    if (sample.at < hour) continue;
    sums ??= {
      hour, samples: 0, scrSamples: 0, firstAt: sample.at, lastAt: sample.at, distanceKm: 0, fuelL: 0, emptyKm: 0, lowKm: 0,
    }; // prettier-ignore
    sums.samples++;
    sums.lastAt = sample.at;
    if (!sample.scr) continue;
    sums.scrSamples++;
    if (sample.scrInlet !== undefined && sample.scrInlet > limits.maxScrInletC) continue;
    const lasts = since <= gap ? since : 0;
    add(sums, sample, lasts, limits);
    if (isWarm(sample, started, limits)) addWarm(sums, sample, lasts, limits);
  }
  return sums;
}

type Limits = Policy['rules']['urea-use'];

function add(sums: HourSums, sample: UreaSample, lasts: number, limits: Limits): void {
  const km = ((sample.speed ?? 0) * lasts) / HOUR;
  sums.distanceKm += km;
  sums.fuelL += ((sample.fuelFlow ?? 0) * lasts) / HOUR;
  const { reagent, at } = sample;
  if (reagent === undefined) return;
  if (reagent < limits.reagentEmpty.belowPercent) sums.emptyKm += km;
  if (reagent < limits.reagentLow.belowPercent) sums.lowKm += km;
  sums.reagentMin = Math.min(sums.reagentMin ?? reagent, reagent);
  sums.reagentMax = Math.max(sums.reagentMax ?? reagent, reagent);
  sums.reagentFirst ??= { at, percent: reagent };
  const points = risen(sums.reagentLast ?? reagent, reagent, limits);
  if (points > 0) (sums.rises ??= []).push({ at, points });
  sums.reagentLast = reagent;
}

/** By how many points a level rose, 0 where that is too little to be a filling. */
export function risen(from: number, to: number, { lowConsumption }: Pick<Limits, 'lowConsumption'>): number {
  // Levels are decimals: without the last bits that binary fractions leave.
  const points = Math.round((to - from) * 1e6) / 1e6;
  return points > lowConsumption.risePoints ? points : 0;
}

function isWarm({ at, coolant, scrInlet }: UreaSample, started: number, { warm }: Limits): boolean {
  if (coolant === undefined || scrInlet === undefined) return false;
  return at - started > warm.seconds * 1000 && coolant >= warm.coolantC && scrInlet >= warm.scrInletC;
}

function addWarm(sums: HourSums, sample: UreaSample, lasts: number, { scrIneffective }: Limits): void {
  const { noxIn, noxOut, scrInlet = 0, engineTorque = 0, speed = 0 } = sample;
  if (noxOut === undefined) return;
  if (noxIn !== undefined && scrInlet > scrIneffective.scrInletC && engineTorque > scrIneffective.torquePercent) {
    sums.load ??= { ms: 0, noxIn: 0, noxOut: 0 };
    sums.load.ms += lasts;
    sums.load.noxIn += noxIn * lasts;
    sums.load.noxOut += noxOut * lasts;
  }
  if (speed > 0) {
    sums.driving ??= { ms: 0, noxOut, same: true, copied: true };
    sums.driving.ms += lasts;
    if (noxOut !== sums.driving.noxOut) sums.driving.same = false;
    if (noxOut !== noxIn) sums.driving.copied = false;
  }
}

/** The place of the first sample at or after a moment. */
function firstFrom(samples: readonly UreaSample[], at: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How long before an hour its sums must see (ms). A sample earlier than the warming up before the hour says enough: whenever the engine
 * started before it, it was long ago. Where none lies in the gap before that, the next sample begins a run, and is the start itself.
 */
export function lookBack(policy: Policy): number {
  const { warm, gapSeconds } = policy.rules['urea-use'];
  return (warm.seconds + gapSeconds) * 1000;
}

/** The beginning of the clock hour of a moment. Civil hours are those of UTC: the offset is whole hours. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}

/**
 * The hours whose sums a sample at `at` can change: its own, and the next where the sample after it may lie there, or those of a run that
 * with or without it begins at another moment and is warm at another.
 * @param back the `lookBack` of the hours that follow, ms
 */
export function hoursTouched(at: number, back: number): number[] {
  const hours: number[] = [];
  for (let hour = hourOf(at); hour <= at + back; hour += HOUR) hours.push(hour);
  return hours;
}
