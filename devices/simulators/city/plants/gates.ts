import type { Journey, VisitOptions } from '../journey.ts';
import type { Vehicle } from '../fleet.ts';
import { SIMPLE_GATE } from '../places.ts';
import { asksNothing, aroundTheDay, isBig, type Plant } from './tools.ts';

/** Standing orders at gates: stages, planning area, phase-out, sale ban. */
export const standingPlants: Plant = (tools) => {
  const { make, some, several, call, journey, commit, expected, caught, honest, works, level, date, random, world } = tools;
  const next = date >= '2022-01-01';
  const asking = () => works((e) => isBig(e) && !e.railSpurSince && !e.planningArea);
  const civilDay = (days: number) => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

  several(() => {
    const e = asking();
    const v = random.chance(0.3) ? make.heavyGas('4') : random.chance(0.3) ? make.light('4') : make.heavyDiesel('4');
    caught(
      'below-stage', call(v, some(6.5, 20), e.id), 'emission-standard', 'below-stage',
      'stage 4 at an enterprise of more than 1.5 Mt a year without a rail spur',
    ); // prettier-ignore
  });
  const [exactly, justBelow] = [works((e) => e.annualFreight === 1_500_000), works((e) => e.annualFreight === 1_499_999)];
  caught(
    'below-stage-at-the-limit', call(make.heavyDiesel('4'), some(7, 20), exactly.id), 'emission-standard', 'below-stage',
    'stage 4 at an enterprise of exactly 1.5 Mt a year',
  ); // prettier-ignore
  honest(
    'freight-just-below', call(make.heavyDiesel('4'), some(7, 20), justBelow.id), 'emission-standard',
    'one tonne short of 1.5 Mt a year',
  ); // prettier-ignore
  several(() => {
    const spur = works((e) => isBig(e) && e.railSpurSince !== undefined && !e.planningArea);
    honest(
      'rail-spur',
      call(make.heavyGas('4'), some(6.5, 10.5), spur.id),
      'emission-standard',
      'the enterprise has a rail spur',
    );
  });
  honest('new-energy-truck', call(make.electricTruck(), some(7, 20), asking().id), 'emission-standard', 'new-energy');
  if (!next) honest('stage-5-in-2021', call(make.heavyDiesel('5'), some(7, 20), asking().id), 'emission-standard', 'stage 5 is enough in 2021'); // prettier-ignore

  const planning = () => works((e) => e.planningArea);
  if (date >= '2021-10-01')
    several(() =>
      caught(
        'planning-area', call(make.heavyDiesel('5'), some(6.5, 20), planning().id), 'planning-area', 'not-clean-road',
        'stage 5 at a works inside the planning area',
      ),
    ); // prettier-ignore
  honest('planning-area-stage-6', call(make.heavyDiesel('6'), some(6.5, 20), planning().id), 'planning-area', 'stage 6');
  honest('planning-area-electric', call(make.electricTruck(), some(6.5, 20), planning().id), 'planning-area', 'new-energy');
  const outside = works((e) => isBig(e) && !e.planningArea);
  honest(
    'planning-area-outside',
    call(make.heavyDiesel('5'), some(6.5, 20), outside.id),
    'planning-area',
    'not inside the planning area',
  );

  // Old trucks: where nothing else is asked of them, so that the order to remove them stands alone.
  const quiet = (h: number) => works((e) => asksNothing(e) && !['orange', 'red'].includes(level(e, h)));
  several(() => {
    const h = some(6.5, 22);
    caught(
      'phase-out', call(make.heavyDiesel(random.pick(['2', '3'])), h, quiet(h).id), 'phase-out', 'phase-out-listed',
      'commercial diesel of stage 3 or less',
    ); // prettier-ignore
  });
  const own = some(6.5, 11);
  honest('phase-out-own-use', call(make.heavyDiesel('3', { useNature: 'A' }), own, quiet(own).id), 'phase-out', 'not commercial');
  honest('phase-out-gas', call(make.heavyGas('3'), own, quiet(own).id), 'phase-out', 'gas, not diesel');
  const roadside = journey(make.heavyDiesel('3'), 'ringSE', some(6.5, 22)).driveTo('ringE');
  commit(roadside); // what a road camera finds of it follows from its being seen
  several(() => {
    const h = some(6.5, 22);
    const status = random.pick(['scrapped', 'deregistered']);
    const v = make.heavyDiesel('4', { more: { status } });
    caught('past-scrap', call(v, h, quiet(h).id), 'phase-out', 'past-scrap', `${status}, and still at a gate`);
  });
  const due = some(6.5, 22);
  const ended = make.heavyDiesel('5', { more: { scrapDue: civilDay(-1) } });
  caught('scrap-due-ended', call(ended, due, quiet(due).id), 'phase-out', 'past-scrap', 'its last day was yesterday');
  const lastDay = make.heavyDiesel('5', { more: { scrapDue: date } });
  honest('scrap-due-today', call(lastDay, due, quiet(due).id), 'phase-out', 'its last day is today');

  const sold = (certificateUploaded: string, invoiced: string, stage = '5', changes: Partial<Vehicle> = {}): Journey => {
    const h = some(6.5, 22);
    const more = { certificateUploaded, invoiced, ...changes.more };
    return call(make.heavyDiesel(stage, { firstRegistered: '2021-09-02', ...changes, more }), h, quiet(h).id);
  };
  const day = aroundTheDay(world.dayStart);
  const ban = (kind: string, j: Journey, why: string) => expected(kind, j, 'sale-ban', 'sold-below-stage', 'warning', why, day);
  several(() =>
    ban('sold-below-stage', sold('2021-08-10', '2021-08-28'), 'stage 5 diesel, certificate and invoice after 2021-07-01'),
  );
  ban('sold-on-the-first-day', sold('2021-06-12', '2021-07-01'), 'invoiced on 1 July 2021');
  honest('sold-the-day-before', sold('2021-06-12', '2021-06-30'), 'sale-ban', 'certificate and invoice before 2021-07-01', day);
  honest('sold-stage-6', sold('2021-08-10', '2021-08-28', '6'), 'sale-ban', 'stage 6', day);
  honest('sold-medium', sold('2021-08-10', '2021-08-28', '5', { vehicleType: 'H22' }), 'sale-ban', 'medium', day);
};

