import type { ImportAnswer } from '../api/lists.ts';
import { send } from '../api/send.ts';

/** Files on their way into the registry. */

export type UploadFormat = 'csv' | 'ndjson';

export function formatOf(name: string): UploadFormat | null {
  if (/\.csv$/i.test(name)) return 'csv';
  return /\.(ndjson|jsonl)$/i.test(name) ? 'ndjson' : null;
}

/** Files above this are sent as they are: telling GBK from UTF-8 would need them in memory. */
const CHECKED = 128 << 20;

/** The file in UTF-8: spreadsheets here still save CSV in GBK. `converted` says that it was not UTF-8. */
export async function inUtf8(file: Blob): Promise<{ body: Blob; converted: boolean }> {
  if (file.size > CHECKED) return { body: file, converted: false };
  const bytes = await file.arrayBuffer();
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { body: file, converted: false };
  } catch {
    return { body: new Blob([new TextDecoder('gb18030').decode(bytes)]), converted: true };
  }
}

/**
 * Sends a file to `PUT /registry/<collection>`.
 * @param onSent the share that has left this computer, 0–1
 * @throws ApiError
 */
export function upload(
  collection: string,
  body: Blob,
  { format, dryRun, language }: { format: UploadFormat; dryRun: boolean; language: string },
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  const path = `/registry/${collection}${dryRun ? '?dryRun=true' : ''}`;
  const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
  return send(path, body, { type, language }, onSent, signal);
}

/** Puts rows into a collection, or tries them; the answer names by number, from 1, those that are not taken. @throws ApiError */
export function putRows(
  collection: string,
  rows: readonly object[],
  language: string,
  { dryRun = false } = {},
): Promise<ImportAnswer> {
  const body = new Blob(rows.map((row) => `${JSON.stringify(row)}\n`));
  const options = { format: 'ndjson', dryRun, language } as const;
  return upload(collection, body, options, () => undefined, new AbortController().signal);
}
