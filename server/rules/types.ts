import type { ControlLevel, Stage } from '../../devices/contract/answers.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import type {
  Arrival,
  DecisionWord,
  Fill,
  MachineryPassage,
  Passage,
  PlateColor,
  Reading,
  Sighting,
  Telemetry,
} from '../../devices/contract/messages.ts';
import type { Basis, Industry, Policy, VehiclePredicate } from '../policy/types.ts';

/**
 * The words rules are written in. All instants are whole milliseconds since 1970-01-01Z; distances km or m and masses kg as named.
 * Facts are what registry, permits, zones and responses said at the observation's `at`, known by its `receivedAt`.
 */

export type Severity = 'info' | 'warning' | 'critical';
export type Proposal = 'none' | 'review' | 'refuse';

/** `<kind>/<deviceId>/<id>`: the key of an observation everywhere. */
export type ObservationRef = string;

interface ObservationBase {
  ref: ObservationRef;
  deviceId: string;
  id: string;
  at: number;
  receivedAt: number;
  backfill: boolean;
  unsynced: boolean;
}

/** One stored device message as rules see it. */
export type Observation = ObservationBase &
  (
    | { kind: 'gate'; message: 'arrival'; body: Arrival }
    | { kind: 'gate'; message: 'passage'; body: Passage }
    | { kind: 'remote-sensing'; message: 'reading'; body: Reading }
    | { kind: 'checkpoint'; message: 'sighting'; body: Sighting }
    | { kind: 'on-board'; message: 'telemetry'; body: Telemetry }
    | { kind: 'urea-pump'; message: 'fill'; body: Fill }
    | { kind: 'machinery-gate'; message: 'passage'; body: MachineryPassage }
  );

export type GateObservation = Extract<Observation, { kind: 'gate' }>;

/** A registration in force. `version` names the immutable row. Unset stage is unknown. */
export interface VehicleFacts {
  version: string;
  plateNumber: string;
  plateColor: PlateColor;
  vin: string;
  plateType?: string;
  vehicleType: string;
  fuel: string;
  stage?: Stage;
  useNature: string;
  totalMassKg?: number;
  certificateUploaded?: number;
  invoiced?: number;
  /** The instant at which the scrapDue day has ended. */
  scrapDue?: number;
  status: 'in-use' | 'scrapped' | 'deregistered';
  scr?: boolean;
  reagentTankL?: number;
  obdRequired?: boolean;
  muck?: boolean;
  validFrom: number;
}

export interface EnterpriseFacts {
  version: string;
  id: string;
  nameZh: string;
  nameEn?: string;
  county: string;
  industry: Industry;
  annualFreightTonnes: number;
  railSpurSince?: number;
  planningArea: boolean;
  dailyTruckPasses: number;
  cleanTransport?: 'met' | 'not-met';
}

export interface DeviceFacts {
  version: string;
  kind: Kind;
  id: string;
  nameZh: string;
  enterpriseId?: string;
  lon?: number;
  lat?: number;
  county?: string;
  enabled: boolean;
  dialect?: string;
  interactive: boolean;
  /** The instant at which the calibration has run out. */
  calibratedUntil?: number;
  requiredPhotos?: string[];
  minStage?: number;
}

export interface ResponseFacts {
  version: string;
  id: string;
  level: Exclude<ControlLevel, 'none'>;
  counties: string[];
  start: number;
  end?: number;
  reference: string;
}

export interface ZoneFacts {
  version: string;
  id: string;
  nameZh: string;
  /** The outer ring as [lon, lat], first vertex not repeated at the end. Edge i joins vertex i to i+1. */
  ring: [number, number][];
  seasons?: { from: string; to: string }[];
  clock?: { from: string; to: string }[];
  vehicles?: VehiclePredicate;
  edges?: { index: number; included: boolean }[];
}

export interface PermitFacts {
  version: string;
  id: string;
  zoneId?: string;
  corridor?: [number, number][];
  hours?: { from: string; to: string }[];
  from: number;
  to?: number;
}

export interface InspectionFacts {
  version: string;
  vin: string;
  at: number;
  inspectionKind: 'periodic' | 'repair';
  result: 'passed' | 'failed';
}

/** A registered non-road machine. Unset stage is unknown. */
export interface MachineFacts {
  version: string;
  registrationCode: string;
  machineryKind: string;
  stage?: Stage;
  owner: string;
  county: string;
}

/** A machine declared for a site in [from, to). */
export interface DeclarationFacts {
  version: string;
  siteId: string;
  registrationCode: string;
  from: number;
  to?: number;
}

/** What came or went by another way than the road in a civil month, as its enterprise declares it. */
export interface DeliveryFacts {
  version: string;
  id: string;
  enterpriseId: string;
  /** `YYYY-MM` */
  month: string;
  mode: 'rail' | 'water' | 'pipe' | 'conveyor';
  cargo: string;
  tonnes: number;
  direction: 'in' | 'out';
}

