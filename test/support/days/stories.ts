import { civilDayStart, DAY, formatInstant, HOUR, MINUTE } from '../../../devices/contract/instant.ts';
import type { Kind } from '../../../devices/contract/kinds.ts';
import { createRandom } from '../../../devices/simulators/city/random.ts';
import {
  AFTER,
  BEFORE,
  DAYS,
  ELECTRIC,
  FIRST_DAY,
  HAZMAT,
  MUCK,
  OLD,
  OTHER_TWIN,
  OTHER_UREA,
  PERMITTED,
  RETROFITTED,
  SCRAPPED,
  SMOKER,
  SOLD,
  TRUCKS,
  TWIN,
  UNKNOWN,
  UREA,
  type Seen,
} from './country.ts';

/** Something a device says, or that is written into the registry. `tag` names it in every run, and is its id where nobody gives another. */
export interface Told {
  tag: string;
  kind: Kind;
  deviceId: string;
  message: string;
  at: number;
  /** The arrival whose id it names. */
  arrivalTag?: string;
  /** Sent under the id of another one, with other content: it must never be first. */
  reuses?: string;
  body: Record<string, unknown>;
}
/** An inspection or repair, recorded whenever. */
export interface Recorded {
  tag: string;
  at: number;
  inspection: Record<string, unknown>;
}
export type Happening = Told | Recorded;
export const isTold = (what: Happening): what is Told => 'kind' in what;

export interface StoryOptions {
  /** No two messages at one moment: where ids are given by devices, orderings must not fall back on them. */
  distinct?: boolean;
  /** How many stories are told; about five messages each. */
  stories?: number;
}

const START = civilDayStart(FIRST_DAY);
const END = START + DAYS * DAY;
const GATES = ['g1', 'g2', 'g3', 'g4'];
const STATIONS = ['s1', 's2', 's3', 's4'];
const CHECKPOINTS = ['c1', 'c2', 'c7', 'c9'];

