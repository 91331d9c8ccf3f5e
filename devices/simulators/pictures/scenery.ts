import type { SKRSContext2D } from '@napi-rs/canvas';
import { createRandom, type Random } from '../city/random.ts';
import type { Point3 } from './camera.ts';
import { css, lit, mix, type Colour } from './colour.ts';
import type { Light } from './light.ts';
import { hash, pattern, specks } from './noise.ts';
import { frontPlane, type Pen } from './pen.ts';
import type { Scene } from './scene.ts';

export interface Backdrop {
  width: number;
  height: number;
  light: Light;
}

/** On which side of the lane the island, the booth or the station stands; the camera hangs on the other. */
export function islandSide(deviceId: string): 1 | -1 {
  return hash(`${deviceId} side`) % 2 === 0 ? 1 : -1;
}

function paintSky(ctx: SKRSContext2D, { width, light }: Backdrop, horizon: number, random: Random, scene: Scene): void {
  const sky = ctx.createLinearGradient(0, Math.min(0, horizon - 400), 0, Math.max(horizon, 1));
  sky.addColorStop(0, css(light.high));
  sky.addColorStop(1, css(light.low));
  ctx.fillStyle = sky;
  ctx.fillRect(0, 0, width, horizon + 4);
  if (scene.weather !== 'clear' && scene.weather !== 'cloudy') return;
  const clouds = scene.weather === 'cloudy' ? 9 : 4;
  for (let i = 0; i < clouds; i++) {
    const [x, y] = [random.between(0, width), random.between(0.05, 0.8) * horizon];
    const rx = random.between(60, 190);
    const cloud = ctx.createRadialGradient(0, 0, 0, 0, 0, rx);
    cloud.addColorStop(0, css(mix(light.low, [255, 255, 255], light.night ? 0.05 : 0.6), 0.32));
    cloud.addColorStop(1, css(light.low, 0));
    ctx.save();
    ctx.translate(x, y);
    ctx.scale(1, 0.22);
    ctx.fillStyle = cloud;
    ctx.fillRect(-rx, -rx, 2 * rx, 2 * rx);
    ctx.restore();
  }
}

/** Hills behind, more of the sky's colour the farther they stand. */
function paintHills(ctx: SKRSContext2D, { width, light }: Backdrop, horizon: number, random: Random): void {
  for (const [tall, away] of [
    [0.16, 0.75],
    [0.08, 0.5],
  ] as const) {
    const base: Colour = light.night ? [12, 14, 18] : [92, 92, 82];
    ctx.fillStyle = css(mix(base, light.low, Math.min(0.97, away + light.haze * 0.5)));
    ctx.beginPath();
    ctx.moveTo(0, horizon + 3);
    let y = random.between(0.3, 1);
    for (let x = 0; x <= width; x += 24) {
      y = Math.max(0.15, Math.min(1, y + random.between(-0.16, 0.16)));
      ctx.lineTo(x, horizon - y * tall * 320);
    }
    ctx.lineTo(width, horizon + 3);
    ctx.fill();
  }
}

function paintGround(pen: Pen, { width, height, light }: Backdrop, scene: Scene): void {
  const { ctx, camera } = pen;
  const y0 = Math.max(0, camera.horizon);
  const dry: Colour = scene.place === 'gate' ? [150, 147, 140] : scene.place === 'site' ? [146, 126, 98] : [98, 99, 101];
  const wet = scene.weather === 'rain' ? 0.68 : 1;
  const near: Colour = scene.weather === 'snow' ? [188, 190, 194] : lit(dry, wet);
  const ground = ctx.createLinearGradient(0, y0, 0, height);
  ground.addColorStop(0, css(mix(near, light.low, 0.3 + light.haze * 0.6)));
  ground.addColorStop(0.35, css(lit(near, 0.98)));
  ground.addColorStop(1, css(lit(near, 0.84)));
  ctx.fillStyle = ground;
  ctx.fillRect(0, y0, width, height - y0);
  // Verge on both sides of the carriageway.
  const half = scene.place === 'gate' ? 5.6 : 6.2;
  const verge: Colour = scene.weather === 'snow' ? [214, 216, 220] : scene.place === 'gate' ? [126, 122, 112] : [122, 112, 84];
  const zs = [-6.5, 200] as const;
  for (const s of [-1, 1])
    pen.polygon([[s * half, 0, zs[0]], [s * half * 12, 0, zs[0]], [s * half * 12, 0, zs[1]], [s * half, 0, zs[1]]], css(mix(lit(verge, wet), light.low, light.haze * 0.4))); // prettier-ignore
  ctx.save();
  ctx.globalAlpha = 0.3;
  ctx.beginPath();
  ctx.rect(0, y0 + (height - y0) * 0.25, width, height);
  ctx.clip();
  ctx.translate(0, y0);
  ctx.scale(1.7, 0.8);
  ctx.fillStyle = pattern(ctx, specks());
  ctx.fillRect(0, 0, width, (height - y0) * 1.3);
  ctx.restore();
  const paint = scene.weather === 'snow' ? 'rgba(250,250,250,0.4)' : 'rgba(232,230,220,0.8)';
  if (scene.place === 'road' || scene.place === 'station') {
    for (const x of [-half + 0.5, half - 0.5]) pen.polygon([[x - 0.08, 0, -6.4], [x + 0.08, 0, -6.4], [x + 0.08, 0, 160], [x - 0.08, 0, 160]], paint); // prettier-ignore
    for (const x of [-2.1, 2.1])
      for (let z = -6; z < 110; z += 10)
        pen.polygon([[x - 0.07, 0, z], [x + 0.07, 0, z], [x + 0.07, 0, z + 5], [x - 0.07, 0, z + 5]], x < 0 ? paint : 'rgba(226,176,52,0.85)'); // prettier-ignore
  }
  if (scene.place === 'gate') {
    for (const z of [2, 10, 18, 30]) pen.line([-half, 0, z], [half, 0, z], 0.04, 'rgba(40,40,40,0.35)'); // joints of the slabs
    for (const x of [-0.95, 0.95]) pen.polygon([[x - 0.3, 0, -6.4], [x + 0.3, 0, -6.4], [x + 0.3, 0, 60], [x - 0.3, 0, 60]], 'rgba(40,36,32,0.2)'); // prettier-ignore
    pen.polygon([[-2.0, 0, -1.2], [2.0, 0, -1.2], [2.0, 0, -0.8], [-2.0, 0, -0.8]], paint); // prettier-ignore
  }
}

