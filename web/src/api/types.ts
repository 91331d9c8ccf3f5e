import type { Kind } from '../../../devices/contract/kinds.ts';
import type { Alert, AlertState, AlertWithHistory, Assignable } from '../../../server/http/contract/alerts.ts';
import type { GateOnBoard } from '../../../server/http/contract/gates.ts';
import type { LiveItem, LiveRegistry } from '../../../server/http/contract/live.ts';
import type { DecisionWord, PlateColor } from '../../../devices/contract/messages.ts';

/**
 * What the console reads over HTTP and the live line (http contract v1). Times are ISO 8601 with an offset, positions WGS-84.
 */

export type { Alert, AlertState, Assignable };
export type Severity = Alert['severity'];
export type AlertDetail = Omit<AlertWithHistory, 'history'> & { history?: AlertWithHistory['history'] };
export type AlertStep = AlertWithHistory['history'][number];
export type Role = 'owner' | 'police' | 'bureau' | 'market' | 'enterprise' | 'auditor' | 'administrator';

export interface User {
  name: string;
  username?: string;
  role: Role;
  enterpriseId?: string;
  counties?: string[];
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Plate {
  number: string;
  color: PlateColor;
}

export interface VehicleShown extends Plate {
  /** `0`–`6`, `D` or `unknown` */
  stage: string;
  known: boolean;
}

export interface Basis {
  document: string;
  number: string;
  article: string;
  zh: string;
  en: string;
  validFrom?: string;
  validTo?: string;
}

export interface ObservationKey {
  kind: Kind;
  device: string;
  id: string;
}

export interface Dispute {
  text: string;
  ref?: string;
  by: string;
  at: string;
  answer?: { outcome: 'upheld' | 'withdrawn'; reason: string; by: string; at: string };
}

export interface Finding {
  id: string;
  rule: string;
  ruleVersion: number;
  code: string;
  severity: Severity;
  proposal: 'none' | 'review' | 'refuse';
  status: 'pending' | 'confirmed' | 'withdrawn';
  provisional?: boolean;
  retroactive?: boolean;
  disputed?: boolean;
  dispute?: Dispute;
  withdrawnReason?: string;
  at: string;
  recordedAt: string;
  plate?: string;
  vin?: string;
  device?: string;
  enterprise?: string;
  subject: string;
  observations: ObservationKey[];
  count?: number;
  policyVersion: string;
  measured: Record<string, unknown>;
  limit: Record<string, unknown>;
  basis: Basis[];
  zh?: string;
  en?: string;
  facts: Record<string, unknown>;
  alertId?: string;
}

export interface Observation extends ObservationKey {
  message: string;
  at: string;
  receivedAt: string;
  recordedAt?: string;
  backfill?: boolean;
  recognition?: { outcome: string; plate?: Plate; read?: string; vin?: string };
  invalid?: string[];
  payload: Record<string, unknown>;
}

export interface DecisionRow {
  ref: string;
  at: string;
  decision: DecisionWord;
  reasons: { rule: string; code: string; zh: string; en: string; basis: string }[];
  observation: ObservationKey;
  published: boolean;
  policyVersion?: string;
}

export interface DeviceRow {
  kind: Kind;
  id: string;
  nameZh: string;
  enterpriseId?: string;
  lon?: number;
  lat?: number;
  county?: string;
  enabled?: boolean;
  calibratedUntil?: string;
}

export interface ZoneRow {
  id: string;
  zoneKind: 'diversion' | 'planning-area' | 'no-machinery';
  nameZh: string;
  polygon: { type: 'Polygon'; coordinates: [number, number][][] };
  bypass?: { type: 'LineString'; coordinates: [number, number][] };
}

export interface EnterpriseRow {
  id: string;
  nameZh: string;
  nameEn?: string;
  county: string;
  industry?: string;
  /** Unified social credit code. */
  uscc?: string;
  /** t */
  annualFreight?: number;
}

/**
 * A gate's lane as the screen at its barrier shows it: the live line's own words, all but the gate optional (a lane that never saw a
 * vehicle), and whether the gate is there, where the platform says so.
 */
export type GateLane = Omit<GateOnBoard, 'name'> & { name?: string };

export interface RegistrationRow {
  plateNumber: string;
  plateColor: PlateColor;
  vin?: string;
  vehicleType?: string;
  fuel?: string;
  stage?: string;
  useNature?: string;
  totalMass?: number;
  firstRegistered?: string;
  status?: string;
  owner?: string;
  fleet?: string;
}

/** One vehicle's story; parts the caller may not see are absent. */
export interface VehicleStory {
  vehicle?: RegistrationRow | null;
  registrations?: RegistrationRow[];
  observations?: Observation[];
  findings?: Finding[];
  decisions?: DecisionRow[];
  alerts?: Alert[];
}

export type { LiveItem, LiveRegistry };

export interface Hello {
  log: string;
  seq: number;
  user?: User;
}
