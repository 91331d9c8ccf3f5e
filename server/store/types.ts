import type { Binary, ObjectId } from 'mongodb';
import type { Kind, RejectCode } from '../../devices/contract/kinds.ts';
import type { PlateColor } from '../../devices/contract/messages.ts';
import type { Decision, Reason } from '../../devices/contract/answers.ts';
import type { Basis } from '../policy/types.ts';
import type { ObservationRef, Proposal, RecognitionOutcome, Severity } from '../rules/types.ts';

/** The documents of the store. Instants are BSON dates, whole milliseconds of the platform's clock unless said otherwise. */

export interface ObservationDoc {
  /** `<kind>/<deviceId>/<id>` */
  _id: ObservationRef;
  kind: Kind;
  deviceId: string;
  id: string;
  message: string;
  /** `<kind>/<deviceId>`, absent for on-board terminals: their time line is their vehicle's. */
  source?: string;
  at: Date;
  receivedAt: Date;
  /** Facts recorded until then count, where a later re-judgement of its period looked them up again; else `receivedAt`. */
  knownBy?: Date;
  backfill?: true;
  unsynced?: true;
  n?: number;
  /** The batch that stored it; batches are named in order of time. */
  batch: string;
  /** The bytes first stored: the record. UTF-8 JSON. */
  raw: Binary;
  /** The VIN where known, else `number,colour` where a plate was read. */
  vehicle?: string;
  /** `number,colour` as recognised. */
  plate?: string;
  recognition?: {
    outcome: RecognitionOutcome;
    number: string;
    color: PlateColor;
    read: string;
    vin?: string;
    otherColors?: PlateColor[];
  };
  /** The versions it was judged with. */
  facts: {
    policy: string;
    device: string;
    dialect?: string;
    vehicle?: string;
    enterprise?: string;
    response?: string;
    machine?: string;
    declaration?: string;
    /** The registrations of its number under other colours. */
    others?: string[];
  };
  enterprise?: string;
  county?: string;
  /** Its device's position at `at`. */
  position?: { lon: number; lat: number };
  /** A reading's reasons not to count; an empty list is a valid one. */
  invalid?: string[];
  /** A valid reading over a limit. */
  over?: true;
  /** Where and when it was inside a diversion zone that concerns its vehicle, without permit or exemption. */
  inside?: { zone: string; at: number[] }[];
  /** Each moment at which a vehicle bound to a route was off it, the permits considered, metres from the nearest corridor. */
  offRoute?: {
    code: 'outside-hours' | 'off-corridor' | 'no-permit';
    at: number;
    permits: string[];
    metres?: number;
    hours?: string;
  }[];
  /** A sighting on the road of a vehicle that is to be gone. */
  listed?: ('phase-out-listed' | 'past-scrap')[];
  /** A valid reading of a diesel vehicle: opacity %, Ringelmann, and which of them were over the limit. */
  smoke?: { opacity?: number; ringelmann?: number; over: ('opacity' | 'ringelmann')[] };
  /** What a valid reading of a diesel vehicle measured of NO, 1e-6. */
  no?: number;
  /** The pictures it names, as `pictureMark` of their digests. */
  pictures?: string[];
  /** A telemetry message whose samples reach back more than ten minutes. */
  long?: true;
  /** A passage's arrival as an observation's key. */
  arrival?: ObservationRef;
  /** A gate message that is not local business. */
  turnedBack?: true;
  /** Of gate messages. */
  direction?: 'in' | 'out';
  /** A passage that passed, of a plate that was read and is no trailer's: a row of the ledger, unless it doubles one just before. */
  row?: true;
}

export type FindingStatus = 'pending' | 'confirmed' | 'withdrawn';

export interface Place {
  device: string;
  name: string;
  lon?: number;
  lat?: number;
  county?: string;
  heading?: number;
}

/** The vehicle as an alert or a decision shows it. */
export interface VehicleShown {
  number: string;
  color: PlateColor;
  stage: string;
  known: boolean;
}

/** The Idempotency-Key of a request that was carried out, and a digest of what it asked. */
export interface StoredRequest {
  key: string;
  digest: string;
}