/** Works in the distance: halls, silos, a chimney, a conveyor. */
function paintWorks(pen: Pen, { light }: Backdrop, random: Random): void {
  const fade = (c: Colour, z: number) =>
    mix(light.night ? lit(c, 0.25) : c, light.low, Math.min(0.9, (z / 160) * (0.6 + light.haze * 2)));
  const hall: Colour = random.pick<Colour>([[126, 146, 164], [158, 142, 122], [150, 152, 150]]); // prettier-ignore
  const z = 95;
  pen.block([-46, -14], [0, 13], [z, z + 20], fade(hall, z));
  for (let x = -45; x < -15; x += 3.4)
    pen.rect(
      frontPlane(z - 0.1),
      x,
      8,
      x + 1.9,
      9.6,
      css(fade(light.night ? [250, 214, 140] : [70, 84, 96], light.night ? 20 : z)),
    );
  const side = random.chance(0.5) ? 1 : -1;
  for (let i = 0; i < 3; i++) {
    const x = side * (16 + i * 8);
    pen.block([x - 3.2, x + 3.2], [0, 17], [z + 6, z + 12], fade([176, 172, 164], z));
    pen.polygon([[x - 3.2, 17, z + 6], [x + 3.2, 17, z + 6], [x, 20, z + 6]], css(fade([150, 148, 142], z))); // prettier-ignore
  }
  const chimney = -side * 9;
  pen.polygon([[chimney - 1.6, 0, z + 30], [chimney + 1.6, 0, z + 30], [chimney + 1, 44, z + 30], [chimney - 1, 44, z + 30]], css(fade([182, 170, 160], z + 30))); // prettier-ignore
  for (const y of [30, 37])
    pen.rect(frontPlane(z + 29.9), chimney - 1.2, y, chimney + 1.2, y + 3, css(fade([176, 60, 50], z + 30)));
  pen.polygon([[side * 14, 17, z], [side * 44, 5, z], [side * 44, 7.4, z], [side * 14, 19.6, z]], css(fade([104, 116, 124], z))); // prettier-ignore
  pen.block([-70, 70], [0, 2.2], [70, 70.4], fade([168, 160, 148], 70));
}

/** Bare poplars, guard rails, lamp posts along a road. */
function paintRoadside(pen: Pen, { light }: Backdrop, random: Random): void {
  const { ctx } = pen;
  const fade = (c: Colour, z: number) =>
    mix(light.night ? lit(c, 0.3) : c, light.low, Math.min(0.94, (z / 150) * (0.7 + light.haze * 2.2)));
  for (let z = 120; z > 6; z -= 7) {
    for (const s of [-1, 1]) {
      const x = s * (10.5 + random.between(0, 3));
      const tall = random.between(7, 11);
      const colour = css(fade([86, 76, 62], z), 0.9);
      pen.line([x, 0, z], [x, tall, z], 0.2, colour);
      for (let i = 0; i < 9; i++) {
        const y = tall * random.between(0.3, 0.95);
        const reach = (1 - y / tall) * 1.8 + 0.5;
        pen.line([x, y, z], [x + random.between(-reach, reach), y + random.between(0.6, 1.9), z], 0.06, colour);
      }
    }
  }
  for (const s of [-1, 1]) {
    const x = s * 6.9;
    for (const y of [0.55, 0.72]) pen.polygon([[x, y, -5], [x, y + 0.13, -5], [x, y + 0.13, 140], [x, y, 140]], css(mix(light.night ? [70, 72, 76] : [184, 188, 190], light.low, 0.15 + light.haze * 0.4))); // prettier-ignore
    for (let z = -4; z < 60; z += 4) pen.line([x, 0, z], [x, 0.85, z], 0.09, css(fade([150, 154, 156], z)));
  }
  ctx.globalAlpha = 1;
}

