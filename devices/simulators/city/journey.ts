import { formatInstant, MINUTE } from '../../contract/instant.ts';
import type { Plate } from '../../contract/messages.ts';
import type { CityEvent } from './events.ts';
import { expectAtGate, type ExpectedFinding, type GateCase } from './expect.ts';
import type { Vehicle } from './fleet.ts';
import { findRoute, NODES, type OffRoad, type Passing, type Town } from './map.ts';
import {
  CHECKPOINTS,
  enterprise,
  gateId,
  SIMPLE_GATE,
  STATIONS,
  UNSYNCED_CHECKPOINT,
  type Enterprise,
  type RoadDevice,
} from './places.ts';
import type { Plates } from './sightings.ts';
import { reading, sighting } from './sightings.ts';
import { reagentUsed } from './telemetry.ts';
import type { Random } from './random.ts';

const ROADSIDE: RoadDevice[] = [...STATIONS, ...CHECKPOINTS];
const station = (id: string) => id.startsWith('RS');

export interface DriveOptions {
  /** Through the built-up area although there is no business there. */
  through?: boolean;
  /** What a station measures, over the usual values. */
  measured?: Record<string, number>;
  fault?: 'not-consumed' | 'ineffective' | 'frozen';
}

export interface VisitOptions {
  read?: GateCase['read'];
  /** What the camera reads, where it is not the vehicle's own plate. */
  plate?: Plate;
  seenType?: string;
  /** The gate's index; any by default. */
  gate?: number;
  forced?: boolean;
  failedFrom?: number;
  repairedAt?: number;
  ureaWarningAt?: number;
  /** Minutes inside. */
  stay?: number;
}

/** One vehicle's way through the day, written down step by step. Nothing counts until it is committed. */
export interface Journey {
  readonly vehicle: Vehicle;
  readonly time: number;
  readonly findings: ExpectedFinding[];
  readonly events: CityEvent[];
  wait(minutes: number): Journey;
  driveTo(place: Town | OffRoad | string, options?: DriveOptions): Journey;
  /** In at the gate and, unless turned back, out again after a while. */
  visit(enterpriseId: string, options?: VisitOptions): Journey;
  /** Sightings so far at one device, oldest first. */
  seenAt(deviceId: string): number[];
}

export interface JourneyWorld {
  random: Random;
  plates: Plates;
  dayStart: number;
  /** Hours in which the clock of the unsynced checkpoint is lost. */
  unsynced: { from: number; to: number };
  /** How many of the passing vehicles a roadside device sees. */
  detection: number;
  /** Reagent left in each terminal vehicle's tank, %. */
  reagent: Map<string, number>;
  odometer: Map<string, number>;
}

export function offRoad(place: Town | OffRoad | string): OffRoad {
  if (typeof place !== 'string') return place;
  if (place in NODES) return { at: NODES[place as Town], node: place as Town };
  return enterprise(place);
}

