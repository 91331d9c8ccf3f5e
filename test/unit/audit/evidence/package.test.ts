import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { MANIFEST, PROOF, SUMS, type Manifest, type Proof } from '../../../../server/audit/evidence/format.ts';
import { documentText } from '../../../../server/audit/evidence/documents.ts';
import { LIMITS } from '../../../../server/audit/evidence/zip-read.ts';
import { AppError } from '../../../../server/errors.ts';
import type { EvidenceReport } from '../../../../server/http/contract/evidence.ts';
import { forged, unzipped, verified, zipped } from '../../../support/evidence.ts';
import { samplePackage, type Sample } from '../../../support/evidence-sample.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const codes = (report: EvidenceReport) => Object.fromEntries(report.files.map(({ file, code }) => [file, code]));
const checks = (report: EvidenceReport) => Object.fromEntries(report.checks.map(({ check, result }) => [check, result]));
const replaced = (text: string, a: string, b: string) => {
  expect(text).to.contain(a);
  return Buffer.from(text.replaceAll(a, b));
};

/** Why bytes are no package at all; the report where they are one. */
async function seen(zip: Buffer): Promise<EvidenceReport | string> {
  return verified(zip).catch((error: unknown) => {
    if (error instanceof AppError) return error.code;
    throw error;
  });
}

