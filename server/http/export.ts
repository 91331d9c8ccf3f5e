import { once } from 'node:events';
import type { Response } from 'express';
import { member, textOf } from './cell.ts';
import type { ExportOptions } from './export-options.ts';
import { sendWorkbook } from './workbook.ts';

/** Lists as files, streamed. The last line is `#end <count>`: a file without it is a broken one. */

export type { Column } from './export-options.ts';

/** Streams rows; a reader that is slow holds them back, one that goes away ends it. */
export async function sendExport(
  res: Response,
  rows: AsyncIterable<Record<string, unknown>>,
  options: ExportOptions,
): Promise<void> {
  const { format, header, columns, name } = options;
  if (format === 'xlsx') return sendWorkbook(res, rows, options);
  // The name of a file would say its type; what it says of NDJSON is wrong.
  res.attachment(`${name}.${format}`);
  res.set('Content-Type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
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

/** A CSV cell. Text that a spreadsheet would take for a formula gets an apostrophe; arrays and objects are their JSON. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = textOf(value);
  const safe = /^[\s\u0000]*[=+\-@＝＋－＠\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
