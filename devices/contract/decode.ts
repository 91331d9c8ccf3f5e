import type { z } from 'zod';
import { applyDialect, isDialect } from './dialects.ts';
import { DAY, HOUR, MINUTE, parseInstant } from './instant.ts';
import { MESSAGE_ID, MESSAGES, type Kind, type RejectCode } from './kinds.ts';
import { SCHEMAS, status, type Status } from './messages.ts';

/**
 * From the bytes of a payload to a message of the contract. The order of the checks is part of the behaviour: size, UTF-8, JSON object,
 * depth, U+0000 and lone surrogates (all of them the payload's form: `not-json`, size `too-large`), then whose message it is
 * (`wrong-kind`, `unknown-topic`), the device's dialect, the fields (`schema`). Every telemetry message goes through here: a check
 * that most messages cannot fail costs one native search of the text.
 */

/** Largest payload of a device, bytes. */
export const MAX_BYTES = 64 * 1024;
/** Deepest nesting of objects and arrays; the payload itself is 1. */
export const MAX_DEPTH = 16;

export type Json = Record<string, unknown>;

export interface Refusal {
  ok: false;
  code: RejectCode;
  /** One short English sentence for the maker of the device. */
  message: string;
  /** Given when the payload was a JSON object with an id of the right form. */
  id?: string;
}

type SchemaOf = typeof SCHEMAS;
type MessageOf<K extends Kind> = {
  [M in keyof SchemaOf[K]]: { kind: K; message: M; value: z.output<SchemaOf[K][M]> };
}[keyof SchemaOf[K]];

/** A decoded outbox message: `kind` and `message` tell the type of `value` (unknown fields left out). */
export type OutboxMessageOf = { [K in Kind]: MessageOf<K> }[Kind];

/** `json` is the payload as parsed, unknown fields and the device's own codes included; `atMs` is `value.at`. */
export type Decoded = (OutboxMessageOf & { ok: true; json: Json; atMs: number }) | Refusal;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes an outbox message (any but `status`, see `decodeStatus`). Never throws.
 * @param dialect the device's dialect, if its record names one.
 */
export function decodeMessage<K extends Kind, M extends keyof SchemaOf[K]>(
  kind: K,
  message: M,
  bytes: Uint8Array,
  dialect?: string,
): (Extract<OutboxMessageOf, { kind: K; message: M }> & { ok: true; json: Json; atMs: number }) | Refusal;
export function decodeMessage(kind: Kind, message: string, bytes: Uint8Array, dialect?: string): Decoded;
export function decodeMessage(kind: Kind, message: string, bytes: Uint8Array, dialect?: string): Decoded {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { json, id } = read;
  const schema = schemaOf(kind, message);
  if (schema === undefined) {
    const code = isAnyonesMessage(message) ? 'wrong-kind' : 'unknown-topic';
    return refuse(code, `a device of kind ${kind} sends ${MESSAGES[kind].join(', ')} and status`, id);
  }
  let own = json;
  if (dialect !== undefined) {
    if (!isDialect(dialect)) return refuse('internal', 'the dialect of this device is not known to the platform', id);
    const mapped = applyDialect(dialect, kind, json);
    if (!mapped.ok) return refuse('schema', mapped.message, id);
    own = mapped.json;
  }
  const parsed = schema.safeParse(own);
  if (!parsed.success) return refuse('schema', sentenceOf(parsed.error), id);
  const value = parsed.data as OutboxMessageOf['value'];
  return { ok: true, kind, message, value, json, atMs: parseInstant(value.at) } as Decoded;
}

/** Decodes a `status`; a refused one is of no consequence but the dead letter. Never throws. */
export function decodeStatus(bytes: Uint8Array): { ok: true; value: Status; json: Json } | Refusal {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const parsed = status.safeParse(read.json);
  return parsed.success ? { ok: true, value: parsed.data, json: read.json } : refuse('schema', sentenceOf(parsed.error), read.id);
}

function refuse(code: RejectCode, message: string, id: string | undefined): Refusal {
  return id === undefined ? { ok: false, code, message } : { ok: false, code, message, id };
}

function schemaOf(kind: Kind, message: string): z.ZodType | undefined {
  const schemas: Record<string, z.ZodType> = SCHEMAS[kind];
  return Object.hasOwn(schemas, message) ? schemas[message] : undefined;
}

