import type { Collection } from '../../../server/registry/types.ts';
import { createRandom } from '../../../devices/simulators/city/random.ts';
import { DAYS, NUMBERS, opt, PLACES, SEASONS, SIDE, SOUTH, SPANS, VINS, WEST, CODES, COLORS, written } from './edges.ts';
import { laterPolicy } from './policy.ts';
import {
  Book, c, DAY, HOUR, MINUTE, type Declaration, type Device, type Enterprise, type Machine, type Permit, type Response, type Row,
  type Vehicle, type Zone,
} from './registry.ts'; // prettier-ignore
import type { World } from './world.ts';

/**
 * A country of edges: everything in it begins, ends or lies where a rule turns. Each row stands twice, as it is imported and as a second
 * reader keeps it.
 */

/** A row to import, and when. */
export interface Recorded {
  collection: Collection;
  at: number;
  row: object;
}

export interface Country {
  recorded: Recorded[];
  /** Recorded at `late`, after everything was told. */
  corrections: Recorded[];
  late: number;
  world: World;
  /** Moments about which messages are told. */
  moments: number[];
}

export function countryOf(seed: number): Country {
  const random = createRandom(seed);
  const middle = c(random.pick(DAYS));
  const edges = [middle - DAY, middle, middle + 6 * HOUR, middle + 12 * HOUR, middle + 22 * HOUR, middle + DAY];
  const recorded: Recorded[] = [];
  const rowsOf: Record<string, Row<unknown>[]> = {};

  const maybe = <T>(chance: number, value: () => T): T | undefined => (random.chance(chance) ? value() : undefined);
  const edge = () => random.pick(edges);
  const late = middle + 9 * DAY;
  let correcting = false;
  /** How many versions there are of a thing; seldom one is corrected. */
  const versions = (most: number) => (correcting ? Number(random.chance(0.25)) : random.int(1, most));
  /** When rows are recorded: nearly all of them before anything is told. */
  const recordings = [middle - 3 * DAY, middle - 2 * DAY, middle, middle + 10 * HOUR, middle + 30 * HOUR];
  const record = <F>(
    collection: Collection,
    key: string,
    fields: F,
    wire: object,
    when: { at?: number; from?: number; to?: number; named?: [from: string, to: string] } = {},
  ) => {
    const { to, named = ['validFrom', 'validTo'] } = when;
    const from = when.from ?? (correcting ? edge() : undefined);
    const at = correcting ? late : (when.at ?? random.pick(recordings));
    if (from !== undefined && to !== undefined && (collection === 'responses' ? to < from : to <= from)) return;
    const times = {
      ...(from !== undefined && { [named[0]]: written(from, 'start', random) }),
      ...(to !== undefined && { [named[1]]: written(to, 'end', random) }),
    };
    recorded.push({ collection, at, row: { ...wire, ...times, recordedAt: new Date(at).toISOString() } });
    (rowsOf[collection] ??= []).push({
      key,
      recordedAt: at,
      fields,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  };
  const first = recordings[0]!;
  const validity = (named: boolean) => ({ from: maybe(named ? 1 : 0.7, edge), to: maybe(0.2, edge) });
  const span = ({ from, to }: { from: number | undefined; to: number | undefined }) => ({
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });

  const draw = () => {
    for (const id of ['e1', 'e2', 'e3']) {
      for (let i = versions(3); i > 0; i--) {
        const e: Enterprise = {
          id,
          county: random.pick(['140902', '140902', '140981', '141002', '140900']),
          industry: random.pick(['power', 'coking', 'steel', 'glass', 'logistics', 'other']),
          freight: random.pick([1_499_999.99, 1_500_000, 2_100_000]),
          ...opt('spurSince', maybe(0.3, edge)),
          planningArea: random.chance(0.6),
          passes: random.pick([0, 10, 10.5, 11, 11, 120]),
          clean: random.pick(['met', 'not-met']),
        };
        const wire = {
        id, uscc: `91140900${id}`, nameZh: `企业${id}`, county: e.county, industry: e.industry, annualFreight: e.freight,
        ...opt('railSpurSince', e.spurSince === undefined ? undefined : written(e.spurSince, 'start', random)),
        planningArea: e.planningArea, dailyTruckPasses: e.passes, grade: 'B', cleanTransport: e.clean, lon: 112.7, lat: 38.4,
      }; // prettier-ignore
        record('enterprises', id, e, wire, i === 1 ? { at: first } : span(validity(false)));
      }
    }

    const device = (kind: string, id: string, more: Partial<Device> = {}) => {
      for (let i = versions(2); i > 0; i--) {
        const place = kind === 'on-board' ? {} : random.pick(PLACES);
        const county = kind === 'on-board' ? {} : { county: random.pick(['140902', '141002']) };
        const d: Device = { kind, id, ...place, ...county, ...more };
        if (kind === 'machinery-gate')
          Object.assign(
            d,
            opt(
              'minStage',
              maybe(0.5, () => random.int(0, 6)),
            ),
          );
        const { enterprise, ...own } = d;
        record(
          'devices',
          `${kind}/${id}`,
          d,
          { ...own, nameZh: id, secret: 'secret-of-a-device-00', ...opt('enterpriseId', enterprise) },
          i === 1 ? { at: first } : { from: edge(), at: first },
        );
      }
    };
    for (const [id, enterprise] of [['g1', 'e1'], ['g2', 'e1'], ['g3', 'e2'], ['g4', 'e3'], ['g5', undefined], ['g6', 'nobody']] as const)
    device('gate', id, opt('enterprise', enterprise)); // prettier-ignore
    for (const id of ['c1', 'c2', 'c3']) device('checkpoint', id);
    for (const id of ['s1', 's2']) device('remote-sensing', id);
    for (const id of ['site1', 'site2']) device('machinery-gate', id);
    for (const vin of VINS) device('on-board', vin);

    for (const number of NUMBERS) {
      for (const color of new Set([random.pick(COLORS), random.pick(COLORS)])) {
        for (let i = versions(3); i > 0; i--) {
          const v: Vehicle = {
            number,
            color,
            vin: random.pick(VINS),
            type: random.pick(['Q11', 'Q11', 'H11', 'H17', 'H1B', 'H21', 'H31', 'H4A', 'K33', 'Z51', 'H1']),
            fuel: random.pick(['B', 'B', 'B', 'B', 'BC', 'E', 'A', 'C', 'P']),
            ...opt(
              'stage',
              maybe(0.9, () => random.pick(['0', '2', '3', '4', '4', '5', '5', '6', 'D'])),
            ),
            use: random.pick(['F', 'F', 'F', 'A', 'R', 'H', 'K']),
            status: random.pick(['in-use', 'in-use', 'in-use', 'in-use', 'scrapped', 'deregistered']),
            ...opt('scrapDue', maybe(0.2, edge)),
            ...opt(
              'muck',
              maybe(0.4, () => random.chance(0.7)),
            ),
            ...opt(
              'certificate',
              maybe(0.3, () => random.pick([c('2021-06-30'), c('2021-07-01'), c('2021-07-01') - 1])),
            ),
            ...opt(
              'invoiced',
              maybe(0.2, () => random.pick([c('2021-06-30T23:59'), c('2021-07-01')])),
            ),
          };
          const wire = {
          plateNumber: random.pick([number, number, ` ${number.toLowerCase()}`, number.replace('0', 'O').replace('1', 'I')]),
          plateColor: color, vin: v.vin, vehicleType: v.type, fuel: v.fuel, ...opt('stage', v.stage ?? maybe(0.5, () => 'unknown')),
          useNature: v.use, totalMass: 25_000, firstRegistered: '2018-05-01', status: v.status,
          ...opt('scrapDue', v.scrapDue === undefined ? undefined : written(v.scrapDue, 'end', random)), ...opt('muck', v.muck),
          ...opt('certificateUploaded', v.certificate === undefined ? undefined : written(v.certificate, 'start', random)),
          ...opt('invoiced', v.invoiced === undefined ? undefined : written(v.invoiced, 'start', random)),
        }; // prettier-ignore
          record(
            'vehicles',
            `${number},${color}`,
            v,
            wire,
            i === 1 && random.chance(0.7) ? { at: first } : span(validity(false)),
          );
        }
      }
    }

    for (const id of ['z1', 'z2']) {
      for (let i = versions(2); i > 0; i--) {
        const shift = id === 'z1' ? 0 : random.pick([0, SIDE / 2]);
        const ring: [number, number][] = [[WEST + shift, SOUTH], [WEST + shift + SIDE, SOUTH], [WEST + shift + SIDE, SOUTH + SIDE], [WEST + shift, SOUTH + SIDE]]; // prettier-ignore
        const zone: Zone = {
          id,
          kind: random.pick(['diversion', 'diversion', 'diversion', 'planning-area']),
          ring,
          ...opt(
            'seasons',
            maybe(0.6, () => random.pick(SEASONS)),
          ),
          ...opt(
            'clock',
            maybe(0.5, () => random.pick(SPANS)),
          ),
          ...opt('predicate', maybe(0.6, () => random.pick([{}, { classes: [], sizes: ['heavy', 'medium'] }, { fuels: ['B', 'E'] }, { stageMax: 4 }, { types: ['H1*', 'Q11'] }, { classes: ['goods', 'passenger'], fuels: [] }]))), // prettier-ignore
          ...opt('edges', maybe(0.7, () => [0, 1, 2, 3].filter(() => random.chance(0.6)).map((index) => ({ index, included: random.chance(0.3) })))), // prettier-ignore
        };
        const wire = {
        id, zoneKind: zone.kind, nameZh: `区${id}`, polygon: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
        ...opt('seasons', zone.seasons), ...opt('clock', zone.clock), ...opt('vehicles', zone.predicate), ...opt('edges', zone.edges),
      }; // prettier-ignore
        record('zones', id, zone, wire, i === 1 ? { at: first } : span(validity(false)));
      }
    }

    const corridor: [number, number][] = [[WEST, SOUTH], [WEST + SIDE, SOUTH]]; // prettier-ignore
    for (let i = correcting ? 3 : 20; i > 0; i--) {
      const p: Permit = {
        id: `p${random.int(1, 16)}`,
        number: random.pick(NUMBERS),
        color: random.pick(COLORS),
        ...opt(
          'zone',
          maybe(0.3, () => random.pick(['z1', 'z2'])),
        ),
        ...opt(
          'corridor',
          maybe(0.6, () => corridor),
        ),
        ...opt(
          'hours',
          maybe(0.6, () => random.pick(SPANS)),
        ),
      };
      const wire = {
      id: p.id, plateNumber: p.number, plateColor: p.color, ...opt('zoneId', p.zone), ...opt('hours', p.hours),
      ...opt('corridor', p.corridor && { type: 'LineString', coordinates: p.corridor }),
    }; // prettier-ignore
      record('permits', p.id, p, wire, {
        from: random.pick(edges.slice(0, 3)),
        to: random.pick(edges.slice(3)),
        named: ['from', 'to'],
      });
    }

    for (const id of ['r1', 'r2', 'r3']) {
      for (let i = versions(3); i > 0; i--) {
        const r: Response = {
          level: random.pick(['yellow', 'orange', 'orange', 'orange', 'red']),
          counties: random.pick([['140900'], ['140900'], ['140902', '140981'], ['141002'], ['140000'], ['140900', '141002']]),
        };
        const wire = { id, ...r, issuedBy: '市政府', reference: id };
        record('responses', id, r, wire, { from: edge(), ...opt('to', maybe(0.6, edge)), named: ['start', 'end'] });
      }
    }

    for (const code of CODES.slice(0, 3)) {
      for (let i = versions(2); i > 0; i--) {
        const m: Machine = { code, stage: random.pick(['0', '1', '2', '3', '4', 'D', 'unknown']) };
        record('machinery', code, m, { registrationCode: code, machineryKind: '挖掘机', stage: m.stage, owner: '某', county: '140902' }, span(validity(false))); // prettier-ignore
      }
      for (const site of ['site1', 'site2']) {
        if (random.chance(correcting ? 0.8 : 0.3)) continue;
        const from = edge();
        const d: Declaration = { site, code };
        record('declarations', `${site}|${code}|${from}`, d, { siteId: site, registrationCode: code }, { from, ...opt('to', maybe(0.6, edge)), named: ['from', 'to'] }); // prettier-ignore
      }
    }
  };
  draw();
  correcting = true;
  draw();

  // In the order of their recording; of one moment in the order of the file.
  recorded.sort((a, b) => a.at - b.at);
  const book = <F>(name: Collection) =>
    new Book<F>([...((rowsOf[name] ?? []) as Row<F>[])].sort((a, b) => a.recordedAt - b.recordedAt));
  const moments = [...edges, ...recordings, middle + 14 * HOUR, middle + 18 * HOUR].flatMap((m) => [m - 1, m, m + MINUTE]);
  const later = maybe(0.6, () => laterPolicy(random, middle, random.pick(edges.slice(1)), recordings[1]! + 1000));
  return {
    recorded: recorded.filter((r) => r.at < late),
    corrections: recorded.filter((r) => r.at === late),
    late,
    moments,
    world: {
      ...opt('later', later),
      vehicles: book('vehicles'), enterprises: book('enterprises'), devices: book('devices'), zones: book('zones'), permits: book('permits'),
      machinery: book('machinery'), declarations: book('declarations'),
      responses: ([...(rowsOf.responses ?? [])] as Row<Response>[]).sort((a, b) => a.recordedAt - b.recordedAt),
    }, // prettier-ignore
  };
}
