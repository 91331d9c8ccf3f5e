import type { Canvas, CanvasGradient, CanvasPattern, SKRSContext2D } from '@napi-rs/canvas';
import type { Camera, Point2, Point3 } from './camera.ts';
import { css, lit, type Colour } from './colour.ts';

/** A plane in space on which flat things are drawn: its own (u, v) in metres. */
export type Plane = (u: number, v: number) => Point3;

export const frontPlane =
  (z: number): Plane =>
  (u, v) => [u, v, z];
export const sidePlane =
  (x: number): Plane =>
  (u, v) => [x, v, u];

export type Fill = string | CanvasGradient | CanvasPattern;

/** Fills polygons of the world into the picture. */
export interface Pen {
  readonly ctx: SKRSContext2D;
  readonly camera: Camera;
  polygon(points: readonly Point3[], fill: Fill): void;
  /** A rectangle on a plane, its corners rounded by `radius` metres. */
  rect(plane: Plane, u0: number, v0: number, u1: number, v1: number, fill: Fill, radius?: number): void;
  shape(plane: Plane, points: readonly Point2[], fill: Fill): void;
  disc(plane: Plane, u: number, v: number, radius: number, fill: Fill): void;
  line(from: Point3, to: Point3, metres: number, stroke: string): void;
  /** The faces of a block that are seen, shaded: `x`, `y`, `z` are its extents. */
  block(x: Point2, y: Point2, z: Point2, colour: Colour, alpha?: number): void;
  /** Draws a flat picture into a rectangle of a plane (small ones: it is sheared, not bent). */
  image(plane: Plane, u0: number, v0: number, u1: number, v1: number, image: Canvas): void;
}

/** How much light falls on faces: from the sky above, on the front, on the sides. */
export const LIGHT = { top: 1.12, front: 0.95, left: 0.66, right: 0.8, back: 0.6 };

export function createPen(ctx: SKRSContext2D, camera: Camera): Pen {
  function trace(points: readonly Point3[]): void {
    ctx.beginPath();
    points.forEach((point, i) => {
      const [x, y] = camera.project(point);
      if (i === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    });
    ctx.closePath();
  }
  const pen: Pen = {
    ctx,
    camera,
    polygon(points, fill) {
      trace(points);
      ctx.fillStyle = fill;
      ctx.fill();
    },
    rect(plane, u0, v0, u1, v1, fill, radius = 0) {
      if (radius === 0) return pen.polygon([plane(u0, v0), plane(u1, v0), plane(u1, v1), plane(u0, v1)], fill);
      const points: Point3[] = [];
      const corners: [number, number, number][] = [
        [u1 - radius, v1 - radius, 0],
        [u0 + radius, v1 - radius, 1],
        [u0 + radius, v0 + radius, 2],
        [u1 - radius, v0 + radius, 3],
      ];
      for (const [u, v, quarter] of corners)
        for (let i = 0; i <= 4; i++) {
          const angle = ((quarter + i / 4) * Math.PI) / 2;
          points.push(plane(u + radius * Math.cos(angle), v + radius * Math.sin(angle)));
        }
      pen.polygon(points, fill);
    },
    shape: (plane, points, fill) =>
      pen.polygon(
        points.map(([u, v]) => plane(u, v)),
        fill,
      ),
    disc(plane, u, v, radius, fill) {
      const points: Point3[] = [];
      for (let i = 0; i < 28; i++) {
        const angle = (i / 14) * Math.PI;
        points.push(plane(u + radius * Math.cos(angle), v + radius * Math.sin(angle)));
      }
      pen.polygon(points, fill);
    },
    line(from, to, metres, stroke) {
      const a = camera.project(from);
      const b = camera.project(to);
      ctx.beginPath();
      ctx.moveTo(...(a as [number, number]));
      ctx.lineTo(...(b as [number, number]));
      ctx.lineWidth = Math.max(0.7, metres * (camera.scaleAt(from) + camera.scaleAt(to)) * 0.5);
      ctx.strokeStyle = stroke;
      ctx.lineCap = 'round';
      ctx.stroke();
    },
    block([x0, x1], [y0, y1], [z0, z1], colour, alpha = 1) {
      const [mx, my, mz] = [(x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2];
      const face = (middle: Point3, outward: Point3, light: number, points: Point3[]) => {
        if (camera.sees(middle, outward)) pen.polygon(points, css(lit(colour, light), alpha));
      };
      face([x0, my, mz], [-1, 0, 0], LIGHT.left, [[x0, y0, z0], [x0, y1, z0], [x0, y1, z1], [x0, y0, z1]]); // prettier-ignore
      face([x1, my, mz], [1, 0, 0], LIGHT.right, [[x1, y0, z0], [x1, y1, z0], [x1, y1, z1], [x1, y0, z1]]); // prettier-ignore
      face([mx, y1, mz], [0, 1, 0], LIGHT.top, [[x0, y1, z0], [x1, y1, z0], [x1, y1, z1], [x0, y1, z1]]); // prettier-ignore
      face([mx, my, z0], [0, 0, -1], LIGHT.front, [[x0, y0, z0], [x1, y0, z0], [x1, y1, z0], [x0, y1, z0]]); // prettier-ignore
      face([mx, my, z1], [0, 0, 1], LIGHT.back, [[x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]]); // prettier-ignore
    },
    image(plane, u0, v0, u1, v1, image) {
      const [ax, ay] = camera.project(plane(u0, v1));
      const [bx, by] = camera.project(plane(u1, v1));
      const [cx, cy] = camera.project(plane(u0, v0));
      ctx.save();
      ctx.transform((bx - ax) / image.width, (by - ay) / image.width, (cx - ax) / image.height, (cy - ay) / image.height, ax, ay);
      ctx.drawImage(image, 0, 0);
      ctx.restore();
    },
  };
  return pen;
}
