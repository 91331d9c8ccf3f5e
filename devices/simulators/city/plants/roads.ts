import { formatInstant, HOUR, MINUTE } from '../../../contract/instant.ts';
import type { Truth } from '../events.ts';
import type { Vehicle } from '../fleet.ts';
import type { Journey } from '../journey.ts';
import { distanceKm, type Point } from '../map.ts';
import { SKEWED_CHECKPOINT, UNSYNCED_CHECKPOINT } from '../places.ts';
import { aroundTheDay, type Plant } from './tools.ts';

/** How slow the clock of the skewed checkpoint is. */
const SKEW_MS = 20 * MINUTE;
/** So many vehicles are seen there and nowhere else. */
const ONLY_THERE = 24;

/** Plates in two places at once; and misreads, wrong clocks and fast drivers who only seem to be. */
export const clonedPlants: Plant = ({
  make,
  invent,
  some,
  several,
  journey,
  commit,
  seen,
  expected,
  honest,
  planted,
  world,
  random,
  city,
  hour,
}) => {
  const placed = (id: string) => city.checkpoints.find((c) => c.id === id)?.at as Point;
  const km = (a: string, b: string) => distanceKm(placed(a), placed(b));
  const open = city.checkpoints.filter((c) => !c.quiet && c.id !== UNSYNCED_CHECKPOINT && !['KC2', 'KC3'].includes(c.id));
  const farFrom = (id: string, from: number, to = Infinity) =>
    random.pick(open.filter((c) => c.id !== id && km(id, c.id) > from && km(id, c.id) < to));

  several(() => {
    const real = make.heavyDiesel('6', { registered: random.chance(0.7) });
    const drive = journey(real, 'ringE', some(5, 21)).driveTo('dingxiang');
    commit(drive);
    const far = farFrom('KC6', 70);
    const at = (drive.seenAt('KC6')[0] as number) + random.int(2, 15) * MINUTE;
    const there = seen(real, far.id, at);
    expected('cloned', { vehicle: real, events: [...drive.events, there] }, 'cloned-plate', 'impossible-travel', 'warning', `the same plate at ${far.id} minutes later`); // prettier-ignore
  });
  // Two devices not five kilometres apart, half a minute after one another.
  const near = make.light('6');
  const h = hour(some(5, 21));
  honest('near-by', { vehicle: near, events: [seen(near, 'KC2', h), seen(near, 'KC3', h + 30_000)] }, 'cloned-plate', 'four kilometres apart: two cameras of one town'); // prettier-ignore
  const fast = make.car();
  const to = farFrom('KC7', 15);
  const began = hour(some(5, 20));
  const arrives = began + Math.round((km('KC7', to.id) / 148) * HOUR);
  honest('fast-driver', { vehicle: fast, events: [seen(fast, 'KC7', began), seen(fast, to.id, arrives)] }, 'cloned-plate', 'at 148 km/h it is possible'); // prettier-ignore

  several(() => {
    const [nearNumber, farNumber] = invent.neighbours();
    const one = make.heavyDiesel('6', { number: nearNumber });
    const other = make.heavyDiesel('6', { number: farNumber });
    const start = some(5, 20);
    const misread = journey(one, 'ringE', start).driveTo('dingxiang', { speed: 55 });
    for (const e of misread.events)
      if (e.type === 'message' && e.device === 'KC6')
        e.body.plate = { ...world.plates.read(one), number: other.number, confidence: 0.74 };
    const at = misread.seenAt('KC6')[0] as number;
    const elsewhere = seen(other, random.pick(['KC10', 'KC11']), at - random.int(5, 12) * MINUTE);
    commit(misread);
    const subject = { vehicle: other, events: [elsewhere, { at }] };
    // Only where its own neighbour was seen near by.
    if (!misread.events.some((e) => e.type === 'message' && ['RS2', 'KC5', 'KC4'].includes(e.device))) return;
    expected('misread-neighbour', subject, 'cloned-plate', 'possible-misread', 'info', `${one.number} was read as ${other.number} at KC6`); // prettier-ignore
    honest('misread-neighbour', subject, 'cloned-plate', 'a misread neighbour, not a clone', { code: 'impossible-travel' });
  });

  const lost = make.car();
  const lostAt = world.unsynced.from + random.int(5, 100) * MINUTE;
  const events = [seen(lost, 'KC6', lostAt), seen(lost, UNSYNCED_CHECKPOINT, lostAt + 2 * MINUTE, { clock: 'unsynced' })];
  honest('clock-lost', { vehicle: lost, events }, 'cloned-plate', `the clock of ${UNSYNCED_CHECKPOINT} is lost, and it says so`);

  // A clock that is wrong and does not know: its day is in doubt, and pairs with it are.
  const late = (v: Vehicle, at: number) => {
    const event = seen(v, SKEWED_CHECKPOINT, at, { at: formatInstant(at - SKEW_MS) });
    Object.assign(event, { sendAt: at });
    return event;
  };
  for (let i = 0; i < ONLY_THERE; i++) late(make.car(), hour(some(1, 23)));
  const device = { kind: 'checkpoint', id: SKEWED_CHECKPOINT } as const;
  const skew: Truth = {
    truth: 'expected', kind: 'clock-skewed', rule: 'device-health', code: 'clock-skew', severity: 'info', device,
    ...aroundTheDay(world.dayStart), why: 'its clock is twenty minutes slow all day',
  }; // prettier-ignore
  planted.truth.push(skew);
  several(() => {
    const honestDriver = make.car();
    const other = farFrom(SKEWED_CHECKPOINT, 45, 112);
    const passes = hour(some(4, 20));
    const reaches = passes + Math.round((km(other.id, SKEWED_CHECKPOINT) / 110) * HOUR);
    const subject = { vehicle: honestDriver, events: [seen(honestDriver, other.id, passes), late(honestDriver, reaches)] };
    expected('clock-doubtful', subject, 'cloned-plate', 'clock-doubtful', 'info', 'only by a wrong clock in two places');
    honest('clock-doubtful', subject, 'cloned-plate', 'only by a wrong clock in two places', { code: 'impossible-travel' });
  });
};

