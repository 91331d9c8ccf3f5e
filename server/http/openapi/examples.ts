import type { Collection } from '../../registry/types.ts';
import type { AlertStepName } from '../contract/alerts.ts';

/** Examples of the document; a test holds each of them against its schema. */

const at = '2021-11-15T08:00:02.000+08:00';
const plate = { number: '晋H12345', color: 'yellow' };
const key = { kind: 'gate', device: 'g1', id: 'b7-1042' };
const vin = 'LFWSRXSJ8K1E00001';
const basis = [
  { document: '忻州市空气质量巩固提升2021年行动计划', number: '忻政办发〔2021〕50号', article: '15', zh: '2022年1月1日起使用国六车辆', en: 'stage 6 vehicles from 1 January 2022', validFrom: '2021-05-27' },
]; // prettier-ignore
const vehicle = { number: '晋H12345', color: 'yellow', stage: '4', known: true };
const reason = { rule: 'emission-standard', code: 'below-stage', zh: '国四，低于国五要求', en: 'stage 4, below the required stage 5', basis: '忻政办发〔2021〕50号 15' }; // prettier-ignore
const finding = `emission-standard|below-stage|gate/g1/b7-1042`;

/** A message of a gate. */
export const ARRIVAL = {
  id: 'b7-1042', at: '2021-11-15T08:00:01+08:00', direction: 'in', lane: '1', plate: { ...plate, confidence: 0.98 },
  seen: { vehicleType: 'goods', bodyColor: 'red' }, images: [{ role: 'vehicle', sha256: 'a'.repeat(64), contentType: 'image/jpeg' }],
}; // prettier-ignore

/** What the gate is answered. */
export const ANSWERED = {
  arrivalId: 'b7-1042', lane: '1', decision: 'refuse', reasons: [reason], vehicle, control: { level: 'none' },
  display: { lines: ['晋H12345', '国四 禁止入厂'], color: 'red' }, ref: 'K3-0042', policyVersion: 'xinzhou-2021', at, validUntil: '2021-11-15T08:01:02.000+08:00',
}; // prettier-ignore

export const OBSERVATION = {
  ...key, message: 'arrival', at: '2021-11-15T08:00:01.000+08:00', receivedAt: at, recordedAt: at, backfill: false,
  recognition: { outcome: 'matched', plate, read: '晋H12345', vin }, enterprise: 'e1', county: '140902', payload: ARRIVAL,
}; // prettier-ignore

export const FINDING = {
  id: finding, rule: 'emission-standard', ruleVersion: 1, code: 'below-stage', severity: 'warning', proposal: 'refuse', status: 'confirmed',
  at: '2021-11-15T08:00:01.000+08:00', recordedAt: at, plate: '晋H12345,yellow', vin, device: 'gate/g1', enterprise: 'e1', county: '140902',
  subject: 'gate/g1/b7-1042', observations: [key], policyVersion: 'xinzhou-2021', measured: { stage: '4' }, limit: { stage: '5' }, basis,
  zh: reason.zh, en: reason.en, facts: { vehicle: '晋H12345,yellow#1', enterprise: 'e1#1', device: 'gate/g1#1' }, alertId: 'Zm9vYmFyYmF6cXV4',
}; // prettier-ignore

export const DECISION = {
  ...ANSWERED, message: 'arrival', recordedAt: at, observation: key, observationAt: '2021-11-15T08:00:01.000+08:00', published: true,
  findings: [finding], plate: '晋H12345,yellow', enterprise: 'e1',
}; // prettier-ignore

export const ALERT = {
  id: 'Zm9vYmFyYmF6cXV4', rev: 1, seq: 17, rule: 'emission-standard', code: 'below-stage', severity: 'warning', state: 'open', provisional: false,
  audiences: ['bureau', 'enterprise'], vehicle, place: { device: 'gate/g1', name: '东门', lon: 112.73, lat: 38.42, county: '140902' }, enterprise: 'e1',
  firstAt: '2021-11-15T08:00:01.000+08:00', lastAt: '2021-11-15T08:00:01.000+08:00', count: 1, findings: [finding],
  images: [{ role: 'vehicle', url: `/api/v1/images/${'a'.repeat(64)}` }],
}; // prettier-ignore

/** The body of each step. */
export const STEPS: Record<AlertStepName, object> = {
  acknowledge: { note: '收到' },
  dispatch: { assignee: 'wang', due: '2021-11-15T12:00:00+08:00' },
  handle: { outcome: 'warned', note: '已现场告知' },
  close: { note: '已办结' },
  reopen: {},
  comment: { text: '车辆已离场' },
  'hand-over': { to: 'traffic-police', code: '6063' },
};

const ring = [[112.7, 38.4], [112.74, 38.4], [112.74, 38.43], [112.7, 38.43], [112.7, 38.4]]; // prettier-ignore

/** A row of each collection. */
export const ROWS = {
  vehicles: { plateNumber: '晋H12345', plateColor: 'yellow', vin, vehicleType: 'Q11', fuel: 'B', stage: '4', useNature: 'F', totalMass: 25000, firstRegistered: '2018-05-01', status: 'in-use' },
  enterprises: { id: 'e1', uscc: '91140900MA0K000001', nameZh: '滹沱焦化', county: '140902', industry: 'coking', annualFreight: 2100000, planningArea: false, dailyTruckPasses: 120, grade: 'B', cleanTransport: 'met', lon: 112.73, lat: 38.42 },
  devices: { kind: 'gate', id: 'g1', nameZh: '东门', enterpriseId: 'e1', lon: 112.73, lat: 38.42, county: '140902', requiredPhotos: ['vehicle', 'plate'] },
  zones: { id: 'z1', zoneKind: 'diversion', nameZh: '城区绕行区', polygon: { type: 'Polygon', coordinates: [ring] }, seasons: [{ from: '10-15', to: '03-31' }] },
  permits: { id: 'p1', plateNumber: '晋H12345', plateColor: 'yellow', zoneId: 'z1', from: '2021-11-01', to: '2021-11-30' },
  inspections: { vin, at: '2021-11-10', inspectionKind: 'periodic', result: 'passed', station: '忻府检测站' },
  responses: { id: 'r1', level: 'orange', counties: ['140900'], start: '2021-11-16T00:00:00+08:00', issuedBy: '市政府', reference: '忻政办发〔2021〕88号' },
  machinery: { registrationCode: 'H1-00001', machineryKind: '装载机', stage: '3', owner: '滹沱焦化', county: '140902' },
  declarations: { siteId: 'm1', registrationCode: 'H1-00001', from: '2021-11-01', to: '2021-11-30' },
  deliveries: { id: 'd1', enterpriseId: 'e1', month: '2021-11', mode: 'rail', cargo: '焦炭', tonnes: 12000, direction: 'out' },
} as const satisfies Record<Collection, object>; // prettier-ignore
