/**
 * Whether two payloads that were accepted say the same: compared as parsed JSON without the envelope's `backfill`, so that order of
 * fields, white space and spelling of numbers do not count. Payloads that are not JSON are the same only byte for byte.
 */
export function sameContent(a: Uint8Array, b: Uint8Array): boolean {
  if (sameBytes(a, b)) return true;
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) return false;
  return equal(withoutBackfill(left), withoutBackfill(right));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

function withoutBackfill(json: unknown): unknown {
  if (!isObject(json)) return json;
  const { backfill: _, ...rest } = json;
  return rest;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
