import { formatInstant, HOUR, MINUTE } from '../../contract/instant.ts';
import type { CityEvent, Truth } from './events.ts';
import type { FleetMaker, Vehicle } from './fleet.ts';
import { startJourney, type Journey, type JourneyWorld } from './journey.ts';
import type { OffRoad, Town } from './map.ts';
import type { Inventor } from './plates.ts';
import { sighting } from './sightings.ts';

/** What the cheats (and the honest who look like them) add to the city. */
export interface Planted {
  events: CityEvent[];
  truth: Truth[];
  vehicles: Vehicle[];
  /** VINs of terminals that are registered and never report. */
  silentTerminals: string[];
  permits: Record<string, unknown>[];
  inspections: Record<string, unknown>[];
}

export interface PlantTools {
  world: JourneyWorld;
  make: FleetMaker;
  invent: Inventor;
  date: string;
  planted: Planted;
}

export type Plant = (tools: PlantTools & Helpers) => void;

export interface Helpers {
  /** The instant of an hour of the day: 7.5 is half past seven. */
  hour(h: number): number;
  journey(vehicle: Vehicle, from: Town | OffRoad | string, h: number): Journey;
  /** Commits journeys and their vehicle; returns their window. */
  commit(...journeys: Journey[]): void;
  expected(journey: Journey, rule: string, code: string, severity: Truth['severity'], why: string, more?: Partial<Truth>): void;
  honest(journey: Journey, rule: string, why: string, more?: Partial<Truth>): void;
}

export function createHelpers({ world, planted }: PlantTools): Helpers {
  const stamp = (journey: Journey) => {
    const times = journey.events.map((e) => e.at);
    return {
      plate: { number: journey.vehicle.number, color: journey.vehicle.color },
      vin: journey.vehicle.vin,
      from: formatInstant(Math.min(...times)),
      to: formatInstant(Math.max(journey.time, ...times)),
    };
  };
  return {
    hour: (h) => world.dayStart + h * HOUR,
    journey: (vehicle, from, h) => startJourney({ ...world, detection: 1 }, vehicle, from, world.dayStart + h * HOUR),
    commit(...journeys) {
      for (const j of journeys) {
        planted.events.push(...j.events);
        if (!planted.vehicles.includes(j.vehicle)) planted.vehicles.push(j.vehicle);
      }
    },
    expected(journey, rule, code, severity, why, more) {
      planted.truth.push({ truth: 'expected', rule, code, ...(severity && { severity }), ...stamp(journey), ...more, why });
    },
    honest(journey, rule, why, more) {
      planted.truth.push({ truth: 'honest', rule, ...stamp(journey), ...more, why });
    },
  };
}

