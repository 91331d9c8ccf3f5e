import { createHash } from 'node:crypto';
import { Binary } from 'mongodb';
import { DAY, formatInstant } from '../../devices/contract/instant.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import type { AlertDoc } from '../../server/alerts/types.ts';
import { skeletonOf } from '../../server/recognition/skeleton.ts';
import type { VersionDoc } from '../../server/registry/types.ts';
import type { AuditDoc } from '../../server/store/audit-log.ts';
import type { DeadLetterDoc, DecisionDoc, FindingDoc, ObservationDoc } from '../../server/store/types.ts';
import { pick } from './world.ts';

/**
 * Rows of a city's lists, of any number: what is common in a city is common here, and of every kind a handful is rare (a plate, a device,
 * an enterprise, a county, a code seen five times in all). Everything follows from the number of the row.
 */

/** Rare things are seen so often in all. */
export const RARE = 5;
/** The days over which rows lie, the last of them `END`. */
const DAYS = 365;
export const END = Date.parse('2022-01-01T00:00:00+08:00');
const VEHICLES = 20_000;
const ENTERPRISES = 60;
const GATES = 150;

export interface RowsOf {
  /** How many there are in all. */
  total: number;
}

const isRare = (n: number, total: number) => n % Math.max(1, Math.floor(total / RARE)) === 3;
export const plateAt = (i: number) => `晋H${String(10_000 + (i % 90_000)).padStart(5, '0')}`;
const vinAt = (i: number) => `LLIST${String(i).padStart(12, '0')}`;
const countyAt = (i: number) => `1409${String(21 + (i % 12)).padStart(2, '0')}`;
/** Spread evenly, ten rows a moment, so that rows of one moment are told apart by their id. */
const atOf = (n: number, total: number) =>
  new Date(END - DAYS * DAY + Math.floor((Math.floor(n / 10) * 10 * DAYS * DAY) / total));

interface Where {
  vehicle: { number: string; vin: string };
  plate: string;
  gate: string;
  enterprise: string;
  county: string;
  rare: boolean;
}

function whereOf(n: number, total: number): Where {
  const rare = isRare(n, total);
  const i = pick(n, VEHICLES);
  const vehicle = rare ? { number: '晋H99999', vin: 'LLISTRARE' } : { number: plateAt(i), vin: vinAt(i) };
  const e = pick(n + 1, ENTERPRISES);
  return {
    vehicle,
    plate: `${vehicle.number},yellow`,
    gate: rare ? 'gate-rare' : `g${pick(n + 2, GATES)}`,
    enterprise: rare ? 'e-rare' : `e${e}`,
    county: rare ? '140999' : countyAt(e),
    rare,
  };
}

/** Of twenty messages: two of gates, a reading, three sightings, fourteen of telemetry. */
const MIX = 'GTTSTRTTSTGTTTTTTSTT';
const KIND: Record<string, Kind> = { G: 'gate', R: 'remote-sensing', S: 'checkpoint', T: 'on-board' };

