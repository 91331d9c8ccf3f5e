import { formatInstant, HOUR, MINUTE } from '../../../contract/instant.ts';
import type { Vehicle } from '../fleet.ts';
import type { Journey } from '../journey.ts';
import { NIGHT_CHECKPOINT, OUTAGE_GATE } from '../places.ts';
import { levelAt } from '../responses.ts';
import type { Plant } from './tools.ts';

/** Transit through the built-up area, and business in it. */
export const diversionPlants: Plant = ({
  make,
  invent,
  some,
  several,
  journey,
  commit,
  seen,
  expected,
  caught,
  honest,
  planted,
  date,
  hour,
  world,
  random,
  city,
}) => {
  const inSeason = date.slice(5) >= '10-15' || date.slice(5) <= '03-31';
  const ways = () => (random.chance(0.5) ? (['taiyuan', 'yuanping'] as const) : (['dingxiang', 'taiyuan'] as const));
  const through = (v: Vehicle, h = some(5, 21)) => {
    const [from, to] = ways();
    const j = journey(v, from, h).driveTo('centre').driveTo(to, { through: true });
    commit(j);
    return j;
  };
  const found = (kind: string, j: Journey, why: string, more = {}) => {
    if (inSeason) expected(kind, j, 'diversion', 'through-traffic', 'warning', why, { pending: '6h', ...more });
    else honest('out-of-season', j, 'diversion', 'out of season');
  };
  several(() => found('transit', through(make.heavyDiesel(random.pick(['5', '6']))), 'transit through the built-up area'));
  found('transit-by-position', through(make.heavyDiesel('6', { terminal: true })), 'its terminal says that it drove through');

  const permitted = (from: string, to: string, zoneId = 'Z-CENTRE') => {
    const v = make.heavyDiesel('6');
    const id = `PT-Z${planted.permits.length + 1}`;
    planted.permits.push({ id, plateNumber: v.number, plateColor: v.color, zoneId, from, to });
    return v;
  };
  const shift = (days: number) => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  several(() => honest('transit-with-permit', through(permitted(date, date)), 'diversion', 'a permit for the zone'));
  found('permit-run-out', through(permitted(shift(-9), shift(-1))), 'its permit ended yesterday');
  found('permit-of-another-zone', through(permitted(date, date, 'Z-NIGHT')), 'its permit is for another zone');
  honest('transit-hazmat', through(make.heavyDiesel('6', { useNature: 'R' })), 'diversion', 'hazardous goods');
  honest('transit-emergency', through(make.heavyDiesel('6', { useNature: random.pick(['H', 'I', 'J', 'K']) })), 'diversion', 'emergency'); // prettier-ignore
  honest('transit-gas', through(make.heavyGas('6')), 'diversion', 'gas: the zone speaks of diesel');
  honest('transit-electric', through(make.electricTruck()), 'diversion', 'new-energy');
  honest('transit-medium', through(make.medium('5')), 'diversion', 'medium: the zone speaks of heavy');
  several(() => {
    const around = journey(make.heavyDiesel('6'), 'taiyuan', some(5, 21)).driveTo('yuanping');
    commit(around);
    honest('took-the-bypass', around, 'diversion', 'took the bypass');
  });

  // E13 lies inside the zone and is asked nothing; E11 has a gate without a line for most of the day.
  several(() => {
    const local = journey(make.heavyDiesel('6'), 'taiyuan', some(5, 20)).driveTo('E13').visit('E13').driveTo('yuanping');
    commit(local);
    honest('loads-inside-the-zone', local, 'diversion', 'business inside the zone');
  });
  const v = make.heavyDiesel('6');
  const plate = { ...world.plates.read(v), number: invent.confusable(v.number), confidence: 0.7 };
  const misread = journey(v, 'taiyuan', some(5, 20)).driveTo('E13').visit('E13', { read: 'misread', plate }).driveTo('yuanping');
  commit(misread);
  honest('business-misread', misread, 'diversion', 'business inside the zone, its plate misread at the gate');
  const soon = make.heavyDiesel('6');
  const before = through(soon, some(5, 7));
  const call = journey(soon, 'ringS', (before.time - world.dayStart) / HOUR + 3)
    .driveTo('E13')
    .visit('E13');
  commit(call);
  honest('business-five-hours-later', before, 'diversion', 'business inside the zone within six hours', {
    to: formatInstant(call.time),
  });
  const long = make.heavyDiesel('6');
  const visit = journey(long, 'ringS', some(5, 6)).driveTo('E13').visit('E13').driveTo('taiyuan');
  commit(visit);
  const later = through(long, (visit.time - world.dayStart) / HOUR + 7.5);
  found('business-long-past', later, 'its business there was more than six hours before');

  several(() => {
    const late = journey(make.heavyDiesel('6'), 'taiyuan', some(6.5, 17)).driveTo('E11').visit('E11', { gate: 0, stay: 12 }).driveTo('yuanping'); // prettier-ignore
    commit(late);
    honest('business-at-a-silent-gate', late, 'diversion', `its business stands in messages of ${OUTAGE_GATE}, which has no line`, { withdrawn: true }); // prettier-ignore
  });
  const orange = world.responses.find((r) => r.level === 'orange' && levelAt(world.responses, city.enterprise('E11').county, hour(r.from + 0.1), world.dayStart) === 'orange'); // prettier-ignore
  if (orange) {
    const turned = journey(make.heavyDiesel('4'), 'taiyuan', some(orange.from + 0.3, orange.to - 2)).driveTo('E11').visit('E11', { gate: 1 }).driveTo('yuanping'); // prettier-ignore
    commit(turned);
    caught('turned-back-inside', turned, 'peak-shift', 'measure-hit', 'stage 4 at a bulk unit under orange, turned back');
    found('turned-back-inside', turned, 'turned back at the gate: no local business');
  }

  // The night zone: closed from 22:00 to 06:00, the whole year; open at both edges' other sides.
  const at = (kind: string, moment: number, caughtThere: boolean, why: string) => {
    const truck = make.heavyDiesel('6');
    const subject = { vehicle: truck, events: [seen(truck, NIGHT_CHECKPOINT, moment)] };
    if (caughtThere) expected(kind, subject, 'diversion', 'through-traffic', 'warning', why, { pending: '6h' });
    else honest(kind, subject, 'diversion', why);
  };
  at('night-zone-first-moment', hour(22), true, 'at 22:00 the zone is closed');
  at('night-zone-just-before', hour(22) - 1_000, false, 'a second before 22:00 it is open');
  at('night-zone-last-second', hour(6) - 1_000, true, 'a second before 06:00 it is still closed');
  at('night-zone-opened', hour(6), false, 'at 06:00 it is open');
  at('night-zone-by-day', hour(some(8, 20)) + MINUTE, false, 'by day it is open');
};