/** Gates: stages, planning area, orange response, phase-out, forced release. */
export const gatePlants: Plant = ({ make, hour, journey, commit, expected, honest, date, invent, world, planted }) => {
  const run = (v: Vehicle, from: Town, h: number, enterpriseId: string, options = {}) => {
    const j = journey(v, from, h).driveTo(enterpriseId).visit(enterpriseId, options).driveTo(from);
    commit(j);
    return j;
  };
  const next = date >= '2022-01-01';

  for (const [h, e, from] of [
    [7.2, 'E07', 'fanshi'],
    [8.4, 'E04', 'ningwu'],
    [15.1, 'E10', 'yuanping'],
  ] as const) {
    const j = run(make.heavyDiesel('4'), from, h, e);
    expected(
      j,
      'emission-standard',
      'below-stage',
      'warning',
      'stage 4 at an enterprise of more than 1.5 Mt a year without a rail spur',
      { enterprise: e },
    );
    if (e === 'E10') expected(j, 'peak-shift', 'measure-hit', 'warning', 'the same, while orange is in force', { enterprise: e });
  }
  const forced = run(make.heavyDiesel('4'), 'ningwu', 7.35, 'E04', { forced: true });
  expected(forced, 'emission-standard', 'below-stage', 'warning', 'stage 4, refused', { enterprise: 'E04' });
  expected(forced, 'forced-release', 'released-against-decision', 'warning', 'let in by force against a refusal', {
    enterprise: 'E04',
  });
  honest(run(make.heavyGas('4'), 'hequ', 9, 'E08'), 'emission-standard', 'the enterprise has a rail spur');
  honest(run(make.heavyDiesel('4'), 'dai', 9.2, 'E06'), 'emission-standard', 'the enterprise moves less than 1.5 Mt a year');
  honest(run(make.electricTruck(), 'ningwu', 9.5, 'E04'), 'emission-standard', 'new-energy');
  if (!next) honest(run(make.heavyDiesel('5'), 'ningwu', 10, 'E04'), 'emission-standard', 'stage 5 is enough in 2021');

  if (date >= '2021-10-01') {
    const j = run(make.heavyDiesel('5'), 'yuanping', 8.1, 'E01');
    expected(j, 'planning-area', 'not-clean-road', 'warning', 'stage 5 at a coking works inside the planning area', {
      enterprise: 'E01',
    });
    if (next) expected(j, 'emission-standard', 'below-stage', 'warning', 'stage 6 is required from 2022', { enterprise: 'E01' });
  }
  honest(run(make.heavyDiesel('6'), 'yuanping', 8.2, 'E01'), 'planning-area', 'stage 6');
  honest(run(make.electricTruck(), 'yuanping', 8.6, 'E01'), 'planning-area', 'new-energy');

  for (const [h, v, why] of [
    [14, make.heavyDiesel('4'), 'stage 4 diesel at a bulk unit under orange'],
    [14.2, make.heavyGas('4'), 'stage 4 gas at a bulk unit under orange'],
  ] as const)
    expected(run(v, 'dingxiang', h, 'E03'), 'peak-shift', 'measure-hit', 'warning', why, { enterprise: 'E03' });
  expected(
    run(make.heavyDiesel('6'), 'yuanping', 13, 'E12'),
    'peak-shift',
    'measure-hit',
    'warning',
    'stage 6, but clean transport is not met: the measures of red',
    { enterprise: 'E12' },
  );
  honest(run(make.heavyDiesel('4'), 'dingxiang', 10, 'E03'), 'peak-shift', 'before the response begins');
  honest(run(make.heavyDiesel('4'), 'dingxiang', 18.6, 'E03'), 'peak-shift', 'the response was lowered to yellow');
  honest(run(make.heavyDiesel('4', { useNature: 'R' }), 'dingxiang', 14.5, 'E03'), 'peak-shift', 'hazardous goods');
  honest(run(make.medium('4'), 'dingxiang', 14.7, 'E03'), 'peak-shift', 'medium: orange concerns heavy vehicles');
  honest(run(make.heavyDiesel('4'), 'dai', 14, 'E06'), 'peak-shift', 'no response in this county');
  honest(run(make.electricTruck(), 'yuanping', 13.4, 'E12'), 'peak-shift', 'new-energy');

  expected(
    run(make.heavyDiesel('3'), 'dingxiang', 8.8, 'E09'),
    'phase-out',
    'phase-out-listed',
    'warning',
    'commercial diesel of stage 3',
    { enterprise: 'E09' },
  );
  honest(run(make.heavyDiesel('3', { useNature: 'A' }), 'dingxiang', 9.4, 'E09'), 'phase-out', 'not commercial');
  expected(
    run(make.heavyDiesel('4', { more: { status: 'scrapped' } }), 'ringE', 8.7, 'E03'),
    'phase-out',
    'past-scrap',
    'critical',
    'scrapped, on the road and at a gate',
    { enterprise: 'E03' },
  );

  const misread = make.heavyDiesel('6');
  const wrong = { ...world.plates.read(misread), number: invent.confusable(misread.number), confidence: 0.71 };
  expected(
    run(misread, 'jingle', 9.1, 'E05', { read: 'misread', plate: wrong }),
    'identification',
    'plate-corrected',
    'info',
    `read as ${wrong.number}`,
    { enterprise: 'E05' },
  );
  expected(
    run(make.heavyDiesel('6', { registered: false }), 'jingle', 9.6, 'E05'),
    'identification',
    'unregistered-vehicle',
    'info',
    'of another province, unknown here',
    { enterprise: 'E05' },
  );
  expected(
    run(make.heavyDiesel('unknown'), 'dai', 10.2, 'E06'),
    'identification',
    'stage-unknown',
    'info',
    'nobody knows its stage',
    { enterprise: 'E06' },
  );
  const trailer = { number: invent.trailer(), color: 'yellow', type: '15', confidence: 0.95, source: 'camera' } as const;
  expected(
    run(make.heavyDiesel('6', { registered: false }), 'ningwu', 10.7, 'E04', { read: 'trailer', plate: trailer }),
    'identification',
    'trailer-plate',
    'info',
    'the camera saw the trailer',
    { enterprise: 'E04', plate: { number: trailer.number, color: 'yellow' } },
  );
  const bare = { number: '', color: 'other', source: 'camera' } as const;
  expected(
    run(make.heavyDiesel('6', { registered: false }), 'yuanping', 11.3, 'E10', { read: 'unplated', plate: bare }),
    'identification',
    'unplated-vehicle',
    'warning',
    'no plate',
    { enterprise: 'E10', plate: { number: '', color: 'other' } },
  );
  expected(
    run(make.car(), 'jingle', 10.4, 'E05', { seenType: 'H31' }),
    'attribute-mismatch',
    'class-differs',
    'info',
    'a car’s plate on a truck',
    { enterprise: 'E05' },
  );

  const sold = make.heavyDiesel('5', {
    firstRegistered: '2021-09-02',
    more: { certificateUploaded: '2021-08-10', invoiced: '2021-08-28' },
  });
  expected(
    run(sold, 'dai', 11, 'E06'),
    'sale-ban',
    'sold-below-stage',
    'warning',
    'stage 5 diesel, certificate and invoice after 2021-07-01',
  );
  const early = make.heavyDiesel('5', {
    firstRegistered: '2021-07-20',
    more: { certificateUploaded: '2021-06-12', invoiced: '2021-06-30' },
  });
  honest(run(early, 'dai', 11.4, 'E06'), 'sale-ban', 'certificate and invoice before 2021-07-01');
  void hour;
  void planted;
};

