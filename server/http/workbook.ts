import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { AppError } from '../errors.ts';
import { member, textOf } from './cell.ts';
import type { ExportOptions } from './export-options.ts';

/** A sheet of Excel holds 1 048 576 rows; the contract stops at a million. */
const MAX_ROWS = 1_000_000;
const MAX_CELL = 32_767;

/**
 * Sends rows as an Excel workbook. It is made in a temporary file first: only then is it known whether it has too many rows, and memory
 * stays bounded. Cells are text, numbers or booleans, never formulas; the last row is `#end <count>`.
 * @throws AppError 422 `too-many-rows`
 */
export async function sendWorkbook(
  res: Response,
  rows: AsyncIterable<Record<string, unknown>>,
  { header, columns, name }: Omit<ExportOptions, 'format'>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-export-'));
  try {
    const filename = join(directory, 'list.xlsx');
    const { default: excel } = await import('exceljs');
    const workbook = new excel.stream.xlsx.WorkbookWriter({ filename, useSharedStrings: false, useStyles: false });
    const sheet = workbook.addWorksheet(name.slice(0, 31));
    sheet.addRow(columns.map((column) => column[header])).commit();
    let count = 0;
    for await (const row of rows) {
      if (res.destroyed) return;
      if (++count > MAX_ROWS) throw tooMany();
      sheet.addRow(columns.map(({ field }) => shown(member(row, field)))).commit();
      if (count % 500 === 0) await breathe();
    }
    sheet.addRow([`#end ${count}`]).commit();
    await workbook.commit();
    res.set('Content-Type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    res.set('Content-Length', String((await stat(filename)).size));
    res.attachment(`${name}.xlsx`);
    await pipeline(createReadStream(filename), res).catch((error: unknown) => {
      if (!res.destroyed) throw error;
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function shown(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return textOf(value).slice(0, MAX_CELL);
}

function tooMany(): AppError {
  return new AppError(422, 'too-many-rows', {
    zh: '超过 1 000 000 行，请缩小范围，或用 format=csv',
    en: 'more than 1 000 000 rows: narrow the range, or take format=csv',
  });
}
