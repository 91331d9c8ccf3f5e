import { expect } from 'chai';
import fc from 'fast-check';
import { decodeMessage, MAX_DEPTH } from '../../../devices/contract/decode.ts';
import { KINDS, MESSAGES } from '../../../devices/contract/kinds.ts';
import { sameContent } from '../../../devices/contract/same-content.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const arrival = { id: 'a', at: '2021-11-15T08:00:00Z', direction: 'in', plate: { number: '', color: 'other' } };

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function hasWrongCharacter(value: unknown): boolean {
  if (typeof value === 'string') return /[\0\p{Surrogate}]/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, member]) => hasWrongCharacter(key) || hasWrongCharacter(member));
}

describe('Decoding, whatever arrives', () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(JSON.stringify({ ...arrival, samples: JSON.parse(text) as unknown }))),
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.nat(1), anyBytes, (kind, i, payload) => {
        const message = MESSAGES[kind][i] ?? MESSAGES[kind][0];
        expect(decodeMessage(kind, message, payload, 'env-gate').ok).to.be.a('boolean');
      }),
      { numRuns: 400 },
    );
  });

  it('refuses exactly what nests deeper than the contract allows', () => {
    const nested = fc
      .nat(2 * MAX_DEPTH)
      .chain((depth) =>
        fc
          .array(fc.constantFrom('array', 'object', '"{['), { minLength: depth, maxLength: depth })
          .map((steps) =>
            steps.reduce<unknown>(
              (inner, step) =>
                step === 'array' ? [inner, '}{"\\'] : step === 'object' ? { 'a"[': inner } : { [step]: inner, b: [] },
              1,
            ),
          ),
      );
    fc.assert(
      fc.property(nested, (vendor) => {
        const payload = { ...arrival, vendor };
        expect(decodeMessage('gate', 'arrival', bytes(payload)).ok).to.equal(depthOf(payload) <= MAX_DEPTH);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses exactly what has U+0000 or a lone surrogate in a key or string', () => {
    const characters = fc.string({
      unit: fc.constantFrom('\0', '\ud83d', '\ude00', 'a', '\\', '"', 'u0000', '晋', '\u0001'),
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.dictionary(characters, fc.oneof(characters, fc.array(characters, { maxLength: 3 })), { maxKeys: 3 }),
        (vendor) => {
          const decoded = decodeMessage('gate', 'arrival', bytes({ ...arrival, vendor }));
          expect(decoded.ok).to.equal(!hasWrongCharacter(vendor));
          if (!decoded.ok) expect(decoded).to.include({ code: 'not-json', id: 'a' });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes a message and the same with backfill for one', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (fields, backfill) => {
        const reversed = Object.fromEntries(Object.entries({ ...fields, backfill }).reverse());
        expect(sameContent(bytes(fields), bytes(reversed))).to.equal(true);
        expect(sameContent(bytes(fields), bytes({ ...fields, more: `not in ${JSON.stringify(fields)}` }))).to.equal(false);
      }),
    );
  });
});