/** Remote sensing: failed twice, then refused at a gate, repaired, admitted; and those who only look like it. */
export const remoteSensingPlants: Plant = ({ make, hour, journey, commit, expected, honest, planted }) => {
  const over = { opacity: 46 };
  const repair = (v: Vehicle, h: number) =>
    planted.inspections.push({
      vin: v.vin,
      at: formatInstant(hour(h)),
      inspectionKind: 'repair',
      result: 'passed',
      station: '忻府维修站',
    });

  const failing = make.heavyDiesel('5');
  const first = journey(failing, 'ringN', 7.2).driveTo('E06', { measured: over });
  const failedFrom = first.seenAt('RS4')[0] as number;
  first.visit('E06', { failedFrom });
  commit(first);
  expected(first, 'remote-sensing', 'failed', 'warning', 'opacity over the limit at RS1 and at RS4');
  expected(first, 'remote-sensing', 'failed-vehicle', 'warning', 'refused at the gate after two failures', { enterprise: 'E06' });
  repair(failing, 12);
  const repaired = journey(failing, 'dai', 14)
    .driveTo('E06')
    .visit('E06', { failedFrom, repairedAt: hour(12) });
  commit(repaired);
  honest(repaired, 'remote-sensing', 'repaired at noon: the gate admits it again');

  const between = make.heavyDiesel('5');
  const once = journey(between, 'ringN', 7.4).driveTo('yuanping', { measured: over });
  const again = journey(between, 'yuanping', 11.5).driveTo('ringN', { measured: over });
  commit(once, again);
  repair(between, 9.5);
  honest(once, 'remote-sensing', 'repaired between the two passes', { code: 'failed' });

  const wet = journey(make.heavyDiesel('5'), 'ringN', 9.1).driveTo('dai', { measured: over });
  commit(wet);
  honest(wet, 'remote-sensing', 'it rained at the first of the two passes', { code: 'failed' });

  const uncalibrated = make.heavyDiesel('5');
  const there = journey(uncalibrated, 'ningwu', 8).driveTo('shenchi', { measured: over });
  const back = journey(uncalibrated, 'shenchi', 10).driveTo('ningwu', { measured: over });
  commit(there, back);
  honest(there, 'remote-sensing', 'the station’s calibration has run out', { to: formatInstant(back.time) });

  const nox = make.heavyDiesel('5');
  const one = journey(nox, 'ringE', 7.6).driveTo('dingxiang', { measured: { no: 1_820 } });
  const two = journey(nox, 'dingxiang', 11.2).driveTo('ringE', { measured: { no: 1_760 } });
  commit(one, two);
  expected(one, 'remote-sensing', 'no-screening', 'info', 'NO over 1500e-6: screening only');
  honest(one, 'remote-sensing', 'NO never leads to a failure', { code: 'failed', to: formatInstant(two.time) });

  const mixed = make.heavyDiesel('5');
  const smoke = journey(mixed, 'ringE', 8).driveTo('dingxiang', { measured: { opacity: 41 } });
  const black = journey(mixed, 'dingxiang', 11.6).driveTo('ringE', { measured: { opacity: 9, ringelmann: 2 } });
  commit(smoke, black);
  honest(smoke, 'remote-sensing', 'over in two different pollutants', { code: 'failed', to: formatInstant(black.time) });
};

