import { createCanvas } from '@napi-rs/canvas';
import type { Random } from '../city/random.ts';
import { css, lit, type Colour } from './colour.ts';
import { FAMILY } from './fonts.ts';
import { frontPlane, LIGHT, sidePlane, type Pen } from './pen.ts';
import type { Subject } from './scene.ts';

/** Paints an excavator; its registration code stands on the counterweight's side and on a board in front, as environmental codes do. */
export function paintMachine(pen: Pen, subject: Subject, random: Random): void {
  const paint = random.pick<Colour>([[224, 160, 28], [214, 110, 30], [196, 170, 50]]); // prettier-ignore
  const near: 1 | -1 = pen.camera.eye[0] > 0 ? 1 : -1;
  pen.rect((u, v) => [u, 0, v], -1.7, -0.2, 1.7, 4.4, 'rgba(8,9,12,0.4)', 0.4);
  for (const s of [-near, near] as (1 | -1)[]) {
    const [x0, x1] = s > 0 ? ([0.85, 1.45] as const) : ([-1.45, -0.85] as const);
    pen.block([x0, x1], [0.05, 0.95], [0.2, 4.1], [44, 44, 46]);
    const track = sidePlane(s * 1.46);
    pen.rect(track, 0.1, 0.02, 4.2, 0.98, css([30, 30, 32]), 0.42);
    pen.rect(track, 0.35, 0.2, 3.95, 0.8, css([66, 62, 56]), 0.28);
    for (let z = 0.65; z < 4; z += 0.52) pen.disc(track, z, 0.36, 0.19, css([38, 38, 40]));
    for (let y = 0.1; y < 0.95; y += 0.16) pen.rect(frontPlane(0.19), x0, y, x1, y + 0.07, css([66, 64, 60]));
  }
  pen.block([-1.35, 1.35], [1.05, 2.2], [1.1, 4.3], paint);
  pen.block([-1.35, 1.35], [1.1, 1.75], [3.9, 4.5], lit(paint, 0.7));
  const cab: [number, number] = near > 0 ? [0.3, 1.35] : [-1.35, -0.3];
  pen.block(cab, [1.05, 3.0], [0.6, 2.3], lit(paint, 0.95));
  pen.rect(frontPlane(0.59), cab[0] + 0.08, 1.35, cab[1] - 0.08, 2.9, css([48, 58, 66]), 0.08);
  pen.rect(sidePlane(near * 1.36), 0.75, 1.7, 2.1, 2.85, css([36, 44, 50]), 0.08);
  // Boom, arm and bucket before the cab.
  const b = near > 0 ? -0.35 : 0.35;
  const light = LIGHT.right;
  for (const dx of [0.16, 0]) {
    const fill = css(lit(paint, dx > 0 ? light * 0.7 : light));
    const plane = sidePlane(b + near * (0.16 - dx));
    pen.shape(plane, [[1.3, 1.5], [1.3, 2.1], [0.2, 4.3], [-0.6, 4.5], [-0.7, 4.15], [0, 3.95], [0.75, 1.6]], fill); // prettier-ignore
    pen.shape(
      plane,
      [
        [-0.5, 4.6],
        [-0.9, 4.4],
        [-1.35, 1.7],
        [-1.1, 1.6],
      ],
      fill,
    );
  }
  pen.block([b - 0.55, b + 0.55], [0.9, 1.75], [-1.5, -0.75], [70, 66, 60]);
  for (let i = 0; i < 5; i++) pen.block([b - 0.5 + i * 0.22, b - 0.4 + i * 0.22], [0.72, 0.92], [-1.52, -1.35], [120, 118, 112]);
  if (subject.number === '') return;
  const board = createCanvas(420, 90);
  const ctx = board.getContext('2d');
  ctx.fillStyle = '#f4f4ee';
  ctx.fillRect(0, 0, 420, 90);
  ctx.fillStyle = '#1d4f36';
  ctx.font = `600 54px "${FAMILY}"`;
  ctx.textAlign = 'center';
  ctx.fillText(subject.number, 210, 64, 400);
  const plane = sidePlane(near * 1.37);
  const flipped = near > 0 ? plane : (u: number, v: number) => plane(u, v);
  if (near > 0) pen.image(flipped, 2.6, 1.5, 3.8, 1.8, board);
  else pen.image((u, v) => plane(6.4 - u, v), 2.6, 1.5, 3.8, 1.8, board);
  pen.image(frontPlane(1.08), near > 0 ? -1.25 : 0.25, 1.2, near > 0 ? -0.25 : 1.25, 1.42, board);
}
