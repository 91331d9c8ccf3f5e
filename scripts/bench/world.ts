import { createHash } from 'node:crypto';
import { DAY, formatInstant, startOfCivilDay } from '../../devices/contract/instant.ts';
import { deviceTopic } from '../../devices/contract/topics.ts';

/**
 * The bench's city: 5 000 registered trucks with terminals, gates, stations, checkpoints, one diversion zone, and the messages of an
 * everyday mix. Everything follows from the number of the message, so that every run sends the same.
 */

export const VINS = 5000;
const ENTERPRISES = 20;
const GATES = 40;
const STATIONS = 20;
const CHECKPOINTS = 50;
/** One terminal message per so many milliseconds of `at`, with this many samples. */
const EVERY_MS = 100_000;
const SAMPLES = 10;
/**
 * Every truck has its neighbourhood: gates, stations and checkpoints no more than 5 km apart, between which no clock can make a second
 * truck of it. One sighting in a thousand is a clone's, of another neighbourhood.
 */
const HOODS = 10;
const CLONE_EVERY = 1000;
/** The diversion zone, a square of some 3 km; no fixed device but one checkpoint in fifty stands in it. */
const ZONE = { west: 112.7, east: 112.74, south: 38.4, north: 38.43 };
/** One truck in ten drives through the zone, a fifth of its time: 2 % of all positions. */
const CROSSING = 10;
const INSIDE_SHARE = 5;

/** A message ready to be sent. `at` is the `at` it carries. */
export interface Message {
  topic: string;
  payload: string;
  /** Messages of one device keep their order. */
  device: number;
}

