import { formatInstant, MINUTE } from '../../contract/instant.ts';
import type { DecisionWord, Plate } from '../../contract/messages.ts';
import type { City } from './cities.ts';
import type { CityEvent } from './events.ts';
import { expectAnywhere, expectAtGate, type ExpectedFinding, type GateCase } from './expect.ts';
import type { Vehicle } from './fleet.ts';
import { findRoute, type OffRoad, type Passing, type Town } from './map.ts';
import { gateId, SIMPLE_GATE, UNSYNCED_CHECKPOINT, type Enterprise } from './places.ts';
import type { Random } from './random.ts';
import type { ResponseStretch } from './responses.ts';
import { expectOfReading, reading, sighting, type Plates, type Weather } from './sightings.ts';
import { reagentUsed, type Fault } from './telemetry.ts';

const station = (id: string) => id.startsWith('RS');

export interface DriveOptions {
  /** Through the built-up area although there is no business there. */
  through?: boolean;
  /** What a station measures, over the usual values. */
  measured?: Record<string, number>;
  /** What of the reading's circumstances is not as usual. */
  circumstances?: Record<string, unknown>;
  fault?: Fault;
  /** Quiet devices that see it all the same. */
  seenBy?: string[];
  /** km/h */
  speed?: number;
}

export interface VisitOptions {
  read?: GateCase['read'];
  /** What the camera reads, where it is not the vehicle's own plate. */
  plate?: Plate;
  seenType?: string;
  /** A type that the camera says and that contradicts nothing. */
  saidType?: string;
  /** The gate's index; any by default. */
  gate?: number;
  forced?: boolean;
  automatic?: true;
  claims?: DecisionWord;
  failedFrom?: number;
  repairedAt?: number;
  ureaWarningAt?: number;
  /** Minutes inside. */
  stay?: number;
  /** The directions in which it is seen; both by default. */
  only?: 'in' | 'out';
  /** Let in without asking. */
  unasked?: true;
  doubled?: number;
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
  city: City;
  plates: Plates;
  dayStart: number;
  weather: Weather;
  responses: ResponseStretch[];
  /** Hours in which the clock of the unsynced checkpoint is lost. */
  unsynced: { from: number; to: number };
  /** How many of the passing vehicles a roadside device sees. */
  detection: number;
  /** Reagent left in each terminal vehicle's tank, %. */
  reagent: Map<string, number>;
  odometer: Map<string, number>;
}

