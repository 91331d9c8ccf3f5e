import { expect } from 'chai';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { inspectPicture, mayBePicture } from '../../../server/images/picture.ts';

const u16 = (n: number) => [n >> 8, n & 255];
const frame = (width: number, height: number, code = 0xc0) => [
  0xff,
  code,
  0,
  11,
  8,
  ...u16(height),
  ...u16(width),
  1,
  1,
  0x11,
  0,
];
const scan = (...data: number[]) => [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, ...data];
const jpeg = (...parts: number[][]) => Buffer.from([0xff, 0xd8, ...parts.flat()]);
const END = [0xff, 0xd9];
const EXIF = [0xff, 0xe1, 0, 8, ...Buffer.from('Exif'), ...END];

function chunk(name: string, data: number[]): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from(data)]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
const u32 = (n: number) => [...u16(Math.floor(n / 65_536)), ...u16(n % 65_536)];
const header = (width: number, height: number, depth = 8, color = 2) => chunk('IHDR', [...u32(width), ...u32(height), depth, color, 0, 0, 0]); // prettier-ignore
const png = (...chunks: Buffer[]) => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
const [DATA, IEND] = [chunk('IDAT', [1, 2, 3]), chunk('IEND', [])];

describe('what is taken as a picture', () => {
  const size = (type: string, width: number, height: number) => ({ type, width, height });
  const table: { what: string; bytes: Buffer; gives: ReturnType<typeof size> | string }[] = [
    { what: 'a JPEG', bytes: jpeg(frame(640, 480), scan(1, 2), END), gives: size('image/jpeg', 640, 480) },
    { what: 'a progressive JPEG of two scans', bytes: jpeg(frame(6, 4, 0xc2), scan(1, 0xff, 0, 2), scan(3), END), gives: size('image/jpeg', 6, 4) },
    { what: 'a JPEG with restarts and stuffed bytes', bytes: jpeg(frame(6, 4), scan(1, 0xff, 0xd0, 0xff, 0, 0xff, 0xd7), END), gives: size('image/jpeg', 6, 4) },
    { what: 'a JPEG that carries another’s end in its EXIF', bytes: jpeg(EXIF, frame(6, 4), scan(1), END), gives: size('image/jpeg', 6, 4) },
    { what: 'a JPEG with fill bytes before a marker', bytes: jpeg([0xff, 0xff], frame(6, 4), scan(1), END), gives: size('image/jpeg', 6, 4) },
    { what: 'a JPEG and what the camera added', bytes: Buffer.concat([jpeg(frame(6, 4), scan(1), END), Buffer.from('maker')]), gives: size('image/jpeg', 6, 4) },
    { what: 'a JPEG without an end', bytes: jpeg(frame(6, 4), scan(1, 2)), gives: 'broken' },
    { what: 'a JPEG cut in its EXIF, which has an end', bytes: jpeg(EXIF), gives: 'broken' },
    { what: 'a JPEG without a scan', bytes: jpeg(frame(6, 4), END), gives: 'broken' },
    { what: 'a JPEG without a size', bytes: jpeg(scan(1), END), gives: 'broken' },
    { what: 'a JPEG of two sizes', bytes: jpeg(frame(6, 4), frame(9000, 9000), scan(1), END), gives: 'broken' },
    { what: 'a JPEG without height', bytes: jpeg(frame(6, 0), scan(1), END), gives: 'broken' },
    { what: 'a JPEG with a segment of length 1', bytes: jpeg([0xff, 0xe0, 0, 1], frame(6, 4), scan(1), END), gives: 'broken' },
    { what: 'a JPEG with text between its segments', bytes: jpeg([...Buffer.from('<script>')], frame(6, 4), scan(1), END), gives: 'type' },
    { what: 'a JPEG of 12 000 pixels on a side', bytes: jpeg(frame(12_000, 3_333), scan(1), END), gives: size('image/jpeg', 12_000, 3_333) },
    { what: 'a JPEG of 12 001 pixels on a side', bytes: jpeg(frame(12_001, 1), scan(1), END), gives: 'dimensions' },
    { what: 'a JPEG of more than 40 million pixels', bytes: jpeg(frame(12_000, 3_334), scan(1), END), gives: 'dimensions' },
    { what: 'a PNG', bytes: png(header(640, 480), DATA, IEND), gives: size('image/png', 640, 480) },
    { what: 'a PNG of a palette with one bit', bytes: png(header(6, 4, 1, 3), chunk('PLTE', [0, 0, 0]), DATA, IEND), gives: size('image/png', 6, 4) },
    { what: 'a PNG of no such colour type', bytes: png(header(6, 4, 8, 5), DATA, IEND), gives: 'broken' },
    { what: 'a PNG without width', bytes: png(header(0, 4), DATA, IEND), gives: 'broken' },
    { what: 'a PNG that begins with data', bytes: png(DATA, header(6, 4), IEND), gives: 'broken' },
    { what: 'a PNG without data', bytes: png(header(6, 4), IEND), gives: 'broken' },
    { what: 'a PNG without an end', bytes: png(header(6, 4), DATA), gives: 'broken' },
    { what: 'a PNG of a wrong checksum', bytes: png(header(6, 4), Buffer.concat([DATA.subarray(0, -1), Buffer.from([7])]), IEND), gives: 'broken' },
    { what: 'a PNG whose pixels would fill the memory', bytes: png(header(4_000_000_000, 4_000_000_000), DATA, IEND), gives: 'dimensions' },
    { what: 'a GIF', bytes: Buffer.from('GIF89a......'), gives: 'type' },
    { what: 'an SVG', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), gives: 'type' },
    { what: 'nothing', bytes: Buffer.alloc(0), gives: 'type' },
  ]; // prettier-ignore
  for (const { what, bytes, gives } of table) {
    it(`is ${typeof gives === 'string' ? `not ${what}: ${gives}` : what}`, () => expect(inspectPicture(bytes)).to.deep.equal(gives)); // prettier-ignore
  }

  it('is told, or refused, whatever bytes follow the magic ones', () => {
    const starts = fc.constantFrom(
      [0xff, 0xd8, 0xff],
      [...png()],
      [...png(header(6, 4))],
      [0xff, 0xd8, ...frame(6, 4), ...scan()],
    );
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const found = inspectPicture(Buffer.from([...start, ...rest]));
        expect(typeof found === 'string' || found.width * found.height > 0).to.equal(true);
      }),
    );
  });

  it('is guessed from its first bytes, as far as they have come', () => {
    for (const start of [[], [0xff], [0xff, 0xd8], [0xff, 0xd8, 0xff, 0xe0], [0x89], [0x89, 0x50, 0x4e, 0x47]])
      expect(mayBePicture(Buffer.from(start)), String(start)).to.equal(true);
    for (const start of [[0x3c], [0xff, 0xd9], [0xff, 0xd8, 0x00], [0x89, 0x50, 0x00]])
      expect(mayBePicture(Buffer.from(start)), String(start)).to.equal(false);
  });
});