export function startJourney(world: JourneyWorld, vehicle: Vehicle, from: Town | OffRoad | string, start: number): Journey {
  const { random } = world;
  const events: CityEvent[] = [];
  const findings: ExpectedFinding[] = [];
  let here = offRoad(from);
  let time = start;

  function seeOnTheWay(passing: Passing, speed: number, began: number, options: DriveOptions): void {
    const at = Math.round(began + (passing.km / speed) * 3_600_000);
    if (!random.chance(world.detection)) return;
    if (station(passing.id)) {
      events.push({
        type: 'message',
        at,
        kind: 'remote-sensing',
        device: passing.id,
        message: 'reading',
        body: reading(world, vehicle, passing.id, at, speed, options.measured),
      });
      return;
    }
    const lost = passing.id === UNSYNCED_CHECKPOINT && at >= world.unsynced.from && at < world.unsynced.to;
    if (lost && vehicle.terminal) return; // a wrong time would stand before the first sample of its drive
    const clock = lost ? { clock: 'unsynced', at: formatInstant(at - 90 * MINUTE) } : {};
    events.push({
      type: 'message',
      at,
      kind: 'checkpoint',
      device: passing.id,
      message: 'sighting',
      body: { ...sighting(world.plates, vehicle, passing.heading), ...clock },
    });
  }

  function gateEvent(e: Enterprise, direction: 'in' | 'out', gate: number, options: VisitOptions): 'passed' | 'turned-back' {
    const c: GateCase = {
      vehicle,
      read: options.read ?? 'right',
      enterprise: e,
      at: time,
      dayStart: world.dayStart,
      ...(options.failedFrom !== undefined && { failedFrom: options.failedFrom }),
      ...(options.repairedAt !== undefined && { repairedAt: options.repairedAt }),
      ...(options.ureaWarningAt !== undefined && { ureaWarningAt: options.ureaWarningAt }),
      seenDiffers: options.seenType !== undefined,
    };
    const answer = expectAtGate(c);
    const decision = direction === 'out' && answer.decision === 'refuse' ? 'review' : answer.decision;
    findings.push(...answer.findings);
    const id = gateId(e, gate);
    const passAfter = random.int(12, 28) * 1000;
    events.push({
      type: 'visit',
      at: time,
      gate: id,
      enterpriseId: e.id,
      lane: String(random.int(1, e.gates[gate] ?? 1)),
      direction,
      plate: options.plate ?? world.plates.read(vehicle),
      ...(options.read !== 'trailer' && { seen: { vehicleType: options.seenType ?? vehicle.vehicleType } }),
      ...(direction === 'out' &&
        /^[HQ]/.test(vehicle.vehicleType) && { cargo: { name: e.cargo, tonnes: Math.round(random.between(24, 36) * 10) / 10 } }),
      who: vehicle.vin,
      expect: decision,
      forced: options.forced ?? false,
      passAfter,
      simple: id === SIMPLE_GATE,
    });
    time += passAfter;
    return decision === 'refuse' && !options.forced ? 'turned-back' : 'passed';
  }

  const journey: Journey = {
    vehicle,
    get time() {
      return time;
    },
    findings,
    events,
    wait(minutes) {
      time += minutes * MINUTE;
      return journey;
    },
    driveTo(place, options = {}) {
      const to = offRoad(place);
      const route = findRoute(here, to, ROADSIDE, options.through ?? !/^[HQ]/.test(vehicle.vehicleType));
      const speed = Math.round(random.between(50, 62));
      const idle = vehicle.terminal ? 3 * MINUTE : 0;
      const km = route.km.at(-1) as number;
      if (vehicle.terminal) {
        const reagent = world.reagent.get(vehicle.vin) ?? 80;
        const odometer = world.odometer.get(vehicle.vin) ?? random.int(40_000, 300_000);
        events.push({
          type: 'drive', vin: vehicle.vin, at: time, idle, speed, points: route.points, km: route.km, reagent, odometer,
          ...(options.fault && { fault: options.fault }), seed: random.int(1, 2 ** 31),
        }); // prettier-ignore
        world.reagent.set(vehicle.vin, Math.max(0, reagent - (options.fault === 'not-consumed' ? 0 : reagentUsed(km))));
        world.odometer.set(vehicle.vin, odometer + km);
      }
      const began = time + idle;
      for (const passing of route.passings) seeOnTheWay(passing, speed, began, options);
      time = Math.round(began + (km / speed) * 3_600_000) + MINUTE;
      here = to;
      return journey;
    },
    visit(enterpriseId, options = {}) {
      const e = enterprise(enterpriseId);
      const gate = options.gate ?? random.int(0, e.gates.length - 1);
      if (gateEvent(e, 'in', gate, options) === 'passed') {
        time += (options.stay ?? random.int(15, 40)) * MINUTE;
        gateEvent(e, 'out', gate, options);
      }
      time += MINUTE;
      return journey;
    },
    seenAt: (deviceId) => events.flatMap((e) => (e.type === 'message' && e.device === deviceId ? [e.at] : [])),
  };
  return journey;
}
