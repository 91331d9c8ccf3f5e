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
 * wholly to the hour of its own `at`. Samples without SCR or with an inlet above 500 °C give nothing but keep their place.
 * @param samples merged, in order: those of the hour and at least the last one before it; others do no harm
 */
export function hourSums(hour: number, samples: readonly UreaSample[], policy: Policy): HourSums | null {
  const limits = policy.rules['urea-use'];
  const gap = limits.gapSeconds * 1000;
  let sums: HourSums | null = null;
  let previous: number | undefined;
  for (const sample of samples) {
    const since = previous === undefined ? Infinity : sample.at - previous;
    previous = sample.at;
    if (sample.at < hour || sample.at >= hour + HOUR) continue;
    sums ??= { hour, samples: 0, scrSamples: 0, firstAt: sample.at, lastAt: sample.at, distanceKm: 0, fuelL: 0, emptyKm: 0 };
    sums.samples++;
    sums.lastAt = sample.at;
    if (!sample.scr) continue;
    sums.scrSamples++;
    if (sample.scrInlet !== undefined && sample.scrInlet > limits.maxScrInletC) continue;
    add(sums, sample, since <= gap ? since : 0, limits.reagentEmpty.belowPercent);
  }
  return sums;
}

function add(sums: HourSums, sample: UreaSample, lasts: number, emptyBelow: number): void {
  const km = ((sample.speed ?? 0) * lasts) / HOUR;
  sums.distanceKm += km;
  sums.fuelL += ((sample.fuelFlow ?? 0) * lasts) / HOUR;
  const { reagent } = sample;
  if (reagent === undefined) return;
  if (reagent < emptyBelow) sums.emptyKm += km;
  sums.reagentMin = Math.min(sums.reagentMin ?? reagent, reagent);
  sums.reagentMax = Math.max(sums.reagentMax ?? reagent, reagent);
}

/** The beginning of the clock hour of a moment. Civil hours are those of UTC: the offset is whole hours. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR) * HOUR;
}

/** The hours whose sums a sample at `at` can change: its own, and the next where the sample after it may lie there. */
export function hoursTouched(at: number, policy: Policy): number[] {
  const own = hourOf(at);
  const next = hourOf(at + policy.rules['urea-use'].gapSeconds * 1000);
  return own === next ? [own] : [own, next];
}
