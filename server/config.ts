import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { z } from 'zod';
import { DAY, HOUR, MINUTE, parseInstant } from '../devices/contract/instant.ts';
import { readTls, tlsFiles, type TlsFiles } from './tls.ts';

/**
 * The platform's settings: one schema of the environment. An empty string is the same as absent. Every setting carries what it
 * does and its default here; the table in docs/operations.md is held against it by a test.
 */

interface Text {
  zh: string;
  en: string;
}

const say = (zh: string, en: string): { error: string } => ({ error: `${zh} · ${en}` });

const wholeNumber = (least: number, most: number) => {
  const error = say(`应为 ${least}–${most} 的整数`, `must be a whole number from ${least} to ${most}`);
  return z
    .string()
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .refine((n) => n >= least && n <= most, error);
};

const positive = (most: number) => {
  const error = say(`应为大于 0、不超过 ${most} 的数`, `must be a number greater than 0, at most ${most}`);
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, error)
    .transform(Number)
    .refine((n) => n > 0 && n <= most, error);
};

const yesNo = z
  .string()
  .toLowerCase()
  .refine(
    (s) => ['true', '1', 'yes', 'on', 'false', '0', 'no', 'off'].includes(s),
    say('应为 true 或 false', 'must be true or false'),
  )
  .transform((s) => ['true', '1', 'yes', 'on'].includes(s));

const url = (schemes: string[]) =>
  z
    .string()
    .refine(
      (s) => schemes.some((scheme) => s.startsWith(`${scheme}://`) && s.length > scheme.length + 3),
      say(
        `应以 ${schemes.map((s) => `${s}://`).join(' 或 ')} 开头`,
        `must begin with ${schemes.map((s) => `${s}://`).join(' or ')}`,
      ),
    );

const instant = z
  .string()
  .transform(parseInstant)
  .refine(
    (ms) => !Number.isNaN(ms),
    say(
      '应为带时区的 ISO 8601 时间，如 2021-11-15T08:00:00+08:00',
      'must be an ISO 8601 date-time with an offset, like 2021-11-15T08:00:00+08:00',
    ),
  );

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every setting by its name. `.describe` says what it does; `SETTING_DEFAULTS` holds the defaults as they would be written. */
export const settingsSchema = z.object({
  PORT: wholeNumber(0, 65_535).describe('HTTP port of console, API and live view; 0 takes a free one'),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, say('应为主机名或地址', 'must be a host name or an address'))
    .describe('address on which HTTP and the embedded broker listen'),
  DATA_DIR: z.string().describe('directory of everything the platform keeps: embedded database, images, keys'),
  MONGODB_URI: url(['mongodb', 'mongodb+srv'])
    .optional()
    .describe('an outside MongoDB (replica set, 6.0 or later); absent: the embedded server under `DATA_DIR`'),
  MONGODB_CACHE_GB: positive(1024).describe('cache of the embedded MongoDB in GB'),
  MQTT_URL: url(['mqtt', 'mqtts', 'tcp', 'ssl']).optional().describe('an outside MQTT broker; absent: the embedded one'),
  MQTT_USERNAME: z.string().optional().describe("the platform's user name on the outside broker"),
  MQTT_PASSWORD: z.string().optional().describe("the platform's password on the outside broker"),
  MQTT_PORT: wholeNumber(0, 65_535).describe('port of the embedded broker; 0 takes a free one'),
  MQTT_SHARED: yesNo.describe('subscribe as `$share/cleanhaul/…`, for several processes; not on the embedded broker'),
  ADMIN_PASSWORD: z
    .string()
    .min(8, say('至少 8 个字符', 'must have at least 8 characters'))
    .optional()
    .describe('password of the user `admin`, made at the first start; absent: one is generated and printed once'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, say(`应为 ${LOG_LEVELS.join('、')} 之一`, `must be one of ${LOG_LEVELS.join(', ')}`))
    .describe('least level that is logged: trace, debug, info, warn, error, fatal, silent'),
  TLS_CERT: z
    .string()
    .optional()
    .describe('file of the certificate chain (PEM): HTTP and the embedded broker then speak TLS only; read again at SIGHUP'),
  TLS_KEY: z.string().optional().describe('file of its private key (PEM)'),
  ALLOW_PLAINTEXT: yesNo.describe('allow listening without TLS on anything but loopback; shown in readyz and console'),
  INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, say('应为 1–32 个字母、数字、_ 或 -', 'must be 1 to 32 letters, digits, _ or -'))
    .describe('name of this process among several: part of its MQTT client id'),
  CLOCK_START: instant
    .optional()
    .describe('demo and tests: what the platform clock shows at the first start; stored then, ignored later'),
  CLOCK_SPEED: positive(100_000).describe(
    'demo and tests: platform seconds per real second; stored at the first start, ignored later',
  ),
  CLOCK_AHEAD_MINUTES: wholeNumber(0, 1_440).describe(
    'a message whose `at` is further ahead than this is rejected `clock-ahead`, minutes',
  ),
  TOO_OLD_HOURS: wholeNumber(1, 9_600).describe('a message older than this without `backfill` is rejected `too-old`, hours'),
  TOO_OLD_DAYS: wholeNumber(1, 4_000).describe('a message older than this is rejected `too-old` in any case, days'),
  GATE_RATE: wholeNumber(0, 100_000).describe('messages a second a gate may send; 0: no limit'),
  DEVICE_RATE: wholeNumber(0, 100_000).describe('messages a second any other device may send; 0: no limit'),
  RATE_BURST: wholeNumber(1, 1_000_000).describe('messages a device may send at once above its rate'),
  DEAD_LETTERS_PER_DAY: wholeNumber(0, 1_000_000).describe(
    'dead letters kept with their payload per device and civil day; more are counted only',
  ),
  TILE_URL: url(['http', 'https'])
    .refine(
      (s) => s.includes('{z}') && s.includes('{x}') && s.includes('{y}'),
      say('应含 {z}、{x}、{y}', 'must contain {z}, {x} and {y}'),
    )
    .optional()
    .describe(
      'map tiles below the polygons, such as `https://tiles.example/{z}/{x}/{y}.png`; absent: polygons only, no internet needed',
    ),
});

