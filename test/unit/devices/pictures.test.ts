import { loadImage } from '@napi-rs/canvas';
import { expect } from 'chai';
import type { PlateColor } from '../../../devices/contract/messages.ts';
import { drawPicture, paintScene } from '../../../devices/simulators/pictures/draw.ts';
import { drawPlate } from '../../../devices/simulators/pictures/plate.ts';
import type { Scene, Subject, Weather } from '../../../devices/simulators/pictures/scene.ts';

const subject: Subject = { number: '晋HABC1D', color: 'yellow', body: 'tractor', axles: 6, load: 'covered', look: 'one' };
const scene: Scene = {
  role: 'head',
  subject,
  place: 'gate',
  at: Date.parse('2021-11-15T10:20:00+08:00'),
  weather: 'clear',
  deviceId: 'E04-G1',
  title: '管涔煤业1号门',
  words: ['车道1', '入口'],
  barrier: 'closed',
};
const brightness = (s: Scene): number => {
  const canvas = paintScene(s);
  const { data } = canvas.getContext('2d').getImageData(0, 40, canvas.width, canvas.height - 80);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += (data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0);
  return sum / (data.length / 4) / 3;
};

describe('the pictures of simulated cameras', function () {
  this.timeout(30_000);

  it('are the same bytes for the same scene and others for another truck, minute or gate', async () => {
    const { bytes } = await drawPicture(scene);
    expect((await drawPicture(scene)).bytes.equals(bytes)).to.equal(true);
    for (const other of [
      { ...scene, at: scene.at + 60_000 },
      { ...scene, deviceId: 'E04-G2' },
      { ...scene, subject: { ...subject, number: '晋HABC2D' } },
    ])
      expect((await drawPicture(other)).bytes.equals(bytes)).to.equal(false);
  });

  it('are JPEG of 20 to 90 KiB, close-ups of plates smaller', async () => {
    for (const role of ['head', 'vehicle', 'cargo', 'plate'] as const) {
      const { bytes } = await drawPicture({ ...scene, role });
      expect(bytes.subarray(0, 3).toString('hex')).to.equal('ffd8ff');
      expect(bytes.length, role).to.be.within(role === 'plate' ? 4_000 : 20_000, 90_000);
      expect((await loadImage(bytes)).width).to.be.at.least(400);
    }
  });

  it('can be drawn of every body, place and weather', () => {
    for (const body of ['tipper', 'fence', 'box', 'tractor', 'light', 'car', 'machine'] as const)
      for (const place of ['gate', 'road', 'station', 'site'] as const) {
        const weather: Weather =
          (['clear', 'cloudy', 'rain', 'snow', 'fog'] as const)[(body.length + place.length) % 5] ?? 'clear';
        const load = body === 'tipper' ? 'coal' : 'empty';
        expect(() =>
          paintScene({ ...scene, role: 'vehicle', place, weather, subject: { ...subject, body, load, axles: 3 } }),
        ).not.to.throw();
      }
  });

  it('are dark at night and bright at noon', () => {
    const night = brightness({ ...scene, at: Date.parse('2021-11-15T22:00:00+08:00') });
    const noon = brightness({ ...scene, at: Date.parse('2021-11-15T12:00:00+08:00') });
    expect(noon).to.be.above(night * 1.4);
  });

  it('show plates in their colours', () => {
    const cases: [PlateColor, (r: number, g: number, b: number) => boolean][] = [
      ['blue', (r, g, b) => b > 120 && b > 1.5 * r && b > 1.5 * g],
      ['yellow', (r, g, b) => r > 200 && g > 140 && b < 60],
      ['white', (r, g, b) => Math.min(r, g, b) > 215],
      ['black', (r, g, b) => Math.max(r, g, b) < 60],
      ['green', (r, g, b) => g > r && g > b && g > 150],
      ['yellow-green', (r, g, b) => g > r && g > b && g > 120],
    ];
    for (const [color, holds] of cases) {
      const plate = drawPlate('', color);
      const [r = 0, g = 0, b = 0] = plate.getContext('2d').getImageData(plate.width / 2, plate.height * 0.8, 1, 1).data;
      expect(holds(r, g, b), `${color}: ${r} ${g} ${b}`).to.equal(true);
    }
    const [r = 0, , b = 0] = drawPlate('', 'yellow-green').getContext('2d').getImageData(30, 60, 1, 1).data;
    expect([r > 200, b < 80]).to.deep.equal([true, true]);
  });
});
