import { civilDate, DAY, formatInstant, HOUR, civilDayStart } from '../../contract/instant.ts';
import type { City } from './cities.ts';
import { deliveriesOf } from './deliveries.ts';
import { vehicleRow, type Vehicle } from './fleet.ts';
import type { Point } from './map.ts';
import { gateId, NIGHT_CHECKPOINT, SIMPLE_GATE, UNCALIBRATED } from './places.ts';
import type { Planted } from './plants/index.ts';
import type { ResponseStretch } from './responses.ts';

export type Row = Record<string, unknown>;
/** Rows by collection, in the order in which they are imported. */
export type Registry = Record<string, Row[]>;

interface RegistryParts {
  city: City;
  date: string;
  responses: readonly ResponseStretch[];
  vehicles: Vehicle[];
  planted: Planted;
  machinery: { machinery: Row[]; declarations: Row[] };
}

/** The registry of the invented city, as `PUT /registry/<collection>` takes it. Devices carry no secrets: the platform makes them. */
export function registryOf({ city, date, responses, vehicles, planted, machinery }: RegistryParts): Registry {
  const dayStart = civilDayStart(date);
  const at = (h: number) => formatInstant(dayStart + h * HOUR);
  const plusDays = (days: number) => civilDate(dayStart + days * DAY);
  const registered = vehicles.filter((v) => v.registered);
  const terminals = [...registered.filter((v) => v.terminal).map((v) => v.vin), ...planted.silentTerminals];
  const [lon, lat] = [0, 1] as const;
  const night = city.checkpoints.find((c) => c.id === NIGHT_CHECKPOINT)?.at as Point;
  const box = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x = 0, y = 0]) => [
    Number((night[lon] + x * 0.012).toFixed(6)),
    Number((night[lat] + y * 0.01).toFixed(6)),
  ]); // prettier-ignore

  return {
    enterprises: city.enterprises.map(({ node: _, gates: __, cargo: ___, at: p, ...row }, i) => ({
      ...row,
      uscc: `91${city.code}INVENT${String(i + 1).padStart(4, '0')}`,
      lon: p[lon],
      lat: p[lat],
    })),
    devices: [
      ...city.enterprises.flatMap((e) =>
        e.gates.map((_, i) => ({
          kind: 'gate',
          id: gateId(e, i),
          nameZh: `${e.nameZh}${i + 1}号门`,
          enterpriseId: e.id,
          lon: Number((e.at[lon] + i * 0.002).toFixed(6)),
          lat: e.at[lat],
          county: e.county,
          ...(gateId(e, i) === SIMPLE_GATE && { interactive: false }),
        })),
      ),
      ...city.stations.map((s) => ({
        kind: 'remote-sensing',
        id: s.id,
        nameZh: s.nameZh,
        county: s.county,
        lon: s.at[lon],
        lat: s.at[lat],
        calibratedUntil: plusDays(s.id === UNCALIBRATED ? -3 : 120),
      })),
      ...city.checkpoints.map((c) => ({
        kind: 'checkpoint',
        id: c.id,
        nameZh: c.nameZh,
        county: c.county,
        lon: c.at[lon],
        lat: c.at[lat],
      })),
      ...city.pumps.map((p) => ({
        kind: 'urea-pump',
        id: p.id,
        nameZh: p.nameZh,
        county: p.county,
        lon: p.at[lon],
        lat: p.at[lat],
      })),
      ...city.sites.map((s) => ({
        kind: 'machinery-gate',
        id: s.id,
        nameZh: s.nameZh,
        county: s.county,
        lon: s.at[lon],
        lat: s.at[lat],
        minStage: s.minStage,
      })),
      ...terminals.map((vin) => ({ kind: 'on-board', id: vin, nameZh: `车载终端 ${vin.slice(-6)}` })),
    ],
    vehicles: registered.map(vehicleRow),
    zones: [
      {
        id: 'Z-CENTRE',
        zoneKind: 'diversion',
        nameZh: '建成区绕行区（虚构）',
        polygon: { type: 'Polygon', coordinates: [[...city.ring, city.ring[0]]] },
        bypass: { type: 'LineString', coordinates: city.bypass },
      },
      {
        id: 'Z-NIGHT',
        zoneKind: 'diversion',
        nameZh: '夜间限行区（虚构）',
        polygon: { type: 'Polygon', coordinates: [box] },
        seasons: [{ from: '01-01', to: '12-31' }],
        clock: [{ from: '22:00', to: '06:00' }],
      },
    ],
    permits: planted.permits,
    inspections: planted.inspections,
    // Published at midnight. A response that is raised, lowered or eased is a row with the new level.
    responses: responses.map(({ id, level, counties, from }) => ({
      id,
      level,
      counties,
      start: at(from),
      end: `${date}T24:00:00+08:00`,
      issuedBy: `${city.nameZh}重污染天气应急指挥部（虚构）`,
      reference: `虚构〔${date.slice(0, 4)}〕${id.slice(2)}号`,
      recordedAt: at(0),
    })),
    machinery: machinery.machinery,
    declarations: machinery.declarations,
    deliveries: deliveriesOf(date),
  };
}