export interface FindingDoc {
  /** `<rule>|<code>|<subject>` */
  _id: string;
  rule: string;
  ruleVersion: number;
  code: string;
  subject: string;
  severity: Severity;
  proposal: Proposal;
  status: FindingStatus;
  /** Shown to police while it may still be taken back. */
  provisional?: true;
  retroactive?: true;
  withdrawnReason?: string;
  /** Withdrawn after it had been confirmed: if it stands again, it is not pending again. */
  stood?: true;
  /** Contested and not answered yet. */
  disputed?: true;
  /** Contested by the enterprise at whose gate it was made, and the bureau's answer. */
  dispute?: {
    text: string;
    /** The printed reference, where it was contested on behalf of a driver. */
    ref?: string;
    by: string;
    at: Date;
    request?: StoredRequest;
    answer?: { outcome: 'upheld' | 'withdrawn'; reason: string; by: string; at: Date; request?: StoredRequest };
  };
  at: Date;
  recordedAt: Date;
  /** When a pending one is looked at again; of a confirmed one: its alert has yet to hear of it. Absent otherwise. */
  dueAt?: Date;
  observations: ObservationRef[];
  count?: number;
  last?: ObservationRef;
  /** `number,colour` */
  plate?: string;
  vin?: string;
  /** `skeleton,colour` of the plate, where sightings of confusable plates have a say in it. */
  skeleton?: string;
  /** `<kind>/<deviceId>` of its first observation */
  device?: string;
  enterprise?: string;
  county?: string;
  vehicle?: VehicleShown;
  place?: Place;
  images?: { role: string; sha256: string }[];
  policyVersion: string;
  measured: Record<string, unknown>;
  limit: Record<string, unknown>;
  basis: Basis[];
  zh: string;
  en: string;
  clue?: string;
  facts: Record<string, unknown>;
  /** The stretch of history it was judged on; absent for findings on a single message. */
  span?: { vehicle: string; from: Date; to: Date };
  /** How many messages of the span were used: a judgement on fewer never replaces one on more. */
  basisSize: number;
  /** Key of the alert it belongs to; absent where it opens none. */
  alert?: string;
  /** Names this state of it while it is not in the chain of evidence. */
  toSeal?: ObjectId;
}

export interface DecisionDoc {
  /** The observation's key. */
  _id: ObservationRef;
  ref: string;
  message: 'arrival' | 'passage';
  at: Date;
  recordedAt: Date;
  published: boolean;
  decision: Decision;
  reasons: Reason[];
  findings: string[];
  /** Rules of its findings: what `forced-release` asks. */
  rules: string[];
  /** The versions it was made with, as its message named them then. */
  facts?: ObservationDoc['facts'];
  plate?: string;
  vin?: string;
  enterprise?: string;
  county?: string;
  /** `<kind>/<deviceId>` */
  device: string;
  /** Later judgements beside the one that was given. */
  rejudged?: { at: Date; decision: string; findings: string[] };
}

export interface DeadLetterDoc {
  /** `<device>|<sha256>` */
  _id: string;
  device: string;
  at: Date;
  day: string;
  code: RejectCode;
  message: string;
  bytes: number;
  sha256: string;
  raw?: Binary;
  topic: string;
  count: number;
}

export interface BatchDoc {
  /** In order of time. */
  _id: string;
  /** The process that opened it. */
  owner: string;
  /** `INSTANCE` of that process: a new process of the same instance takes its open batches at once. */
  instance: string;
  /**
   * `done`: all its messages are judged, and not in the chain of evidence yet · `sealed`: they are · `kept`: nothing came after.
   */
  state: 'open' | 'done' | 'sealed' | 'kept';
  openedAt: Date;
  /** Until it is sealed: the leaves its process made of what it stored, 32 bytes each; absent where it could not say all. */
  leaves?: Binary;
  /** How many of the leaves are messages. */
  messages?: number;
  /** Until it is sealed: versions of facts that its messages were judged with, those lately told left out. */
  facts?: string[];
  sealedAt?: Date;
  /** How many of its messages are in the chain. */
  sealed?: number;
}

/** What the chain of evidence is to say of a batch's messages. */
export interface BatchSums {
  /** Of messages and decisions, 32 bytes each. */
  leaves: Buffer[];
  messages: number;
  /** Names of facts, as the chain names them. */
  facts: string[];
}

/** A person's or the system's change of an alert. */
export interface AlertStep {
  step: string;
  at: Date;
  by: string;
  /** The person's name as it was then. */
  byName?: string;
  note?: string;
  detail?: Record<string, unknown>;
}