describe('A package of evidence', function () {
  this.timeout(20_000);
  let sample: Sample;
  let files: Map<string, Buffer>;
  before(async () => {
    sample = await samplePackage();
    files = await unzipped(sample.zip);
  });

  it('holds by itself, and names what is not in it', async () => {
    const report = await verified(sample.zip);
    expect(report.files.filter(({ result }) => result !== 'ok')).to.deep.equal([]);
    expect(checks(report)).to.deep.equal({
      files: 'ok',
      content: 'ok',
      chain: 'ok',
      head: 'unknown',
      pages: 'ok',
      whole: 'absent',
    });
    expect(report.verdict).to.equal('incomplete');
    expect(report.manifest).to.equal(sample.digest);
    expect(sample.manifest.absent).to.have.length(1);
    expect(sample.manifest.absent[0]).to.include({ what: 'image', reason: 'not-uploaded', of: 'gate/g1/a-1' });
  });

  it('lists every file as sha256sum reads it', () => {
    const lines = files.get(SUMS)!.toString().trimEnd().split('\n');
    expect(lines).to.have.length(files.size - 1);
    for (const line of lines) {
      const [, digest, file] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line)!;
      expect(sha256(files.get(file!)!), file).to.equal(digest);
    }
  });

  it('has pages for people in both languages, without script, with all text escaped', () => {
    for (const [page, words] of [
      [
        'index.zh.html',
        ['低于要求排放阶段', '国四 &lt; 要求国六', '警告', '忻府区', '照片', '未上传', '晋H12345 · 黄牌', 'K3-0042'],
      ],
      ['index.en.html', ['China 4 &lt; China 6 required', 'Xinfu', 'the device has not brought it', 'refuse', 'Legal basis']],
    ] as const) {
      const text = files.get(page)!.toString();
      for (const word of words) expect(text, page).to.contain(word);
      expect(text).not.to.match(/<script|javascript:|\son\w+=|<b>"/i);
      expect(text).to.contain('1号门&lt;b&gt;');
      expect(text).not.to.match(/undefined|\[object/);
    }
  });

  it('any single bit of any file, flipped, is found', async () => {
    const names = [...files.keys()];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, where) => {
        const file = names[which % names.length]!;
        const content = Buffer.from(files.get(file)!);
        const bit = where % (content.length * 8);
        content[bit >> 3]! ^= 1 << (bit & 7);
        const report = await seen(await zipped(new Map(files).set(file, content)));
        if (typeof report === 'string') expect([MANIFEST, PROOF]).to.include(file);
        else {
          expect(report.verdict, file).to.equal('broken');
          expect(report.files.find((one) => one.file === file)!.result, file).to.equal('broken');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('any single bit of the ZIP itself, flipped, is found or changes nothing that is in it', async () => {
    const whole = codes(await verified(sample.zip));
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (where) => {
        const zip = Buffer.from(sample.zip);
        const bit = where % (zip.length * 8);
        zip[bit >> 3]! ^= 1 << (bit & 7);
        const report = await seen(zip);
        if (typeof report === 'string') expect(report).to.equal('not-a-package');
        else if (report.verdict !== 'broken') {
          expect(codes(report)).to.deep.equal(whole);
          expect(report.manifest).to.equal(sample.digest);
        }
      }),
      { numRuns: 150 },
    );
  });

  describe('changed by somebody who makes manifest and sums agree again', () => {
    const change = (file: string, a: string, b: string) =>
      forged(sample.zip, (all) => all.set(file, replaced(all.get(file)!.toString(), a, b)));
    const cases: [what: string, file: string, code: string, () => Promise<Buffer>][] = [
      ['a message', 'observations/0001.json', 'not-in-block', () => change('observations/0001.json', '"n":7', '"n":8')],
      ['a finding', 'finding.json', 'not-in-block', () => change('finding.json', '"severity": "warning"', '"severity": "info"')],
      ['a decision', 'decisions/0001.json', 'not-in-block', () => change('decisions/0001.json', '"refuse"', '"admit"')],
      ['a registered fact', 'facts/0001.json', 'not-in-block', () => change('facts/0001.json', '"kind": "gate"', '"kind": "gatf"')],
      ['the policy', 'policies/0001.json', 'not-in-block', () => change('policies/0001.json', '"stage": 6', '"stage": 5')],
      ['a page', 'index.zh.html', 'page', () => change('index.zh.html', '要求国六', '要求国五')],
      ['a picture', `images/`, 'wrong-subject', () =>
        forged(sample.zip, (all) => all.set([...all.keys()].find((f) => f.startsWith('images/'))!, Buffer.from('another')))],
      ['the time it was received', 'observations/0001.json', 'not-in-block', () => withManifest((m) => {
        for (const entry of m.files) if (entry.what === 'observation') entry.receivedAt = '2021-11-15T07:00:00.000+08:00';
      })],
      ['whose message it is', 'observations/0001.json', 'wrong-subject', () => withManifest((m) => {
        for (const entry of m.files) if (entry.what === 'observation') entry.observation = 'gate/g1/a-2';
      })],
      ['the subject of the package', MANIFEST, 'wrong-subject', () => withManifest((m) => void (m.of = { finding: 'another' }))],
      ['a message taken away', 'finding.json', 'parts-missing', () => withManifest((m, all) => {
        m.files = m.files.filter((entry) => entry.what !== 'observation');
        all.delete('observations/0001.json');
      })],
      ['a missing picture that is not named any more', 'observations/0001.json', 'image-missing', () => withManifest((m) => void (m.absent = []))],
      ['a record without its proof', 'finding.json', 'no-proof', () => withProof((p) => void (p.leaves = p.leaves.filter((l) => l.file !== 'finding.json')))],
      ['a block', 'finding.json', 'not-in-block', () => withProof((p) => p.blocks.forEach((b) => void (b.root = '0'.repeat(64))))],
      ['the time of a block', 'finding.json', 'block-not-in-head', () => withProof((p) => p.blocks.forEach((b) => void (b.at = '2021-01-01T00:00:00.000+08:00')))],
      ['the head', 'finding.json', 'block-not-in-head', () => withProof((p) => p.heads.forEach((h) => void (h.root = '0'.repeat(64))))],
      ['the way to the head', 'finding.json', 'block-not-in-head', () => withProof((p) => p.blocks.forEach((b) => void (b.heads = [])))],
    ]; // prettier-ignore

    function withManifest(edit: (manifest: Manifest, all: Map<string, Buffer>) => void): Promise<Buffer> {
      return forged(sample.zip, (all) => {
        const manifest = JSON.parse(all.get(MANIFEST)!.toString()) as Manifest;
        edit(manifest, all);
        all.set(MANIFEST, Buffer.from(documentText(manifest)));
      });
    }
    const withProof = (edit: (proof: Proof) => void) =>
      forged(sample.zip, (all) => {
        const proof = JSON.parse(all.get(PROOF)!.toString()) as Proof;
        edit(proof);
        all.set(PROOF, Buffer.from(documentText(proof)));
      });

    for (const [what, file, code, make] of cases)
      it(`${what}: ${code}`, async () => {
        const report = await verified(await make());
        expect(report.verdict).to.equal('broken');
        const said = report.files.filter((one) => one.file.startsWith(file)).map((one) => one.code);
        expect(said).to.include(code);
      });

    it('a state of the finding that never was', async () => {
      const report = await verified(await withProof((p) => void (p.states[0]!.status = 'withdrawn')));
      expect(checks(report).chain).to.equal('broken');
    });
  });

  it('tells whether its head is the one that was kept outside', async () => {
    const head = (await sample.chain.head())!;
    expect(checks(await verified(sample.zip, head)).head).to.equal('ok');
    expect(checks(await verified(sample.zip, { ...head, root: '0'.repeat(64) })).head).to.equal('broken');
    const older = (await sample.chain.head(3))!;
    expect(checks(await verified(sample.zip, older)).head).to.equal('unknown');
    const toOlder = await samplePackage({ olderHead: 3 });
    expect(checks(await verified(toOlder.zip, older))).to.include({ head: 'ok', chain: 'ok' });
    expect(checks(await verified(toOlder.zip, head)).head).to.equal('ok');
  });

  it('a chain that a forger made for another message holds by itself, but leads to another head than the one kept outside', async () => {
    const kept = (await sample.chain.head())!;
    const { zip } = await samplePackage({ forged: true });
    expect((await verified(zip)).verdict).to.equal('incomplete');
    const report = await verified(zip, kept);
    expect(checks(report).head).to.equal('broken');
    expect(report.verdict).to.equal('broken');
  });

  it('says what was not sealed yet when it was taken', async () => {
    const report = await verified((await samplePackage({ unsealed: true })).zip);
    expect(report.files.find(({ file }) => file === 'finding.json')!.result).to.equal('waiting');
    expect(checks(report)).to.include({ chain: 'waiting', files: 'ok', content: 'ok', pages: 'ok' });
    expect(report.verdict).to.equal('incomplete');
  });

  describe('that is none, or a trap', () => {
    const refused = async (zip: Buffer) => expect(await seen(zip)).to.equal('not-a-package');

    it('something else, nothing, a ZIP cut short, a ZIP of something else', async () => {
      await refused(Buffer.from('hello'));
      await refused(Buffer.alloc(0));
      await refused(sample.zip.subarray(0, sample.zip.length - 30));
      await refused(await zipped([['readme.txt', Buffer.from('x')]]));
      await refused(await zipped(new Map(files).set(MANIFEST, Buffer.from('{}'))));
      await refused(await zipped(new Map(files).set(PROOF, Buffer.from('nonsense'))));
    });

    it('names that lead out of it, or stand twice', async () => {
      for (const name of [
        '../manifest.json',
        '/etc/passwd',
        'a/../../b',
        'C:\\x',
        'a//b',
        'a/b/c',
        '.hidden',
        'con:stream',
        'x\u0000y',
      ])
        await refused(named(sample.zip, 'SHA256SUMS', name));
      await refused(named(sample.zip, 'SHA256SUMS', 'proof.json'));
    });

    it('a bomb: a file that unpacks to far more than it is packed', async () => {
      const zeros = Buffer.alloc(LIMITS.ratio * 12_000);
      expect(deflateRawSync(zeros).length * LIMITS.ratio).to.be.lessThan(zeros.length);
      await refused(await zipped(new Map(files).set('observations/0002.json', zeros)));
    });

    it('a file that says it is small and is not', async () => {
      const zip = await zipped(new Map(files).set('observations/0002.json', Buffer.alloc(500_000)));
      await refused(resized(zip, 'observations/0002.json', 10));
    });
  });
});

/** The ZIP's central directory with another name for a file (of any length). */
function named(zip: Buffer, file: string, name: string): Buffer {
  const at = centralEntry(zip, file);
  const bytes = Buffer.from(name);
  const length = zip.readUInt16LE(at + 28);
  const head = Buffer.from(zip.subarray(at, at + 46));
  head.writeUInt16LE(bytes.length, 28);
  const end = Buffer.from(zip.subarray(at + 46 + length));
  // The end record's size of the directory grows with it.
  const eocd = end.length - 22;
  end.writeUInt32LE(end.readUInt32LE(eocd + 12) + bytes.length - length, eocd + 12);
  return Buffer.concat([zip.subarray(0, at), head, bytes, end]);
}

function resized(zip: Buffer, file: string, bytes: number): Buffer {
  const changed = Buffer.from(zip);
  changed.writeUInt32LE(bytes, centralEntry(zip, file) + 24);
  return changed;
}

function centralEntry(zip: Buffer, file: string): number {
  for (let at = zip.indexOf('PK\u0001\u0002', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\u0001\u0002', at + 4, 'latin1'))
    if (zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)) === file) return at;
  throw new Error(`${file} is not in the ZIP`);
}