function isAnyonesMessage(message: string): boolean {
  return Object.values(MESSAGES).some((names: readonly string[]) => names.includes(message));
}

/** Names at most four fields: the maker of a device looks at the first one anyway. */
function sentenceOf(error: z.ZodError): string {
  const shown = error.issues.slice(0, 4).map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`);
  const more = error.issues.length - shown.length;
  return (shown.join('; ') + (more > 0 ? `; and ${more} more` : '')).slice(0, 500);
}

function readObject(bytes: Uint8Array): { ok: true; json: Json; id: string | undefined } | Refusal {
  if (bytes.byteLength > MAX_BYTES)
    return refuse('too-large', `${bytes.byteLength} bytes, at most ${MAX_BYTES} are taken`, undefined);
  let json: unknown;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refuse('not-json', 'the payload is not UTF-8', undefined);
  }
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('not-json', 'the payload is not JSON', undefined);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refuse('not-json', 'the payload is not a JSON object', undefined);
  }
  const object = json as Json;
  const id = typeof object.id === 'string' && MESSAGE_ID.test(object.id) ? object.id : undefined;
  if (isTooDeep(text)) return refuse('not-json', `nested deeper than ${MAX_DEPTH}`, id);
  const wrong = wrongEscape(text);
  if (wrong !== null) return refuse('not-json', wrong, id);
  return { ok: true, json: object, id };
}

/** Whether valid JSON nests too deep. Text with few openings, which is nearly every message, is not walked through. */
function isTooDeep(text: string): boolean {
  let openings = 0;
  for (const bracket of ['{', '[']) {
    for (let i = text.indexOf(bracket); i >= 0 && openings <= MAX_DEPTH; i = text.indexOf(bracket, i + 1)) openings++;
  }
  if (openings <= MAX_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      do i = text.indexOf('"', i + 1);
      while (isEscaped(text, i));
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return false;
}

/** Whether the character at `i` follows an odd number of backslashes. */
function isEscaped(text: string, i: number): boolean {
  let first = i;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (i - first) % 2 === 1;
}

/**
 * U+0000 and lone surrogates can stand in valid UTF-8 JSON only as `\u` escapes. The text is searched, not the parsed object: a
 * repeated key hides its first value from the latter.
 */
function wrongEscape(text: string): string | null {
  let i = text.indexOf('\\u');
  if (i < 0) return null;
  i = text.indexOf('\\');
  while (i >= 0) {
    if (text[i + 1] !== 'u') i += 2;
    else {
      const unit = parseInt(text.slice(i + 2, i + 6), 16);
      i += 6;
      if (unit === 0) return 'contains U+0000';
      if (unit >= 0xdc00 && unit <= 0xdfff) return 'contains a lone surrogate';
      if (unit >= 0xd800 && unit <= 0xdbff) {
        const low = text.startsWith('\\u', i) ? parseInt(text.slice(i + 2, i + 6), 16) : 0;
        if (low < 0xdc00 || low > 0xdfff) return 'contains a lone surrogate';
        i += 6;
      }
    }
    i = text.indexOf('\\', i);
  }
  return null;
}

/** Bounds on `at` against platform time, milliseconds (settings of the platform). */
export interface TimeBounds {
  /** How far ahead a device's clock may be. */
  aheadMs: number;
  /** How old a message without `backfill` may be. */
  lateMs: number;
  /** How old any message may be. */
  oldestMs: number;
}

export const DEFAULT_TIME_BOUNDS: TimeBounds = { aheadMs: 5 * MINUTE, lateMs: 48 * HOUR, oldestMs: 400 * DAY };

/** Whether a message's time can be taken; each bound itself still can. */
export function checkTime(
  time: { atMs: number; nowMs: number; backfill: boolean },
  bounds: TimeBounds = DEFAULT_TIME_BOUNDS,
): 'clock-ahead' | 'too-old' | null {
  const age = time.nowMs - time.atMs;
  if (age < -bounds.aheadMs) return 'clock-ahead';
  return age > (time.backfill ? bounds.oldestMs : Math.min(bounds.lateMs, bounds.oldestMs)) ? 'too-old' : null;
}