/** A number from 0 to below `n` that looks random and is the same in every run. */
export function pick(seed: number, n: number): number {
  let x = (seed + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % n;
}

export const vinOf = (i: number) => `LBENCH${String(i).padStart(11, '0')}`;
const plateOf = (i: number) => `晋H${String(10_000 + i * 17).padStart(5, '0')}`;
const hoodOf = (truck: number) => Math.floor(truck / 10) % HOODS;
/** Of ten trucks in a row seven are of stage 6, two of 5, one of 4; those ten are neighbours. */
const stageOf = (i: number) => (i % 10 < 7 ? '6' : i % 10 < 9 ? '5' : '4');
/** Any truck of a neighbourhood. */
const truckOf = (hood: number, seed: number) => {
  const k = pick(seed, VINS / HOODS);
  return (Math.floor(k / 10) * HOODS + hood) * 10 + (k % 10);
};
/** Messages follow each other so fast in `at`. */
const momentOf = (now: number, n: number) => formatInstant(now + Math.floor(n / 5));

/** The rows of the registry, by collection, in an order in which they may be imported. */
export function registryRows(): ['enterprises' | 'devices' | 'vehicles' | 'zones', object[]][] {
  const range = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
  const county = (i: number) => `1409${String(21 + (i % 12)).padStart(2, '0')}`;
  const away = (i: number) => ({ lon: 112.745 + (i % HOODS) * 0.2 + (Math.floor(i / HOODS) % 3) * 0.008, lat: 38.415 });
  const device = (kind: string, id: string, i: number, more: object = {}) => ({
    ...{ kind, id, nameZh: `${kind} ${i}`, county: county(i), enabled: true },
    ...away(i),
    ...more,
  });
  return [
    [
      'enterprises',
      range(ENTERPRISES, (i) => ({
        id: `e${i}`,
        uscc: `91140900BENCH${String(i).padStart(5, '0')}`,
        nameZh: `企业${i}`,
        county: county(i),
        industry: i % 2 === 0 ? 'coking' : 'coal-washing',
        annualFreight: i % 4 === 3 ? 400_000 : 2_000_000,
        planningArea: false,
        dailyTruckPasses: 200,
        grade: 'B',
        cleanTransport: 'met',
        ...away(i),
      })),
    ],
    [
      'devices',
      [
        ...range(GATES, (i) => device('gate', `g${i}`, i, { enterpriseId: `e${i % ENTERPRISES}` })),
        ...range(STATIONS, (i) => device('remote-sensing', `s${i}`, i, { calibratedUntil: '2099-01-01' })),
        ...range(CHECKPOINTS, (i) => device('checkpoint', `c${i}`, i, i === 0 ? { lon: 112.72, lat: 38.415 } : {})),
        ...range(VINS, (i) => ({ kind: 'on-board', id: vinOf(i), nameZh: `终端${i}`, enabled: true })),
      ],
    ],
    [
      'vehicles',
      range(VINS, (i) => ({
        plateNumber: plateOf(i),
        plateColor: 'yellow',
        vin: vinOf(i),
        vehicleType: 'Q11',
        fuel: 'B',
        stage: stageOf(i),
        useNature: 'F',
        totalMass: 25_000,
        firstRegistered: '2019-05-01',
        status: 'in-use',
      })),
    ],
    [
      'zones',
      [
        {
          id: 'z1',
          zoneKind: 'diversion',
          nameZh: '绕行区',
          seasons: [{ from: '01-01', to: '12-31' }],
          polygon: {
            type: 'Polygon',
            coordinates: [
              [
                [ZONE.west, ZONE.south],
                [ZONE.east, ZONE.south],
                [ZONE.east, ZONE.north],
                [ZONE.west, ZONE.north],
                [ZONE.west, ZONE.south],
              ],
            ],
          },
        },
      ],
    ],
  ];
}

/** Of twenty messages: two of gates, a reading, three sightings, fourteen of telemetry. */
const MIX = 'GTTSTRTTSTGTTTTTTSTT';
const TELEMETRY_BEFORE = [...MIX].map((_, slot) => [...MIX.slice(0, slot)].filter((kind) => kind === 'T').length);

/** The everyday mix: 10 % gate, 5 % readings, 15 % sightings, 70 % telemetry. */
export function mixedMessage(n: number, now: number): Message {
  const slot = n % MIX.length;
  switch (MIX[slot]) {
    case 'G':
      return gateMessage(n, Math.floor(n / 10), now);
    case 'R':
      return reading(n, now);
    case 'S':
      return sighting(n, now);
    default:
      return telemetry(n, Math.floor(n / MIX.length) * 14 + TELEMETRY_BEFORE[slot]!, now);
  }
}

/** Gate messages: an arrival, then the passage that names it. */
export function gateMessage(n: number, ordinal: number, now: number): Message {
  const pair = ordinal >> 1;
  const { plate, gate, direction } = visitOf(pair);
  const passage = ordinal % 2 === 1;
  const arrivalId = `a-${pair}`;
  const more = passage ? { arrivalId, outcome: 'passed', release: { mode: 'manual' } } : {};
  return message('gate', `g${gate}`, passage ? 'passage' : 'arrival', gate, {
    id: passage ? `p-${pair}` : arrivalId,
    at: momentOf(now, n),
    n,
    direction,
    lane: String(pair % 2),
    plate: { number: plate, color: 'yellow', type: '01', confidence: 0.97, source: 'camera' },
    seen: { vehicleType: 'goods' },
    cargo: { name: '焦炭', tonnes: 32.5 },
    images: images(n, ['vehicle', 'plate']),
    ...more,
  });
}

/**
 * Trucks take turns: each comes into its enterprise, and goes out when its turn comes again. Nine of ten that come to a gate meet the
 * requirement; one in fifty is not registered.
 */
function visitOf(pair: number): { plate: string; gate: number; direction: 'in' | 'out' } {
  const dirty = pair % 10 === 0;
  const [turn, group, offset] = dirty ? [Math.floor(pair / 10), 3, 7] : [pair, 7, 0];
  const many = (VINS / 10) * group;
  const k = (turn * 7919) % many;
  const truck = Math.floor(k / group) * 10 + offset + (k % group);
  const enterprise = hoodOf(truck) + HOODS * (Math.floor(truck / (10 * HOODS)) % 2);
  const plate = pair % 50 === 49 ? `晋K${String(10_000 + pick(pair, 80_000))}` : plateOf(truck);
  return { plate, gate: enterprise + ENTERPRISES * (pair % 2), direction: Math.floor(turn / many) % 2 === 0 ? 'in' : 'out' };
}

function reading(n: number, now: number): Message {
  const station = pick(n, STATIONS);
  return message('remote-sensing', `s${station}`, 'reading', GATES + station, {
    id: `r-${n}`,
    at: momentOf(now, n),
    n,
    lane: '1',
    plate: { number: plateOf(truckOf(station % HOODS, n + 3)), color: 'yellow', confidence: 0.95 },
    speed: 38 + (n % 20),
    acceleration: 0.4,
    slope: 1.2,
    weather: { temperature: 4.5, humidity: 41, pressure: 92.1, windSpeed: 2.1, precipitation: false },
    // One reading in a hundred is over the limit.
    measured: { co: 0.02, co2: 13.1, hc: 21, no: 410, opacity: n % 2000 === 5 ? 42.5 : 8.5 },
    deviceValid: true,
    images: images(n, ['vehicle']),
  });
}

function sighting(n: number, now: number): Message {
  const checkpoint = pick(n, CHECKPOINTS);
  const hood = pick(n + 1, CLONE_EVERY) === 0 ? checkpoint + 5 : checkpoint;
  return message('checkpoint', `c${checkpoint}`, 'sighting', GATES + STATIONS + checkpoint, {
    id: `k-${n}`,
    at: momentOf(now, n),
    n,
    lane: '2',
    heading: 90,
    plate: { number: plateOf(truckOf(hood % HOODS, n + 7)), color: 'yellow', confidence: 0.98 },
    seen: { vehicleType: 'goods', bodyColor: 'red', brand: '解放' },
    images: images(n, ['vehicle']),
  });
}

/** The how-manieth telemetry message: terminals take turns, each goes through yesterday from its own moment on. */
export function telemetry(n: number, ordinal: number, now: number, live = false): Message {
  const terminal = ordinal % VINS;
  const round = Math.floor(ordinal / VINS);
  const at = live ? now : startOfCivilDay(now) - DAY + pick(terminal, 36) * EVERY_MS + pick(terminal, 9_000) + round * EVERY_MS;
  const crossing = terminal % CROSSING === 0 && (round + terminal / CROSSING) % INSIDE_SHARE < 1;
  const samples = Array.from({ length: SAMPLES }, (_, i) => {
    const t = at - (SAMPLES - 1 - i) * (EVERY_MS / SAMPLES);
    const step = round * SAMPLES + i;
    const place = crossing
      ? { lon: 112.705 + i * 0.003, lat: 38.41 }
      : { lon: 113 + (terminal % 100) * 0.004 + i * 0.001, lat: 38.6 + (terminal % 40) * 0.004 };
    return {
      at: formatInstant(t),
      speed: 42.5 + (step % 9),
      odometer: 120_000.5 + step * 0.12,
      engineSpeed: 1350 + (step % 40),
      fuelFlow: 18.25,
      engineTorque: 45,
      scrInlet: 288.5 + (step % 7),
      scrOutlet: 279.5,
      noxIn: 410 + (step % 30),
      noxOut: 52 + (step % 11),
      reagent: Math.round((80 - ((step / 40) % 60)) * 10) / 10,
      fuelTank: 61.5,
      coolant: 84,
      dpfPressure: 3.25,
      airFlow: 410.5,
      ...place,
    };
  });
  return message('on-board', vinOf(terminal), 'telemetry', terminal, {
    id: `t-${n}`,
    at: formatInstant(at),
    ...(live ? {} : { backfill: true }),
    n: round,
    samples,
  });
}

const digest = createHash('sha256').update('a picture').digest('hex');
function images(n: number, roles: string[]) {
  const own = n.toString(16).padStart(10, '0');
  return roles.map((role) => ({ role, sha256: own + digest.slice(own.length), contentType: 'image/jpeg' }));
}

function message(kind: Parameters<typeof deviceTopic>[0], id: string, name: string, device: number, body: object): Message {
  return { topic: deviceTopic(kind, id, name), payload: JSON.stringify(body), device };
}
