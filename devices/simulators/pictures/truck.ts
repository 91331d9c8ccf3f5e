import type { Random } from '../city/random.ts';
import { css, lit, mix, type Colour } from './colour.ts';
import { drawPlate, plateSize } from './plate.ts';
import { frontPlane, LIGHT, sidePlane, type Pen, type Plane } from './pen.ts';
import { paintBed } from './bed.ts';
import { frameOf, type Frame } from './frame.ts';
import type { Subject } from './scene.ts';

const CABS: Colour[] = [
  [226, 228, 226],
  [188, 32, 30],
  [28, 74, 146],
  [196, 62, 24],
  [40, 96, 74],
  [158, 164, 170],
  [218, 160, 34],
  [94, 26, 38],
];

const GLASS: Colour = [34, 42, 50];
const RUBBER: Colour = [30, 30, 32];
const TRIM: Colour = [44, 46, 50];

function paintWheel(pen: Pen, frame: Frame, z: number, side: 1 | -1): void {
  const { half, radius: r } = frame;
  const outer = side * (half - 0.02);
  const inner = side * (half - 0.55);
  // The tread as seen from the front, then the disc on the outside.
  pen.rect(frontPlane(z - r * 0.55), Math.min(outer, inner), 0.02, Math.max(outer, inner), r * 1.75, css(lit(RUBBER, 0.75)), 0.1);
  const face = sidePlane(outer);
  pen.disc(face, z, r, r, css(RUBBER));
  if (!pen.camera.sees([outer, r, z], [side, 0, 0])) return;
  pen.disc(face, z, r, r * 0.66, css([66, 66, 68]));
  pen.disc(face, z, r, r * 0.56, css([128, 128, 126]));
  pen.disc(face, z, r, r * 0.4, css([82, 82, 84]));
  pen.disc(face, z, r, r * 0.2, css([150, 150, 148]));
  for (let i = 0; i < 10; i++) {
    const a = (i / 5) * Math.PI;
    pen.disc(face, z + Math.cos(a) * r * 0.47, r + Math.sin(a) * r * 0.47, r * 0.05, css([50, 50, 52]));
  }
}

function paintShadow(pen: Pen, { half, bed, cab }: Frame): void {
  const to = Math.max(bed.to, cab.depth);
  for (const [grow, alpha] of [
    [0.55, 0.16],
    [0.3, 0.2],
    [0.08, 0.34],
  ] as const)
    pen.rect((u, v) => [u, 0, v], -half - grow, -grow, half + grow, to + grow, `rgba(8,9,12,${alpha})`, 0.3 + grow);
}

/** The front of the cab leans back a little above the sill of the windscreen. */
const leaning =
  (sill: number): Plane =>
  (u, v) => [u, v, v > sill ? (v - sill) * 0.14 : 0];

function paintCabSide(pen: Pen, { half, cab, radius, wheels }: Frame, paint: Colour, side: 1 | -1): void {
  const x = side * half;
  if (!pen.camera.sees([x, 2, 1], [side, 0, 0])) return;
  const plane = sidePlane(x);
  const { depth, top, floor } = cab;
  const sill = floor + (top - floor) * 0.47;
  const light = side > 0 ? LIGHT.right : LIGHT.left;
  const lean = (top - sill) * 0.14;
  pen.shape(plane, [[0, floor - 0.25], [0, sill], [lean, top], [depth, top], [depth, floor - 0.1]], css(lit(paint, light))); // prettier-ignore
  // Door: seam, window with sky in it, handle, steps below.
  const [d0, d1] = [0.22, depth * 0.63];
  pen.shape(plane, [[d0, floor], [d0, sill], [d0 + lean * 0.8, top - 0.12], [d1, top - 0.12], [d1, floor]], css(lit(paint, light * 0.94))); // prettier-ignore
  pen.shape(plane, [[d0 + 0.06, sill - 0.02], [d0 + lean, top - 0.24], [d1 - 0.08, top - 0.24], [d1 - 0.08, sill - 0.02]], css(GLASS)); // prettier-ignore
  pen.shape(plane, [[d0 + 0.3, sill - 0.02], [d0 + 0.55, top - 0.24], [d0 + 0.8, top - 0.24], [d0 + 0.55, sill - 0.02]], 'rgba(190,210,225,0.22)'); // prettier-ignore
  pen.rect(plane, d1 - 0.3, sill - 0.28, d1 - 0.12, sill - 0.22, css(TRIM));
  for (const v of [floor, sill - 0.1]) pen.line(plane(d0, v), plane(d1, v), 0.015, 'rgba(0,0,0,0.35)');
  pen.line(plane(d1, floor), plane(d1, top - 0.1), 0.02, 'rgba(0,0,0,0.4)');
  pen.shape(plane, [[0, 0.32], [0, floor], [0.75, floor], [0.62, 0.5], [0.5, 0.32]], css(lit(mix(paint, TRIM, 0.55), light))); // prettier-ignore
  for (const v of [0.42, 0.72]) pen.rect(plane, 0.08, v, 0.6, v + 0.07, 'rgba(10,10,12,0.7)');
  pen.disc(plane, wheels[0] ?? 1.3, radius, radius * 1.22, 'rgba(14,14,16,0.96)');
}

