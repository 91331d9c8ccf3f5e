import { createCanvas, type Canvas, type CanvasPattern, type SKRSContext2D } from '@napi-rs/canvas';
import { createRandom } from '../city/random.ts';

/** A number of 32 bits from a text: seeds that do not change from run to run. */
export function hash(text: string): number {
  let h = 2_166_136_261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
  return (h ^ (h >>> 15)) >>> 0;
}

let grainTile: Canvas | undefined;

/** A tile of grey grain, the noise of a sensor. */
export function grain(): Canvas {
  if (grainTile) return grainTile;
  const size = 256;
  grainTile = createCanvas(size, size);
  const ctx = grainTile.getContext('2d');
  const data = ctx.createImageData(size, size);
  const random = createRandom(20_211_115);
  for (let i = 0; i < data.data.length; i += 4) {
    const v = 128 + (random.next() + random.next() + random.next() - 1.5) * 95;
    data.data.set([v, v, v, 255], i);
  }
  ctx.putImageData(data, 0, 0);
  return grainTile;
}

let speckTile: Canvas | undefined;

/** A tile of dark and light specks on nothing: gravel, coal, dirt. */
export function specks(): Canvas {
  if (speckTile) return speckTile;
  const size = 256;
  speckTile = createCanvas(size, size);
  const ctx = speckTile.getContext('2d');
  const random = createRandom(7);
  for (let i = 0; i < 2600; i++) {
    const dark = random.chance(0.6);
    ctx.fillStyle = dark ? `rgba(0,0,0,${random.between(0.15, 0.5)})` : `rgba(255,255,255,${random.between(0.06, 0.25)})`;
    const r = random.between(0.5, 2.2);
    ctx.fillRect(random.between(0, size), random.between(0, size), r * 1.3, r);
  }
  return speckTile;
}

/** A tile as a fill. */
export function pattern(ctx: SKRSContext2D, tile: Canvas): CanvasPattern {
  const made = ctx.createPattern(tile, 'repeat');
  if (!made) throw new Error('the canvas made no pattern');
  return made;
}
