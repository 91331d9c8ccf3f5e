import { once } from 'node:events';
import type { Response } from 'express';
import { AppError } from '../errors.ts';

/** Lists as files, streamed. The last line is `#end <count>`: a file without it is a broken one. */

export type ExportFormat = 'csv' | 'ndjson';

/** A column: its field (`a.b` for a member of a member) and its names for people. */
export interface Column {
  field: string;
  zh: string;
  en: string;
}

/** @throws AppError 422 `format-not-offered` for xlsx */
export function exportFormat(format: 'csv' | 'ndjson' | 'xlsx'): ExportFormat {
  if (format !== 'xlsx') return format;
  throw new AppError(422, 'format-not-offered', {
    zh: '本版本不提供 xlsx；请用 format=csv（Excel 可直接打开）或 ndjson',
    en: 'xlsx is not offered in this version: take format=csv, which Excel opens, or ndjson',
  });
}

/** Streams rows; a reader that is slow holds them back, one that goes away ends it. */
export async function sendExport(
  res: Response,
  rows: AsyncIterable<Record<string, unknown>>,
  { format, header, columns, name }: { format: ExportFormat; header: 'field' | 'zh' | 'en'; columns: Column[]; name: string },
): Promise<void> {
  res.set('Content-Type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
  res.attachment(`${name}.${format}`);
  let count = 0;
  if (format === 'csv') res.write(`\ufeff${columns.map((c) => cell(c[header])).join(',')}\r\n`);
  for await (const row of rows) {
    if (res.destroyed) return;
    const line =
      format === 'csv' ? `${columns.map((c) => cell(member(row, c.field))).join(',')}\r\n` : `${JSON.stringify(row)}\n`;
    count++;
    if (!res.write(line)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end(`#end ${count}\n`);
}

function member(row: Record<string, unknown>, field: string): unknown {
  return field.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], row);
}

/** A CSV cell. Text that a spreadsheet would take for a formula gets an apostrophe; arrays and objects are their JSON. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[\s\u0000]*[=+\-@＝＋－＠\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
