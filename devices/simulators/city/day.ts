import { civilDayStart, HOUR, MINUTE } from '../../contract/instant.ts';
import type { CityEvent, Truth } from './events.ts';
import { createFleetMaker, type FleetMaker, type Vehicle } from './fleet.ts';
import { startJourney, type Journey, type JourneyWorld } from './journey.ts';
import { planMachinery } from './machinery.ts';
import { NODES, type Town } from './map.ts';
import { ENTERPRISES, OUTAGE_GATE } from './places.ts';
import {
  createHelpers,
  diversionPlants,
  gatePlants,
  remoteSensingPlants,
  roadPlants,
  ureaPlants,
  type Planted,
} from './plants.ts';
import { createInventor } from './plates.ts';
import { createRandom, type Random } from './random.ts';
import { registryOf, type Registry } from './registry.ts';
import { createPlates } from './sightings.ts';

export interface CityDay {
  seed: number;
  date: string;
  dayStart: number;
  registry: Registry;
  /** In time order. */
  events: CityEvent[];
  truth: Truth[];
}

export interface CityOptions {
  seed: number;
  /** Civil date `YYYY-MM-DD`. */
  date: string;
  /** How much traffic besides the planted: 1 is about 600 vehicles. */
  scale?: number;
}

/** Hours in which the gate of the logistics park has no line. */
const OUTAGE = { from: 10, to: 11 };

/**
 * A day in an invented Xinzhou: registry, everything that happens, and the truth about it. Pure: the same options give the same day.
 * Whoever is not planted gives no finding of `warning` or `critical`: a journey that would is not driven.
 */
export function planDay({ seed, date, scale = 1 }: CityOptions): CityDay {
  const dayStart = civilDayStart(date);
  if (Number.isNaN(dayStart)) throw new Error(`no civil date: ${date}`);
  const random = createRandom(seed);
  const invent = createInventor(random);
  const make = createFleetMaker(random, invent);
  const world: JourneyWorld = {
    random,
    plates: createPlates(random),
    dayStart,
    unsynced: { from: dayStart + 13 * HOUR, to: dayStart + 15 * HOUR },
    detection: 0.85,
    reagent: new Map(),
    odometer: new Map(),
  };
  const planted: Planted = { events: [], truth: [], vehicles: [], silentTerminals: [], permits: [], inspections: [] };
  const tools = { world, make, invent, date, planted };
  for (const plant of [gatePlants, remoteSensingPlants, diversionPlants, ureaPlants, roadPlants])
    plant({ ...tools, ...createHelpers(tools) });
  const machinery = planMachinery(dayStart, date);

  const background = makeFleet(random, make, scale);
  const events = [...planted.events, ...machinery.events];
  for (const vehicle of background) events.push(...errands(world, vehicle));
  for (const [up, hour] of [
    [false, OUTAGE.from],
    [true, OUTAGE.to],
  ] as const)
    // prettier-ignore
    events.push({ type: 'line', at: dayStart + hour * HOUR, kind: 'gate', device: OUTAGE_GATE, up });

  return {
    seed,
    date,
    dayStart,
    registry: registryOf({ date, vehicles: [...planted.vehicles, ...background], planted, machinery }),
    events: events.sort((a, b) => a.at - b.at),
    truth: [...planted.truth, ...machinery.truth],
  };
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
  const { random, dayStart } = world;
  const latest = dayStart + 23.6 * HOUR;
  const goods = /^[HQ]/.test(vehicle.vehicleType);
  const honest = (j: Journey) => j.time < latest && j.findings.every((f) => f.severity === 'info' && f.code !== 'failed-vehicle');
  const plan = (start: number): Journey => {
    if (!goods)
      return startJourney(world, vehicle, vehicle.home, start)
        .driveTo(random.pick(Object.keys(NODES) as Town[]))
        .wait(random.int(20, 90))
        .driveTo(vehicle.home);
    const load = random.pick(ENTERPRISES).id;
    const unload = random.pick(ENTERPRISES.filter((e) => e.id !== load)).id;
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
