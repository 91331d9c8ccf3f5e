import type { PhotoRow } from '../api/enterprise.ts';
import { send } from '../api/send.ts';

/** Pictures that somebody adds by hand: known by their digest before anything is sent. */

/** As the platform takes them. */
export const MOST_BYTES = 2 << 20;

/** SHA-256 of a file, lower-case hex. A gate office without TLS has no `crypto.subtle`: there it is reckoned in script. */
export async function digestOf(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  // Typed as always there, which it is not without TLS.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  const digest = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', bytes))
    : (await import('@noble/hashes/sha2.js')).sha256(new Uint8Array(bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A picture that lacks, and the passage that names it. */
export interface Lacking {
  row: PhotoRow;
  role: string;
  sha256: string;
}

/** The pictures that passages name and that are not there, by digest. */
export function lackingOf(rows: readonly PhotoRow[]): Map<string, Lacking> {
  const all = rows.flatMap((row) =>
    row.pictures.filter(({ uploaded }) => !uploaded).map(({ role, sha256 }): Lacking => ({ row, role, sha256 })),
  );
  return new Map(all.map((one) => [one.sha256, one]));
}

/** A row after a picture of this digest came; it lacks nothing more where no picture is left without a time. */
export function withPicture(row: PhotoRow, sha256: string, at: string, by: string): PhotoRow {
  return {
    ...row,
    pictures: row.pictures.map((one) => (one.sha256 === sha256 && !one.uploaded ? { ...one, uploaded: { at, by } } : one)),
  };
}

export const isWhole = (row: PhotoRow): boolean => row.pictures.every(({ uploaded }) => uploaded);

/** What a file is, as the platform tells it from its first bytes; null for anything it does not take. */
export async function pictureType(file: Blob): Promise<'image/jpeg' | 'image/png' | null> {
  const start = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg';
  return begins(0x89, 0x50, 0x4e, 0x47) ? 'image/png' : null;
}

/** Sends a picture under the digest it is named by. @throws ApiError */
export function sendPicture(
  sha256: string,
  file: Blob,
  type: string,
  language: string,
  onSent: (share: number) => void,
  signal: AbortSignal,
) {
  return send<{ sha256: string }>(`/images/${sha256}`, file, { type, language }, onSent, signal);
}
