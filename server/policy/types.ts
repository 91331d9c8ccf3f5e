import type { ControlLevel, Stage } from '../../devices/contract/answers.ts';

/**
 * The shape of a policy version: every number a rule compares with, each with its legal basis. Rules read it and know no number of
 * their own. Instants are milliseconds since 1970-01-01Z; `-Infinity` never appears: "since ever" is `SINCE_EVER`.
 */

/** The beginning of what has no beginning (0001-01-01Z): older than anything a device can say. */
export const SINCE_EVER = -62_135_596_800_000;

export const INDUSTRIES = [
  'power', 'coking', 'steel', 'coal', 'coal-washing', 'mining', 'cement', 'building-materials', 'chemical', 'nonferrous', 'casting',
  'glass', 'logistics', 'construction', 'other',
] as const; // prettier-ignore
export type Industry = (typeof INDUSTRIES)[number];

/** A legal basis as a finding carries it. Dates are civil; `validTo` is the last day. */
export interface Basis {
  document: string;
  number: string;
  article: string;
  zh: string;
  en: string;
  validFrom: string;
  validTo?: string;
}

/** Names of entries of `Policy.basis`. */
export type BasisId = string;

/** Which vehicles a measure or zone speaks of: every member present must hold, an empty array counts as absent. */
export interface VehiclePredicate {
  classes?: string[];
  sizes?: ('heavy' | 'medium' | 'light')[];
  fuels?: string[];
  stageMax?: number;
  types?: string[];
}

/** One measure of a response level; a predicate with `stageMax` asks for a known stage. */
export interface Measure {
  vehicles: VehiclePredicate;
  /** Whether it is laid on bulk units only, or on every enterprise with a gate. */
  bulkUnitsOnly: boolean;
  zh: string;
  en: string;
}