/** Transit through the built-up area, and business in it. */
export const diversionPlants: Plant = ({ make, journey, commit, expected, honest, planted, date, hour }) => {
  const inSeason = date.slice(5) >= '10-15' || date.slice(5) <= '03-31';
  const through = (v: Vehicle, h: number) => {
    const j = journey(v, 'taiyuan', h).driveTo('yuanping', { through: true });
    commit(j);
    return j;
  };
  const caught = (j: Journey, why: string) => {
    if (inSeason) expected(j, 'diversion', 'through-traffic', 'warning', why, { pending: '6h' });
    else honest(j, 'diversion', 'out of season');
  };
  caught(through(make.heavyDiesel('6'), 7.1), 'transit through the built-up area');
  caught(through(make.heavyDiesel('5'), 16.5), 'transit through the built-up area');

  const permitted = make.heavyDiesel('6');
  planted.permits.push({
    id: 'PT-1', plateNumber: permitted.number, plateColor: permitted.color, zoneId: 'Z-XINFU', from: date, to: date,
  }); // prettier-ignore
  honest(through(permitted, 7.5), 'diversion', 'a permit for the zone');
  honest(through(make.heavyDiesel('6', { useNature: 'R' }), 8), 'diversion', 'hazardous goods');
  honest(through(make.heavyGas('6'), 8.3), 'diversion', 'gas: the zone speaks of diesel');
  honest(through(make.electricTruck(), 8.6), 'diversion', 'new-energy');
  honest(through(make.medium('5'), 8.9), 'diversion', 'medium: the zone speaks of heavy');
  const around = journey(make.heavyDiesel('6'), 'taiyuan', 9).driveTo('yuanping');
  commit(around);
  honest(around, 'diversion', 'took the bypass');
  const local = journey(make.heavyDiesel('6'), 'taiyuan', 7.8).driveTo('E13').visit('E13').driveTo('yuanping');
  commit(local);
  honest(local, 'diversion', 'business inside the zone');
  // Arrives at the gate that has no line from ten to eleven: its entry is known only when it re-uploads.
  const late = journey(make.heavyDiesel('6'), 'taiyuan', 9.5)
    .driveTo('E11')
    .visit('E11', { gate: 0, stay: 12 })
    .driveTo('yuanping');
  commit(late);
  honest(late, 'diversion', 'its business stands in messages of a gate without a line', { withdrawn: true });

  const turned = journey(make.heavyDiesel('4'), 'taiyuan', 13.2).driveTo('E11').visit('E11', { gate: 1 }).driveTo('yuanping');
  commit(turned);
  expected(turned, 'peak-shift', 'measure-hit', 'warning', 'stage 4 at a bulk unit under orange, turned back', {
    enterprise: 'E11',
  });
  caught(turned, 'turned back at the gate: no local business');
  void hour;
};

