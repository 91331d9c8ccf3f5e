import type { SKRSContext2D } from '@napi-rs/canvas';
import { formatInstant } from '../../contract/instant.ts';
import { FAMILY } from './fonts.ts';
import { hash } from './noise.ts';
import type { Scene } from './scene.ts';

/** What the camera burns in: a black strip with time, place and words, and a check number at the foot. */
export function paintCaption(ctx: SKRSContext2D, scene: Scene, width: number, height: number): void {
  const size = Math.round(width / 52);
  const strip = Math.round(size * 1.75);
  ctx.fillStyle = 'rgba(0,0,0,0.78)';
  ctx.fillRect(0, 0, width, strip);
  ctx.textBaseline = 'middle';
  ctx.font = `500 ${size}px "${FAMILY}"`;
  const iso = formatInstant(scene.at);
  const time = `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
  ctx.fillStyle = '#f4f4f0';
  ctx.textAlign = 'left';
  ctx.fillText([time, scene.title, ...scene.words].join('　'), size * 0.6, strip / 2, width - size * 1.2);
  const small = Math.round(size * 0.78);
  ctx.font = `400 ${small}px "${FAMILY}"`;
  ctx.lineWidth = 3;
  ctx.strokeStyle = 'rgba(0,0,0,0.75)';
  const code = hash(`${scene.deviceId}${scene.at}${scene.role}`).toString(16).padStart(8, '0').toUpperCase();
  const foot = `设备编号:${scene.deviceId}　防伪码:${code}`;
  ctx.strokeText(foot, size * 0.6, height - small);
  ctx.fillText(foot, size * 0.6, height - small);
}
