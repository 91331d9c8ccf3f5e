import type { PlateColor } from '../../contract/messages.ts';
import type { City } from './cities.ts';
import type { Town } from './map.ts';
import type { Inventor } from './plates.ts';
import type { Random } from './random.ts';

/** An invented vehicle: its registry row, and what the simulation needs to drive it. */
export interface Vehicle {
  number: string;
  color: PlateColor;
  plateType: string;
  vin: string;
  /** GA 24.4 */
  vehicleType: string;
  fuel: string;
  /** `unknown` is left out of the registry row. */
  stage: string;
  useNature: string;
  totalMass: number;
  firstRegistered: string;
  home: Town;
  /** Whether it has an emission terminal that reports (and must). */
  terminal: boolean;
  /** Whether the registry knows it; other provinces' often are not. */
  registered: boolean;
  more?: Record<string, unknown>;
}

const FIRST_REGISTERED: Record<string, string> = {
  '2': '2007-05-10', '3': '2011-04-18', '4': '2015-03-20', '5': '2018-09-05', '6': '2021-08-12', D: '2021-03-02', unknown: '2016-06-01',
}; // prettier-ignore

/** Makes vehicles of the usual kinds; `changes` overrides any member. */
export interface FleetMaker {
  heavyDiesel(stage: string, changes?: Partial<Vehicle>): Vehicle;
  heavyGas(stage: string, changes?: Partial<Vehicle>): Vehicle;
  medium(stage: string, changes?: Partial<Vehicle>): Vehicle;
  light(stage: string, changes?: Partial<Vehicle>): Vehicle;
  electricTruck(changes?: Partial<Vehicle>): Vehicle;
  car(changes?: Partial<Vehicle>): Vehicle;
}

const HOMES: Town[] = [
  'yuanping',
  'dingxiang',
  'ningwu',
  'dai',
  'fanshi',
  'wutai',
  'jingle',
  'ringE',
  'ringN',
  'taiyuan',
  'wuzhai',
];
export function createFleetMaker(random: Random, invent: Inventor, city: Pick<City, 'prefix' | 'outside'>): FleetMaker {
  /** Three times out of four the city's own. */
  const prefix = () => (random.chance(0.75) ? city.prefix : random.pick(city.outside));
  function make(
    base: Omit<Vehicle, 'vin' | 'firstRegistered' | 'home' | 'terminal' | 'registered'>,
    changes: Partial<Vehicle> = {},
  ): Vehicle {
    const stage = changes.stage ?? base.stage;
    return {
      vin: invent.vin(),
      firstRegistered: FIRST_REGISTERED[stage] ?? '2018-01-01',
      home: random.pick(HOMES),
      terminal: false,
      registered: true,
      ...base,
      ...changes,
    };
  }
  const yellow = { color: 'yellow', plateType: '01', useNature: 'F' } as const;
  return {
    heavyDiesel: (stage, changes) =>
      make(
        {
          ...yellow,
          number: invent.ordinary(prefix()),
          vehicleType: random.pick(['Q11', 'Q11', 'H11', 'H13', 'H19']),
          fuel: 'B',
          stage,
          totalMass: random.int(25, 49) * 1000,
        },
        changes,
      ),
    heavyGas: (stage, changes) =>
      make({ ...yellow, number: invent.ordinary(prefix()), vehicleType: 'Q11', fuel: 'E', stage, totalMass: 40_000 }, changes),
    medium: (stage, changes) =>
      make({ ...yellow, number: invent.ordinary(prefix()), vehicleType: 'H22', fuel: 'B', stage, totalMass: 8_000 }, changes),
    light: (stage, changes) =>
      make(
        {
          number: invent.ordinary(prefix()),
          color: 'blue',
          plateType: '02',
          useNature: 'F',
          vehicleType: 'H31',
          fuel: 'B',
          stage,
          totalMass: 4_200,
        },
        changes,
      ),
    electricTruck: (changes) =>
      make(
        {
          number: invent.largeNewEnergy(),
          color: 'yellow-green',
          plateType: '51',
          useNature: 'F',
          vehicleType: 'Q11',
          fuel: 'C',
          stage: 'D',
          totalMass: 40_000,
        },
        changes,
      ),
    car: (changes) =>
      random.chance(0.1)
        ? make(
            {
              number: invent.smallNewEnergy(),
              color: 'green',
              plateType: '52',
              useNature: 'A',
              vehicleType: 'K33',
              fuel: 'C',
              stage: 'D',
              totalMass: 1_900,
            },
            changes,
          )
        : make(
            {
              number: invent.ordinary(prefix()),
              color: 'blue',
              plateType: '02',
              useNature: 'A',
              vehicleType: 'K33',
              fuel: 'A',
              stage: random.pick(['4', '5', '6']),
              totalMass: 1_700,
            },
            changes,
          ),
  };
}

/** The registry row of a vehicle, as `PUT /registry/vehicles` takes it. */
export function vehicleRow(v: Vehicle): Record<string, unknown> {
  return {
    plateNumber: v.number,
    plateColor: v.color,
    vin: v.vin,
    plateType: v.plateType,
    vehicleType: v.vehicleType,
    fuel: v.fuel,
    ...(v.stage !== 'unknown' && { stage: v.stage, stageBasis: '随车清单' }),
    useNature: v.useNature,
    totalMass: v.totalMass,
    firstRegistered: v.firstRegistered,
    status: 'in-use',
    ...(v.terminal && { obdRequired: true, scr: true, reagentTank: 60 }),
    ...v.more,
  };
}
