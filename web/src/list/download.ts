import { answer, query } from '../api/client.ts';

/** Lists as files. The platform streams them and ends each with a sign; a file without it is a broken one and is not kept. */

export type FileFormat = 'csv' | 'ndjson' | 'xlsx';
export type FileHeader = 'zh' | 'en' | 'field';

export interface Progress {
  bytes: number;
  /** Lines so far; 0 for a workbook, whose rows cannot be seen. */
  lines: number;
}

/** The file ended before its last line. */
export class IncompleteFile extends Error {
  constructor() {
    super('incomplete');
    this.name = 'IncompleteFile';
  }
}

/** The count that the last line `#end <count>` names; null where the text does not end so. */
export function endCount(tail: string): number | null {
  const count = /(?:^|\n)#end (\d+)\r?\n?$/.exec(tail)?.[1];
  return count === undefined ? null : Number(count);
}

/** Whether bytes hold a ZIP's end-of-directory record: a workbook was written to its end. */
export function endsZip(tail: Uint8Array): boolean {
  for (let i = tail.length - 22; i >= 0; i--)
    if (tail[i] === 0x50 && tail[i + 1] === 0x4b && tail[i + 2] === 0x05 && tail[i + 3] === 0x06) return true;
  return false;
}

/**
 * Reads a list as a file, telling how far it is.
 * @param path the list's path under `/api/v1`, without a query
 * @returns the file, and how many rows it holds where it says so
 * @throws ApiError; IncompleteFile when the stream broke off or the last line is missing
 */
export async function readFile(
  path: string,
  members: Record<string, string>,
  { format, header }: { format: FileFormat; header: FileHeader },
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ blob: Blob; rows: number | null; bytes: number }> {
  const response = await answer(`${path}${query({ ...members, format, header })}`, { signal, headers: { accept: '*/*' } });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [bytes, lines] = [0, 0];
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      bytes += value.length;
      if (format !== 'xlsx') for (const byte of value) if (byte === 10) lines++;
      onProgress({ bytes, lines });
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new IncompleteFile();
  }
  const type = response.headers.get('content-type') ?? '';
  const tail = new Uint8Array(await new Blob(parts.slice(-64)).slice(-66_000).arrayBuffer());
  if (format === 'xlsx') {
    if (!endsZip(tail)) throw new IncompleteFile();
    return { blob: new Blob(parts, { type }), rows: null, bytes };
  }
  const rows = endCount(new TextDecoder().decode(tail.slice(-64)));
  if (rows === null) throw new IncompleteFile();
  return { blob: new Blob(parts, { type }), rows, bytes };
}

/** Hands a file to the browser to be saved. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Rows of text as a CSV file that spreadsheets open in UTF-8, safe from formulas. */
export function csvFile(rows: (string | number)[][]): Blob {
  const cell = (value: string | number) => {
    if (typeof value === 'number') return String(value);
    const safe = /^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return new Blob(['\ufeff', ...rows.map((row) => `${row.map(cell).join(',')}\r\n`)], { type: 'text/csv;charset=utf-8' });
}