type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** The defaults as one would write them in the environment. A setting not listed is absent by default. */
export const SETTING_DEFAULTS: Partial<Record<SettingName, string>> = {
  PORT: '8080',
  HOST: '127.0.0.1',
  DATA_DIR: './data',
  MONGODB_CACHE_GB: '0.5',
  MQTT_PORT: '1883',
  MQTT_SHARED: 'false',
  LOG_LEVEL: 'info',
  ALLOW_PLAINTEXT: 'false',
  INSTANCE: '1',
  CLOCK_SPEED: '1',
  CLOCK_AHEAD_MINUTES: '5',
  TOO_OLD_HOURS: '48',
  TOO_OLD_DAYS: '400',
  GATE_RATE: '20',
  DEVICE_RATE: '50',
  RATE_BURST: '600',
  DEAD_LETTERS_PER_DAY: '1000',
};

/** Values that never appear in an error line. */
const SECRET: ReadonlySet<string> = new Set<SettingName>([
  'MONGODB_URI',
  'MQTT_URL',
  'MQTT_PASSWORD',
  'ADMIN_PASSWORD',
  'TLS_KEY',
]);

export interface Config {
  port: number;
  host: string;
  /** Absolute. */
  dataDir: string;
  /** Absent: the embedded server. */
  mongodbUri: string | undefined;
  mongodbCacheGb: number;
  mqtt: {
    /** Absent: the embedded broker on `port`. */
    url: string | undefined;
    username: string | undefined;
    password: string | undefined;
    port: number;
    shared: boolean;
  };
  adminPassword: string | undefined;
  logLevel: (typeof LOG_LEVELS)[number];
  /** The files TLS is spoken by; absent: none is. */
  tls: TlsFiles | undefined;
  /** True when the platform listens beyond loopback without TLS, by the operator's leave. */
  plaintext: boolean;
  instance: string;
  /** What a first start stores as the clock's anchor; `start` in ms, absent: the real time of that start. */
  clock: { start: number | undefined; speed: number };
  bounds: { clockAheadMs: number; tooOldMs: number; tooOldBackfillMs: number };
  /** Messages a second; 0: no limit. */
  limits: { gatePerSecond: number; devicePerSecond: number; burst: number; deadLettersPerDay: number };
  tileUrl: string | undefined;
}

/** Settings that do not allow a start; `lines` is what to show, one line per wrong setting, in both languages. */
export class ConfigError extends Error {
  readonly lines: string[];
  constructor(lines: string[]) {
    super(['设置有误，未启动 · wrong settings, not started:', ...lines.map((line) => `  ${line}`)].join('\n'));
    this.name = 'ConfigError';
    this.lines = lines;
  }
}

