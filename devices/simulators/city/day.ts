import { civilDayStart, formatInstant, HOUR, MINUTE } from '../../contract/instant.ts';
import { cityOf, type City } from './cities.ts';
import type { CityEvent, Truth } from './events.ts';
import { isListed } from './expect.ts';
import { createFleetMaker, type FleetMaker, type Vehicle } from './fleet.ts';
import { startJourney, type Journey, type JourneyWorld } from './journey.ts';
import { planMachinery } from './machinery.ts';
import type { Town } from './map.ts';
import { OUTAGE_GATE } from './places.ts';
import { plantAll } from './plants/index.ts';
import { createInventor } from './plates.ts';
import { createRandom, type Random } from './random.ts';
import { registryOf, type Registry } from './registry.ts';
import { planResponses, type ResponseStretch } from './responses.ts';
import { createPlates, planWeather } from './sightings.ts';

export interface CityDay {
  seed: number;
  city: City;
  date: string;
  dayStart: number;
  responses: ResponseStretch[];
  registry: Registry;
  /** In time order. */
  events: CityEvent[];
  /** What was planted. What else is to be found stands at the events (`finds`): see `wholeTruth`. */
  truth: Truth[];
}

export interface CityOptions {
  seed: number;
  /** Civil date `YYYY-MM-DD`. */
  date: string;
  /** How much traffic besides the planted: 1 is about 600 vehicles. */
  scale?: number;
  /** `xinzhou`, another city by name, or any word: a city is invented from it. */
  city?: string;
}

/** The line of the outage gate is down nearly all day. */
const OUTAGE = { from: 4.5, to: 23.5 };

/**
 * A day in a city: registry, everything that happens, and the truth about it. Pure: the same options give the same day.
 * Whoever is not planted gives no finding of `warning` or `critical`: a journey that would is not driven.
 */
export function planDay({ seed, date, scale = 1, city: name }: CityOptions): CityDay {
  const dayStart = civilDayStart(date);
  if (Number.isNaN(dayStart)) throw new Error(`no civil date: ${date}`);
  const random = createRandom(seed);
  const city = cityOf(name);
  const invent = createInventor(random, city.prefix);
  const make = createFleetMaker(random, invent, city);
  const lostFrom = random.pick([9, 11, 13, 15]);
  const world: JourneyWorld = {
    random,
    city,
    plates: createPlates(random),
    dayStart,
    weather: planWeather(random, date),
    responses: planResponses(random, city),
    unsynced: { from: dayStart + lostFrom * HOUR, to: dayStart + (lostFrom + 2) * HOUR },
    detection: 0.85,
    reagent: new Map(),
    odometer: new Map(),
  };
  const planted = plantAll({ world, make, invent, date });
  const machinery = planMachinery(random, city, dayStart, date, world.responses);

  const background = makeFleet(random, make, scale);
  const events = [...planted.events, ...machinery.events];
  for (const vehicle of background) events.push(...errands(world, vehicle));
  for (const [up, hour] of [
    [false, OUTAGE.from],
    [true, OUTAGE.to],
  ] as const)
    // prettier-ignore
    events.push({ type: 'line', at: dayStart + hour * HOUR, kind: 'gate', device: OUTAGE_GATE, up });
  const vehicles = [...planted.vehicles, ...background];

  return {
    seed,
    city,
    date,
    dayStart,
    responses: world.responses,
    registry: registryOf({ city, date, responses: world.responses, vehicles, planted, machinery }),
    events: events.sort((a, b) => a.at - b.at),
    truth: [...planted.truth, ...machinery.truth, ...seenOnTheRoad(vehicles, events, dayStart)],
  };
}

