/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [number, number, number];

const clamp = (x: number) => Math.max(0, Math.min(255, Math.round(x)));

export const css = ([r, g, b]: Colour, alpha = 1) => `rgba(${clamp(r)},${clamp(g)},${clamp(b)},${alpha})`;
/** Lighter (`by` > 1) or darker. */
export const lit = ([r, g, b]: Colour, by: number): Colour => [r * by, g * by, b * by];
/** `a` at 0, `b` at 1. */
export const mix = (a: Colour, b: Colour, part: number): Colour => [
  a[0] + (b[0] - a[0]) * part,
  a[1] + (b[1] - a[1]) * part,
  a[2] + (b[2] - a[2]) * part,
];
