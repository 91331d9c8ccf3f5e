import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { MINUTE } from '../../../devices/contract/instant.ts';
import { planDay } from '../../../devices/simulators/city/day.ts';
import type { Visit } from '../../../devices/simulators/city/events.ts';
import { createPhotographer } from '../../../devices/simulators/pictures/photographer.ts';
import {
  pictureTruth,
  planShots,
  REQUIRED,
  requirePictures,
  type Photographed,
} from '../../../devices/simulators/pictures/plan.ts';
import { createScenes } from '../../../devices/simulators/pictures/subjects.ts';

describe('the plan of the simulated cameras', function () {
  this.timeout(20_000);
  const day = planDay({ seed: 7, date: '2021-11-15', scale: 0.3 });
  const scenes = createScenes(day);
  const photographed = day.events.filter((e): e is Photographed => e.type === 'visit' || e.type === 'message');
  const visits = photographed.filter((e): e is Visit => e.type === 'visit');
  const rows = (day.registry.vehicles ?? []) as { vin: string; plateNumber: string; plateColor: string }[];

  it('is the same for the same seed, most pictures in time, a few late, never or not taken', () => {
    const shots = visits.flatMap((visit) => planShots(7, visit));
    expect(visits.flatMap((visit) => planShots(7, visit))).to.deep.equal(shots);
    const share = (holds: (after: number | 'never') => boolean) =>
      shots.filter(({ after }) => holds(after)).length / shots.length;
    expect(share((after) => after === 0)).to.be.within(0.88, 0.96);
    expect(share((after) => after === 'never')).to.be.within(0.005, 0.04);
    expect(share((after) => typeof after === 'number' && after >= 2 * MINUTE)).to.be.within(0.03, 0.1);
    expect(shots.length).to.be.within(2.85 * visits.length, 3 * visits.length - 1);
  });

  it('tells the truth of every passage whose required pictures were not taken or never brought', () => {
    const truth = pictureTruth(day);
    for (const visit of visits) {
      const shots = planShots(day.seed, visit).filter(({ role }) => REQUIRED.includes(role));
      const told = truth.filter(
        (t) => t.device?.id === visit.gate && t.vin === visit.who && Date.parse(t.from) === Math.floor(visit.at),
      );
      const codes = told.filter((t) => t.truth === 'expected').map((t) => t.code);
      expect(codes.includes('photo-missing')).to.equal(shots.length < REQUIRED.length);
      expect(codes.includes('photo-not-uploaded')).to.equal(shots.some(({ after }) => after === 'never'));
    }
    expect(truth.some((t) => t.truth === 'honest')).to.equal(true);
    expect(
      requirePictures(day.registry)
        .devices?.filter((row) => row.requiredPhotos)
        .every((row) => row.kind === 'gate'),
    ).to.equal(true);
  });

  it('shows the vehicle itself: its own plate even where the camera misread it, the same at every camera', () => {
    const own = new Map(rows.map((row) => [row.vin, row]));
    const looks = new Map<string, string>();
    for (const visit of visits) {
      const { number, color, body, look } = scenes.of(visit, 'head').subject;
      const row = own.get(visit.who);
      if (row && visit.plate.number.length === row.plateNumber.length)
        expect([number, color]).to.deep.equal([row.plateNumber, row.plateColor]);
      if (visit.plate.number === '') expect(number).to.equal('');
      expect(look).to.equal(visit.who);
      if (visit.seen) expect(looks.get(`${look} ${visit.seen.vehicleType}`) ?? body).to.equal(body);
      looks.set(`${look} ${visit.seen?.vehicleType}`, body);
    }
  });

  it('never shows another weather than the station measured', () => {
    const readings = photographed.filter((e) => e.type === 'message' && e.kind === 'remote-sensing');
    expect(readings.length).to.be.above(50);
    for (const event of readings) {
      const wet = (event as unknown as { body: { weather: { precipitation: boolean } } }).body.weather.precipitation;
      expect(['rain', 'snow'].includes(scenes.of(event, 'vehicle').weather)).to.equal(wet);
    }
  });

  it('names what is uploaded, and names without uploading what never comes', async () => {
    const kept = new Map<string, number>();
    const add = (content: Buffer, { after = 0 } = {}) => {
      const sha256 = createHash('sha256').update(content).digest('hex');
      kept.set(sha256, after);
      return Promise.resolve(sha256);
    };
    const event = visits.find((visit) => planShots(day.seed, visit).some(({ after }) => after === 'never')) as Visit;
    // Drawn a minute ahead, nothing leaves before the vehicle is there.
    const photographer = createPhotographer(day, new Map([[event.gate, { add }]]), { now: () => event.at - MINUTE });
    const images = await photographer.shoot(event);
    const shots = planShots(day.seed, event);
    expect(images.map(({ role }) => role)).to.deep.equal(shots.map(({ role }) => role));
    images.forEach(({ sha256 }, i) => {
      const after = shots[i]?.after as number | 'never';
      expect(kept.get(sha256) ?? 'never').to.equal(after === 'never' ? after : after + MINUTE);
    });
    expect(await photographer.shoot({ ...event, gate: 'no-camera' })).to.deep.equal([]);
  });

  it('leaves pictures out rather than hold up traffic, also when the disk fails', async () => {
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve('0'.repeat(64)), 5));
    const one = visits[0] as Visit;
    const photographer = createPhotographer(day, new Map([[one.gate, { add: slow }]]), { queue: 3 });
    const all = await Promise.all(Array.from({ length: 8 }, () => photographer.shoot(one)));
    expect(all.filter((images) => images.length === 0).length).to.equal(photographer.counts().skipped);
    expect(photographer.counts().skipped).to.equal(5);
    const errors: string[] = [];
    const full = createPhotographer(day, new Map([[one.gate, { add: () => Promise.reject(new Error('disk full')) }]]), {
      onTrouble: (error) => errors.push(error.message),
    });
    expect(await full.shoot(one)).to.deep.equal([]);
    expect(errors).to.deep.equal(['disk full']);
  });
});
