import { ApiError } from '../api/client.ts';
import type { ImportAnswer } from '../api/lists.ts';

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
  return new Promise((settle, fail) => {
    // Only this older way tells how much of a file has been sent.
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/registry/${collection}${dryRun ? '?dryRun=true' : ''}`);
    request.setRequestHeader('content-type', format === 'csv' ? 'text/csv' : 'application/x-ndjson');
    request.setRequestHeader('accept-language', language);
    request.responseType = 'json';
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.onload = () => {
      const answer = request.response as (ImportAnswer & { code?: string; detail?: string; title?: string }) | null;
      if (request.status === 200 && answer) return settle(answer);
      fail(
        new ApiError(
          request.status,
          answer?.code ?? `http-${request.status}`,
          answer?.detail ?? answer?.title ?? request.statusText,
        ),
      );
    };
    request.onerror = () => fail(new ApiError(0, 'unreachable', 'unreachable'));
    request.onabort = () => fail(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
