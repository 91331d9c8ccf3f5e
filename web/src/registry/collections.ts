import type { Role } from '../api/types.ts';

/** The collections of the registry as the console shows them: columns, who may import, and an example row that may be sent as it is. */

export const COLLECTIONS = [
  'vehicles', 'enterprises', 'devices', 'zones', 'permits', 'inspections', 'responses', 'machinery', 'declarations', 'deliveries',
] as const; // prettier-ignore
export type Collection = (typeof COLLECTIONS)[number];

export interface ShownField {
  field: string;
  width: number;
  grow?: number;
  phone?: 'main' | 'aside' | 'hide';
}

export interface CollectionShown {
  read: readonly Role[];
  import: readonly Role[];
  columns: readonly ShownField[];
  /** All fields of a row in the order of a template. */
  fields: readonly string[];
  example: Readonly<Record<string, unknown>>;
}

const READERS = ['police', 'bureau', 'enterprise', 'auditor', 'administrator'] as const;
const OFFICE = ['bureau', 'administrator'] as const;
const ORDERS = ['police', 'bureau', 'enterprise', 'auditor'] as const;

export const SHOWN: Readonly<Record<Collection, CollectionShown>> = {
  vehicles: {
    read: ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator'],
    import: OFFICE,
    columns: [
      { field: 'plateNumber', width: 96, phone: 'main' }, { field: 'stage', width: 72, phone: 'aside' }, { field: 'vehicleType', width: 150, grow: 2 },
      { field: 'fuel', width: 90, grow: 1 }, { field: 'useNature', width: 90, grow: 1, phone: 'hide' }, { field: 'totalMass', width: 90, phone: 'hide' },
      { field: 'firstRegistered', width: 96, phone: 'hide' }, { field: 'status', width: 72 }, { field: 'vin', width: 150, grow: 1, phone: 'hide' },
    ],
    fields: [
      'plateNumber', 'plateColor', 'vin', 'plateType', 'vehicleType', 'fuel', 'stage', 'stageBasis', 'useNature', 'totalMass', 'firstRegistered',
      'certificateUploaded', 'invoiced', 'scrapDue', 'status', 'scr', 'reagentTank', 'obdRequired', 'muck', 'owner', 'fleet',
    ],
    example: {
      plateNumber: '晋H12345', plateColor: 'yellow', vin: 'LEXAMPLE000000001', plateType: '01', vehicleType: 'Q11', fuel: 'B', stage: '5', useNature: 'F',
      totalMass: 25000, firstRegistered: '2019-03-20', scrapDue: '2034-03-20', status: 'in-use', scr: true, reagentTank: 40, obdRequired: true, muck: false,
    },
  },
  enterprises: {
    read: READERS,
    import: OFFICE,
    columns: [
      { field: 'nameZh', width: 180, grow: 3, phone: 'main' }, { field: 'id', width: 100 }, { field: 'county', width: 80 }, { field: 'industry', width: 90, phone: 'aside' },
      { field: 'annualFreight', width: 120, phone: 'hide' }, { field: 'grade', width: 80, phone: 'hide' }, { field: 'cleanTransport', width: 80, phone: 'hide' },
      { field: 'planningArea', width: 80, phone: 'hide' },
    ],
    fields: [
      'id', 'uscc', 'nameZh', 'nameEn', 'county', 'industry', 'annualFreight', 'railSpurSince', 'planningArea', 'dailyTruckPasses', 'grade', 'cleanTransport',
      'lon', 'lat',
    ],
    example: {
      id: 'E900', uscc: '91140900EXAMPLE001', nameZh: '示例钢铁有限公司', nameEn: 'Example Steel', county: '140981', industry: 'steel', annualFreight: 2100000,
      railSpurSince: '2021-10-01', planningArea: false, dailyTruckPasses: 320, grade: 'B', cleanTransport: 'not-met', lon: 112.72, lat: 38.73,
    },
  },
  devices: {
    read: READERS,
    import: OFFICE,
    columns: [
      { field: 'nameZh', width: 160, grow: 3, phone: 'main' }, { field: 'kind', width: 110 }, { field: 'id', width: 150, grow: 1 },
      { field: 'enterpriseId', width: 130, grow: 2, phone: 'hide' }, { field: 'county', width: 80, phone: 'hide' }, { field: 'enabled', width: 64, phone: 'aside' },
      { field: 'calibratedUntil', width: 110, phone: 'hide' },
    ],
    fields: [
      'kind', 'id', 'nameZh', 'enterpriseId', 'lon', 'lat', 'county', 'secret', 'enabled', 'dialect', 'interactive', 'calibratedUntil', 'requiredPhotos', 'minStage',
    ],
    example: {
      kind: 'gate', id: 'E900-G1', nameZh: '示例钢铁 东门', enterpriseId: 'E900', lon: 112.721, lat: 38.731, county: '140981', enabled: true, interactive: true,
      calibratedUntil: '2027-06-30', requiredPhotos: ['vehicle', 'plate'],
    },
  },
  zones: {
    read: READERS,
    import: OFFICE,
    columns: [
      { field: 'nameZh', width: 180, grow: 3, phone: 'main' }, { field: 'id', width: 120 }, { field: 'zoneKind', width: 100, phone: 'aside' },
      { field: 'polygon', width: 90, phone: 'hide' }, { field: 'clock', width: 140, grow: 2, phone: 'hide' }, { field: 'seasons', width: 140, grow: 2, phone: 'hide' },
    ],
    fields: ['id', 'zoneKind', 'nameZh', 'polygon', 'seasons', 'clock', 'vehicles', 'edges', 'bypass'],
    example: {
      id: 'Z900', zoneKind: 'diversion', nameZh: '示例绕行区',
      polygon: { type: 'Polygon', coordinates: [[[112.6, 38.3], [112.8, 38.3], [112.8, 38.5], [112.6, 38.5], [112.6, 38.3]]] },
      seasons: [{ from: '10-01', to: '03-31' }], clock: [{ from: '06:00', to: '22:00' }], vehicles: { classes: ['goods'], sizes: ['heavy'], fuels: ['B'] },
      edges: [{ index: 0, included: false }],
    },
  },
  permits: {
    read: ORDERS,
    import: ['police'],
    columns: [
      { field: 'plateNumber', width: 96, phone: 'main' }, { field: 'id', width: 140, grow: 1 }, { field: 'zoneId', width: 120, grow: 1 },
      { field: 'corridor', width: 90, phone: 'hide' }, { field: 'hours', width: 140, grow: 2, phone: 'hide' }, { field: 'from', width: 140, phone: 'hide' }, { field: 'to', width: 140, phone: 'aside' },
    ],
    fields: ['id', 'plateNumber', 'plateColor', 'zoneId', 'corridor', 'hours', 'from', 'to'],
    example: {
      id: 'P2026-0001', plateNumber: '晋H12345', plateColor: 'yellow', zoneId: 'Z900', hours: [{ from: '22:00', to: '24:00' }], from: '2026-01-01', to: '2026-12-31',
    },
  },
  inspections: {
    read: READERS,
    import: OFFICE,
    columns: [
      { field: 'vin', width: 170, grow: 2, phone: 'main' }, { field: 'result', width: 80, phone: 'aside' }, { field: 'inspectionKind', width: 90 },
      { field: 'station', width: 160, grow: 3, phone: 'hide' }, { field: 'at', width: 142 },
    ],
    fields: ['vin', 'at', 'inspectionKind', 'result', 'station'],
    example: { vin: 'LEXAMPLE000000001', at: '2026-03-02T09:30:00+08:00', inspectionKind: 'periodic', result: 'passed', station: '示例检测站' },
  },
  responses: {
    read: ORDERS,
    import: ['bureau'],
    columns: [
      { field: 'level', width: 90, phone: 'main' }, { field: 'counties', width: 180, grow: 3 }, { field: 'start', width: 142 }, { field: 'end', width: 142 },
      { field: 'reference', width: 160, grow: 2, phone: 'hide' }, { field: 'issuedBy', width: 160, grow: 2, phone: 'hide' },
    ],
    fields: ['id', 'level', 'counties', 'start', 'end', 'issuedBy', 'reference'],
    example: {
      id: 'R2026-11', level: 'orange', counties: ['140900'], start: '2026-11-14T12:00:00+08:00', end: '2026-11-16T24:00:00+08:00',
      issuedBy: '忻州市重污染天气应急指挥部', reference: '忻气应急〔2026〕11号',
    },
  },
  machinery: {
    read: READERS,
    import: OFFICE,
    columns: [
      { field: 'registrationCode', width: 150, grow: 1, phone: 'main' }, { field: 'stage', width: 72, phone: 'aside' }, { field: 'machineryKind', width: 120, grow: 1 },
      { field: 'owner', width: 160, grow: 2, phone: 'hide' }, { field: 'county', width: 90 },
    ],
    fields: ['registrationCode', 'machineryKind', 'stage', 'owner', 'county'],
    example: { registrationCode: '晋H-X00001', machineryKind: '挖掘机', stage: '3', owner: '示例建设公司', county: '140981' },
  },
  declarations: {
    read: READERS,
    import: ['bureau', 'enterprise', 'administrator'],
    columns: [
      { field: 'registrationCode', width: 150, grow: 1, phone: 'main' }, { field: 'siteId', width: 150, grow: 1 }, { field: 'from', width: 142, phone: 'aside' },
      { field: 'to', width: 142, phone: 'hide' },
    ],
    fields: ['siteId', 'registrationCode', 'from', 'to'],
    example: { siteId: 'E900-M1', registrationCode: '晋H-X00001', from: '2026-11-01', to: '2026-11-30' },
  },
  deliveries: {
    read: READERS,
    import: ['bureau', 'enterprise', 'administrator'],
    columns: [
      { field: 'month', width: 90, phone: 'main' }, { field: 'enterpriseId', width: 160, grow: 3 }, { field: 'mode', width: 80 }, { field: 'cargo', width: 120, grow: 1 },
      { field: 'tonnes', width: 110, phone: 'aside' }, { field: 'direction', width: 64, phone: 'hide' }, { field: 'id', width: 150, grow: 1, phone: 'hide' },
    ],
    fields: ['id', 'enterpriseId', 'month', 'mode', 'cargo', 'tonnes', 'direction'],
    example: { id: 'E900-2026-10-rail-in', enterpriseId: 'E900', month: '2026-10', mode: 'rail', cargo: '铁矿石', tonnes: 52000, direction: 'in' },
  },
}; // prettier-ignore

/** Fields every row may carry. */
export const VERSION_FIELDS = ['validFrom', 'validTo'] as const;

export function isCollection(text: string): text is Collection {
  return (COLLECTIONS as readonly string[]).includes(text);
}

export function mayRead(role: Role, collection: Collection): boolean {
  return role === 'owner' || SHOWN[collection].read.includes(role);
}

export function mayImport(role: Role, collection: Collection): boolean {
  return role === 'owner' || SHOWN[collection].import.includes(role);
}

/** The example as the two file formats hold it: what is downloaded as a template. */
export function template(
  collection: Collection,
  format: 'csv' | 'ndjson',
  example: Readonly<Record<string, unknown>> = SHOWN[collection].example,
): string {
  const { fields } = SHOWN[collection];
  if (format === 'ndjson') return `${JSON.stringify(example)}\n`;
  const all = [...fields, ...VERSION_FIELDS];
  const cell = (value: unknown) => {
    if (value === undefined) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${all.join(',')}\r\n${all.map((field) => cell(example[field])).join(',')}\r\n`;
}

/** The natural key of a listed version: its name without the number of the version. */
export function keyOf(item: { version: string }): string {
  return item.version.slice(0, item.version.lastIndexOf('#'));
}
