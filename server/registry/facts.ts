import { parseRegistryTime } from '../../devices/contract/instant.ts';
import type { RegistryRows } from '../http/contract/registry.ts';
import type { ResponseRow } from '../policy/types.ts';
import type {
  DeclarationFacts,
  DeliveryFacts,
  DeviceFacts,
  EnterpriseFacts,
  InspectionFacts,
  MachineFacts,
  PermitFacts,
  VehicleFacts,
  ZoneFacts,
} from '../rules/types.ts';
import type { Collection, VersionDoc } from './types.ts';

/** Rows as rules read them: times as instants, units in the names. Done once when a version is loaded, not per message. */

/** A time of the registry or undefined; `start`: a bare date is its 00:00, `end`: the next 00:00. */
function time(text: string | undefined, edge: 'start' | 'end'): number | undefined {
  return text === undefined ? undefined : parseRegistryTime(text, edge);
}

/** Without the members that are undefined, so that facts compare and store alike however they were made. */
function present<T extends object>(facts: T): T {
  for (const key of Object.keys(facts) as (keyof T)[]) if (facts[key] === undefined) delete facts[key];
  return facts;
}

export function vehicleFacts({ _id, validFrom, row }: VersionDoc<'vehicles'>): VehicleFacts {
  return present({
    version: _id,
    plateNumber: row.plateNumber,
    plateColor: row.plateColor,
    vin: row.vin,
    plateType: row.plateType,
    vehicleType: row.vehicleType,
    fuel: row.fuel,
    stage: row.stage === 'unknown' ? undefined : row.stage,
    useNature: row.useNature,
    totalMassKg: row.totalMass,
    certificateUploaded: time(row.certificateUploaded, 'start'),
    invoiced: time(row.invoiced, 'start'),
    scrapDue: time(row.scrapDue, 'end'),
    status: row.status,
    scr: row.scr,
    reagentTankL: row.reagentTank,
    obdRequired: row.obdRequired,
    muck: row.muck,
    validFrom,
  });
}

export function enterpriseFacts({ _id, row }: VersionDoc<'enterprises'>): EnterpriseFacts {
  return present({
    version: _id,
    id: row.id,
    nameZh: row.nameZh,
    nameEn: row.nameEn,
    county: row.county,
    industry: row.industry,
    annualFreightTonnes: row.annualFreight,
    railSpurSince: time(row.railSpurSince, 'start'),
    planningArea: row.planningArea,
    dailyTruckPasses: row.dailyTruckPasses,
    cleanTransport: row.cleanTransport,
  });
}

export function deviceFacts({ _id, row }: VersionDoc<'devices'>): DeviceFacts {
  return present({
    version: _id,
    kind: row.kind,
    id: row.id,
    nameZh: row.nameZh,
    enterpriseId: row.enterpriseId,
    lon: row.lon,
    lat: row.lat,
    county: row.county,
    enabled: row.enabled,
    dialect: row.dialect,
    interactive: row.interactive,
    calibratedUntil: time(row.calibratedUntil, 'end'),
    requiredPhotos: row.requiredPhotos,
    minStage: row.minStage,
  });
}

/** A zone with its kind: only `diversion` zones are judged, the others are shown. */
export type RegisteredZone = ZoneFacts & { zoneKind: RegistryRows['zones']['zoneKind']; bypass?: [number, number][] };

export function zoneFacts({ _id, row }: VersionDoc<'zones'>): RegisteredZone {
  return present({
    version: _id,
    id: row.id,
    nameZh: row.nameZh,
    zoneKind: row.zoneKind,
    ring: (row.polygon.coordinates[0] ?? []).slice(0, -1),
    seasons: row.seasons,
    clock: row.clock,
    vehicles: row.vehicles,
    edges: row.edges,
    bypass: row.bypass?.coordinates,
  });
}

export function permitFacts({ _id, row }: VersionDoc<'permits'>): PermitFacts {
  return present({
    version: _id,
    id: row.id,
    zoneId: row.zoneId,
    corridor: row.corridor?.coordinates,
    hours: row.hours,
    from: parseRegistryTime(row.from, 'start'),
    to: parseRegistryTime(row.to, 'end'),
  });
}

export function inspectionFacts({ _id, row }: VersionDoc<'inspections'>): InspectionFacts {
  return {
    version: _id,
    vin: row.vin,
    at: parseRegistryTime(row.at, 'start'),
    inspectionKind: row.inspectionKind,
    result: row.result,
  };
}

export function responseFacts({ _id, recordedAt, seq, row }: VersionDoc<'responses'>): ResponseRow {
  return present({
    version: _id,
    id: row.id,
    level: row.level,
    counties: row.counties,
    start: parseRegistryTime(row.start, 'start'),
    end: time(row.end, 'end'),
    recordedAt,
    seq,
    reference: row.reference,
    issuedBy: row.issuedBy,
  });
}

export function machineFacts({ _id, row }: VersionDoc<'machinery'>): MachineFacts {
  return present({
    version: _id,
    registrationCode: row.registrationCode,
    machineryKind: row.machineryKind,
    stage: row.stage === 'unknown' ? undefined : row.stage,
    owner: row.owner,
    county: row.county,
  });
}

export function declarationFacts({ _id, row }: VersionDoc<'declarations'>): DeclarationFacts {
  return present({
    version: _id,
    siteId: row.siteId,
    registrationCode: row.registrationCode,
    from: parseRegistryTime(row.from, 'start'),
    to: time(row.to, 'end'),
  });
}

export function deliveryFacts({ _id, row }: VersionDoc<'deliveries'>): DeliveryFacts {
  const { id, enterpriseId, month, mode, cargo, tonnes, direction } = row;
  return { version: _id, id, enterpriseId, month, mode, cargo, tonnes, direction };
}

/** The facts a collection's rows become. */
export interface FactsOf {
  vehicles: VehicleFacts;
  enterprises: EnterpriseFacts;
  devices: DeviceFacts;
  zones: RegisteredZone;
  permits: PermitFacts;
  inspections: InspectionFacts;
  responses: ResponseRow;
  machinery: MachineFacts;
  declarations: DeclarationFacts;
  deliveries: DeliveryFacts;
}

export const FACTS: { [C in Collection]: (doc: VersionDoc<C>) => FactsOf[C] } = {
  vehicles: vehicleFacts,
  enterprises: enterpriseFacts,
  devices: deviceFacts,
  zones: zoneFacts,
  permits: permitFacts,
  inspections: inspectionFacts,
  responses: responseFacts,
  machinery: machineFacts,
  declarations: declarationFacts,
  deliveries: deliveryFacts,
};
