import type { Random } from '../city/random.ts';
import type { Point3 } from './camera.ts';
import { css, lit, type Colour } from './colour.ts';
import { pattern, specks } from './noise.ts';
import { frontPlane, LIGHT, sidePlane, type Pen } from './pen.ts';
import type { Subject } from './scene.ts';
import type { Frame } from './frame.ts';

const SIDES: Colour[] = [
  [150, 42, 34],
  [96, 104, 110],
  [46, 84, 124],
  [58, 96, 72],
  [120, 116, 108],
];
const TARPS: Colour[] = [
  [44, 92, 66],
  [40, 78, 128],
  [84, 88, 86],
  [108, 76, 50],
];
const COAL: Colour = [34, 33, 34];

/** The sides and front of the bed with their ribs. */
function paintWalls(pen: Pen, { half, bed }: Frame, colour: Colour, ribs: number, slats: boolean): void {
  const { from, to, floor, top } = bed;
  const near: 1 | -1 = pen.camera.eye[0] > 0 ? 1 : -1;
  for (const s of [-near, near] as (1 | -1)[]) {
    const x = s * half;
    if (!pen.camera.sees([x, floor, from], [s, 0, 0])) continue;
    const plane = sidePlane(x);
    const light = s > 0 ? LIGHT.right : LIGHT.left;
    pen.rect(plane, from, floor, to, top, css(lit(colour, light)));
    if (slats)
      for (let v = floor + 0.55; v < top - 0.1; v += 0.3) pen.rect(plane, from, v, to, v + 0.12, css(lit(colour, light * 0.45)));
    for (let i = 0; i <= ribs; i++) {
      const z = from + ((to - from) * i) / ribs;
      pen.rect(plane, z - 0.06, floor, z + 0.06, top, css(lit(colour, light * 0.82)));
      pen.rect(plane, z - 0.06, floor, z - 0.02, top, css(lit(colour, light * 1.2)));
    }
    pen.rect(plane, from, floor - 0.14, to, floor + 0.06, css(lit(colour, light * 0.6)));
    pen.rect(plane, from, top - 0.1, to, top, css(lit(colour, light * 1.12)));
    // Red and white reflective tape along the sill, as the law asks for.
    for (let z = from + 0.4; z < to - 0.3; z += 0.9) {
      pen.rect(plane, z, floor - 0.02, z + 0.22, floor + 0.05, '#b3202a');
      pen.rect(plane, z + 0.22, floor - 0.02, z + 0.44, floor + 0.05, '#dcdcd8');
    }
  }
  pen.rect(frontPlane(from), -half, floor, half, top, css(lit(colour, LIGHT.front * 0.8)));
}

/** What is seen through the open top from above. */
function paintInside(pen: Pen, { half, bed }: Frame, colour: Colour): void {
  const { from, to, floor, top } = bed;
  const { ctx, camera } = pen;
  if (!camera.sees([0, top, (from + to) / 2], [0, 1, 0])) return;
  const w = half - 0.06;
  const opening: Point3[] = [[-w, top, from], [w, top, from], [w, top, to], [-w, top, to]]; // prettier-ignore
  ctx.save();
  ctx.beginPath();
  opening.forEach((p, i) => {
    const [x, y] = camera.project(p);
    if (i === 0) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  });
  ctx.clip();
  pen.polygon(opening, css(lit(colour, 0.35)));
  pen.polygon([[-w, floor, from], [w, floor, from], [w, floor, to], [-w, floor, to]], css([74, 70, 64])); // prettier-ignore
  pen.rect(frontPlane(to), -w, floor, w, top, css(lit(colour, 0.62)));
  const far = camera.eye[0] > 0 ? -w : w;
  pen.rect(sidePlane(far), from, floor, to, top, css(lit(colour, 0.52)));
  for (let z = from; z < to; z += 1.1) pen.rect(sidePlane(far), z, floor, z + 0.1, top, css(lit(colour, 0.4)));
  ctx.restore();
}

