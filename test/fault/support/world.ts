import { formatInstant, HOUR, MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import type { Kind } from '../../../devices/contract/kinds.ts';
import { createRandom, type Random } from '../../../devices/simulators/city/random.ts';
import { COKING, GATE, truck } from '../../support/core.ts';

/**
 * A fixed world and a fixed list of messages: the same count gives the same list. What is decided does not depend on the order in which
 * the messages of different devices arrive: what gates know of a vehicle's past is sent in a first phase.
 */

/** What the platform's clock shows at its first start. */
export const CLOCK_START = '2021-11-15T12:00:00+08:00';
const DAY_START = parseInstant('2021-11-15T00:00:00+08:00');
const NOON = parseInstant(CLOCK_START);

/** One message of the list. `tag` names it in every run; the id is the device's and differs from run to run. */
export interface Planned {
  tag: string;
  kind: Kind;
  deviceId: string;
  message: string;
  phase: 1 | 2;
  /** Happens while the test runs: not to be sent before its `at`. */
  live: boolean;
  /** The arrival whose id a passage names. */
  arrivalTag?: string;
  body: Record<string, unknown> & { at: string };
}

export interface PlannedDevice {
  kind: Kind;
  deviceId: string;
  secret: string;
}

export interface World {
  registry: ['vehicles' | 'enterprises' | 'devices' | 'zones' | 'responses' | 'inspections', object[]][];
  devices: PlannedDevice[];
  messages: Planned[];
}

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
const GATES = ids('g', 6);
const STATIONS = ids('s', 3);
const CHECKPOINTS = ids('c', 6);
const PUMPS = ids('p', 2);
const SITES = ids('m', 2);
/** Corner to corner; the first two gates and the first three checkpoints lie in it. */
const INSIDE = { lon: 112.73, lat: 38.42 };
const OUTSIDE = { lon: 112.93, lat: 38.52 };
const RING = [
  [112.7, 38.4],
  [112.8, 38.4],
  [112.8, 38.45],
  [112.7, 38.45],
  [112.7, 38.4],
];

interface Truck {
  plateNumber: string;
  vin: string;
}

function fleet(prefix: string, count: number, facts: (i: number) => { stage: string } & Record<string, unknown>) {
  const rows = Array.from({ length: count }, (_, i) => {
    const { stage, ...more } = facts(i);
    const plateNumber = `晋H${prefix}${String(100 + i * 7)}`;
    return truck(plateNumber, stage, more);
  });
  return { rows, trucks: rows.map(({ plateNumber, vin }): Truck => ({ plateNumber, vin })) };
}

/** @param liveFromMs after the clock's start: when the first live arrival happens; @param liveForMs how long they go on */
export function planWorld(count: number, { liveFromMs, liveForMs }: { liveFromMs: number; liveForMs: number }): World {
  const random = createRandom(20_211_115);
  const smokers = fleet('A3', 20, () => ({ stage: '5' }));
  const visitors = fleet('C9', 80, (i) =>
    i % 8 === 7 ? { stage: 'D', fuel: 'C' } : { stage: String(3 + (i % 4)), ...(i % 20 === 0 && { status: 'scrapped' }) },
  );
  const travellers = fleet('E6', 40, (i) => ({ stage: String(2 + (i % 5)), ...(i % 10 === 9 && { status: 'deregistered' }) }));
  const equipped = fleet('K2', 10, () => ({ stage: '6' }));
  const devices: PlannedDevice[] = [];
  const deviceRows: object[] = [];
  const addDevice = (kind: Kind, id: string, more: object = {}) => {
    const secret = `secret-of-${kind}-${id}-0123456789`;
    devices.push({ kind, deviceId: id, secret });
    const place = kind === 'on-board' ? {} : { ...OUTSIDE, county: '140902' };
    deviceRows.push({ kind, id, nameZh: `${kind} ${id}`, enabled: true, secret, ...place, ...more });
  };
  GATES.forEach((id, i) =>
    addDevice('gate', id, {
      ...GATE,
      id,
      enterpriseId: `e${1 + (i % 2)}`,
      ...(i < 2 ? INSIDE : OUTSIDE),
      secret: `secret-of-gate-${id}-0123456789`,
    }),
  );
  for (const id of STATIONS) addDevice('remote-sensing', id, { calibratedUntil: '2022-06-30' });
  CHECKPOINTS.forEach((id, i) => addDevice('checkpoint', id, i < 3 ? INSIDE : OUTSIDE));
  for (const id of PUMPS) addDevice('urea-pump', id);
  for (const id of SITES) addDevice('machinery-gate', id);
  for (const { vin } of equipped.trucks) addDevice('on-board', vin);

  return {
    registry: [
      [
        'enterprises',
        [1, 2].map((n) => ({
          ...COKING,
          id: `e${n}`,
          nameZh: `示例焦化${n}`,
          uscc: `91140900MA000000${n}X`,
          ...(n === 2 && OUTSIDE),
        })),
      ],
      ['vehicles', [...smokers.rows, ...visitors.rows, ...travellers.rows, ...equipped.rows]],
      ['devices', deviceRows],
      [
        'zones',
        [
          {
            id: 'zone-1',
            zoneKind: 'diversion',
            nameZh: '绕行区',
            polygon: { type: 'Polygon', coordinates: [RING] },
            vehicles: { sizes: ['heavy'], fuels: ['B'] },
          },
        ],
      ],
      [
        'responses',
        [
          {
            id: 'r1',
            level: 'orange',
            counties: ['140900'],
            start: '2021-11-15',
            issuedBy: '市政府',
            reference: '〔2021〕1号',
            recordedAt: '2021-11-14',
          },
        ],
      ],
    ],
    devices,
    messages: planMessages(
      count,
      random,
      { smokers: smokers.trucks, visitors: visitors.trucks, travellers: travellers.trucks, equipped: equipped.trucks },
      { liveFromMs, liveForMs },
    ),
  };
}

type Fleets = Record<'smokers' | 'visitors' | 'travellers' | 'equipped', Truck[]>;

function planMessages(count: number, random: Random, fleets: Fleets, live: { liveFromMs: number; liveForMs: number }): Planned[] {
  const messages: Planned[] = [];
  const used = new Set<number>();
  /** A moment nobody else has: orderings never fall back on ids. */
  const moment = (ms: number) => {
    let at = Math.round(ms);
    while (used.has(at)) at++;
    used.add(at);
    return at;
  };
  const add = (
    kind: Kind,
    deviceId: string,
    message: string,
    phase: 1 | 2,
    ms: number,
    body: object,
    more: Partial<Planned> = {},
  ) => {
    const tag = `t${messages.length}`;
    messages.push({
      tag,
      kind,
      deviceId,
      message,
      phase,
      live: false,
      body: { at: formatInstant(moment(ms)), tag, ...body },
      ...more,
    });
    return tag;
  };
  const plate = ({ plateNumber }: Truck) => ({ number: plateNumber, color: 'yellow' });
  const reading = (phase: 1 | 2, vehicle: Truck, ms: number) =>
    add('remote-sensing', random.pick(STATIONS), 'reading', phase, ms, {
      plate: plate(vehicle),
      speed: random.chance(0.05) ? 3 : 40,
      acceleration: 0.4,
      measured: { co2: 12, opacity: random.chance(0.5) ? 44.5 : 12, no: random.chance(0.1) ? 0.002 : 0.0004 },
      ...(random.chance(0.03) && { clock: 'unsynced' }),
    });

  const first = Math.round(count * 0.12);
  for (let i = 0; i < first; i++) {
    const at = DAY_START + 4 * HOUR * random.next();
    if (i % 6 === 5)
      add('urea-pump', random.pick(PUMPS), 'fill', 1, at, {
        plate: plate(random.pick(fleets.visitors.slice(0, 20))),
        volume: 40,
        concentration: random.chance(0.3) ? 28 : 32.5,
      });
    else reading(1, random.pick(fleets.smokers), at);
  }

  const rest = count - first;
  const arrivals = Math.round(rest * 0.22);
  for (let i = 0; i < arrivals; i++) {
    const now = i % 12 === 0;
    const at = now
      ? NOON + live.liveFromMs + live.liveForMs * (i / arrivals)
      : DAY_START + 4.2 * HOUR + 7.6 * HOUR * (i / arrivals);
    gateVisit(random.pick(GATES), at, now);
  }
  for (let i = 0; i < Math.round(rest * 0.25); i++) {
    const vehicle = random.chance(0.5) ? random.pick(fleets.travellers) : random.pick(fleets.visitors);
    add('checkpoint', random.pick(CHECKPOINTS), 'sighting', 2, DAY_START + 11.8 * HOUR * random.next(), {
      plate: plate(vehicle),
      heading: 90,
    });
  }
  for (let i = 0; i < Math.round(rest * 0.1); i++)
    reading(2, random.pick(fleets.travellers), DAY_START + 11.5 * HOUR * random.next());
  for (let i = 0; i < Math.round(rest * 0.03); i++)
    add('machinery-gate', random.pick(SITES), 'passage', 2, DAY_START + 11.5 * HOUR * random.next(), {
      direction: random.chance(0.5) ? 'in' : 'out',
      registrationCode: `HB${random.int(1000, 1030)}`,
    });
  const left = count - messages.length;
  const each = Math.ceil(left / fleets.equipped.length);
  const step = Math.min(2 * MINUTE, (11 * HOUR) / each);
  for (let i = 0; i < left; i++)
    telemetry(i % fleets.equipped.length, DAY_START + 10 * MINUTE + Math.floor(i / fleets.equipped.length) * step, step);
  // By time of happening within its phase, as devices live through it; live ones come last, when their time has come.
  return messages.sort((a, b) => a.phase - b.phase || Date.parse(a.body.at) - Date.parse(b.body.at));

  function gateVisit(somewhere: string, at: number, now: boolean) {
    const known = random.chance(0.9);
    const vehicle = random.chance(0.25) ? random.pick(fleets.smokers) : random.pick(fleets.visitors);
    const number = known ? vehicle.plateNumber : random.pick(['', '晋H0X9Z1', '晋HQ7712', vehicle.plateNumber.replace('9', 'G')]);
    // Which of two live visits at gates far apart was known first is a fact of its moment, and so is what the second was told: there are none.
    const gate = now ? GATES[[...number].reduce((sum, c) => sum + c.codePointAt(0)!, 0) % GATES.length]! : somewhere;
    const body = {
      direction: random.chance(0.7) ? 'in' : 'out',
      lane: '1',
      plate: { number, color: number === '' ? 'other' : 'yellow' },
    };
    const arrivalTag = add('gate', gate, 'arrival', 2, at, body, { live: now });
    if (random.chance(0.12)) return;
    const outcome = random.chance(0.15) ? 'turned-back' : 'passed';
    const release = outcome === 'passed' ? { release: { mode: random.pick(['automatic', 'manual', 'forced']) } } : {};
    add(
      'gate',
      gate,
      'passage',
      2,
      at + (now ? 2_000 : 20_000) + 100 * random.int(0, 20),
      { ...body, outcome, ...release },
      { live: now, ...(random.chance(0.9) && { arrivalTag }) },
    );
  }

  function telemetry(which: number, at: number, step: number) {
    const empty = which < 3;
    const inside = which % 4 === 1;
    const samples = [3, 2, 1, 0].map((back) => ({
      at: formatInstant(Math.round(at - (back * step) / 4)),
      speed: 60,
      engineSpeed: 1400,
      fuelFlow: 18,
      reagent: empty ? 1.5 : 60 - (at - DAY_START) / HOUR,
      coolant: 85,
      scrInlet: 260,
      ...(back === 0 && (inside ? INSIDE : OUTSIDE)),
    }));
    add('on-board', fleets.equipped[which]!.vin, 'telemetry', 2, at, { samples });
  }
}
