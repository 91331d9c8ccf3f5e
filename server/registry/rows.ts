import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { ROW_SCHEMAS } from '../http/contract/registry.ts';
import type { Collection } from './types.ts';

/** Files as they come in, one record after another; a slow reader holds the sender back. Records count from 1, blank lines do not. */

export type RowFormat = 'ndjson' | 'csv';
export type FileRecord =
  { row: number; value: unknown } | { row: number; error: 'not-json' | 'not-csv' | 'csv-broken' | 'too-long' };

/** Longest record in characters: enough for a zone of some thousand vertices; keeps memory bounded. */
const MAX_RECORD = 1 << 20;

export function readRows(body: Readable, format: RowFormat, collection: Collection): AsyncGenerator<FileRecord> {
  return format === 'csv' ? csvRows(body, collection) : ndjsonRows(body);
}

async function* ndjsonRows(body: Readable): AsyncGenerator<FileRecord> {
  let row = 0;
  for await (const line of lines(body)) {
    if (line !== null && line.trim() === '') continue;
    row++;
    if (line === null) {
      yield { row, error: 'too-long' };
      continue;
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      yield { row, error: 'not-json' };
      continue;
    }
    yield { row, value };
  }
}

/** Lines without their ends and without a BOM; null for one that is too long, whose rest is passed over. */
async function* lines(body: Readable): AsyncGenerator<string | null> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let first = true;
  let skipping = false;
  for await (const chunk of body) {
    let text = decoder.write(chunk as Buffer);
    if (first && text !== '') {
      if (text.startsWith('\ufeff')) text = text.slice(1);
      first = false;
    }
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (!skipping) yield part;
      skipping = false;
    }
    if (rest.length > MAX_RECORD) {
      if (!skipping) yield null;
      skipping = true;
      rest = '';
    }
  }
  rest += decoder.end();
  if (!skipping && rest !== '') yield rest;
}

async function* csvRows(body: Readable, collection: Collection): AsyncGenerator<FileRecord> {
  const kinds = fieldKinds(collection);
  const records: string[][] = [];
  let broken: Error | undefined;
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD,
    // Taken out at once: a reader of the parser's own stream loses what stands before an error.
    on_record: (cells: string[]) => (records.push(cells), null),
  });
  parser.on('error', (error) => (broken = error));
  let header: string[] | undefined;
  let row = 0;
  const parsed = function* (): Generator<FileRecord> {
    for (const cells of records.splice(0)) {
      if (!header) {
        header = cells.map((c) => c.trim());
        continue;
      }
      row++;
      if (cells.length !== header.length) yield { row, error: 'not-csv' };
      else yield { row, value: fromCells(header, cells, kinds) };
    }
  };
  for await (const chunk of body) {
    // The rest of a broken file is taken and passed over, so that it can be answered.
    if (broken) continue;
    await new Promise<void>((resolve) => parser.write(chunk, () => resolve()));
    yield* parsed();
  }
  if (!broken) await new Promise<void>((resolve) => parser.end(() => resolve()));
  yield* parsed();
  if (broken) yield { row: row + 1, error: 'csv-broken' };
}

type FieldKind = 'string' | 'number' | 'boolean' | 'json';

/** What a CSV cell of each field holds. */
function fieldKinds(collection: Collection): Map<string, FieldKind> {
  const kinds = new Map<string, FieldKind>();
  for (const [field, schema] of Object.entries(ROW_SCHEMAS[collection].shape)) {
    let inner: z.ZodType = schema;
    while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap() as z.ZodType;
    if (inner instanceof z.ZodNumber) kinds.set(field, 'number');
    else if (inner instanceof z.ZodBoolean) kinds.set(field, 'boolean');
    else if (inner instanceof z.ZodArray || inner instanceof z.ZodObject) kinds.set(field, 'json');
    else kinds.set(field, 'string');
  }
  return kinds;
}

/** A record of cells as an object; an empty cell is absent; what is no number, boolean or JSON stays text, for the schema to name. */
function fromCells(header: string[], cells: string[], kinds: Map<string, FieldKind>): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  header.forEach((field, i) => {
    const cell = cells[i] ?? '';
    if (cell === '') return;
    value[field] = fromCell(cell, kinds.get(field) ?? 'string');
  });
  return value;
}

function fromCell(cell: string, kind: FieldKind): unknown {
  const text = cell.trim();
  switch (kind) {
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : cell;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : cell;
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return cell;
      }
    case 'string':
      return cell;
  }
}