/** Urea: empty, not consumed, ineffective, frozen, dark, bad fills. Terminals only, away from gates unless said. */
export const ureaPlants: Plant = ({ make, hour, journey, commit, expected, honest, world, planted }) => {
  const terminal = (reagent: number, changes = {}) => {
    const v = make.heavyDiesel('6', { terminal: true, ...changes });
    world.reagent.set(v.vin, reagent);
    return v;
  };
  const fill = (v: Vehicle, pump: string, h: number, concentration: number) =>
    planted.events.push({
      type: 'message',
      at: hour(h),
      kind: 'urea-pump',
      device: pump,
      message: 'fill',
      body: { plate: world.plates.read(v), volume: 38.5, concentration },
    });

  const empty = journey(terminal(1.6), 'shenchi', 7).driveTo('hequ');
  commit(empty);
  expected(empty, 'urea-use', 'reagent-empty', 'warning', 'drives with an empty urea tank');
  expected(empty, 'urea-use', 'reagent-low', 'info', 'below 10 % for more than 50 km');
  const low = journey(terminal(8.8), 'ningwu', 7.3).driveTo('shenchi');
  commit(low);
  honest(low, 'urea-use', 'low, but only for a few km');
  const idle = journey(terminal(62), 'hequ', 5.2)
    .driveTo('fanshi', { fault: 'not-consumed' })
    .driveTo('hequ', { fault: 'not-consumed' });
  commit(idle);
  expected(idle, 'urea-use', 'not-consumed', 'warning', 'the urea level stands still over more than 300 km');
  const steady = journey(terminal(70), 'hequ', 5.4).driveTo('fanshi').driveTo('hequ');
  commit(steady);
  honest(steady, 'urea-use', 'the same way with the usual consumption');
  const short = journey(terminal(66), 'yuanping', 12.1).driveTo('fanshi', { fault: 'not-consumed' });
  commit(short);
  honest(short, 'urea-use', 'the level stands still, but over less than 300 km and 100 L');
  const weak = journey(terminal(74), 'yuanping', 7.6)
    .driveTo('fanshi', { fault: 'ineffective' })
    .driveTo('yuanping', { fault: 'ineffective' });
  commit(weak);
  expected(weak, 'urea-use', 'scr-ineffective', 'warning', 'as much NOx behind the catalyst as before it');
  const frozen = journey(terminal(58), 'wuzhai', 8.8).driveTo('baode', { fault: 'frozen' });
  commit(frozen);
  expected(frozen, 'urea-use', 'frozen-sensor', 'warning', 'the same NOx value for an hour');

  const dark = make.heavyDiesel('6', { more: { obdRequired: true, scr: true } });
  const unseen = journey(dark, 'yuanping', 8.3).driveTo('dai');
  commit(unseen);
  planted.silentTerminals.push(dark.vin);
  expected(unseen, 'urea-use', 'dark-terminal', 'warning', 'seen on the road, its terminal silent', { pending: '24h' });

  const bad = make.heavyDiesel('6');
  const visit = journey(bad, 'yuanping', 9.5)
    .driveTo('E10')
    .visit('E10', { ureaWarningAt: hour(9.2) });
  commit(visit);
  fill(bad, 'UP2', 9.2, 27.4);
  expected(visit, 'urea-use', 'bad-urea', 'warning', '27.4 % instead of 31.8–33.2', {
    device: { kind: 'urea-pump', id: 'UP2' },
    from: formatInstant(hour(9.2)),
  });
  expected(visit, 'urea-use', 'urea-warning', 'info', 'at a gate within seven days of the warning', { enterprise: 'E10' });
  const good = journey(make.heavyDiesel('6'), 'yuanping', 9.8).driveTo('dai');
  commit(good);
  fill(good.vehicle, 'UP2', 9.7, 32.4);
  honest(good, 'urea-use', '32.4 %', { from: formatInstant(hour(9.7)) });
};

