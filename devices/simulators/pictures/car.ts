import type { Random } from '../city/random.ts';
import type { Point2 } from './camera.ts';
import { css, lit, type Colour } from './colour.ts';
import { frontPlane, LIGHT, sidePlane, type Pen } from './pen.ts';
import type { Subject } from './scene.ts';
import { paintPlate } from './truck.ts';

const PAINTS: Colour[] = [
  [228, 230, 230],
  [34, 36, 40],
  [150, 154, 160],
  [140, 26, 30],
  [34, 62, 112],
  [112, 94, 76],
];
const HALF = 0.9;
const LENGTH = 4.5;

/** Outline of the side: (z, y). */
const SIDE: Point2[] = [
  [0.02, 0.3], [0, 0.62], [0.12, 0.82], [1.05, 0.98], [1.85, 1.45], [3.2, 1.47], [4.1, 1.05], [4.45, 0.98], [LENGTH, 0.5], [LENGTH - 0.1, 0.3],
]; // prettier-ignore

/** Paints a passenger car, its front at z = 0. */
export function paintCar(pen: Pen, subject: Subject, random: Random): void {
  const paint = random.pick(PAINTS);
  const near: 1 | -1 = pen.camera.eye[0] > 0 ? 1 : -1;
  for (const [grow, alpha] of [
    [0.35, 0.2],
    [0.05, 0.4],
  ] as const)
    pen.rect((u, v) => [u, 0, v], -HALF - grow, -grow, HALF + grow, LENGTH + grow, `rgba(8,9,12,${alpha})`, 0.4);
  const top = (z0: number, y0: number, z1: number, y1: number, w0: number, w1: number, fill: string) =>
    pen.polygon([[-w0, y0, z0], [w0, y0, z0], [w1, y1, z1], [-w1, y1, z1]], fill); // prettier-ignore
  for (const s of [-near, near] as (1 | -1)[])
    for (const z of [3.65, 0.85]) {
      pen.rect(frontPlane(z - 0.2), Math.min(s * 0.64, s * 0.88), 0, Math.max(s * 0.64, s * 0.88), 0.55, css([18, 18, 20]), 0.08);
      pen.disc(sidePlane(s * (HALF - 0.03)), z, 0.32, 0.32, css([24, 24, 26]));
    }
  if (pen.camera.sees([near * HALF, 0.6, 2], [near, 0, 0])) {
    const side = sidePlane(near * HALF);
    const light = near > 0 ? LIGHT.right : LIGHT.left;
    pen.shape(side, SIDE, css(lit(paint, light)));
    const inset = sidePlane(near * (HALF - 0.12));
    pen.shape(inset, [[1.3, 0.98], [1.9, 1.38], [2.45, 1.4], [2.45, 0.98]], css([30, 36, 42])); // prettier-ignore
    pen.shape(inset, [[2.55, 0.98], [2.55, 1.4], [3.15, 1.4], [3.8, 1.02]], css([26, 32, 38])); // prettier-ignore
    for (const z of [0.85, 3.65]) {
      pen.disc(side, z, 0.34, 0.37, css([16, 16, 18]));
      pen.disc(side, z, 0.32, 0.31, css([30, 30, 32]));
      pen.disc(side, z, 0.32, 0.21, css([150, 152, 154]));
      pen.disc(side, z, 0.32, 0.08, css([80, 82, 84]));
    }
    pen.line([near * HALF, 0.5, 1.3], [near * HALF, 1.0, 1.3], 0.012, 'rgba(0,0,0,0.4)');
    pen.line([near * HALF, 0.4, 2.5], [near * HALF, 1.0, 2.5], 0.012, 'rgba(0,0,0,0.4)');
    pen.line([near * HALF, 0.86, 0.6], [near * HALF, 0.9, 4.2], 0.02, 'rgba(255,255,255,0.18)');
  }
  const roof = HALF - 0.2;
  top(1.85, 1.45, 3.2, 1.47, roof, roof, css(lit(paint, 1.05)));
  top(1.05, 0.98, 1.85, 1.45, HALF - 0.06, roof, css(lit(paint, 0.7)));
  top(1.12, 1.01, 1.84, 1.42, HALF - 0.12, roof - 0.06, css([52, 62, 70]));
  pen.polygon([[-0.5, 1.01, 1.12], [-0.2, 1.01, 1.12], [0.1, 1.42, 1.84], [-0.15, 1.42, 1.84]], 'rgba(214,226,234,0.2)'); // prettier-ignore
  top(0.12, 0.82, 1.05, 0.98, HALF - 0.06, HALF - 0.06, css(lit(paint, 1.02)));
  const face = frontPlane(0);
  pen.rect(face, -HALF, 0.24, HALF, 0.8, css(lit(paint, LIGHT.front * 0.92)), 0.12);
  pen.rect(face, -0.48, 0.56, 0.48, 0.72, css([24, 25, 28]), 0.05);
  pen.rect(face, -0.66, 0.26, 0.66, 0.38, css([28, 29, 32]), 0.05);
  pen.disc(face, 0, 0.65, 0.06, css([196, 198, 200]));
  for (const s of [-1, 1]) {
    pen.rect(face, s * 0.7 - 0.18, 0.57, s * 0.7 + 0.18, 0.73, css([40, 42, 46]), 0.06);
    pen.rect(face, s * 0.7 - 0.14, 0.59, s * 0.7 + 0.14, 0.71, css([220, 226, 230]), 0.05);
    pen.rect(frontPlane(1.25), s * 0.98 - 0.09, 0.95, s * 0.98 + 0.09, 1.08, css(lit(paint, 0.8)), 0.04);
  }
  paintPlate(pen, subject, 0.46, 0.04);
}
