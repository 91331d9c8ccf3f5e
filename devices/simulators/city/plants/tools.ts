import { DAY, formatInstant, HOUR } from '../../../contract/instant.ts';
import type { Kind } from '../../../contract/kinds.ts';
import type { City } from '../cities.ts';
import type { CityEvent, Truth } from '../events.ts';
import type { FleetMaker, Vehicle } from '../fleet.ts';
import { startJourney, type Journey, type JourneyWorld, type VisitOptions } from '../journey.ts';
import type { OffRoad, Town } from '../map.ts';
import { OUTAGE_GATE, type Enterprise } from '../places.ts';
import type { Inventor } from '../plates.ts';
import type { Random } from '../random.ts';
import { levelAt, type Level } from '../responses.ts';
import { sighting } from '../sightings.ts';

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

/** Plants cheats and look-alikes of one theme. */
export type Plant = (tools: Tools) => void;

export interface Tools extends PlantTools {
  random: Random;
  city: City;
  /** The instant of an hour of the day: 7.5 is half past seven. */
  hour(h: number): number;
  /** Some hour between two. */
  some(from: number, to: number): number;
  /** Once or twice, as the seed has it. */
  several(plantOne: () => void): void;
  journey(vehicle: Vehicle, from: Town | OffRoad | string, h: number): Journey;
  /** Commits journeys and their vehicle. */
  commit(...journeys: Journey[]): void;
  /** To an enterprise from its own town, in and out, and back; committed. */
  call(vehicle: Vehicle, h: number, enterpriseId: string, options?: VisitOptions): Journey;
  /** A single sighting at a checkpoint at this very moment; the vehicle is committed. */
  seen(vehicle: Vehicle, checkpoint: string, at: number, body?: Record<string, unknown>): CityEvent & { type: 'message' };
  /** What is found once; its moment lies in the window of the journey, unless `more` says otherwise. */
  expected(
    kind: string,
    of: Subject,
    rule: string,
    code: string,
    severity: Truth['severity'],
    why: string,
    more?: Partial<Truth>,
  ): void;
  /** What is found at a gate on each message: the journey must expect it by itself. */
  caught(kind: string, journey: Journey, rule: string, code: string, why: string, more?: Partial<Truth>): void;
  honest(kind: string, of: Subject, rule: string, why: string, more?: Partial<Truth>): void;
  /** An enterprise by what the rules ask of it; never the one whose gate has no line. */
  works(which: (e: Enterprise) => boolean): Enterprise;
  level(e: Enterprise, h: number): Level;
}

/** A journey, or a vehicle and the moments at which something is seen of it. */
export type Subject = Journey | { vehicle: Vehicle; events: readonly { at: number }[]; time?: number };

const BIG = 1_500_000;
export const isBig = (e: Enterprise) => e.annualFreight >= BIG && !['logistics', 'construction', 'other'].includes(e.industry);
/** Where the standing orders ask nothing of a truck. */
export const asksNothing = (e: Enterprise) => !isBig(e) || (e.railSpurSince !== undefined && !e.planningArea);

export function createTools(tools: PlantTools): Tools {
  const { world, planted } = tools;
  const { random, city, dayStart } = world;
  const hour = (h: number) => Math.round(dayStart + h * HOUR);
  const stamp = ({ vehicle, events, time = 0 }: Subject) => {
    const times = events.map((e) => e.at);
    return {
      plate: { number: vehicle.number, color: vehicle.color },
      vin: vehicle.vin,
      from: formatInstant(Math.min(...times)),
      to: formatInstant(Math.max(time, ...times)),
    };
  };
  const commit = (...journeys: Pick<Journey, 'vehicle' | 'events'>[]) => {
    for (const j of journeys) {
      planted.events.push(...j.events);
      if (!planted.vehicles.includes(j.vehicle)) planted.vehicles.push(j.vehicle);
    }
  };
  const journey: Tools['journey'] = (vehicle, from, h) => startJourney({ ...world, detection: 1 }, vehicle, from, hour(h));
  const truth = (line: Truth) => void planted.truth.push(line);

  return {
    ...tools,
    random,
    city,
    hour,
    some: (from, to) => random.between(from, to),
    several(plantOne) {
      for (let i = random.int(1, 2); i > 0; i--) plantOne();
    },
    journey,
    commit,
    call(vehicle, h, enterpriseId, options = {}) {
      const { node } = city.enterprise(enterpriseId);
      const j = journey(vehicle, node, h).driveTo(enterpriseId).visit(enterpriseId, options).driveTo(node);
      commit(j);
      return j;
    },
    seen(vehicle, checkpoint, at, body = {}) {
      const event = {
        type: 'message' as const,
        at,
        kind: 'checkpoint' as Kind,
        device: checkpoint,
        message: 'sighting',
        body: { ...sighting(world.plates, vehicle, random.int(0, 359)), ...body },
        who: vehicle.vin,
      };
      commit({ vehicle, events: [event] });
      return event;
    },
    expected(kind, of, rule, code, severity, why, more) {
      truth({ truth: 'expected', kind, rule, code, ...(severity && { severity }), ...stamp(of), ...more, why });
    },
    caught(kind, j, rule, code, why, more) {
      const found = j.findings.find((f) => f.rule === rule && f.code === code);
      if (!found) return; // a minute over the edge: what is to be found follows from the traffic itself
      const { severity } = found;
      const visit = j.events.find((e) => e.type === 'visit');
      const enterprise = visit?.type === 'visit' ? visit.enterpriseId : undefined;
      truth({ truth: 'expected', kind, rule, code, severity, ...stamp(j), ...(enterprise && { enterprise }), ...more, why });
    },
    honest(kind, of, rule, why, more) {
      if ('findings' in of && of.findings.some((f) => f.rule === rule && (more?.code ?? f.code) === f.code)) return;
      truth({ truth: 'honest', kind, rule, ...stamp(of), ...more, why });
    },
    works: (which) => random.pick(city.enterprises.filter((e) => `${e.id}-G1` !== OUTAGE_GATE && which(e))),
    level: (e, h) => levelAt(world.responses, e.county, hour(h), dayStart),
  };
}

/** The whole civil day, and a little before it: findings that carry no moment of their own. */
export function aroundTheDay(dayStart: number): { from: string; to: string } {
  return { from: formatInstant(dayStart - DAY), to: formatInstant(dayStart + 2 * DAY) };
}