function paintBooth(pen: Pen, { light }: Backdrop, scene: Scene, s: 1 | -1): void {
  const x = (a: number, b: number): [number, number] => (s > 0 ? [a, b] : [-b, -a]);
  const dim = light.night ? 0.8 : 1;
  // Island with kerb.
  pen.block(x(2.25, 3.9), [0, 0.2], [-2.6, 10], lit([170, 168, 160], dim));
  for (let z = -2.6; z < 9.5; z += 1.2) pen.polygon([[s * 2.24, 0, z], [s * 2.24, 0.2, z], [s * 2.24, 0.2, z + 0.6], [s * 2.24, 0, z + 0.6]], '#d3a92a'); // prettier-ignore
  // The booth.
  pen.block(x(2.5, 3.8), [0.2, 2.7], [4, 6.6], lit([214, 216, 214], dim));
  pen.block(x(2.35, 3.95), [2.7, 2.95], [3.8, 6.8], lit([38, 78, 138], dim));
  const glass = light.night ? '#f4dfa6' : '#46565f';
  pen.rect(frontPlane(3.99), ...([x(2.65, 3.65)[0], 1.25] as [number, number]), x(2.65, 3.65)[1], 2.45, glass);
  pen.rect((u, v) => [s * 2.49, v, u], 4.3, 1.25, 6.3, 2.45, glass);
  // Post with the lamp, the display and the camera.
  pen.line([s * 2.9, 0.2, 1.1], [s * 2.9, 4.6, 1.1], 0.13, css(lit([190, 192, 194], dim)));
  pen.line([s * 2.9, 4.5, 1.1], [s * 1.9, 4.6, 1.0], 0.1, css(lit([190, 192, 194], dim)));
  pen.block(x(2.6, 3.5), [1.9, 2.75], [0.95, 1.1], [24, 25, 28]);
  const led = (v: number, colour: string) => {
    for (let i = 0; i < 12; i++)
      pen.rect(
        frontPlane(0.94),
        s * 3.05 - 0.38 + i * 0.064,
        v,
        s * 3.05 - 0.345 + i * 0.064,
        v + (i % 3 === 1 ? 0.12 : 0.18),
        colour,
      );
  };
  led(2.42, '#f0453a');
  led(2.08, scene.barrier === 'open' ? '#3ee07a' : '#f2b233');
}

function paintStation(pen: Pen, s: 1 | -1): void {
  const x = (a: number, b: number): [number, number] => (s > 0 ? [a, b] : [-b, -a]);
  pen.block(x(4.7, 5.6), [0, 1.5], [0.6, 1.5], [206, 208, 206]);
  pen.block(x(4.66, 5.64), [1.5, 1.58], [0.55, 1.55], [60, 110, 76]);
  pen.rect(frontPlane(0.59), s * 5.15 - 0.3, 0.85, s * 5.15 + 0.3, 1.25, css([30, 34, 38]));
  pen.line([s * 5.9, 0, 4], [s * 5.9, 5.6, 4], 0.16, css([176, 178, 180]));
  pen.line([s * 5.9, 5.4, 4], [s * 1.2, 5.5, 4], 0.14, css([176, 178, 180]));
  for (const u of [1.6, 3.0]) pen.block(x(u, u + 0.36), [5.05, 5.35], [3.75, 4.2], [228, 230, 230]);
}

/** Everything that stands there without the vehicle. `seed` is the device's: its surroundings never change. */
export function paintScenery(pen: Pen, backdrop: Backdrop, scene: Scene): void {
  const random = createRandom(hash(`${scene.deviceId} scenery`));
  const s = islandSide(scene.deviceId);
  const { ctx, camera } = pen;
  paintSky(ctx, backdrop, camera.horizon, random, scene);
  if (camera.horizon > -40) paintHills(ctx, backdrop, camera.horizon, random);
  paintGround(pen, backdrop, scene);
  if (scene.place === 'gate' || scene.place === 'site') paintWorks(pen, backdrop, random);
  else paintRoadside(pen, backdrop, random);
  if (scene.place === 'gate') paintBooth(pen, backdrop, scene, s);
  if (scene.place === 'station') paintStation(pen, s);
}

/** The barrier stands before the vehicle: painted after it. */
export function paintBoom(pen: Pen, scene: Scene): void {
  if (!scene.barrier) return;
  const s = islandSide(scene.deviceId);
  const z = -2.7;
  const x: [number, number] = s > 0 ? [2.4, 2.85] : [-2.85, -2.4];
  pen.block(x, [0.2, 1.25], [z - 0.25, z + 0.2], [226, 122, 32]);
  const angle = scene.barrier === 'open' ? 1.45 : 0.02;
  const at = (part: number): Point3 => [s * (2.6 - Math.cos(angle) * 4.6 * part), 0.98 + Math.sin(angle) * 4.6 * part, z];
  for (let i = 0; i < 9; i++) pen.line(at(i / 9), at((i + 1) / 9), 0.1, i % 2 === 0 ? '#eeeeea' : '#c3232b');
}