/** Whether only this machine can reach what listens on `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The environment with the `.env` file of a directory below it: what the environment says wins, also where it says it with an
 * empty string.
 */
export function withEnvFile(directory: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = join(directory, '.env');
  return existsSync(file) ? { ...parseDotenv(readFileSync(file)), ...env } : env;
}

/**
 * Reads the settings.
 * @throws ConfigError with one readable line per wrong setting
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given: Record<string, string> = { ...SETTING_DEFAULTS };
  for (const name of Object.keys(settingsSchema.shape)) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
  }
  const result = settingsSchema.safeParse(given);
  const lines = result.success
    ? contradictions(result.data).map(([name, text]) => `${name}: ${text.zh} · ${text.en}`)
    : result.error.issues.map((issue) => lineOf(String(issue.path[0]), issue.message, given));
  if (!result.success || lines.length > 0) throw new ConfigError([...new Set(lines)]);
  return toConfig(result.data);
}

function lineOf(name: string, message: string, given: Record<string, string>): string {
  const value = SECRET.has(name) ? '' : ` (${JSON.stringify(given[name] ?? '')})`;
  return `${name}: ${message}${value}`;
}

/** What each setting alone allows, but not together. */
function contradictions(s: Settings): [SettingName, Text][] {
  const found: [SettingName, Text][] = [];
  const tls = readTls(s.TLS_CERT, s.TLS_KEY);
  if (tls && 'wrong' in tls) found.push(tls.wrong);
  if (s.MQTT_URL === undefined) {
    if (s.MQTT_SHARED) {
      found.push([
        'MQTT_SHARED',
        {
          zh: '内置消息代理不支持共享订阅：请设置 MQTT_URL，或去掉此项',
          en: 'the embedded broker has no shared subscriptions: set MQTT_URL, or remove this setting',
        },
      ]);
    }
    for (const name of ['MQTT_USERNAME', 'MQTT_PASSWORD'] as const) {
      if (s[name] !== undefined) found.push([name, { zh: '仅与 MQTT_URL 一起使用', en: 'is only used together with MQTT_URL' }]);
    }
  }
  if (!isLoopback(s.HOST) && !s.ALLOW_PLAINTEXT && s.TLS_CERT === undefined && s.TLS_KEY === undefined) {
    found.push([
      'HOST',
      {
        zh: `${s.HOST} 可从其他机器访问，而传输未加密：请设置 TLS_CERT 与 TLS_KEY，或 ALLOW_PLAINTEXT=true（内网且知悉风险），或使用 127.0.0.1 加 TLS 代理`,
        en: `${s.HOST} can be reached from other machines, unencrypted: set TLS_CERT and TLS_KEY, or ALLOW_PLAINTEXT=true if that is meant, or use 127.0.0.1 behind a TLS proxy`,
      },
    ]);
  }
  return found;
}

function toConfig(s: Settings): Config {
  return {
    port: s.PORT,
    host: s.HOST,
    dataDir: resolve(s.DATA_DIR),
    mongodbUri: s.MONGODB_URI,
    mongodbCacheGb: s.MONGODB_CACHE_GB,
    mqtt: { url: s.MQTT_URL, username: s.MQTT_USERNAME, password: s.MQTT_PASSWORD, port: s.MQTT_PORT, shared: s.MQTT_SHARED },
    adminPassword: s.ADMIN_PASSWORD,
    logLevel: s.LOG_LEVEL,
    tls: tlsFiles(s.TLS_CERT, s.TLS_KEY),
    plaintext: !isLoopback(s.HOST) && s.TLS_CERT === undefined,
    instance: s.INSTANCE,
    clock: { start: s.CLOCK_START, speed: s.CLOCK_SPEED },
    bounds: {
      clockAheadMs: s.CLOCK_AHEAD_MINUTES * MINUTE,
      tooOldMs: s.TOO_OLD_HOURS * HOUR,
      tooOldBackfillMs: s.TOO_OLD_DAYS * DAY,
    },
    limits: {
      gatePerSecond: s.GATE_RATE,
      devicePerSecond: s.DEVICE_RATE,
      burst: s.RATE_BURST,
      deadLettersPerDay: s.DEAD_LETTERS_PER_DAY,
    },
    tileUrl: s.TILE_URL,
  };
}
