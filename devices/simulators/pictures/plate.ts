import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { PlateColor } from '../../contract/messages.ts';
import { FAMILY, registerFonts } from './fonts.ts';

/** Pixels per millimetre of a plate's own picture. */
const SCALE = 0.9;

/** Height and width of a plate in metres (GA 36): large rear plates are taller, new-energy ones longer. */
export function plateSize(color: PlateColor): { width: number; height: number } {
  return { width: color === 'green' || color === 'yellow-green' ? 0.48 : 0.44, height: 0.14 };
}

const INK: Partial<Record<PlateColor, string>> = { blue: '#fbfbfb', black: '#f4f4f4' };

function ground(ctx: SKRSContext2D, color: PlateColor, width: number, height: number): void {
  const down = ctx.createLinearGradient(0, 0, 0, height);
  const flat: Partial<Record<PlateColor, [string, string]>> = {
    blue: ['#1c4fc4', '#123f9f'],
    yellow: ['#f3bd15', '#e2a70c'],
    white: ['#fafafa', '#e2e2e2'],
    black: ['#26282c', '#141518'],
    green: ['#f2faf4', '#38b36b'],
    'yellow-green': ['#45bd76', '#2fa863'],
  };
  const [top, bottom] = flat[color] ?? ['#c8c8c8', '#b0b0b0'];
  down.addColorStop(0, top);
  if (color === 'green') down.addColorStop(0.35, '#c9ecd4');
  down.addColorStop(1, bottom);
  ctx.fillStyle = down;
  ctx.fillRect(0, 0, width, height);
  if (color === 'yellow-green') {
    ctx.fillStyle = '#efbb1d';
    ctx.fillRect(0, 0, width * 0.285, height);
  }
}

/** A plate as it leaves the stamping press: `晋H·12345`, in the colours and proportions of GA 36. */
export function drawPlate(number: string, color: PlateColor): Canvas {
  registerFonts();
  const size = plateSize(color);
  const [w, h] = [Math.round(size.width * 1000 * SCALE), Math.round(size.height * 1000 * SCALE)];
  const canvas = createCanvas(w, h);
  const ctx = canvas.getContext('2d');
  ctx.beginPath();
  ctx.roundRect(0, 0, w, h, 9 * SCALE);
  ctx.clip();
  ground(ctx, color, w, h);
  const ink = INK[color] ?? '#151515';
  ctx.strokeStyle = ink;
  ctx.lineWidth = 3 * SCALE;
  ctx.beginPath();
  ctx.roundRect(4 * SCALE, 4 * SCALE, w - 8 * SCALE, h - 8 * SCALE, 7 * SCALE);
  ctx.stroke();
  ctx.fillStyle = ink;
  for (const x of [0.27, 0.73])
    for (const y of [0.085, 0.915]) {
      ctx.beginPath();
      ctx.arc(w * x, h * y, 3.6 * SCALE, 0, 7);
      ctx.fill();
    }
  const characters = [...number];
  // Two characters, a gap with the dot, the rest; new-energy plates are closer set.
  const cell = (w - 26 * SCALE) / (characters.length + 0.42);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  characters.forEach((character, i) => {
    const x = 13 * SCALE + cell * (i + 0.5 + (i > 1 ? 0.42 : 0));
    const chinese = character > '⺀';
    ctx.save();
    ctx.translate(x, h * 0.825);
    ctx.font = `${chinese ? 700 : 600} ${100 * SCALE}px "${FAMILY}"`;
    const wide = ctx.measureText(character).width;
    ctx.scale(Math.min(1, (cell * (chinese ? 0.98 : 0.9)) / wide), chinese ? 1.04 : 1.26);
    ctx.fillText(character, 0, chinese ? -5 * SCALE : 0);
    ctx.restore();
  });
  if (characters.length > 0 && color !== 'green' && color !== 'yellow-green') {
    ctx.beginPath();
    ctx.arc(13 * SCALE + cell * 2.21, h * 0.52, 5.5 * SCALE, 0, 7);
    ctx.fill();
  }
  return canvas;
}