/** Trucks bound to a route. They pass one camera only, halfway between two corners of the ring road. */
export const routePlants: Plant = ({ make, some, several, journey, commit, expected, honest, planted, date, random, city }) => {
  const [a, b] = [city.nodes.ringSE, city.nodes.ringE];
  const run = (h: number, vehicleType = random.pick(['H17', 'H1B', 'H1C']), muck = true): Journey => {
    const j = journey(make.heavyDiesel('6', { vehicleType, more: { muck } }), 'ringSE', h).driveTo('ringE');
    commit(j);
    return j;
  };
  /** The road itself, so many metres to its side. */
  const road = (metres: number): Point[] => {
    const cos = Math.cos((a[1] * Math.PI) / 180);
    const [x, y] = [(b[0] - a[0]) * cos, b[1] - a[1]];
    const length = Math.hypot(x, y);
    const [dx, dy] = [(-y / length) * (metres / 111_195 / cos), (x / length) * (metres / 111_195)];
    return [a, b].map(([lon, lat]) => [Number((lon + dx).toFixed(7)), Number((lat + dy).toFixed(7))] as const);
  };
  const permit = (j: Journey, more: { metres?: number; hours?: [string, string] }) =>
    planted.permits.push({
      id: `PT-R${planted.permits.length + 1}`,
      plateNumber: j.vehicle.number,
      plateColor: j.vehicle.color,
      ...(more.metres !== undefined && { corridor: { type: 'LineString', coordinates: road(more.metres) } }),
      ...(more.hours && { hours: [{ from: more.hours[0], to: more.hours[1] }] }),
      from: date,
      to: date,
    });
  const found = (kind: string, j: Journey, code: string, why: string) => expected(kind, j, 'route', code, 'warning', why);
  const byDay = () => some(7, 19);

  several(() => found('muck-without-permit', run(byDay()), 'no-permit', 'a muck truck without a route permit'));
  honest('dump-truck-without-permit', run(byDay(), 'H17', false), 'route', 'a dump truck, not flagged as muck');
  several(() => {
    const j = run(byDay());
    permit(j, { metres: random.pick([320, 900, -700]) });
    found('muck-off-its-road', j, 'off-corridor', 'its permit is for a road beside this one');
  });
  const beside = run(byDay());
  permit(beside, { metres: random.pick([150, -150]) });
  honest('muck-near-its-road', beside, 'route', '150 m beside the line of its permit');
  several(() => {
    const j = run(byDay());
    permit(j, { hours: ['21:00', '05:00'] });
    found('muck-outside-its-hours', j, 'outside-hours', 'its permit is for the night');
  });
  const inTime = run(byDay());
  permit(inTime, { metres: 0, hours: ['06:00', '22:00'] });
  honest('muck-with-permit', inTime, 'route', 'on its road, within the hours of its permit');
  const both = run(byDay());
  permit(both, { metres: 800, hours: ['22:00', '05:00'] });
  found('muck-off-both', both, 'off-corridor', 'neither its road …');
  found('muck-off-both', both, 'outside-hours', '… nor its hours');
  const two = run(byDay());
  permit(two, { metres: 800 });
  permit(two, { metres: 20 });
  honest('muck-with-two-permits', two, 'route', 'the second of its permits covers the road');
};