function paintFace(pen: Pen, frame: Frame, paint: Colour, random: Random): void {
  const { half, cab } = frame;
  const { top, floor, roof } = cab;
  const sill = floor + (top - floor) * 0.47;
  const plane = leaning(sill);
  const flat = frontPlane(0);
  const heavy = half > 1.1;
  const bumper = heavy ? 0.32 : 0.28;
  const face = css(lit(paint, LIGHT.front));
  const { ctx, camera } = pen;

  // Roof fairing, then the body of the face with a little light from above.
  if (roof > 0.2) {
    const z0 = 0.25;
    pen.polygon(
      [[-half * 0.86, top, z0], [half * 0.86, top, z0], [half * 0.7, top + roof, 1.3], [-half * 0.7, top + roof, 1.3]],
      css(lit(paint, 1.05)),
    ); // prettier-ignore
    for (const u of [-0.5, 0, 0.5]) pen.rect((a, b) => [a, b, z0 + 0.02], u - 0.09, top + 0.02, u + 0.09, top + 0.08, '#d98a1c');
  }
  pen.rect(plane, -half, bumper + 0.1, half, top, face, 0.1);
  const shine = ctx.createLinearGradient(0, camera.project([0, top, 0])[1], 0, camera.project([0, bumper, 0])[1]);
  shine.addColorStop(0, 'rgba(255,255,255,0.16)');
  shine.addColorStop(0.5, 'rgba(255,255,255,0)');
  shine.addColorStop(1, 'rgba(0,0,0,0.22)');
  pen.rect(plane, -half, bumper + 0.1, half, top, shine, 0.1);

  // Windscreen: dark, the sky low in it, two shadows of seats, a sun visor, wipers.
  const [w0, w1] = [sill, top - (heavy ? 0.2 : 0.12)];
  pen.rect(plane, -half + 0.07, w0 - 0.03, half - 0.07, w1 + 0.03, css([16, 17, 19]), 0.1);
  const glass = ctx.createLinearGradient(0, camera.project(plane(0, w1))[1], 0, camera.project(plane(0, w0))[1]);
  glass.addColorStop(0, css([22, 27, 33]));
  glass.addColorStop(0.55, css([46, 57, 66]));
  glass.addColorStop(1, css([88, 102, 112]));
  pen.rect(plane, -half + 0.12, w0, half - 0.12, w1, glass, 0.08);
  for (const u of [-half * 0.48, half * 0.48]) pen.rect(plane, u - 0.24, w0 + 0.04, u + 0.24, w0 + (w1 - w0) * 0.62, 'rgba(12,13,15,0.5)', 0.14); // prettier-ignore
  pen.shape(
    plane,
    [
      [-half * 0.7, w0],
      [-half * 0.42, w1],
      [-half * 0.1, w1],
      [-half * 0.38, w0],
    ],
    'rgba(214,226,234,0.13)',
  );
  if (heavy)
    pen.rect((u, v) => [u, v, -0.12], -half + 0.1, w1 - 0.06, half - 0.1, w1 + 0.14, css(lit(mix(paint, TRIM, 0.72), 0.9)), 0.05);
  for (const u of [-0.62, 0.18]) pen.line(plane(u, w0 - 0.02), plane(u + 0.52, w0 + 0.1), 0.025, css([12, 12, 12]));

  // Grille with slats and a blank badge.
  const [g0, g1] = [bumper + (heavy ? 0.5 : 0.34), sill - 0.14];
  pen.rect(flat, -half * 0.66, g0, half * 0.66, g1, css(lit(TRIM, 0.75)), 0.08);
  const slats = heavy ? 5 : 3;
  for (let i = 0; i < slats; i++) {
    const v = g0 + ((i + 0.5) / slats) * (g1 - g0);
    pen.rect(flat, -half * 0.6, v - 0.028, half * 0.6, v + 0.02, css([118, 122, 126]), 0.02);
    pen.rect(flat, -half * 0.6, v - 0.028, half * 0.6, v - 0.012, 'rgba(0,0,0,0.4)');
  }
  pen.disc(flat, 0, g1 - 0.1, 0.1, css([206, 208, 210]));
  pen.disc(flat, 0, g1 - 0.1, 0.07, css(lit(paint, 0.7)));

  // Bumper with lamps, fog lamps, air intake.
  const b1 = bumper + (heavy ? 0.52 : 0.34);
  pen.rect(flat, -half, bumper, half, b1, css(mix(lit(paint, 0.8), TRIM, heavy ? 0.35 : 0.6)), 0.09);
  pen.rect(flat, -half * 0.55, bumper + 0.02, half * 0.55, bumper + 0.12, css([20, 20, 22]), 0.03);
  for (const s of [-1, 1]) {
    const u = s * half * 0.8;
    const lw = half * 0.155;
    pen.rect(flat, u - lw, b1 - 0.27, u + lw, b1 - 0.02, css([30, 32, 36]), 0.05);
    pen.rect(flat, u - lw * 0.84, b1 - 0.25, u + lw * 0.84, b1 - 0.05, css([206, 214, 220]), 0.04);
    pen.disc(flat, u - s * lw * 0.2, b1 - 0.15, 0.075, css([240, 244, 246]));
    pen.rect(flat, u + s * lw * 0.4 - 0.04, b1 - 0.24, u + s * lw * 0.4 + 0.05, b1 - 0.06, css([224, 138, 40]), 0.02);
    pen.disc(flat, s * half * 0.72, bumper + 0.1, 0.06, css([176, 180, 184]));
  }
  // Dirt thrown up from the road.
  for (let i = 0; i < 26; i++)
    pen.disc(
      flat,
      random.between(-half, half) * 0.96,
      bumper + random.between(0.02, 0.6) ** 1.6,
      random.between(0.008, 0.03),
      'rgba(96,84,66,0.35)',
    );
}