/** Some days of messages of all kinds: the same seed, the same days. In order of time. */
export function happenings(seed: number, { distinct = false, stories = 12 }: StoryOptions = {}): Happening[] {
  const random = createRandom(seed);
  const list: Happening[] = [];
  const used = new Set<number>();
  const moment = (ms: number) => {
    let at = Math.round(ms);
    while (distinct && used.has(at)) at++;
    used.add(at);
    return at;
  };
  const tell = (kind: Kind, deviceId: string, message: string, ms: number, body: object, more: Partial<Told> = {}): string => {
    const at = moment(ms);
    const tag = `t${String(list.length).padStart(4, '0')}`;
    const stated = { at: formatInstant(at), backfill: true, ...(random.chance(0.02) && { clock: 'unsynced' }), ...body };
    list.push({ tag, kind, deviceId, message, at, body: stated, ...more });
    return tag;
  };
  // Much happens in few hours, anywhere in the days: messages that have nothing to do with each other cannot come in the wrong order.
  const busy = START + (END - START - 10 * HOUR) * random.next();
  // Whole minutes now and then: so that moments meet, and lie on the edges of hours, windows and days.
  const some = (from = START, to = END) => {
    const at = Math.min(to, random.chance(0.6) ? busy + 10 * HOUR * random.next() : from + (to - from) * random.next());
    return random.chance(0.3) ? Math.floor(at / MINUTE) * MINUTE : random.chance(0.1) ? Math.floor(at / HOUR) * HOUR : at;
  };
  const plate = ({ plateNumber, plateColor }: Seen) => ({ number: plateNumber, color: plateColor });
  const seen = () =>
    random.chance(0.15)
      ? { seen: { vehicleType: random.pick(['K33', 'H11', 'passenger', 'goods', 'trailer', 'odd'] as const) } }
      : {};
  const images = () =>
    random.chance(0.3)
      ? {
          images: random
            .pick([['plate'], ['plate', 'vehicle']] as const)
            .map((role) => ({ role, sha256: 'a'.repeat(64), contentType: 'image/jpeg' })),
        }
      : {};

  const checkpoint = (who: Seen, at: number, id: string = random.pick(CHECKPOINTS), more: object = {}) =>
    tell('checkpoint', id, 'sighting', at, { plate: plate(who), heading: 90, ...seen(), ...more });
  const reading = (who: Seen, at: number, measured: object, id: string = random.pick(STATIONS.slice(0, 3)), more: object = {}) =>
    tell('remote-sensing', id, 'reading', at, {
      plate: plate(who),
      speed: 40,
      acceleration: 0.5,
      measured: { co2: 12, ...measured },
      ...more,
    });
  const arrive = (who: Seen, at: number, gate: string, more: object = {}) =>
    tell('gate', gate, 'arrival', at, { direction: 'in', lane: '1', plate: plate(who), ...seen(), ...images(), ...more });
  const pass = (who: Seen, at: number, gate: string, more: object = {}, link: Partial<Told> = {}) => {
    const release = random.chance(0.5) ? { release: { mode: random.pick(['automatic', 'manual', 'forced'] as const) } } : {};
    const decided = random.chance(0.5)
      ? {
          decided: {
            source: random.pick(['platform', 'policy', 'operator'] as const),
            decision: random.pick(['admit', 'refuse', 'review'] as const),
            payloadId: 'p-1',
            at: formatInstant(Math.round(at)),
          },
        }
      : {};
    return tell(
      'gate',
      gate,
      'passage',
      at,
      {
        direction: 'in',
        lane: '1',
        plate: plate(who),
        outcome: 'passed',
        ...release,
        ...decided,
        ...seen(),
        ...images(),
        ...more,
      },
      link,
    );
  };
  const fill = (who: Seen, at: number, concentration = 32.5) =>
    tell('urea-pump', 'p1', 'fill', at, { plate: plate(who), volume: 30, concentration });
  const inspect = (vin: string, at: number, result: string, inspectionKind: string) => {
    const when = moment(at);
    const tag = `t${String(list.length).padStart(4, '0')}`;
    list.push({ tag, at: when, inspection: { vin, at: formatInstant(when), inspectionKind, result, station: '示例站' } });
  };
  let drives = 0;
  /**
   * A drive of so many minutes with a sample each, in messages of so many; some of them sent twice with other bounds. A sample with a
   * place is a moment like a message's: where these are distinct no other drive has it, and none is sent twice.
   */
  const drive = (who: Seen, from: number, minutes: number, sampleAt: (minute: number) => object) => {
    const each = random.pick([5, 10, 30, 60]);
    const begin = Math.floor(from / 1000) * 1000 + (distinct ? drives++ : 0);
    const again = { reagent: 55, noxOut: 70, ...(distinct && { lon: undefined, lat: undefined }) };
    const send = (first: number, last: number, change: object = {}) => {
      const samples = Array.from({ length: last - first }, (_, i) => ({
        at: formatInstant(begin + (first + i) * MINUTE),
        ...sampleAt(first + i),
        ...change,
      }));
      tell('on-board', who.vin, 'telemetry', begin + (last - 1) * MINUTE + random.int(0, 3) * 1000, { samples });
    };
    for (let first = 0; first < minutes; first += each) {
      const last = Math.min(first + each, minutes);
      if (random.chance(0.9)) send(first, last);
      if (last - first > 4 && random.chance(0.15)) send(first + 2, last, again);
    }
  };
  const warm = { engineSpeed: 1400, coolant: 85, scrInlet: 300, engineTorque: 50 };
  const inZone = { lon: 112.73, lat: 38.42 };

  /** A visit of a gate: asked, and let in, turned back, or out again; with messages that are missing. */
  const visit = (who: Seen, at = some(), gate = random.pick(GATES)) => {
    const arrivalTag = random.chance(0.85) ? arrive(who, at, gate) : undefined;
    const named = arrivalTag !== undefined && random.chance(0.7) ? { arrivalTag } : {};
    const inside = at + random.int(5, 90) * 1000;
    if (random.chance(0.25))
      pass(random.chance(0.8) ? who : random.pick(TRUCKS), inside, gate, { outcome: 'turned-back' }, named);
    else if (random.chance(0.9)) pass(who, inside, gate, {}, named);
    // The same passage told by the second loop.
    if (random.chance(0.2)) pass(who, inside + random.pick([100_000, 120_000, 121_000]), gate);
    if (random.chance(0.5)) pass(who, inside + random.pick([0.3, 4, 30, 50]) * HOUR * random.next(), gate, { direction: 'out' });
  };

  const tellings: (() => void)[] = [
    () => visit(random.pick([OLD, SCRAPPED, HAZMAT, UNKNOWN, ELECTRIC, RETROFITTED, BEFORE, AFTER])),
    () => visit(random.pick([SMOKER, UREA, OTHER_UREA, TWIN])),
    // A plate read wrong, another's colour, none, a trailer's, or one that nobody knows.
    () => {
      const read = random.pick([
        ['晋HCZ021', 'yellow'],
        ['晋HC2021', 'other'],
        ['晋HC2021', 'blue'],
        ['', 'other'],
        ['晋H1234挂', 'yellow'],
        ['晋H99Q88', 'yellow'],
        ['AB', 'yellow'],
        ['晋HC2021', 'green'],
      ] as const);
      const who = { plateNumber: read[0], plateColor: read[1], vin: '-' };
      random.pick([() => visit(who), () => void checkpoint(who, some()), () => void fill(who, some(), 28)])();
    },
    // Smoke, at one station or two, once more within a pass, and what comes of it at a gate; repaired, or said to have been.
    () => {
      const at = some(START, END - 8 * HOUR);
      const black = () => ({ opacity: random.pick([27, 44, 60]), ...(random.chance(0.2) && { ringelmann: 2 }) });
      for (let i = 0, t = at; i < random.int(2, 4); i++, t += random.int(20, 200) * MINUTE) {
        const station = random.pick(STATIONS);
        reading(SMOKER, t, random.chance(0.8) ? black() : { opacity: 3 }, station, random.chance(0.1) ? { speed: 3 } : {});
        if (random.chance(0.3))
          reading(SMOKER, t + random.pick([20_000, 60_000, 60_001]), random.chance(0.5) ? { opacity: 3 } : black(), station);
      }
      visit(SMOKER, at + 6 * HOUR * random.next());
      visit(SMOKER, at + 7 * HOUR);
    },
    () => {
      reading(random.pick([OLD, SMOKER, TWIN]), some(), { no: 1800, opacity: 40 });
      reading(random.pick([OLD, SCRAPPED]), some(), { opacity: 40 });
    },
    () =>
      inspect(
        random.pick([SMOKER, SMOKER, UREA, OTHER_UREA]).vin,
        some(),
        random.pick(['passed', 'failed'] as const),
        random.pick(['repair', 'periodic'] as const),
      ),
    // Through the zone, with business near it in time, or turned back.
    () => {
      const who = random.pick([OLD, TWIN, SMOKER, UREA, MUCK]);
      const at = some();
      for (let i = 0; i < random.int(1, 3); i++) checkpoint(who, at + i * random.int(1, 40) * MINUTE, random.pick(['c1', 'c2']));
      if (random.chance(0.4)) visit(who, at + random.pick([-6, -5.5, -1, 2, 6, 6.1]) * HOUR, random.pick(['g1', 'g2']));
    },
    () => {
      const who = random.pick([UREA, OTHER_UREA, MUCK]);
      const from = some();
      drive(who, from, random.int(5, 20), () => ({ speed: 40, ...inZone }));
    },
    // Two places at once, with sightings between, and a neighbour that may have been misread.
    () => {
      const who = random.pick([
        TWIN,
        TWIN,
        OTHER_TWIN,
        BEFORE,
        { plateNumber: '晋H99Q88', plateColor: 'yellow' as const, vin: '-' },
      ]);
      const at = random.chance(0.3) ? civilDayStart('2022-01-01') + random.int(-12, 2) * MINUTE : some();
      checkpoint(who, at, random.pick(['c1', 'c7', 'c8']));
      const second = at + random.int(0, 25) * MINUTE;
      if (random.chance(0.5)) checkpoint(who, second, random.pick(['c9', 'c7', 'c2']));
      else visit(who, second, random.pick(['g1', 'g3']));
      if (random.chance(0.4)) checkpoint(who, at + random.int(1, 10) * MINUTE, random.pick(['c1', 'c9']));
      if (random.chance(0.6))
        checkpoint(who === TWIN ? OTHER_TWIN : TWIN, at + random.int(-31, 40) * MINUTE, random.pick(['c1', 'c7', 'c9']));
    },
    // A checkpoint with a clock of its own mind: its messages are said to be live, and come late.
    () => {
      const day = START + random.int(0, DAYS - 1) * DAY;
      const count = random.pick([19, 20, 22]);
      for (let i = 0; i < count; i++)
        checkpoint(
          { plateNumber: `晋HZ1${String(i).padStart(3, '0')}`, plateColor: 'yellow', vin: '-' },
          day + (8 + i * 0.3) * HOUR,
          'c8',
          { backfill: false, seen: {}, clock: 'synced' },
        );
      const at = day + (8 + 6 * random.next()) * HOUR;
      checkpoint(TWIN, at, 'c8', { backfill: false, clock: 'synced' });
      checkpoint(TWIN, at + 3 * MINUTE, 'c1', { clock: 'synced' });
      visit(TWIN, at + 12 * MINUTE, 'g3');
    },
    () => {
      const who = random.pick([MUCK, PERMITTED]);
      const at = some();
      checkpoint(who, at);
      checkpoint(who, at + 2 * HOUR, random.pick(['c2', 'c9']));
      if (random.chance(0.5)) drive(who, at + HOUR, 10, (m) => ({ speed: 40, lon: 112.74 + m * 0.002, lat: 38.44 + m * 0.002 }));
    },
    // Urea: an empty tank, a low one, none used, too little, a catalyst that does nothing, a sensor that stands still, a bad fill, silence.
    () =>
      drive(random.pick([UREA, OTHER_UREA]), some(), random.int(6, 25), () => ({
        speed: 60,
        reagent: random.chance(0.9) ? 1 : 4,
      })),
    () => drive(random.pick([UREA, OTHER_UREA]), some(), 70, () => ({ speed: 60, reagent: 8 })),
    () => {
      const who = random.pick([UREA, OTHER_UREA]);
      const from = some(START, END - 6 * HOUR);
      const [falls, fuelFlow] = [random.pick([0, 0.01, 0.02]), random.pick([30, 60])];
      drive(who, from, 245, (m) => ({
        speed: 70,
        fuelFlow,
        reagent: Math.round((60 - falls * m) * 100) / 100,
      }));
      if (random.chance(0.3)) fill(who, from + 5 * HOUR * random.next());
    },
    () => {
      const [from, ratio] = [some(), random.pick([0.2, 0.95])];
      drive(UREA, from, 50, () => ({ speed: 50, ...warm, reagent: 60, noxIn: 600, noxOut: 600 * ratio }));
    },
    () =>
      drive(OTHER_UREA, some(), 55, (m) => ({
        speed: 50,
        ...warm,
        reagent: 60,
        noxIn: 500 + m,
        noxOut: random.chance(0.99) ? 77 : 78,
      })),
    () => fill(random.pick([UREA, OTHER_UREA, OLD]), some(), random.pick([28, 32.5, 34])),
    () => {
      const at = some();
      checkpoint(MUCK, at, 'c9');
      if (random.chance(0.4)) drive(MUCK, at - random.pick([1, 23.9, 24.1]) * HOUR, 5, () => ({ speed: 30 }));
    },
    () => void checkpoint(random.pick([OLD, SCRAPPED]), some()),
    () => {
      const at = some();
      checkpoint(SOLD, at);
      if (random.chance(0.5)) visit(SOLD, at - HOUR);
    },
    () => {
      tell('machinery-gate', 'm1', 'passage', some(), {
        direction: random.pick(['in', 'out'] as const),
        registrationCode: random.pick(['HB0002', 'HB0003', 'HB000unknown', 'HB9999'] as const),
      });
    },
  ];
  // The heaviest are rarer.
  for (let i = 0; i < stories; i++) random.pick(tellings)();
  for (const first of list.filter(isTold)) {
    if (!random.chance(0.01) || first.kind === 'on-board') continue;
    list.push({ ...first, tag: `${first.tag}-again`, reuses: first.tag, body: { ...first.body, lane: '9' } });
  }
  return list.sort((a, b) => a.at - b.at || (a.tag < b.tag ? -1 : 1));
}