export function observationRow(n: number, { total }: RowsOf): ObservationDoc {
  const { vehicle, plate, gate, enterprise, county, rare } = whereOf(n, total);
  const kind = rare ? 'gate' : KIND[MIX[n % MIX.length]!]!;
  const at = atOf(n, total);
  const deviceId = kind === 'gate' ? gate : kind === 'on-board' ? vehicle.vin : `${kind[0]}${pick(n, 40)}`;
  const message = kind === 'gate' ? (n % 4 < 2 ? 'arrival' : 'passage') : kind === 'remote-sensing' ? 'reading' : kind === 'checkpoint' ? 'sighting' : 'telemetry'; // prettier-ignore
  const body = { id: `x-${n}`, at: formatInstant(at.getTime()), plate: { number: vehicle.number, color: 'yellow' }, lane: '1', seen: { vehicleType: 'goods' } }; // prettier-ignore
  const doc: ObservationDoc = {
    _id: `${kind}/${deviceId}/x-${n}`, kind, deviceId, id: `x-${n}`, message, at, receivedAt: new Date(at.getTime() + 800), batch: `b${n >> 9}`,
    raw: new Binary(Buffer.from(JSON.stringify(body))), vehicle: vehicle.vin, facts: { policy: 'xinzhou-2021', device: `${kind}/${deviceId}#1` },
  }; // prettier-ignore
  if (kind === 'on-board') return doc;
  Object.assign(doc, { source: `${kind}/${deviceId}`, plate, county, recognition: { outcome: 'matched', number: vehicle.number, color: 'yellow', read: vehicle.number, vin: vehicle.vin } }); // prettier-ignore
  if (kind === 'gate')
    Object.assign(doc, { enterprise, direction: n % 2 ? 'in' : 'out', ...(message === 'passage' && { row: true }) });
  if (kind === 'remote-sensing') doc.invalid = n % 3 === 0 ? [['speed', 'vsp', 'plate'][pick(n, 3)]!] : [];
  return doc;
}

/** Rules with their codes and how many of a hundred findings they make. */
const RULES: [rule: string, code: string, severity: FindingDoc['severity'], share: number][] = [
  ['identification', 'plate-corrected', 'info', 30],
  ['emission-standard', 'below-stage', 'warning', 20],
  ['gate-ledger', 'no-exit', 'info', 18],
  ['remote-sensing', 'exceedance', 'info', 12],
  ['urea-use', 'not-consumed', 'warning', 8],
  ['diversion', 'through-traffic', 'warning', 6],
  ['device-health', 'offline', 'info', 5],
  ['phase-out', 'past-scrap', 'critical', 1],
];

function ruleOf(n: number): (typeof RULES)[number] {
  let left = pick(n + 5, 100);
  for (const line of RULES) if ((left -= line[3]) < 0) return line;
  return RULES[0]!;
}

export function findingRow(n: number, { total }: RowsOf): FindingDoc {
  const { vehicle, plate, gate, enterprise, county, rare } = whereOf(n, total);
  const [rule, code, severity] = rare ? (['sale-ban', 'sold-below-stage', 'critical'] as const) : ruleOf(n);
  const at = atOf(n, total);
  const subject = `gate/${gate}/x-${n}`;
  return {
    _id: `${rule}|${code}|${subject}`, rule, ruleVersion: 1, code, subject, severity, proposal: 'review', status: rare ? 'pending' : n % 50 === 0 ? 'withdrawn' : 'confirmed',
    at, recordedAt: new Date(at.getTime() + 900), observations: [subject], plate, vin: vehicle.vin, device: `gate/${gate}`, enterprise, county, ...(rare && { disputed: true as const }),
    policyVersion: 'xinzhou-2021', measured: { stage: '3' }, limit: { stage: '5' }, basis: [], zh: '国三，低于国五要求', en: 'stage 3, below the required stage 5',
    facts: { vehicle: `${plate}#1` }, basisSize: 1,
  }; // prettier-ignore
}

export function decisionRow(n: number, { total }: RowsOf): DecisionDoc {
  const { vehicle, plate, gate, enterprise, county, rare } = whereOf(n, total);
  const at = atOf(n, total);
  const word = rare ? 'review' : n % 20 === 1 ? 'refuse' : 'admit';
  const reasons = word === 'admit' ? [] : [{ rule: rare ? 'planning-area' : 'emission-standard', code: 'below-stage', zh: '国三', en: 'stage 3', basis: '50号 15' }]; // prettier-ignore
  const ref = `K${n.toString(36)}`;
  return {
    _id: `gate/${gate}/x-${n}`, ref, message: n % 2 ? 'arrival' : 'passage', at, recordedAt: new Date(at.getTime() + 900), published: true, reasons, findings: [], rules: reasons.map((r) => r.rule),
    decision: {
      arrivalId: `x-${n}`, decision: word, reasons, vehicle: { number: vehicle.number, color: 'yellow', stage: '3', known: true }, control: { level: 'none' },
      display: { lines: [vehicle.number], color: 'green' }, ref, policyVersion: 'xinzhou-2021', at: formatInstant(at.getTime()), validUntil: formatInstant(at.getTime() + 60_000),
    },
    plate, vin: vehicle.vin, enterprise, county, device: `gate/${gate}`,
  }; // prettier-ignore
}