export type RecognitionOutcome = 'unplated' | 'trailer' | 'matched' | 'corrected' | 'invalid' | 'unregistered';

export interface Recognition {
  outcome: RecognitionOutcome;
  /** The number that counts: normalised, corrected where `outcome` is corrected. Empty when unplated. */
  number: string;
  color: PlateColor;
  /** The normalised number as it was read. */
  read: string;
  /** Set when matched or corrected. */
  vehicle?: VehicleFacts;
  /** For an unregistered plate: the other colours under which the number is registered at `at`. */
  otherColors?: PlateColor[];
  /** The versions of these registrations. */
  others?: string[];
}

/** What a rule proposes. The pipeline keys it, stores it and merges it into alerts. */
export interface FindingDraft {
  rule: string;
  ruleVersion: number;
  code: string;
  severity: Severity;
  proposal: Proposal;
  /** Part of the key (rule, code, subject): the observation's ref unless the rule says otherwise. */
  subject: string;
  /** The finding's moment. */
  at: number;
  /** The observations it stands on, in order; the first carries it, the last one's decision it joins. */
  observations: ObservationRef[];
  /** For findings that gather several observations of a day. */
  count?: number;
  last?: ObservationRef;
  status: 'confirmed' | 'pending';
  measured?: Record<string, number | string | boolean | null>;
  limit?: Record<string, number | string | boolean | null>;
  basis: Basis[];
  /** One sentence each, made of facts; at most 120 characters (they are printed at gates). */
  zh: string;
  en: string;
  /** Code of the traffic offence a clue would name. */
  clue?: string;
  facts?: Record<string, unknown>;
}

/** What the gate was answered, for `forced-release`. */
export interface AnswerGiven {
  decision: DecisionWord;
  /** Rules of the findings of the arrival (or passage) whose decision it was. */
  rules: string[];
  /** Whether it was sent to the gate. */
  published: boolean;
}

/** Everything a rule on a single observation may ask. */
export interface JudgeContext {
  observation: Observation;
  device: DeviceFacts;
  policy: Policy;
  recognition?: Recognition;
  /** The registration of a matched or corrected plate, or of the VIN of an on-board terminal. */
  vehicle?: VehicleFacts;
  /** Readings: the reasons not to count (`readingReasons`); empty is valid. */
  invalid?: string[];
  enterprise?: EnterpriseFacts;
  /** The response of the highest level in force in the enterprise's county; for machinery gates and devices of no enterprise the device's. */
  response?: ResponseFacts;
  /** Machinery passages: the machine registered under the code, and its declaration for this site. */
  machine?: MachineFacts;
  declaration?: DeclarationFacts;
  /** Gate messages: the latest failure (its second pass's time) that no passed inspection or repair has answered by `at`. */
  standingFailure?: { at: number; subject: string };
  /** Gate messages: a urea warning that stands within the days of the policy, with no passed inspection since. */
  standingUreaWarning?: { at: number; code: string };
}

/** A rule on a single observation. Pure; throws only by mistake (the pipeline turns that into `rule-error`). */
export interface Rule {
  id: string;
  version: number;
  judge(context: JudgeContext): FindingDraft[];
}

/** The sums of one clock hour of one VIN: what is stored, and all that the windows of `urea-use` are made of. */
export interface HourSums {
  /** The hour's beginning. */
  hour: number;
  /** Samples in the hour, whatever they say. */
  samples: number;
  /** Those at which the vehicle had SCR; an hour without any is none for `urea-use`. */
  scrSamples: number;
  firstAt: number;
  lastAt: number;
  /** Of samples with SCR whose inlet is not too hot, as is everything below. */
  distanceKm: number;
  fuelL: number;
  /** Distance with the reagent below the level at which a tank counts as empty. */
  emptyKm: number;
  /** Distance with the reagent below the level at which a tank counts as low. */
  lowKm: number;
  /** %, absent where no sample carries a level. */
  reagentMin?: number;
  reagentMax?: number;
  /** The first and the last level, with the first one's moment. */
  reagentFirst?: { at: number; percent: number };
  reagentLast?: number;
  /** Rises between successive levels of the hour that count as filling, at the higher one's moment. */
  rises?: { at: number; points: number }[];
  /** Warm under load, of samples with both values: how long, and ppm × ms before and behind the SCR. */
  load?: { ms: number; noxIn: number; noxOut: number };
  /** Warm driving, of samples with `noxOut` (ppm, the first one's): how long, and whether it was the same in all, or `noxIn` in all. */
  driving?: { ms: number; noxOut: number; same: boolean; copied: boolean };
  /** The registered size of the reagent tank at the hour's last sample, litres. */
  tankL?: number;
}
