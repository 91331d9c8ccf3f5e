import { readFileSync } from 'node:fs';
import { formatInstant } from '../../devices/contract/instant.ts';

/** Reads the contract's test vectors (their form: devices/contract/vectors/README.md). */

export interface DecodeCase {
  name: string;
  kind: string;
  message: string;
  dialect?: string;
  payload?: unknown;
  text?: string;
  base64?: string;
  padTo?: number;
  expect: string;
  id?: string;
  path?: string;
  /** `dialects.json`: the colour in the contract's words. */
  color?: string;
}

const directory = new URL('../../devices/contract/vectors/', import.meta.url);

export function readVectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as T;
}

/** The decoding cases of a file, with what stands at its head. */
export function decodeCases(file: string): DecodeCase[] {
  const { cases, ...head } = readVectors<{ cases: DecodeCase[] }>(file);
  return cases.map((each) => ({ ...head, ...each }));
}

/** The bytes that a case sends. */
export function bytesOf(vector: Pick<DecodeCase, 'payload' | 'text' | 'base64' | 'padTo'>): Buffer {
  const { payload, text, base64, padTo } = vector;
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (text !== undefined) return Buffer.from(text.padEnd(padTo ?? 0, 'x'));
  if (padTo === undefined) return Buffer.from(JSON.stringify(payload));
  const room = padTo - Buffer.byteLength(JSON.stringify({ ...(payload as object), pad: '' }));
  return Buffer.from(JSON.stringify({ ...(payload as object), pad: 'x'.repeat(room) }));
}

const UNITS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** A part of a case of `platform.json` with `{now±…}` made instants and `{i}` the given number. */
export function fillIn<T>(part: T, nowMs: number, i = 0): T {
  const text = JSON.stringify(part).replace(/\{now(?:([+-])((?:\d+[dhms])+))?\}/g, (_, sign?: string, span = '') => {
    const parts = [...span.matchAll(/(\d+)([dhms])/g)];
    const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
    return formatInstant(nowMs + (sign === '-' ? -ms : ms));
  });
  return JSON.parse(text.replaceAll('{i}', String(i))) as T;
}

export type PlatformStep =
  | {
      kind: string;
      deviceId: string;
      message: string;
      payload: Record<string, unknown>;
      retain?: boolean;
      times?: number;
      start?: number;
    }
  | { register: Record<string, unknown> }
  | { waitSeconds: number };

export interface PlatformExpectation {
  stored?: boolean;
  storedAtLeast?: number;
  storedAtMost?: number;
  receipt?: string[];
  rejected?: { code?: string; codeIn?: string[]; final?: boolean; id?: string; retryAfter?: true; sha256?: true };
  rejectedCount?: number;
  finding?: string;
  status?: true;
}

export interface PlatformCase {
  name: string;
  given: { devices: Record<string, unknown>[]; failOn?: string[] };
  publish: PlatformStep[];
  expect: (PlatformExpectation | null)[];
}
