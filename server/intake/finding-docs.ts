import { civilDate } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import type { FindingDraft } from '../rules/types.ts';
import type { FindingDoc, Place, VehicleShown } from '../store/types.ts';
import type { Work } from './types.ts';

/** Who and where a finding is about, beside what its rule says. */
export interface FindingSubject {
  plate?: string;
  vin?: string;
  device?: string;
  enterprise?: string;
  county?: string;
  vehicle?: VehicleShown;
  place?: Place;
  images?: { role: string; sha256: string }[];
  facts: Record<string, unknown>;
  policy: Policy;
}

/** The subject of findings whose first observation is this one. */
export function subjectOf(work: Work): FindingSubject {
  const { observation, doc, device, vehicle, recognition, enterprise, response, policy } = work;
  const images =
    'images' in observation.body ? observation.body.images?.map(({ role, sha256 }) => ({ role, sha256 })) : undefined;
  return {
    ...whose(work),
    device: `${doc.kind}/${doc.deviceId}`,
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    place: placeOf(work),
    ...(images && images.length > 0 && { images }),
    facts: {
      ...doc.facts,
      device: { version: device.version, nameZh: device.nameZh },
      ...(vehicle && { vehicle }),
      ...(recognition && {
        recognition: {
          outcome: recognition.outcome,
          number: recognition.number,
          color: recognition.color,
          read: recognition.read,
        },
      }),
      ...(enterprise && { enterprise }),
      ...(response && { response }),
    },
    policy,
  };
}

/** The vehicle and the plate that something is said of. A fill is a vehicle's only where its plate was matched exactly. */
function whose({ observation, doc, vehicle, recognition }: Work): Pick<FindingSubject, 'plate' | 'vin' | 'vehicle'> {
  if (vehicle && !(observation.kind === 'urea-pump' && recognition?.outcome === 'corrected')) {
    const { plateNumber: number, plateColor: color, vin, stage = 'unknown' } = vehicle;
    return { plate: doc.plate ?? `${number},${color}`, vin, vehicle: { number, color, stage, known: true } };
  }
  if (!recognition) return doc.plate === undefined ? {} : { plate: doc.plate };
  const { color } = recognition;
  const number = vehicle ? recognition.read : recognition.number;
  return {
    ...(number !== '' && { plate: `${number},${color}` }),
    vehicle: { number, color, stage: 'unknown', known: false },
  };
}

function placeOf({ observation, device }: Work): Place {
  const { lon, lat, county, nameZh } = device;
  const heading = observation.kind === 'checkpoint' ? observation.body.heading : undefined;
  return {
    device: `${observation.kind}/${observation.deviceId}`,
    name: nameZh,
    ...(lon !== undefined && { lon }),
    ...(lat !== undefined && { lat }),
    ...(county !== undefined && { county }),
    ...(heading !== undefined && { heading }),
  };
}

/** Rules whose findings open an alert although they are only information. */
const INFO_ALERTS = new Set(['gate-ledger', 'device-health']);

/** The key of the alert a finding belongs to (rules.md §7); undefined when it opens none. */
export function alertKeyOf(
  draft: Pick<FindingDraft, 'rule' | 'code' | 'severity' | 'at'>,
  subject: FindingSubject,
): string | undefined {
  if (draft.severity === 'info' && !INFO_ALERTS.has(draft.rule)) return undefined;
  const who =
    draft.rule === 'gate-ledger'
      ? (subject.enterprise ?? subject.device)
      : draft.rule === 'device-health'
        ? subject.device
        : (subject.vin ?? readPlate(subject.plate) ?? subject.device);
  // A vehicle sold against the ban is one alert for ever.
  if (draft.rule === 'sale-ban') return `${draft.rule}|${draft.code}|${who ?? '?'}`;
  return `${draft.rule}|${draft.code}|${who ?? '?'}|${civilDate(draft.at)}`;
}

function readPlate(plate: string | undefined): string | undefined {
  return plate === undefined || plate.startsWith(',') ? undefined : plate;
}

/** A finding as it is stored. */
export function findingDoc(
  draft: FindingDraft,
  subject: FindingSubject,
  more: {
    recordedAt: number;
    basisSize: number;
    span?: FindingDoc['span'];
    dueAt?: number;
    provisional?: boolean;
    retroactive?: boolean;
  },
): FindingDoc {
  const { policy, facts, ...who } = subject;
  const alert = alertKeyOf(draft, subject);
  return {
    _id: findingKey(draft),
    rule: draft.rule,
    ruleVersion: draft.ruleVersion,
    code: draft.code,
    subject: draft.subject,
    severity: draft.severity,
    proposal: draft.proposal,
    status: draft.status,
    ...(more.provisional && { provisional: true as const }),
    ...(more.retroactive && { retroactive: true as const }),
    at: new Date(draft.at),
    recordedAt: new Date(more.recordedAt),
    ...(more.dueAt !== undefined && { dueAt: new Date(more.dueAt) }),
    observations: draft.observations,
    ...(draft.count !== undefined && { count: draft.count }),
    ...(draft.last !== undefined && { last: draft.last }),
    ...who,
    policyVersion: policy.version,
    measured: draft.measured ?? {},
    limit: draft.limit ?? {},
    basis: draft.basis,
    zh: draft.zh,
    en: draft.en,
    ...(draft.clue !== undefined && { clue: draft.clue }),
    facts: { ...facts, ...draft.facts },
    ...(more.span && { span: more.span }),
    basisSize: more.basisSize,
    ...(alert !== undefined && { alert }),
  };
}

/** `<rule>|<code>|<subject>` */
export function findingKey(draft: Pick<FindingDraft, 'rule' | 'code' | 'subject'>): string {
  return `${draft.rule}|${draft.code}|${draft.subject}`;
}

/** The rule a finding's key begins with. */
export function ruleOfKey(key: string): string {
  return key.slice(0, key.indexOf('|'));
}
