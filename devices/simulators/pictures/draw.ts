import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { createRandom } from '../city/random.ts';
import { createCamera, type Camera } from './camera.ts';
import { paintCaption } from './caption.ts';
import { paintCar } from './car.ts';
import { registerFonts } from './fonts.ts';
import { frameOf } from './frame.ts';
import { lightAt } from './light.ts';
import { paintMachine } from './machine.ts';
import { hash } from './noise.ts';
import { createPen } from './pen.ts';
import type { Role, Scene } from './scene.ts';
import { islandSide, paintBoom, paintScenery } from './scenery.ts';
import { paintTruck } from './truck.ts';
import { paintWeather } from './weather.ts';

const SIZES: Record<Role, [width: number, height: number]> = {
  vehicle: [800, 450],
  head: [800, 450],
  plate: [400, 170],
  cargo: [720, 405],
};

/** Where the device's camera hangs: every device a little differently, always the same. */
function cameraOf(scene: Scene, width: number, height: number): Camera {
  const random = createRandom(hash(`${scene.deviceId} camera`));
  const s = -islandSide(scene.deviceId);
  const shift = random.between(-0.3, 0.3);
  const { body } = scene.subject;
  const small = body === 'car' || body === 'light';
  const frame = frameOf(scene.subject);
  switch (scene.role) {
    case 'head':
      return createCamera(
        [s * (2.3 + shift), 3.1 + shift, small ? -6.4 : -7.8],
        [s * 0.3, small ? 1.05 : 1.42, 0.4],
        1.26,
        width,
        height,
      );
    case 'plate': {
      const v = body === 'car' ? 0.46 : body === 'light' ? 0.45 : 0.6;
      return createCamera([s * (1.4 + shift), 2.6 + shift, -6.5], [s * 0.02, v, 0], 8.2, width, height);
    }
    case 'cargo':
      return createCamera(
        [s * (6.6 + shift), 7.6 + shift, -1.5],
        [0, frame.bed.floor, (frame.bed.from + frame.bed.to) * 0.46],
        0.78,
        width,
        height,
      );
    case 'vehicle':
      if (body === 'car') return createCamera([s * (3.6 + shift), 3.6, -6.8], [s * 0.2, 0.9, 1.4], 1.05, width, height);
      if (scene.place === 'road' || scene.place === 'station')
        return createCamera([s * (4.2 + shift), 5.2 + shift, -9.2], [s * 0.3, 1.5, 2.4], 0.98, width, height);
      return createCamera([s * (7.2 + shift), 3.4 + shift, -8.6], [s * 0.2, 1.5, 3.2], small ? 1.15 : 0.86, width, height);
  }
}

/** Paints a scene. Some milliseconds of this thread. */
export function paintScene(scene: Scene): Canvas {
  registerFonts();
  const [width, height] = SIZES[scene.role];
  const canvas = createCanvas(width, height);
  const ctx = canvas.getContext('2d');
  const light = lightAt(scene.at, scene.weather);
  const camera = cameraOf(scene, width, height);
  const pen = createPen(ctx, camera);
  paintScenery(pen, { width, height, light }, scene);
  const random = createRandom(hash(scene.subject.look));
  if (scene.subject.body === 'car') paintCar(pen, scene.subject, random);
  else if (scene.subject.body === 'machine') paintMachine(pen, scene.subject, random);
  else paintTruck(pen, scene.subject, random);
  if (scene.place === 'gate') paintBoom(pen, scene);
  paintWeather(ctx, { width, height, light }, camera, createRandom(hash(`${scene.deviceId} ${scene.at}`)), scene);
  if (scene.role !== 'plate') paintCaption(ctx, scene, width, height);
  return canvas;
}

/** A picture as the camera hands it out. The same scene gives the same bytes; encoding runs beside this thread. */
export async function drawPicture(scene: Scene): Promise<{ bytes: Buffer; contentType: 'image/jpeg' }> {
  return { bytes: await paintScene(scene).encode('jpeg', 78), contentType: 'image/jpeg' };
}
