import { createHash } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';

export interface TestPicture {
  bytes: Buffer;
  sha256: string;
}

/** A small drawn picture; another seed gives another one. */
export async function picture(seed: number, type: 'jpeg' | 'png' = 'jpeg', width = 640, height = 480): Promise<TestPicture> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = `hsl(${(seed * 47) % 360} 60% 50%)`;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#000';
  context.fillRect(seed % width, (seed * 7) % height, 40, 20);
  return named(type === 'jpeg' ? await canvas.encode('jpeg', 80) : await canvas.encode('png'));
}

export function named(bytes: Buffer): TestPicture {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
