import type { Stage } from './answers.ts';
import type { Kind } from './kinds.ts';
import type { PlateColor } from './messages.ts';

/**
 * Code tables of other makers, by name. A device record names the one its device speaks; nothing is ever guessed from a payload.
 * Our own words are taken in every dialect: no table uses them for anything else.
 */
export interface Dialect {
  zh: string;
  en: string;
  /** Plate colours (`plate.color` as a number or a string). A gap is a colour the maker cannot express. */
  plateColor?: Readonly<Record<string, PlateColor>>;
  /** Plate types (号牌种类) that the maker numbers differently; all others are GA 24.7. */
  plateType?: Readonly<Record<string, string>>;
  /** Emission stages, for registry rows that come from such a system; no device message carries a stage. */
  stage?: Readonly<Record<string, Stage | 'unknown'>>;
}

const NUMBERED = { '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6' } as const;

const TABLES = {
  'env-gate': {
    zh: '生态环境点位与门禁码表',
    en: 'environmental spot and gate tables',
    plateColor: { '0': 'blue', '1': 'yellow', '2': 'white', '3': 'black', '4': 'green', '5': 'other', '6': 'yellow-green' },
    // X is "no stage" of machinery: nothing is known that a requirement could be compared with.
    stage: { '0': '0', ...NUMBERED, D: 'D', X: 'unknown' },
  },
  'hj1239-sdk': {
    zh: 'HJ 1239 开发包码表',
    en: 'an HJ 1239 software kit',
    plateColor: { '1': 'blue', '2': 'yellow', '3': 'black', '4': 'white', '5': 'green' },
  },
  'gate-front-end': {
    zh: '某门禁前端码表',
    en: 'a gate front end',
    plateColor: { '1': 'green', '2': 'blue', '3': 'yellow', '4': 'white', '5': 'other' },
    // Here 0 is "unknown", not China 0.
    stage: { '0': 'unknown', ...NUMBERED },
  },
  'police-platform': {
    zh: '公安交管综合平台码表',
    en: 'the integrated platform of the traffic police',
    plateColor: { '0': 'white', '1': 'yellow', '2': 'blue', '3': 'black', '4': 'green', '9': 'other' },
  },
  'etc-toll': {
    zh: 'ETC 收费码表',
    en: 'electronic toll collection',
    plateColor: { '0': 'blue', '1': 'yellow', '2': 'black', '3': 'white', '4': 'green', '5': 'yellow-green', '9': 'other' },
  },
  'inspection-platform': {
    zh: '机动车检验平台码表',
    en: 'an inspection platform',
    // This one swaps large (51) and small (52) new-energy plates.
    plateType: { '51': '52', '52': '51' },
    stage: { '0': '0', ...NUMBERED, '99': 'D' },
  },
  'transport-contractor': {
    zh: '某运输企业系统码表',
    en: 'a transport contractor’s system',
    // China V oil, V gas, VI oil, VI gas, electric.
    stage: { '1': '5', '2': '5', '3': '6', '4': '6', '5': 'D' },
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof TABLES;

/** All dialects by name. The registry refuses a device record that names another. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = TABLES;

/** Whether a dialect of this name exists. */
export function isDialect(name: string): name is DialectName {
  return Object.hasOwn(TABLES, name);
}

type Mapped = { ok: true; json: Record<string, unknown> } | { ok: false; message: string };

const WITH_PLATE: readonly Kind[] = ['gate', 'remote-sensing', 'checkpoint', 'urea-pump'];

/**
 * Puts the codes of a payload into the contract's words, before its fields are checked. The given object stays as it is.
 * A code that the dialect does not have is an error naming it; a value that is no code at all is left for the schema to refuse.
 */
export function applyDialect(name: DialectName, kind: Kind, json: Record<string, unknown>): Mapped {
  const { plate } = json;
  if (!WITH_PLATE.includes(kind) || typeof plate !== 'object' || plate === null || Array.isArray(plate))
    return { ok: true, json };
  const { color, type } = plate as { color?: unknown; type?: unknown };
  const { plateColor, plateType }: Dialect = DIALECTS[name];
  const changes: Record<string, string> = {};
  if (plateColor && (typeof color === 'number' || (typeof color === 'string' && /^[0-9]/.test(color)))) {
    const word = lookUp(plateColor, String(color));
    if (word === undefined)
      return { ok: false, message: `plate.color: dialect ${name} has no colour ${String(color).slice(0, 16)}` };
    changes.color = word;
  }
  if (plateType && typeof type === 'string') {
    const own = lookUp(plateType, type);
    if (own !== undefined) changes.type = own;
  }
  return { ok: true, json: { ...json, plate: { ...plate, ...changes } } };
}

/**
 * The stage that a code of another system means.
 * @returns undefined when the dialect has no stages or not this one: the caller refuses the row, it does not guess.
 */
export function stageOf(name: DialectName, code: string | number): Stage | 'unknown' | undefined {
  return lookUp(DIALECTS[name].stage ?? {}, String(code));
}

function lookUp<V>(table: Readonly<Record<string, V>>, code: string): V | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}
