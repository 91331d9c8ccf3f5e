import type { AlertStep, Place, VehicleShown } from '../store/types.ts';
import type { Alert, AlertState, Audience, Bar, ClueReceiver, Outcome } from '../http/contract/alerts.ts';
import type { Severity } from '../rules/types.ts';

/** The words of alerts and of the live log. Instants are BSON dates of the platform's clock unless said otherwise. */

export const ROLES = ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. `counties` absent: all of them. */
export interface Actor {
  username: string;
  name: string;
  /** `display` is the screen at one gate's barrier: a token's only, and it sees that gate's lanes only. */
  role: Role | 'display';
  enterpriseId?: string;
  counties?: string[];
  /** Of a display: the gate it hangs at. */
  gateId?: string;
}

/** Whom an alert concerns: what decides who may see it. */
export interface Concern {
  audiences: Audience[];
  counties: string[];
  enterprises: string[];
}

/** The part of an alert that lies at one enterprise (or, without `enterprise`, on the road). */
export interface AlertShare {
  enterprise?: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
  findings: string[];
  place?: Place;
  images: { role: string; sha256: string }[];
}

/** What the findings of one alert's key say together: a pure function of the stored findings. */
export interface FindingsSummary extends Concern {
  rule: string;
  code: string;
  /** Findings that stand; 0 when all are withdrawn, then the rest describes the withdrawn ones. */
  count: number;
  firstAt: Date;
  lastAt: Date;
  /** The newest `recordedAt`: moves when a finding is added, also when another one left. */
  newest: Date;
  worst: Severity;
  provisional: boolean;
  /** Findings that may be handed over: confirmed, neither provisional, retroactive nor disputed. */
  penal: number;
  /** Why none of them may be; absent where some may. */
  barred?: Bar;
  findings: string[];
  vehicle?: VehicleShown;
  place?: Place;
  enterprise?: string;
  images: { role: string; sha256: string }[];
  /** Code of the offence a clue would name. */
  offence?: string;
  /** Present where findings lie at several enterprises: each sees its own part only. */
  shares?: AlertShare[];
}

/** Handed over for penalty. */
export interface Clue {
  to: ClueReceiver;
  code: string;
  at: Date;
  by: string;
}

export type EventKind = 'opened' | 'extended' | 'changed' | 'withdrawn';

/** An event that waits in its alert for its number. */
export interface PendingEvent {
  /** `<alert id>:<rev>`: unique for ever. */
  id: string;
  rev: number;
  kind: EventKind;
  at: Date;
  now: Concern;
  /** Whom the alert concerned before, where that changed. */
  was?: Concern;
  /** The alert as of the event; its `seq` is not known yet. */
  alert: Omit<Alert, 'seq'>;
  shares?: AlertShare[];
}

/** An event of the live log. `_id` is its sequence number. */
export interface LiveEventDoc {
  _id: number;
  event: string;
  alertId: string;
  /** Real time of numbering: what retention asks. */
  publishedAt: Date;
  kind: EventKind;
  now: Concern;
  was?: Concern;
  alert: Omit<Alert, 'seq'>;
  shares?: AlertShare[];
}

/** A request with an Idempotency-Key that was carried out. */
export interface DoneRequest {
  key: string;
  by: string;
  /** Digest of step and body. */
  digest: string;
}

export interface AlertDoc extends FindingsSummary {
  /** Short and URL-safe: a digest of `key`. */
  _id: string;
  /** `rule|code|subject|civil day`, as the findings name it */
  key: string;
  rev: number;
  /** Numbers of its latest and first event in the live log, set by the log writer. */
  seq?: number;
  openedSeq?: number;
  state: AlertState;
  /** What is shown: the worst that stands, one more when escalated. */
  severity: Severity;
  escalated?: true;
  /** A person has taken a step other than a comment. */
  acted?: true;
  assignee?: string;
  /** The name of the user who was sent, as it was then. */
  assigneeName?: string;
  due?: Date;
  /** When a dispatched alert escalates; absent when it has nothing to wait for. */
  overdueAt?: Date;
  outcome?: Outcome;
  clue?: Clue;
  /** `number,colour`, for lists */
  plate?: string;
  createdAt: Date;
  updatedAt: Date;
  history: AlertStep[];
  pending: PendingEvent[];
  done: DoneRequest[];
}

/** An alert as people change it: without what the log writer and repeats keep in it. */
export type AlertFields = Omit<AlertDoc, 'seq' | 'openedSeq' | 'pending' | 'done'>;

/** The last thing that happened on a lane of a gate: what the gate board shows. */
export interface GateLane {
  /** `<gateId>|<lane>` */
  _id: string;
  gateId: string;
  lane: string;
  enterprise?: string;
  county?: string;
  /** The `at` of the arrival or passage. */
  at: Date;
  direction: 'in' | 'out';
  plate: { number: string; color: string };
  stage: string;
  known: boolean;
  decision?: string;
  reasons: { rule: string; code: string; zh: string; en: string; basis: string }[];
  /** Printed for the driver. */
  ref?: string;
  /** A passage's outcome. */
  outcome?: string;
}