/** Vehicles that are to be gone, seen at stations and cameras: one finding of the vehicle's day. */
function seenOnTheRoad(vehicles: Vehicle[], events: readonly CityEvent[], dayStart: number): Truth[] {
  const seen = new Map<string, number[]>();
  for (const e of events)
    if (e.type === 'message' && e.who !== undefined && (e.kind === 'checkpoint' || e.kind === 'remote-sensing'))
      seen.set(e.who, [...(seen.get(e.who) ?? []), e.at]);
  return vehicles.flatMap((v) => {
    const times = seen.get(v.vin);
    if (!times || !v.registered) return [];
    const { scrapDue, status } = v.more ?? {};
    const date = new Date(dayStart + 8 * HOUR).toISOString().slice(0, 10);
    const gone = status === 'scrapped' || status === 'deregistered' || (typeof scrapDue === 'string' && scrapDue < date);
    const line = (code: string, severity: 'warning' | 'critical', why: string): Truth => ({
      truth: 'expected', kind: `${code}-on-the-road`, rule: 'phase-out', code, severity,
      plate: { number: v.number, color: v.color }, vin: v.vin,
      from: formatInstant(Math.min(...times)), to: formatInstant(Math.max(...times)), why,
    }); // prettier-ignore
    return [
      ...(isListed(v) ? [line('phase-out-listed', 'warning', 'commercial diesel of stage 3 or less, on the road')] : []),
      ...(gone ? [line('past-scrap', 'critical', 'past its last day, on the road')] : []),
    ];
  });
}

function makeFleet(random: Random, make: FleetMaker, scale: number): Vehicle[] {
  const many = (count: number, one: (i: number) => Vehicle) =>
    Array.from({ length: Math.round(count * scale) }, (_, i) => one(i));
  return [
    ...many(52, () => make.heavyDiesel(random.pick(['5', '6', '6']), { terminal: true })),
    ...many(210, () => make.heavyDiesel(random.pick(['5', '5', '6', '6', '6']))),
    ...many(30, () => make.heavyDiesel('4', { home: random.pick(['dai', 'fanshi', 'wutai', 'jingle', 'wuzhai']) })),
    ...many(45, () => make.heavyGas(random.pick(['5', '6']))),
    ...many(40, () => make.electricTruck()),
    ...many(30, () => make.medium(random.pick(['5', '6']))),
    ...many(35, () => make.light(random.pick(['4', '5', '6']))),
    ...many(25, () => make.heavyDiesel(random.pick(['5', '6']), { registered: false })),
    ...many(90, () => make.car()),
  ];
}

/** A vehicle's errands: from home to load at one place, unload at another, home again; with luck a second time. */
function errands(world: JourneyWorld, vehicle: Vehicle): CityEvent[] {
  const { random, dayStart, city } = world;
  const latest = dayStart + 23.6 * HOUR;
  const goods = /^[HQ]/.test(vehicle.vehicleType);
  const honest = (j: Journey) => j.time < latest && j.findings.every((f) => f.severity === 'info' && f.code !== 'failed-vehicle');
  const plan = (start: number): Journey => {
    if (!goods)
      return startJourney(world, vehicle, vehicle.home, start)
        .driveTo(random.pick(Object.keys(city.nodes) as Town[]))
        .wait(random.int(20, 90))
        .driveTo(vehicle.home);
    const load = random.pick(city.enterprises).id;
    const unload = random.pick(city.enterprises.filter((e) => e.id !== load)).id;
    return startJourney(world, vehicle, vehicle.home, start)
      .driveTo(load)
      .visit(load)
      .driveTo(unload)
      .visit(unload)
      .driveTo(vehicle.home);
  };
  const events: CityEvent[] = [];
  let free = dayStart + random.between(2, 13) * HOUR;
  for (let errand = 0; errand < (goods && !vehicle.terminal ? 2 : 1); errand++) {
    for (let attempt = 0; attempt < 12; attempt++) {
      const reagent = world.reagent.get(vehicle.vin);
      const journey = plan(free + random.between(0, 40) * MINUTE);
      if (!honest(journey) || (world.reagent.get(vehicle.vin) ?? 100) < 15) {
        if (reagent === undefined) world.reagent.delete(vehicle.vin);
        else world.reagent.set(vehicle.vin, reagent);
        continue;
      }
      events.push(...journey.events);
      free = journey.time + 30 * MINUTE;
      break;
    }
    if (random.chance(0.5)) break;
  }
  return events;
}
