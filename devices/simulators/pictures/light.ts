import { civilDate, civilDayStart, DAY, HOUR } from '../../contract/instant.ts';
import { mix, type Colour } from './colour.ts';
import type { Weather } from './scene.ts';

/** What the sky gives at a moment in the Xinzhou of the simulation. */
export interface Light {
  /** −1 deep night, 0 sun on the horizon, 1 midday. */
  sun: number;
  night: boolean;
  /** Sky above and at the horizon. */
  high: Colour;
  low: Colour;
  /** Air that swallows distance: 0 clear, 1 nothing is seen. */
  haze: number;
}

const STOPS: [sun: number, high: Colour, low: Colour][] = [
  [-0.35, [10, 13, 24], [24, 27, 38]],
  [-0.12, [22, 30, 56], [92, 74, 78]],
  [0.02, [74, 98, 140], [226, 168, 120]],
  [0.2, [104, 146, 194], [218, 214, 204]],
  [1, [92, 144, 206], [204, 220, 232]],
];

/** Sunrise and sunset follow the season at 38.4° north. */
export function lightAt(at: number, weather: Weather): Light {
  const dayStart = civilDayStart(civilDate(at));
  const season = Math.cos(((((at / DAY) % 365.25) - 171) / 365.25) * 2 * Math.PI);
  const daylight = 12.1 + 2.7 * season;
  const hour = (at - dayStart) / HOUR;
  const noon = 12.2;
  const sun = Math.max(-1, Math.cos(((hour - noon) / daylight) * Math.PI) * (Math.abs(hour - noon) > daylight ? -1 : 1));
  const far = Math.abs(hour - noon) > daylight * 0.9 ? -1 : sun;
  let high: Colour = STOPS[0]![1];
  let low: Colour = STOPS[0]![2];
  for (let i = 1; i < STOPS.length; i++) {
    const [s0, h0, l0] = STOPS[i - 1]!;
    const [s1, h1, l1] = STOPS[i]!;
    if (far < s0) continue;
    const part = Math.min(1, (far - s0) / (s1 - s0));
    high = mix(h0, h1, part);
    low = mix(l0, l1, part);
  }
  const grey: Colour = mix([26, 28, 34], [176, 182, 188], Math.max(0, Math.min(1, (far + 0.15) / 0.45)));
  const cover = { clear: 0, cloudy: 0.65, rain: 0.9, snow: 0.92, fog: 0.96 }[weather];
  const haze = { clear: 0.12, cloudy: 0.2, rain: 0.42, snow: 0.5, fog: 0.82 }[weather];
  return {
    sun: far,
    night: far < -0.04,
    high: mix(high, grey, cover),
    low: mix(low, mix(grey, [255, 255, 255], 0.12), cover),
    haze,
  };
}
