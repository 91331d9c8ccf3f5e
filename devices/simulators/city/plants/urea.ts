import { formatInstant, HOUR } from '../../../contract/instant.ts';
import type { Vehicle } from '../fleet.ts';
import type { Journey } from '../journey.ts';
import type { Town } from '../map.ts';
import type { Fault } from '../telemetry.ts';
import { asksNothing, type Plant } from './tools.ts';

/** Urea: empty, low, not consumed, sparing, ineffective, frozen, dark, bad fills; and sensors that only seem to lie. */
export const ureaPlants: Plant = ({
  make,
  hour,
  some,
  several,
  journey,
  commit,
  expected,
  caught,
  honest,
  world,
  planted,
  random,
  city,
  works,
  level,
}) => {
  const terminal = (reagent: number, changes: Partial<Vehicle> = {}) => {
    const v = make.heavyDiesel(random.pick(['5', '6']), { terminal: true, ...changes });
    world.reagent.set(v.vin, reagent);
    return v;
  };
  const fill = (v: Vehicle, h: number, body: Record<string, unknown>, pump = random.pick(city.pumps)) => {
    const event = {
      type: 'message' as const, at: hour(h), kind: 'urea-pump' as const, device: pump.id, message: 'fill',
      body: { plate: world.plates.read(v), volume: 38.5, ...body }, who: v.vin,
    }; // prettier-ignore
    planted.events.push(event);
    return event;
  };
  /** There and back again so often. */
  const drive = (v: Vehicle, h: number, places: Town[], fault?: Fault): Journey => {
    const [first, ...rest] = places as [Town, ...Town[]];
    const j = journey(v, first, h);
    for (const place of rest) j.driveTo(place, { ...(fault && { fault }), speed: 58 });
    commit(j);
    return j;
  };
  /** What is found ends with its last hour. */
  const until = (j: Journey) => ({ to: formatInstant(j.time + HOUR) });
  const found = (kind: string, j: Journey, code: string, severity: 'warning' | 'info', why: string) =>
    expected(kind, j, 'urea-use', code, severity, why, until(j));
  const none = (kind: string, j: Journey, why: string, more = {}) => honest(kind, j, 'urea-use', why, { ...until(j), ...more });

  several(() => {
    const j = drive(terminal(1.6), some(4, 12), ['shenchi', 'hequ']);
    found('drives-empty', j, 'reagent-empty', 'warning', 'drives with an empty urea tank');
    found('drives-empty', j, 'reagent-low', 'info', 'below 10 % for more than 50 km');
  });
  none('low-for-a-few-km', drive(terminal(8.8), some(4, 18), ['ningwu', 'shenchi']), 'low, but only for a few km');
  several(() => {
    const j = drive(terminal(random.int(40, 80)), some(3, 8), ['hequ', 'fanshi', 'hequ'], 'not-consumed');
    found('level-stands-still', j, 'not-consumed', 'warning', 'the urea level stands still over more than 300 km');
  });
  none('level-falls', drive(terminal(70), some(3, 8), ['hequ', 'fanshi', 'hequ']), 'the same way with the usual consumption');
  none('level-stands-still-briefly', drive(terminal(66), some(5, 12), ['yuanping', 'fanshi'], 'not-consumed'), 'the level stands still, but over less than 300 km and 100 L'); // prettier-ignore
  const far: Town[] = ['yuanping', 'fanshi', 'yuanping', 'fanshi', 'yuanping', 'fanshi'];
  const watered = drive(terminal(60), 1.1, [...far], 'watered');
  found('waters-its-urea', watered, 'low-consumption', 'warning', 'less than 1 % of its fuel');
  found('waters-its-urea', watered, 'not-consumed', 'warning', 'so little that the level hardly falls over 100 L of fuel');
  found('sparing', drive(terminal(75), 1.3, [...far], 'sparing'), 'low-consumption', 'info', 'less than 2 % of its fuel');
  // The tank is filled while it stands: the level at the end is that of the beginning, though it used what it should.
  const filled = terminal(60);
  const out = journey(filled, 'hequ', some(3, 5)).driveTo('fanshi', { speed: 58 });
  commit(out);
  const stop = (out.time - world.dayStart) / HOUR + 0.2;
  fill(filled, stop, { concentration: 32.5, volume: 34 });
  world.reagent.set(filled.vin, (world.reagent.get(filled.vin) ?? 0) + 34 / 0.6);
  const home = journey(filled, 'fanshi', stop + 0.4).driveTo('hequ', { speed: 58 });
  commit(home);
  none('fills-between-two-hours', out, 'filled on the way: what it used came from the pump', until(home));

  for (const [kind, fault, code, why] of [
    ['catalyst-removed', 'ineffective', 'scr-ineffective', 'as much NOx behind the catalyst as before it'],
    ['sensor-frozen', 'frozen', 'frozen-sensor', 'the same NOx value for hours'],
    ['sensor-copied', 'copied', 'frozen-sensor', 'the value of the other sensor, always'],
  ] as const)
    several(() => {
      const j = drive(terminal(random.int(50, 90)), some(4, 14), ['wuzhai', 'hequ'], fault);
      found(kind, j, code, 'warning', why);
      if (fault === 'copied') found(kind, j, 'scr-ineffective', 'warning', 'and so nothing is reduced');
    });
  for (const [kind, fault, why] of [
    ['retrofit-without-nox', 'no-nox', 'a retrofit that reports no NOx'],
    ['slow-sensor', 'slow', 'a slow sensor: the same value for twenty minutes at most'],
    ['filter-burns', 'regenerating', 'above 500 °C the filter burns: no catalyst works'],
    ['old-catalyst', 'three-quarters', 'an old catalyst: three quarters pass it'],
    ['cold-catalyst', 'cold', 'too cold for the catalyst'],
  ] as const)
    none(kind, drive(terminal(random.int(50, 90)), some(4, 14), ['wuzhai', 'hequ'], fault), why);

  several(() => {
    const dark = make.heavyDiesel('6', { more: { obdRequired: true, scr: true } });
    const unseen = journey(dark, 'yuanping', some(5, 20)).driveTo('dai');
    commit(unseen);
    planted.silentTerminals.push(dark.vin);
    expected('terminal-dark', unseen, 'urea-use', 'dark-terminal', 'warning', 'seen on the road, its terminal silent', { pending: '24h' }); // prettier-ignore
  });
  const exempt = journey(make.heavyDiesel('6', { more: { obdRequired: false, scr: true } }), 'yuanping', some(5, 20)).driveTo('dai'); // prettier-ignore
  commit(exempt);
  honest('no-terminal-required', exempt, 'urea-use', 'it need not have a terminal');
  // Reported in the morning, seen in the evening.
  const parked = terminal(60);
  const morning = journey(parked, 'yuanping', some(4, 7)).driveTo('dai');
  commit(morning);
  const evening = { vehicle: parked, events: [{ at: morning.time + 10 * HOUR }] };
  planted.events.push({
    type: 'message', at: morning.time + 10 * HOUR, kind: 'checkpoint', device: 'KC8', message: 'sighting', who: parked.vin,
    body: { lane: '1', heading: 20, plate: world.plates.read(parked), seen: { vehicleType: parked.vehicleType } },
  }); // prettier-ignore
  honest('reported-in-the-morning', evening, 'urea-use', 'its terminal reported ten hours before', { code: 'dark-terminal' });

  several(() => {
    const bad = make.heavyDiesel('6');
    const h = some(6, 18);
    const e = works((x) => asksNothing(x) && !['orange', 'red'].includes(level(x, h + 0.3)));
    const poured = fill(bad, h, { concentration: random.pick([18.2, 27.4, 31.7, 33.3, 36]) });
    const visit = journey(bad, e.node, h + 0.3).driveTo(e.id).visit(e.id, { ureaWarningAt: poured.at }); // prettier-ignore
    commit(visit);
    expected('bad-urea', { vehicle: bad, events: [poured] }, 'urea-use', 'bad-urea', 'warning', 'not 31.8–33.2 %');
    caught('warned-of-urea', visit, 'urea-use', 'urea-warning', 'at a gate within seven days of the warning');
    if (random.chance(0.5)) return;
    const repairedAt = visit.time + HOUR;
    planted.inspections.push({ vin: bad.vin, at: formatInstant(repairedAt), inspectionKind: 'repair', result: 'passed', station: '城南维修站' }); // prettier-ignore
    const again = journey(bad, e.node, (visit.time - world.dayStart) / HOUR + 2).driveTo(e.id).visit(e.id, { ureaWarningAt: poured.at, repairedAt }); // prettier-ignore
    commit(again);
    honest('urea-repaired', again, 'urea-use', 'repaired since', { code: 'urea-warning' });
  });
  for (const concentration of [31.8, 33.2, 32.5]) {
    const good = make.heavyDiesel('6');
    const poured = fill(good, some(6, 20), { concentration });
    const j = journey(good, 'ringSE', some(20, 21)).driveTo('ringE');
    commit(j);
    honest('good-urea', { vehicle: good, events: [poured, ...j.events] }, 'urea-use', `${concentration} %`);
  }
};
