import { MAX_BYTES } from '../../../devices/contract/decode.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { decodeCases, readVectors } from '../../support/vectors.ts';

/** Random spoiling of good messages, the same for the same seed. */

export interface Mutant {
  kind: string;
  message: string;
  bytes: Buffer;
  /** What was done, for the reader of a failure. */
  how: string;
}

/** Uniform numbers below `n`. */
export type Dice = (n: number) => number;

/** A small seeded generator (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * n);
  };
}

interface Good {
  kind: string;
  message: string;
  payload: Record<string, unknown>;
}

const FILES = [
  'gate.arrival',
  'gate.passage',
  'remote-sensing.reading',
  'checkpoint.sighting',
  'on-board.telemetry',
  'urea-pump.fill',
  'machinery-gate.passage',
];

/** Good messages of every kind: the examples, and the good vectors. */
export function goodMessages(): Good[] {
  const { messages } = readVectors<{ messages: Good[] }>('examples.json');
  const vectors = FILES.flatMap((file) => decodeCases(`${file}.json`)).filter((each) => each.expect === 'ok' && each.payload);
  return [...messages, ...(vectors as unknown as Good[])].filter(({ message }) => message !== 'status');
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
/** JSON texts that no field of the contract expects, or only some do. */
const STRANGE = [
  'null', 'true', 'false', '0', '-1', '-0', '1e308', '1e400', '-1e400', '1e-400', '9'.repeat(400), '0.1', '9007199254740993', '""', '" "',
  '"😀😀😀😀😀😀😀"', '"晋H12345"', '"無牌"', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00x"', '"\\ud83d\\ude00"', '"\\\\u0000"', '"NaN"', '"2021-11-15T24:00:00+08:00"',
  '"9999-12-31T23:59:59Z"', '"0000-01-01T00:00:00Z"', '"2021-02-30T00:00:00+08:00"', '[]', '{}', '[[]]', '[null]', '{"$gt":""}', '{"a.b":1,"$set":{"x":1}}',
  '{"__proto__":{"x":1}}', '{"toString":1,"constructor":null}', nested(15), nested(17), nested(2000), `{"a":${nested(14)}}`, `"${'x'.repeat(65)}"`, `"${'晋'.repeat(64)}"`, `"${'长'.repeat(5000)}"`,
  `[${'0,'.repeat(100)}0]`, `"${'\u202e\u200b\ufeff'.repeat(5)}"`,
]; // prettier-ignore

/** Places in a JSON value, outermost first. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : [];
  const inner = Object.entries(value).flatMap(([key, each]) => places(each, [...path, Array.isArray(value) ? Number(key) : key]));
  return path.length > 0 ? [path, ...inner] : inner;
}

/** The text of a JSON value in which the value at a place is another text. */
function withText(payload: object, path: (string | number)[], text: string): string {
  const mark = '\u2603mark\u2603';
  const copy = structuredClone(payload) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = mark;
  return JSON.stringify(copy).replace(JSON.stringify(mark), () => text);
}

/** Fills a message up to so many bytes with one field, or with as many small fields as go in. */
function filled(payload: object, size: number, small: boolean): Buffer {
  const start = JSON.stringify(payload).slice(0, -1);
  const room = size - Buffer.byteLength(start) - 1;
  if (!small) return Buffer.from(`${start},"pad":"${'x'.repeat(Math.max(0, room - 9))}"}`);
  let fields = '';
  for (let i = 0; fields.length + 12 < room; i++) fields += `,"${i.toString(36)}":0`;
  return Buffer.from(`${start}${fields}}`.padEnd(size, ' '));
}

/** One spoiled message. */
export function mutant(pick: Dice, good: Good[], nth: number, nowMs: number): Mutant {
  const { kind, message, payload } = good[pick(good.length)]!;
  const at = formatInstant(nowMs);
  const fresh: Record<string, unknown> = { ...structuredClone(payload), id: `m-${nth}`, at };
  if (Array.isArray(fresh.samples)) for (const sample of fresh.samples as { at: string }[]) sample.at = at;
  const one = (how: string, bytes: Buffer | string): Mutant => ({ kind, message, how, bytes: Buffer.from(bytes) });
  const bytes = Buffer.from(JSON.stringify(fresh));
  const some = () => pick(bytes.length);
  const where = places(fresh);
  const place = where[pick(where.length)]!;
  switch (pick(14)) {
    case 0: {
      for (let flips = 1 + pick(4); flips > 0; flips--) bytes[some()]! ^= 1 << pick(8);
      return one('bits flipped', bytes);
    }
    case 1:
      return one('cut', bytes.subarray(0, some()));
    case 2: {
      const from = some();
      return one('part repeated', Buffer.concat([bytes.subarray(0, from), bytes.subarray(from - pick(from + 1))]));
    }
    case 3: {
      const from = some();
      return one('part left out', Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + pick(8))]));
    }
    case 4: {
      const noise = Buffer.from(Array.from({ length: 1 + pick(6) }, () => pick(256)));
      const from = some();
      return one('noise', Buffer.concat([bytes.subarray(0, from), noise, bytes.subarray(from)]));
    }
    case 5: {
      if (pick(5) > 0) return one('as it is', bytes);
      const size = MAX_BYTES + [-1, 0, 1, 100_000][pick(4)]!;
      return one(`${size} bytes`, filled(fresh, size, pick(2) === 0));
    }
    case 6: {
      const text = JSON.stringify(fresh);
      return one('a key twice', `${text.slice(0, -1)},${JSON.stringify(place[0])}:${STRANGE[pick(STRANGE.length)]}}`);
    }
    case 7: {
      const keys = ['__proto__', 'constructor', '$where', 'a.b', '', '\u{1f69a}'.repeat(20), '_id', 'hasOwnProperty'];
      return one(
        'a key more',
        `${JSON.stringify(fresh).slice(0, -1)},${JSON.stringify(keys[pick(keys.length)])}:${STRANGE[pick(STRANGE.length)]}}`,
      );
    }
    case 8:
      return one(`${place.join('.')} left out`, withText(fresh, place, 'null').replace(/"[^"]*":null,?/, ''));
    default: {
      const text = STRANGE[pick(STRANGE.length)]!;
      return one(`${place.join('.')} = ${text.slice(0, 40)}`, withText(fresh, place, text));
    }
  }
}
