/** Metres: x to the right, y up, z away from the viewer who stands before the truck. */
export type Point3 = readonly [number, number, number];
export type Point2 = readonly [number, number];

/** A pinhole camera: where a point of the world lies in the picture. */
export interface Camera {
  readonly eye: Point3;
  project(point: Point3): Point2;
  /** Whether a face with this middle and outward direction is turned to the camera. */
  sees(middle: Point3, outward: Point3): boolean;
  /** Picture row of the horizon. */
  readonly horizon: number;
  /** Pixels a metre takes at a point. */
  scaleAt(point: Point3): number;
}

const minus = (a: Point3, b: Point3): Point3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point3, b: Point3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Point3, b: Point3): Point3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a: Point3): Point3 => {
  const length = Math.sqrt(dot(a, a));
  return [a[0] / length, a[1] / length, a[2] / length];
};

/** Nothing nearer than this is drawn; what lies nearer is pushed out to it. */
const NEAR = 0.6;

/** @param focal focal length in picture widths: 1 sees 53 degrees across. */
export function createCamera(eye: Point3, target: Point3, focal: number, width: number, height: number): Camera {
  const ahead = unit(minus(target, eye));
  const right = unit(cross([0, 1, 0], ahead));
  const up = cross(ahead, right);
  const f = focal * width;
  const depth = (p: Point3) => Math.max(NEAR, dot(minus(p, eye), ahead));
  return {
    eye,
    project(point) {
      const d = minus(point, eye);
      const z = depth(point);
      return [width / 2 + (f * dot(d, right)) / z, height / 2 - (f * dot(d, up)) / z];
    },
    sees: (middle, outward) => dot(minus(eye, middle), outward) > 0,
    horizon: height / 2 + (f * ahead[1]) / Math.sqrt(1 - ahead[1] * ahead[1]),
    scaleAt: (point) => f / depth(point),
  };
}