export interface Policy {
  version: string;
  titleZh: string;
  titleEn: string;
  basis: Record<BasisId, Basis>;
  /** Industries that count as industrial. */
  industrial: Industry[];
  rules: {
    'emission-standard': {
      minAnnualFreightTonnes: number;
      spurExempts: boolean;
      /** Civil dates: from this day on at least this stage is required. Ascending. */
      requirements: { from: string; stage: number }[];
      proposal: 'none' | 'review' | 'refuse';
      basis: BasisId[];
    };
    'planning-area': {
      industries: Industry[];
      from: string;
      minStage: number;
      spurExempts: boolean;
      /** Whether enterprises below `minAnnualFreightTonnes` of `emission-standard` are concerned too. */
      smallerEnterprises: boolean;
      proposal: 'none' | 'review' | 'refuse';
      basis: BasisId[];
    };
    'peak-shift': {
      bulkUnit: { dailyTruckPasses: number; comparison: '>' | '>=' };
      measures: Record<Exclude<ControlLevel, 'none'>, Measure[]>;
      exemptUse: string[];
      /** First letters of GA 24.4 types that are exempt (special operation). */
      exemptTypes: string[];
      /** A bulk unit whose clean transport is not met gets under orange the measures of red. */
      notMetTightens: boolean;
      proposal: 'none' | 'review' | 'refuse';
      basis: BasisId[];
    };
    'phase-out': {
      stageMax: number;
      commercialUse: string[];
      listedProposal: 'none' | 'review' | 'refuse';
      basis: BasisId[];
      scrapBasis: BasisId[];
    };
    'reading-validity': {
      speedKmh: [number, number];
      accelerationMs2: [number, number];
      /** kW/t: greater than the first, at most the second. */
      vspKwPerTonne: [number, number];
      lightMassKg: number;
      windMs: number;
      temperatureC: [number, number];
      humidityPercent: number;
      pressureKpa: [number, number];
      co2Percent: number;
      basis: BasisId[];
    };
    'remote-sensing': {
      opacityPercent: number;
      ringelmann: number;
      noPpm: number;
      passSeconds: number;
      windowMonths: number;
      clue: string;
      basis: BasisId[];
      clueBasis: BasisId[];
    };
    diversion: {
      /** Season used where a zone names none. */
      season: { from: string; to: string };
      edgeToleranceM: number;
      localBusinessHours: number;
      pendingHours: number;
      latestHours: number;
      exemptUse: string[];
      basis: BasisId[];
    };
    'urea-use': {
      scrMinStage: number;
      reagentEmpty: { belowPercent: number; overKm: number };
      /** Sums over a civil day. */
      reagentLow: { belowPercent: number; overKm: number };
      /** After how long since the engine's start, and from which temperatures on, it counts as warm. */
      warm: { seconds: number; coolantC: number; scrInletC: number };
      scrIneffective: { ratio: number; minutes: number; scrInletC: number; torquePercent: number };
      frozenSensor: { minutes: number };
      /** Urea over fuel, % by volume; a tank's rises above `risePoints` count as filling. */
      lowConsumption: {
        fuelL: number;
        warningPercent: number;
        infoPercent: number;
        risePoints: number;
        defaultTankL: number;
        fillHours: number;
      };
      darkTerminal: { hours: number; pendingHours: number };
      notConsumed: { fuelL: number; distanceKm: number; dropPoints: number };
      windowDays: number;
      /** A sample with a hotter inlet is left out of every sum, level and comparison. */
      maxScrInletC: number;
      gapSeconds: number;
      concentrationPercent: [number, number];
      warningDays: number;
      basis: BasisId[];
      fillBasis: BasisId[];
    };
    'sale-ban': {
      /** Civil date: certificates uploaded and invoices written from this day on. */
      from: string;
      minStage: number;
      basis: BasisId[];
    };
    route: {
      /** How far from its corridor a vehicle is still on it. */
      corridorM: number;
      /** Third characters of H* types that are concerned beside vehicles flagged `muck`. */
      thirdCharacters: string[];
      basis: BasisId[];
    };
    'cloned-plate': {
      minKm: number;
      kmh: number;
      /** Added to the time between two sightings: clocks are not exact. */
      slackSeconds: number;
      misread: { minutes: number; km: number };
      basis: BasisId[];
    };
    'attribute-mismatch': { basis: BasisId[] };
    'nonroad-registration': {
      /** Under a response of these levels machinery of a known stage up to `stageMax` is banned. */
      levels: Exclude<ControlLevel, 'none'>[];
      stageMax: number;
      proposal: 'none' | 'review' | 'refuse';
      basis: BasisId[];
    };
    'gate-ledger': {
      /** Passages of one identity, gate and direction this close to the previous counted one are one. */
      sameSeconds: number;
      arrivalMinutes: number;
      pendingMinutes: number;
      exitHours: number;
      uploadHours: number;
      basis: BasisId[];
    };
    identification: { basis: BasisId[] };
    'forced-release': { basis: BasisId[] };
    'device-health': {
      silentMinutes: number;
      offlineMinutes: number;
      transmissionPercent: number;
      clockSkew: { seconds: number; messages: number };
      /** A state that lasts longer is a warning. */
      warningHours: number;
      basis: BasisId[];
    };
  };
  /** The clean-transport account (rules.md §8). */
  account: {
    /** Below this share the audit proposes `cleanTransport: not-met`. */
    minPercent: number;
    /** Tonnes of a row where its enterprise weighed none in that month and direction. */
    defaultTonnes: number;
    /** Day of the next month on which an account is frozen. */
    freezeDay: number;
    basis: BasisId[];
  };
}

/** A policy version with the time from which it counts and when it became known. */
export interface PolicyVersion {
  policy: Policy;
  from: number;
  recordedAt: number;
}

/** A stretch of time in which one version counts; without an edge it has no beginning or end of its own. */
export interface PolicyStretch {
  policy: Policy;
  from?: number;
  to?: number;
}

/** One row of the registry's `responses`. Rows of one `id` follow each other, they never correct. */
export interface ResponseRow {
  /** Names the immutable row. */
  version: string;
  id: string;
  level: Exclude<ControlLevel, 'none'>;
  /** Six-digit codes; 140900 covers every county of the city. */
  counties: string[];
  start: number;
  end?: number;
  recordedAt: number;
  /** Order among rows of equal `recordedAt`: their order in the file. */
  seq: number;
  reference: string;
  issuedBy: string;
}

/** A stretch of time [from, to) in which one response is the highest in force in a county; without `to` no end is known. */
export interface ResponseWindow {
  id: string;
  level: Exclude<ControlLevel, 'none'>;
  from: number;
  to?: number;
  reference: string;
}

/** The stage of a vehicle; absent (undefined) is unknown: every comparison with it is false. */
export type KnownStage = Stage | undefined;
