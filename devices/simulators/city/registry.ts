import { civilDate, DAY, formatInstant, HOUR, civilDayStart } from '../../contract/instant.ts';
import { RESPONSE } from './expect.ts';
import { vehicleRow, type Vehicle } from './fleet.ts';
import { BYPASS, ZONE_RING } from './map.ts';
import { CHECKPOINTS, ENTERPRISES, gateId, PUMPS, SIMPLE_GATE, SITES, STATIONS, UNCALIBRATED } from './places.ts';
import type { Planted } from './plants.ts';

export type Row = Record<string, unknown>;
/** Rows by collection, in the order in which they are imported. */
export type Registry = Record<string, Row[]>;

interface RegistryParts {
  date: string;
  vehicles: Vehicle[];
  planted: Planted;
  machinery: { machinery: Row[]; declarations: Row[] };
}

/** The registry of the invented city, as `PUT /registry/<collection>` takes it. Devices carry no secrets: the platform makes them. */
export function registryOf({ date, vehicles, planted, machinery }: RegistryParts): Registry {
  const dayStart = civilDayStart(date);
  const at = (h: number) => formatInstant(dayStart + h * HOUR);
  const plusDays = (days: number) => civilDate(dayStart + days * DAY);
  const registered = vehicles.filter((v) => v.registered);
  const terminals = [...registered.filter((v) => v.terminal).map((v) => v.vin), ...planted.silentTerminals];
  const [lon, lat] = [0, 1] as const;

  return {
    enterprises: ENTERPRISES.map(({ node: _, gates: __, cargo: ___, at: p, ...row }, i) => ({
      ...row,
      uscc: `91140900INVENT${String(i + 1).padStart(4, '0')}`,
      lon: p[lon],
      lat: p[lat],
    })),
    devices: [
      ...ENTERPRISES.flatMap((e) =>
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
      ...STATIONS.map((s) => ({
        kind: 'remote-sensing',
        id: s.id,
        nameZh: s.nameZh,
        county: s.county,
        lon: s.at[lon],
        lat: s.at[lat],
        calibratedUntil: plusDays(s.id === UNCALIBRATED ? -3 : 120),
      })),
      ...CHECKPOINTS.map((c) => ({
        kind: 'checkpoint',
        id: c.id,
        nameZh: c.nameZh,
        county: c.county,
        lon: c.at[lon],
        lat: c.at[lat],
      })),
      ...PUMPS.map((p) => ({ kind: 'urea-pump', id: p.id, nameZh: p.nameZh, county: p.county, lon: p.at[lon], lat: p.at[lat] })),
      ...SITES.map((s) => ({
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
        id: 'Z-XINFU',
        zoneKind: 'diversion',
        nameZh: '忻府建成区绕行区（虚构）',
        polygon: { type: 'Polygon', coordinates: [[...ZONE_RING, ZONE_RING[0]]] },
        bypass: { type: 'LineString', coordinates: BYPASS },
      },
    ],
    permits: planted.permits,
    inspections: planted.inspections,
    // Published at midnight; the second row lowers the same response.
    responses: [
      { level: 'orange', start: at(RESPONSE.orangeHour) },
      { level: 'yellow', start: at(RESPONSE.yellowHour) },
    ].map((row) => ({
      id: RESPONSE.id,
      counties: RESPONSE.counties,
      end: `${date}T24:00:00+08:00`,
      issuedBy: '忻州市重污染天气应急指挥部（虚构）',
      reference: `虚构〔${date.slice(0, 4)}〕7号`,
      recordedAt: at(0),
      ...row,
    })),
    machinery: machinery.machinery,
    declarations: machinery.declarations,
    deliveries: ['E03', 'E08', 'E04'].map((enterpriseId, i) => ({
      id: `DL-${i + 1}`,
      enterpriseId,
      month: date.slice(0, 7),
      mode: i === 2 ? 'conveyor' : 'rail',
      cargo: '大宗物料',
      tonnes: 42_000 + i * 8_000,
      direction: i === 1 ? 'in' : 'out',
    })),
  };
}
