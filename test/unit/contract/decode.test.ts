import { expect } from 'chai';
import { decodeMessage, decodeStatus } from '../../../devices/contract/decode.ts';
import { isDialect } from '../../../devices/contract/dialects.ts';
import { MESSAGES, type Kind } from '../../../devices/contract/kinds.ts';
import { bytesOf, decodeCases, type DecodeCase } from '../../support/vectors.ts';

const MESSAGE_FILES = Object.entries(MESSAGES).flatMap(([kind, messages]) =>
  messages.map((message) => `${kind}.${message}.json`),
);
const FILES = [...MESSAGE_FILES, 'form.json', 'topics.json', 'dialects.json'];

function check(vector: DecodeCase): void {
  const decoded = decodeMessage(vector.kind as Kind, vector.message, bytesOf(vector), vector.dialect);
  if (vector.expect === 'ok') {
    expect(decoded).to.include({ ok: true, kind: vector.kind, message: vector.message });
    if (decoded.ok && vector.color !== undefined) expect(decoded.value).to.have.nested.property('plate.color', vector.color);
    return;
  }
  expect(decoded).to.include({ ok: false, code: vector.expect });
  if (decoded.ok) return;
  expect(decoded.id).to.equal(vector.id);
  expect(decoded.message)
    .to.be.a('string')
    .and.satisfy((text: string) => text.length > 0 && text.length <= 500);
  if (vector.path !== undefined) expect(decoded.message.startsWith(vector.path), decoded.message).to.equal(true);
}

describe('Decoding of device messages', () => {
  for (const file of FILES) {
    describe(`as ${file} says`, () => {
      for (const vector of decodeCases(file)) it(`${vector.name}`, () => check(vector));
    });
  }

  it('is shown by at least ten cases of every code that a payload alone can give', () => {
    const counts: Record<string, number> = {};
    for (const { expect: code } of FILES.flatMap(decodeCases)) counts[code] = (counts[code] ?? 0) + 1;
    for (const code of ['not-json', 'too-large', 'schema', 'wrong-kind', 'unknown-topic']) {
      expect(counts[code], code).to.be.at.least(10);
    }
  });

  it('gives the payload as it was parsed beside the value, and its moment', () => {
    const payload = {
      id: 'a-1',
      at: '2021-11-15T08:00:00.123456+08:00',
      direction: 'in',
      plate: { number: '晋H12345', color: 1, x: 1 },
      y: [2],
    };
    const decoded = decodeMessage('gate', 'arrival', bytesOf({ payload }), 'env-gate');
    expect(decoded).to.deep.equal({
      ok: true,
      kind: 'gate',
      message: 'arrival',
      value: {
        id: 'a-1',
        at: '2021-11-15T08:00:00.123456+08:00',
        direction: 'in',
        plate: { number: '晋H12345', color: 'yellow' },
      },
      json: payload,
      atMs: Date.UTC(2021, 10, 15, 0, 0, 0, 123),
    });
  });

  it('names the first wrong fields and counts the others', () => {
    const decoded = decodeMessage(
      'on-board',
      'telemetry',
      bytesOf({ payload: { id: 'a', at: '2021-11-15T08:00:00Z', samples: Array(9).fill({}) } }),
    );
    expect(decoded).to.include({ ok: false, code: 'schema', id: 'a' });
    if (!decoded.ok) expect(decoded.message).to.match(/^samples\.0\.at: .*; samples\.3\.at: .*; and 5 more$/);
  });

  it('refuses a message, and does not throw, where a device record names a dialect that is gone', () => {
    expect(isDialect('no-such')).to.equal(false);
    expect(decodeMessage('gate', 'arrival', bytesOf({ payload: { id: 'a' } }), 'no-such')).to.include({
      ok: false,
      code: 'internal',
      id: 'a',
    });
  });

  it('takes a view into a larger buffer as it is', () => {
    const payload = { id: 'a', at: '2021-11-15T08:00:00Z', plate: { number: '', color: 'other' }, direction: 'out' };
    const bytes = bytesOf({ payload });
    const larger = new Uint8Array(bytes.length + 20).fill(0x7b);
    larger.set(bytes, 10);
    expect(decodeMessage('gate', 'arrival', larger.subarray(10, 10 + bytes.length))).to.include({ ok: true });
  });
});

describe('Decoding of a status, as status.json says', () => {
  for (const vector of decodeCases('status.json')) {
    it(vector.name, () => {
      const decoded = decodeStatus(bytesOf(vector));
      if (vector.expect === 'ok') return expect(decoded).to.include({ ok: true });
      expect(decoded).to.include({ ok: false, code: vector.expect });
      if (!decoded.ok && vector.path !== undefined)
        expect(decoded.message.startsWith(vector.path), decoded.message).to.equal(true);
    });
  }
});
