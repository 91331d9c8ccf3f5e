import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Random } from '../city/random.ts';
import { css } from './colour.ts';
import type { Camera } from './camera.ts';
import type { Light } from './light.ts';
import { grain, pattern } from './noise.ts';
import type { Scene } from './scene.ts';

interface Sheet {
  width: number;
  height: number;
  light: Light;
}

/** Dark with what the lamps leave: the flash on the vehicle, lamp light on the ground, head lamps into the lens. */
function paintNight(ctx: SKRSContext2D, { width, height, light }: Sheet, camera: Camera, scene: Scene): void {
  const depth = Math.min(1, (-light.sun - 0.02) / 0.25);
  if (depth <= 0) return;
  const [cx, cy] = camera.project([0, 1.5, 0.5]);
  const reach = camera.scaleAt([0, 1.5, 0]) * 4.6;
  const dark = ctx.createRadialGradient(cx, cy, reach * 0.25, cx, cy, reach * 1.5);
  const shade = (l: number) => css([255 * l * 0.92, 255 * l * 0.96, 255 * Math.min(1, l * 1.06)]);
  dark.addColorStop(0, shade(1 - 0.3 * depth));
  dark.addColorStop(0.55, shade(1 - 0.58 * depth));
  dark.addColorStop(1, shade(1 - 0.8 * depth));
  ctx.globalCompositeOperation = 'multiply';
  ctx.fillStyle = dark;
  ctx.fillRect(0, 0, width, height);
  ctx.globalCompositeOperation = 'lighter';
  if (scene.role !== 'cargo' && scene.subject.body !== 'machine') {
    const low = scene.subject.body === 'car' ? 0.65 : scene.subject.body === 'light' ? 0.5 : 0.69;
    const apart = scene.subject.body === 'car' ? 0.7 : scene.subject.body === 'light' ? 0.78 : 0.97;
    for (const s of [-1, 1]) {
      const [x, y] = camera.project([s * apart, low, -0.1]);
      const r = camera.scaleAt([0, low, 0]) * 0.75;
      const glow = ctx.createRadialGradient(x, y, 0, x, y, r);
      glow.addColorStop(0, `rgba(255,250,232,${0.95 * depth})`);
      glow.addColorStop(0.12, `rgba(255,244,214,${0.6 * depth})`);
      glow.addColorStop(0.4, `rgba(200,190,160,${0.16 * depth})`);
      glow.addColorStop(1, 'rgba(0,0,0,0)');
      ctx.fillStyle = glow;
      ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    }
  }
  if (scene.place === 'gate') {
    const lamp = ctx.createRadialGradient(width * 0.5, 0, 0, width * 0.5, 0, width * 0.6);
    lamp.addColorStop(0, `rgba(120,92,44,${0.55 * depth})`);
    lamp.addColorStop(1, 'rgba(0,0,0,0)');
    ctx.fillStyle = lamp;
    ctx.fillRect(0, 0, width, height);
  }
  ctx.globalCompositeOperation = 'source-over';
}

function paintAir(ctx: SKRSContext2D, { width, height, light }: Sheet, horizon: number, scene: Scene): void {
  const thick = { clear: 0.03, cloudy: 0.05, rain: 0.14, snow: 0.16, fog: 0.46 }[scene.weather];
  const air = ctx.createLinearGradient(0, Math.max(0, horizon - 80), 0, height);
  air.addColorStop(0, css(light.low, thick * 1.5));
  air.addColorStop(0.35, css(light.low, thick));
  air.addColorStop(1, css(light.low, thick * 0.35));
  ctx.fillStyle = air;
  ctx.fillRect(0, 0, width, height);
}

function paintFalling(ctx: SKRSContext2D, { width, height }: Sheet, random: Random, scene: Scene): void {
  if (scene.weather === 'rain') {
    for (const [alpha, count, length] of [
      [0.16, 240, 16],
      [0.26, 90, 30],
    ] as const) {
      ctx.strokeStyle = `rgba(214,222,230,${alpha})`;
      ctx.lineWidth = 1.1;
      ctx.beginPath();
      for (let i = 0; i < count; i++) {
        const [x, y] = [random.between(0, width), random.between(0, height)];
        const l = length * random.between(0.6, 1.2);
        ctx.moveTo(x, y);
        ctx.lineTo(x - l * 0.16, y + l);
      }
      ctx.stroke();
    }
  }
  if (scene.weather === 'snow') {
    ctx.fillStyle = 'rgba(250,251,253,0.8)';
    ctx.beginPath();
    for (let i = 0; i < 260; i++) {
      const [x, y] = [random.between(0, width), random.between(0, height)];
      const r = random.between(0.6, 2.4);
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 7);
    }
    ctx.fill();
  }
}

/** Night, air, rain and snow, and the grain of the sensor over it all. */
export function paintWeather(ctx: SKRSContext2D, sheet: Sheet, camera: Camera, random: Random, scene: Scene): void {
  paintAir(ctx, sheet, camera.horizon, scene);
  paintNight(ctx, sheet, camera, scene);
  paintFalling(ctx, sheet, random, scene);
  // A lens darkens towards its corners.
  const corner = ctx.createRadialGradient(
    sheet.width / 2,
    sheet.height / 2,
    sheet.height * 0.5,
    sheet.width / 2,
    sheet.height / 2,
    sheet.width * 0.62,
  );
  corner.addColorStop(0, 'rgba(0,0,0,0)');
  corner.addColorStop(1, 'rgba(0,0,0,0.3)');
  ctx.fillStyle = corner;
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.save();
  ctx.globalCompositeOperation = 'overlay';
  ctx.globalAlpha = sheet.light.night ? 0.16 : 0.085;
  ctx.translate(-random.int(0, 255), -random.int(0, 255));
  ctx.fillStyle = pattern(ctx, grain());
  ctx.fillRect(0, 0, sheet.width + 256, sheet.height + 256);
  ctx.restore();
}
