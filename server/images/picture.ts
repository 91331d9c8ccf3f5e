import { crc32 } from 'node:zlib';

/** What a file says of itself. */
export interface Picture {
  type: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
}

/** Why a file is no picture the platform takes: another type, broken, or too large to be drawn. */
export type PictureFault = 'type' | 'broken' | 'dimensions';

export const MAX_SIDE = 12_000;
export const MAX_PIXELS = 40_000_000;

const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

/** Whether the first bytes may begin a JPEG or PNG; fewer than eight are asked as far as they go. */
export function mayBePicture(start: Buffer): boolean {
  return [PNG_START, JPEG_START].some((magic) => {
    const n = Math.min(magic.length, start.length);
    return start.subarray(0, n).equals(magic.subarray(0, n));
  });
}

/**
 * Reads a JPEG or PNG by its content, from its first marker to its end: a file cut short is `broken`. Pixels are not decoded; what
 * follows the picture's end is let be.
 */
export function inspectPicture(bytes: Buffer): Picture | PictureFault {
  const found = bytes.subarray(0, 8).equals(PNG_START)
    ? png(bytes)
    : bytes.subarray(0, 3).equals(JPEG_START)
      ? jpeg(bytes)
      : 'type';
  if (typeof found === 'string') return found;
  const { width, height } = found;
  if (width === 0 || height === 0) return 'broken';
  return width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS ? 'dimensions' : found;
}

/** Colour type by allowed bit depths (PNG, table 11.1). */
const PNG_DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

function png(bytes: Buffer): Picture | PictureFault {
  let size: { width: number; height: number } | undefined;
  let data = false;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const body = at + 8;
    if (body + length + 4 > bytes.length) return 'broken';
    if (crc32(bytes.subarray(at + 4, body + length)) !== bytes.readUInt32BE(body + length)) return 'broken';
    if (!size) {
      if (name !== 'IHDR' || length !== 13) return 'broken';
      if (!PNG_DEPTHS[bytes[body + 9]!]?.includes(bytes[body + 8]!)) return 'broken';
      size = { width: bytes.readUInt32BE(body), height: bytes.readUInt32BE(body + 4) };
    } else if (name === 'IDAT') data = true;
    else if (name === 'IEND') return data ? { type: 'image/png', ...size } : 'broken';
    at = body + length + 4;
  }
  return 'broken';
}

/** Markers without a length: TEM, and the restarts among a scan's bytes. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
/** Start of a frame of any coding; C4, C8 and CC are tables. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpeg(bytes: Buffer): Picture | PictureFault {
  let size: { width: number; height: number } | undefined;
  let scanned = false;
  let at = 2;
  for (;;) {
    // Within a scan bytes are skipped to the next marker; before the first one a marker must stand here.
    const marker = scanned ? nextMarker(bytes, at) : markerAt(bytes, at);
    if (!marker) return 'broken';
    const { code, end } = marker;
    if (code === 0xd9) return size && scanned ? { type: 'image/jpeg', ...size } : 'broken';
    if (standsAlone(code)) {
      at = end;
      continue;
    }
    if (end + 2 > bytes.length) return 'broken';
    const length = bytes.readUInt16BE(end);
    if (length < 2 || end + length > bytes.length) return 'broken';
    if (isFrame(code)) {
      if (size || length < 11) return 'broken';
      size = { height: bytes.readUInt16BE(end + 3), width: bytes.readUInt16BE(end + 5) };
    }
    if (code === 0xda) {
      if (!size) return 'broken';
      scanned = true;
    }
    at = end + length;
  }
}

interface Marker {
  code: number;
  /** Where what follows the marker begins. */
  end: number;
}

/** The marker that stands at a place; any number of FF may fill up before its code. */
function markerAt(bytes: Buffer, at: number): Marker | null {
  if (bytes[at] !== 0xff) return null;
  let end = at + 1;
  while (bytes[end] === 0xff) end++;
  const code = bytes[end];
  return code === undefined || code === 0 ? null : { code, end: end + 1 };
}

/** The next marker that is neither a stuffed FF nor a restart. */
function nextMarker(bytes: Buffer, from: number): Marker | null {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = markerAt(bytes, at);
    if (marker && !standsAlone(marker.code)) return marker;
  }
  return null;
}