export function alertRow(n: number, { total }: RowsOf): AlertDoc {
  const { vehicle, plate, gate, enterprise, county, rare } = whereOf(n, total);
  const [rule, code, severity] = rare ? (['sale-ban', 'sold-below-stage', 'critical'] as const) : ruleOf(n);
  const at = atOf(n, total);
  const key = `${rule}|${code}|${vehicle.vin}|${n}`;
  const police = rule === 'diversion' || code === 'past-scrap';
  return {
    _id: createHash('sha256').update(key).digest('base64url').slice(0, 16), key, rev: 1, seq: n + 1, openedSeq: n + 1, rule, code, severity, worst: severity,
    state: rare ? 'dispatched' : n < total * 0.9 ? 'closed' : n % 3 ? 'open' : 'acknowledged', provisional: rare,
    audiences: ['bureau', ...(police ? (['police'] as const) : []), ...(rare ? (['market'] as const) : []), 'enterprise'], counties: [county], enterprises: [enterprise], enterprise,
    vehicle: { number: vehicle.number, color: 'yellow', stage: '3', known: true }, plate, place: { device: `gate/${gate}`, name: '东门', county },
    firstAt: at, lastAt: new Date(at.getTime() + 3_600_000), newest: at, count: 1, penal: 1, findings: [`${rule}|${code}|gate/${gate}/x-${n}`], images: [],
    ...(rare && { assignee: 'rare-patrol' }), createdAt: at, updatedAt: at, history: [], pending: [], done: [],
  }; // prettier-ignore
}

export function vehicleRow(n: number, { total }: RowsOf): VersionDoc<'vehicles'> {
  const rare = isRare(n, total);
  const number = rare ? `晋Z${String(n).padStart(5, '0')}` : `晋${'ABCDEFGHJKL'[n % 11]}${(n * 7 + 1).toString(36).toUpperCase().padStart(5, '0')}`; // prettier-ignore
  const key = `${number},yellow`;
  const vin = rare ? 'LLISTRARE' : vinAt(n);
  return {
    _id: `${key}#1`, key, validFrom: -8_640_000_000_000_000, recordedAt: END - DAYS * DAY, seq: 1, digest: vin, vin, skeleton: skeletonOf(number),
    row: {
      plateNumber: number, plateColor: 'yellow', vin, vehicleType: 'Q11', fuel: 'B', stage: rare ? '2' : n % 3 ? '6' : '5', useNature: 'F', totalMass: 25_000, firstRegistered: '2012-05-01', status: 'in-use',
      ...(rare && { fleet: 'e-rare' }),
    },
  }; // prettier-ignore
}

export function auditRow(n: number, { total }: RowsOf): AuditDoc {
  const rare = isRare(n, total);
  return {
    _id: n.toString(16).padStart(24, '0'),
    at: atOf(n, total),
    by: rare ? 'rarely' : `user${pick(n, 50)}`,
    action: rare ? 'user-created' : n % 2 ? 'sign-in' : 'registry-import',
    target: 'vehicles',
  };
}

export function deadLetterRow(n: number, { total }: RowsOf): DeadLetterDoc {
  const rare = isRare(n, total);
  const device = rare ? 'gate/gate-rare' : `gate/g${pick(n, GATES)}`;
  const at = atOf(n, total);
  return {
    _id: `${device}|${n}`, device, at, day: '2021-11-15', code: rare ? 'id-reused' : 'schema', message: 'x', bytes: 10, sha256: String(n), topic: `cleanhaul/v1/${device}/arrival`, count: 1,
    raw: new Binary(Buffer.from('{}')),
  }; // prettier-ignore
}