function paintMirrors(pen: Pen, { half, cab }: Frame): void {
  const v = cab.top - (half > 1.1 ? 0.35 : 0.3);
  const tall = half > 1.1 ? 0.55 : 0.32;
  for (const s of [-1, 1]) {
    pen.line([s * half, v, 0.15], [s * (half + 0.22), v, -0.05], 0.04, css(TRIM));
    pen.rect(frontPlane(-0.06), s * (half + 0.2) - 0.1, v - tall, s * (half + 0.2) + 0.1, v + 0.06, css([24, 25, 28]), 0.04);
  }
}

/** Where the plate is fitted in front. */
export function plateAt(frame: Frame): { v: number } {
  return { v: frame.half > 1.1 ? 0.6 : 0.45 };
}

export function paintPlate(pen: Pen, subject: Subject, v: number, dirt: number): void {
  if (subject.number === '') return;
  const { width, height } = plateSize(subject.color);
  const plane = frontPlane(-0.03);
  pen.rect(plane, -width / 2 - 0.02, v - height / 2 - 0.02, width / 2 + 0.02, v + height / 2 + 0.02, css([22, 22, 24]), 0.02);
  pen.image(plane, -width / 2, v - height / 2, width / 2, v + height / 2, drawPlate(subject.number, subject.color));
  pen.rect(plane, -width / 2, v - height / 2, width / 2, v + height / 2, `rgba(120,104,80,${dirt})`);
}

/** Paints a truck. `random` is seeded by the vehicle: its colour, dirt and tarpaulin stay the same from picture to picture. */
export function paintTruck(pen: Pen, subject: Subject, random: Random): void {
  const frame = frameOf(subject);
  const paint = lit(random.pick(CABS), random.between(0.88, 1.02));
  const { half, cab, bed, wheels } = frame;
  const near: 1 | -1 = pen.camera.eye[0] > 0 ? 1 : -1;
  paintShadow(pen, frame);
  const [first, ...rest] = wheels;
  for (const z of [...rest].sort((a, b) => b - a))
    for (const side of [-near, near] as (1 | -1)[]) paintWheel(pen, frame, z, side);
  pen.block([-0.5, 0.5], [bed.floor - 0.5, bed.floor], [cab.depth * 0.6, bed.to - 0.2], [38, 38, 40]);
  // Tank, box and side guard between the axles.
  const side = near * (half - 0.1);
  const guard = sidePlane(side);
  const [from, to] = subject.body === 'tractor' ? [6.2, 9.4] : [bed.from + 0.3, (wheels.at(-1) ?? 6) - 0.9];
  if (to > from) {
    pen.rect(guard, from, 0.5, Math.min(to, from + 1.2), bed.floor - 0.12, css([112, 116, 120]), 0.1);
    for (const v of [0.55, 0.85]) pen.rect(guard, from + 1.3, v, to, v + 0.1, css([176, 178, 176]));
  }
  paintBed(pen, subject, frame, random);
  for (const s of [-near, near] as (1 | -1)[]) paintWheel(pen, frame, first ?? 1.3, s);
  // The cab's back and roof, then its sides and face.
  pen.block([-half, half], [cab.floor - 0.1, cab.top], [0.4, cab.depth], lit(paint, 0.9));
  if (cab.roof > 0.2) pen.block([-half * 0.72, half * 0.72], [cab.top, cab.top + cab.roof], [1.25, cab.depth], lit(paint, 0.92));
  for (const s of [-near, near] as (1 | -1)[]) paintCabSide(pen, frame, paint, s);
  if (pen.camera.sees([near * half, 1, 1], [near, 0, 0])) {
    const wheel = first ?? 1.3;
    paintWheel(pen, frame, wheel, near);
  }
  paintFace(pen, frame, paint, random);
  paintMirrors(pen, frame);
  paintPlate(pen, subject, plateAt(frame).v, random.between(0.02, 0.16));
}