/** A ridge of material or cloth over the bed; `drop` hangs over the edge. */
function paintHeap(pen: Pen, { half, bed }: Frame, colour: Colour, rise: number, cloth: boolean, random: Random): void {
  const { from, to, top } = bed;
  const { ctx } = pen;
  const w = cloth ? half + 0.03 : half - 0.08;
  const y = cloth ? top + 0.02 : top - 0.03;
  const [z0, z1] = cloth ? [from - 0.03, to + 0.03] : [from + 0.15, to - 0.15];
  const steps = 14;
  const ridge: Point3[] = [];
  for (let i = 0; i <= steps; i++) {
    const part = i / steps;
    const ends = Math.min(1, part * 5, (1 - part) * 5);
    const bumps = cloth ? random.between(-0.04, 0.05) : random.between(-0.1, 0.12);
    ridge.push([random.between(-0.12, 0.12), y + rise * Math.sqrt(Math.max(0, ends)) + bumps * ends, z0 + (z1 - z0) * part]);
  }
  const near = pen.camera.eye[0] > 0 ? 1 : -1;
  for (const s of [-near, near]) {
    const edge: Point3[] = ridge.map(([, , z]) => [s * w, y, z]);
    const light = s > 0 ? 0.92 : 0.78;
    pen.polygon([...ridge, ...edge.reverse()], css(lit(colour, light)));
    if (!cloth || !pen.camera.sees([s * w, y, from], [s, 0, 0])) continue;
    const hem: [number, number][] = [[z0, y]];
    for (let z = z0; z <= z1; z += 0.55) hem.push([z, y - random.between(0.26, 0.46)]);
    hem.push([z1, y]);
    pen.shape(sidePlane(s * w), hem, css(lit(colour, light * 0.82)));
    for (let z = z0 + 0.5; z < z1; z += 1.15)
      pen.line([s * w, y - 0.4, z], [s * w, bed.floor + 0.1, z + 0.1], 0.02, 'rgba(210,200,170,0.55)');
  }
  pen.polygon([[-w, y, z0], ...ridge.slice(0, 4), [w, y, z0]], css(lit(colour, 1.02)));
  if (cloth) {
    for (let i = 1; i < steps; i += 2) {
      const p = ridge[i] as Point3;
      pen.line(p, [near * w, y - 0.2, p[2] + random.between(-0.2, 0.2)], 0.03, 'rgba(0,0,0,0.22)');
      pen.line([p[0], p[1], p[2] + 0.2], [near * w, y - 0.1, p[2] + 0.25], 0.03, 'rgba(255,255,255,0.12)');
    }
    return;
  }
  // Lumps: the same outline again, filled with specks.
  const lumps = pattern(ctx, specks());
  for (const s of [-near, near]) {
    const edge: Point3[] = ridge.map(([, , z]) => [s * w, y, z]);
    pen.polygon([...ridge, ...edge.reverse()], lumps);
  }
}

/** The bed, trailer or box behind the cab, with what it carries. */
export function paintBed(pen: Pen, subject: Subject, frame: Frame, random: Random): void {
  const { half, bed } = frame;
  const { body, load } = subject;
  if (body === 'box') {
    const colour = random.pick<Colour>([[220, 222, 222], [196, 202, 206], [64, 104, 158], [206, 190, 150]]); // prettier-ignore
    paintWalls(pen, frame, colour, 9, false);
    if (pen.camera.sees([0, bed.top, bed.from], [0, 1, 0]))
      pen.polygon([[-half, bed.top, bed.from], [half, bed.top, bed.from], [half, bed.top, bed.to], [-half, bed.top, bed.to]], css(lit(colour, 1.06))); // prettier-ignore
    return;
  }
  const colour = random.pick(SIDES);
  const tarp = random.pick(TARPS);
  paintInside(pen, frame, colour);
  if (load === 'steel') {
    for (let i = 0; i < 4; i++) {
      const z = bed.from + 1.2 + (i * (bed.to - bed.from - 2.4)) / 3;
      pen.block([-0.7, 0.7], [bed.floor, bed.top + 0.15], [z - 0.55, z + 0.55], [136, 140, 146]);
    }
  }
  paintWalls(pen, frame, colour, Math.round((bed.to - bed.from) * 1.1), body === 'fence');
  if (load === 'coal') paintHeap(pen, frame, COAL, 0.42, false, random);
  if (load === 'covered') paintHeap(pen, frame, tarp, 0.3, true, random);
}