/** Plates in two places, and muck trucks off their permits. */
export const roadPlants: Plant = ({ make, hour, journey, commit, expected, honest, world, planted, date, invent }) => {
  const real = make.heavyDiesel('6');
  const drive = journey(real, 'ringE', 8).driveTo('dingxiang');
  commit(drive);
  const at = (drive.seenAt('KC6')[0] as number) + 12 * MINUTE;
  planted.events.push({
    type: 'message',
    at,
    kind: 'checkpoint',
    device: 'KC10',
    message: 'sighting',
    body: sighting(world.plates, real, 230),
  });
  expected(drive, 'cloned-plate', 'impossible-travel', 'warning', 'the same plate 150 km away twelve minutes later', {
    to: formatInstant(at),
  });

  const [nearNumber, farNumber] = invent.neighbours();
  const near = make.heavyDiesel('6', { number: nearNumber });
  const far = make.heavyDiesel('6', { number: farNumber });
  const misread = journey(near, 'ringE', 9.3).driveTo('dingxiang');
  for (const e of misread.events)
    if (e.type === 'message' && e.device === 'KC6')
      e.body.plate = { ...world.plates.read(near), number: far.number, confidence: 0.74 };
  const elsewhere = journey(far, 'shenchi', 9.05).driveTo('wuzhai');
  commit(misread, elsewhere);
  expected(elsewhere, 'cloned-plate', 'possible-misread', 'info', `${near.number} was read as ${far.number} at KC6`, {
    to: formatInstant(misread.time),
  });
  honest(elsewhere, 'cloned-plate', 'a misread neighbour, not a clone', {
    code: 'impossible-travel',
    to: formatInstant(misread.time),
  });

  const muck = (h: number) => {
    const j = journey(make.heavyDiesel('6', { vehicleType: 'H17', more: { muck: true } }), 'ringSE', h).driveTo('ringE');
    commit(j);
    return j;
  };
  const permit = (j: Journey, id: string, from: string, to: string) =>
    planted.permits.push({
      id,
      plateNumber: j.vehicle.number,
      plateColor: j.vehicle.color,
      hours: [{ from, to }],
      from: date,
      to: date,
    });
  expected(muck(8.2), 'route', 'no-permit', 'warning', 'a muck truck without a route permit');
  const day = muck(9);
  permit(day, 'PT-2', '06:00', '22:00');
  honest(day, 'route', 'within the hours of its permit');
  const night = muck(10);
  permit(night, 'PT-3', '21:00', '05:00');
  expected(night, 'route', 'outside-hours', 'warning', 'its permit is for the night');
  planted.truth.push({
    truth: 'honest', rule: 'cloned-plate', device: { kind: 'checkpoint', id: 'KC9' },
    from: formatInstant(world.unsynced.from), to: formatInstant(world.unsynced.to), why: 'the clock of KC9 is lost: its times are used against nobody',
  }); // prettier-ignore
  void hour;
};