/** Responses: orange and red, bulk units, exemptions, edges; and who lets refused trucks in. */
export const responsePlants: Plant = (tools) => {
  const { make, some, several, call, caught, honest, works, level, random, world } = tools;
  const orange = world.responses.find((r) => r.level === 'orange');
  if (!orange) return;
  const during = () => some(orange.from + 0.2, orange.to - 1.2);
  const responding = (h: number) => works((e) => level(e, h) === 'orange' && e.dailyTruckPasses > 10 && e.cleanTransport === 'met' && asksNothing(e)); // prettier-ignore
  const notMet = works((e) => e.cleanTransport === 'not-met');
  const hit = (kind: string, h: number, v: Vehicle, why: string, id = responding(h).id, options: VisitOptions = {}) =>
    caught(kind, call(v, h, id, options), 'peak-shift', 'measure-hit', why);
  const clear = (kind: string, h: number, v: Vehicle, why: string, id = responding(h).id) =>
    honest(kind, call(v, h, id), 'peak-shift', why);

  several(() => hit('orange-diesel', during(), make.heavyDiesel('4'), 'stage 4 diesel at a bulk unit under orange'));
  several(() => hit('orange-gas', during(), make.heavyGas('4'), 'stage 4 gas at a bulk unit under orange'));
  const tight = random.chance(0.5) ? make.heavyDiesel('6') : make.medium('6');
  hit('not-met-tightens', during(), tight, 'stage 6, but clean transport is not met: the measures of red', notMet.id);
  const raised = world.responses.find((r) => r.level === 'red');
  if (raised) {
    const h = some(raised.from + 0.2, raised.to - 1);
    const e = works((x) => level(x, h) === 'red' && x.dailyTruckPasses > 10);
    hit('red-stage-6', h, make.heavyDiesel('6'), 'stage 6 at a bulk unit under red', e.id);
    hit('red-medium', h, make.medium('6'), 'medium under red', e.id);
    clear('red-light', h, make.light('6'), 'light: red concerns medium and heavy', e.id);
    clear('before-red', some(9.5, raised.from - 1.2), make.heavyDiesel('6'), 'yellow, before it was raised to red', e.id);
  }

  const early = some(6.5, orange.from - 1.3);
  clear('before-orange', early, make.heavyDiesel('4'), 'before the response begins', works((e) => level(e, orange.from + 0.1) === 'orange' && asksNothing(e)).id); // prettier-ignore
  const late = some(orange.to + 0.2, 22.5);
  clear('after-orange', late, make.heavyDiesel('4'), 'the response was lowered to yellow', works((e) => level(e, orange.from + 0.1) === 'orange' && asksNothing(e)).id); // prettier-ignore
  clear('orange-stage-5', during(), make.heavyDiesel('5'), 'stage 5: orange concerns stage 4 and below');
  clear('orange-hazmat', during(), make.heavyDiesel('4', { useNature: 'R' }), 'hazardous goods');
  clear('orange-emergency', during(), make.heavyDiesel('4', { useNature: random.pick(['H', 'I', 'J', 'K']) }), 'emergency');
  clear('orange-special', during(), make.heavyDiesel('4', { vehicleType: 'Z51' }), 'special operation');
  clear('orange-medium', during(), make.medium('4'), 'medium: orange concerns heavy vehicles');
  clear('orange-electric', during(), make.electricTruck(), 'new-energy', notMet.id);
  const h = during();
  clear('orange-elsewhere', h, make.heavyDiesel('4'), 'no response in this county', works((e) => !['orange', 'red'].includes(level(e, h)) && asksNothing(e)).id); // prettier-ignore
  const ten = works((e) => e.dailyTruckPasses === 10);
  clear('ten-passes', during(), make.heavyDiesel('4'), 'ten passes a day are not more than ten', ten.id);

  // Refused, and let in all the same.
  const plain = works((e) => isBig(e) && !e.railSpurSince && !e.planningArea && `${e.id}-G1` !== SIMPLE_GATE);
  const morning = () => some(6.5, 10.5);
  several(() =>
    caught(
      'forced-in', call(make.heavyDiesel('4'), morning(), plain.id, { forced: true }), 'forced-release', 'released-against-decision',
      'let in by force against a refusal',
    ),
  ); // prettier-ignore
  caught(
    'forced-in-under-orange', call(make.heavyDiesel('4'), during(), notMet.id, { forced: true }), 'forced-release',
    'released-against-decision', 'let in by force against a refusal under orange',
  ); // prettier-ignore
  const unknown = () => make.heavyDiesel('unknown');
  const lax = works((e) => asksNothing(e) && e.cleanTransport === 'met');
  caught(
    'opened-by-itself', call(unknown(), morning(), lax.id, { automatic: true }), 'forced-release', 'released-against-decision',
    'to be reviewed, and nobody looked',
  ); // prettier-ignore
  honest('looked-at', call(unknown(), morning(), lax.id), 'forced-release', 'to be reviewed, and somebody looked');
  honest('turned-back', call(make.heavyDiesel('4'), morning(), plain.id), 'forced-release', 'refused, and turned back');
};