export function startJourney(world: JourneyWorld, vehicle: Vehicle, from: Town | OffRoad | string, start: number): Journey {
  const { random, city } = world;
  const roadside = [...city.stations, ...city.checkpoints];
  const quiet = new Set(roadside.filter((d) => d.quiet).map((d) => d.id));
  const events: CityEvent[] = [];
  const findings: ExpectedFinding[] = [];
  const who = vehicle.vin;
  let here = city.offRoad(from);
  let time = start;

  function seeOnTheWay(passing: Passing, speed: number, began: number, options: DriveOptions): void {
    const at = Math.round(began + (passing.km / speed) * 3_600_000);
    if (quiet.has(passing.id) ? !options.seenBy?.includes(passing.id) : !random.chance(world.detection)) return;
    const finds = expectAnywhere(vehicle);
    if (station(passing.id)) {
      const body = { ...reading(world, vehicle, passing.id, at, speed, options.measured), ...options.circumstances };
      finds.push(...expectOfReading(vehicle, passing.id, body));
      events.push({ type: 'message', at, kind: 'remote-sensing', device: passing.id, message: 'reading', body, finds, who });
      return;
    }
    const lost = passing.id === UNSYNCED_CHECKPOINT && at >= world.unsynced.from && at < world.unsynced.to;
    if (lost && vehicle.terminal) return; // a wrong time would stand before the first sample of its drive
    const clock = lost ? { clock: 'unsynced', at: formatInstant(at - 90 * MINUTE) } : {};
    const body = { ...sighting(world.plates, vehicle, passing.heading), ...clock };
    events.push({ type: 'message', at, kind: 'checkpoint', device: passing.id, message: 'sighting', body, finds, who });
  }

  function gateEvent(e: Enterprise, direction: 'in' | 'out', gate: number, options: VisitOptions): 'passed' | 'turned-back' {
    const passAfter = random.int(12, 28) * 1000;
    const at = (moment: number) => {
      const { failedFrom, repairedAt, ureaWarningAt } = options;
      return expectAtGate({
        vehicle,
        read: options.read ?? 'right',
        enterprise: e,
        at: moment,
        dayStart: world.dayStart,
        responses: world.responses,
        seenDiffers: options.seenType !== undefined,
        ...(failedFrom !== undefined && { failedFrom }),
        ...(repairedAt !== undefined && { repairedAt }),
        ...(ureaWarningAt !== undefined && { ureaWarningAt }),
      });
    };
    const id = gateId(e, gate);
    const simple = id === SIMPLE_GATE;
    const unasked = simple || (options.unasked === true && direction === 'in');
    const answered = at(unasked ? time + passAfter : time);
    const decision = direction === 'out' && answered.decision === 'refuse' ? 'review' : answered.decision;
    const finds = { arrival: unasked ? [] : answered.findings, passage: at(time + passAfter).findings };
    const turned = decision === 'refuse' && !options.forced;
    const released =
      direction === 'in' && !turned && options.read !== 'trailer' && options.claims === undefined &&
      (decision === 'refuse' || (decision === 'review' && options.automatic)); // prettier-ignore
    if (released) {
      const severity = answered.findings.some((f) => f.rule === 'peak-shift') ? 'critical' : 'warning';
      const code = 'released-against-decision';
      finds.passage = [...finds.passage, { rule: 'forced-release', code, severity, proposal: 'none' }];
    }
    findings.push(...finds.arrival, ...finds.passage);
    const seenType = options.seenType ?? options.saidType ?? vehicle.vehicleType;
    events.push({
      type: 'visit',
      at: time,
      gate: id,
      enterpriseId: e.id,
      lane: String(random.int(1, e.gates[gate] ?? 1)),
      direction,
      plate: options.plate ?? world.plates.read(vehicle),
      ...(options.read !== 'trailer' && { seen: { vehicleType: seenType } }),
      ...(direction === 'out' &&
        /^[HQ]/.test(vehicle.vehicleType) && { cargo: { name: e.cargo, tonnes: Math.round(random.between(24, 36) * 10) / 10 } }),
      who,
      expect: decision,
      finds,
      forced: options.forced ?? false,
      passAfter,
      simple: unasked,
      ...(options.automatic && direction === 'in' && { automatic: true }),
      ...(options.claims !== undefined && direction === 'in' && { claims: options.claims }),
      ...(options.doubled !== undefined && { doubled: options.doubled }),
    });
    time += passAfter;
    return turned ? 'turned-back' : 'passed';
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
      const to = city.offRoad(place);
      const route = findRoute(city.nodes, here, to, roadside, options.through ?? !/^[HQ]/.test(vehicle.vehicleType));
      const speed = options.speed ?? Math.round(random.between(50, 62));
      const idle = vehicle.terminal ? 3 * MINUTE : 0;
      const km = route.km.at(-1) as number;
      if (vehicle.terminal) {
        const reagent = world.reagent.get(who) ?? 80;
        const odometer = world.odometer.get(who) ?? random.int(40_000, 300_000);
        events.push({
          type: 'drive', vin: who, at: time, idle, speed, points: route.points, km: route.km, reagent, odometer,
          ...(options.fault && { fault: options.fault }), seed: random.int(1, 2 ** 31),
        }); // prettier-ignore
        world.reagent.set(who, Math.max(0, reagent - reagentUsed(km, options.fault)));
        world.odometer.set(who, odometer + km);
      }
      const began = time + idle;
      for (const passing of route.passings) seeOnTheWay(passing, speed, began, options);
      time = Math.round(began + (km / speed) * 3_600_000) + MINUTE;
      here = to;
      return journey;
    },
    visit(enterpriseId, options = {}) {
      const e = city.enterprise(enterpriseId);
      const gate = options.gate ?? random.int(0, e.gates.length - 1);
      const inside = options.only === 'out' || gateEvent(e, 'in', gate, options) === 'passed';
      if (inside && options.only !== 'in') {
        if (options.only === undefined) time += (options.stay ?? random.int(15, 40)) * MINUTE;
        gateEvent(e, 'out', gate, options);
      }
      time += MINUTE;
      return journey;
    },
    seenAt: (deviceId) => events.flatMap((e) => (e.type === 'message' && e.device === deviceId ? [e.at] : [])),
  };
  return journey;
}
