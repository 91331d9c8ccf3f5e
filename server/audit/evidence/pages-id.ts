import { lawEn } from '../../http/contract/law/en.ts';
import { lawZh } from '../../http/contract/law/zh-CN.ts';
import { digestOf } from './documents.ts';
import { FORMAT, FORMAT_VERSION, type Manifest, type ManifestFile, type Proof } from './format.ts';
import { pagesOf } from './page.ts';
import { en, zh } from './page-words.ts';

const ZERO = '0'.repeat(64);
const AT = '2021-11-15T08:00:00.000+08:00';

let made: string | undefined;

/**
 * Names the way in which this version of the software makes the pages of a package: pages made in another way cannot be compared. It is
 * the digest of its words and of the pages of a package in which every part is there once.
 */
export function pagesId(): string {
  made ??= digestOf(JSON.stringify([zh, en, lawZh, lawEn, pagesOf(MANIFEST, PROOF, (file) => TEXTS[file])])).slice(0, 16);
  return made;
}

const FINDING = {
  rule: 'rule', ruleVersion: 1, code: 'code', status: 'withdrawn', withdrawnReason: 'reason', provisional: true, retroactive: true, disputed: true, severity: 'warning',
  proposal: 'review', at: AT, recordedAt: AT, count: 2, county: '140902', place: { name: 'place' }, device: 'gate/g', plate: '晋H00000,yellow', vin: 'vin', enterprise: 'e',
  policyVersion: 'p', id: 'id', zh: 'zh', en: 'en', measured: { stage: '4', opacity: 1, other: true }, limit: { minStage: '6', opacity: 2 },
  basis: [{ document: 'd', number: 'n', article: '1', zh: 'zh', en: 'en', validFrom: '2021-01-01' }], facts: { enterprise: { nameZh: 'e' } },
}; // prettier-ignore
const DECISION = {
  ref: 'R', plate: '晋H00000,yellow', at: AT, published: true, device: 'gate/g', reasons: [{ zh: 'zh', en: 'en' }],
  decision: { decision: 'refuse', at: AT, policyVersion: 'p' },
}; // prettier-ignore
const MESSAGE = { at: AT, backfill: true, images: [{ sha256: ZERO, role: 'head' }] };
const FACT = {
  collection: 'vehicles',
  version: 'v#1',
  validFrom: AT,
  recordedAt: AT,
  row: { stage: '4', totalMass: 1, status: 'in-use' },
};
const POLICY = { version: 'p', titleZh: 'zh', titleEn: 'en' };

const TEXTS: Record<string, string> = Object.fromEntries(
  Object.entries({ finding: FINDING, decision: DECISION, observation: MESSAGE, fact: FACT, policy: POLICY }).map(
    ([file, doc]) => [file, JSON.stringify(doc)],
  ),
);
const file = (name: string) => ({ file: name, bytes: 1, sha256: ZERO });
const FILES: ManifestFile[] = [
  { what: 'finding', ...file('finding'), id: 'id', status: 'withdrawn' },
  { what: 'decision', ...file('decision'), observation: 'gate/g/1', ref: 'R' },
  { what: 'observation', ...file('observation'), observation: 'gate/g/1', message: 'arrival', receivedAt: AT },
  { what: 'fact', ...file('fact'), fact: 'vehicles/v#1' },
  { what: 'policy', ...file('policy'), version: 'p' },
  { what: 'image', ...file('image'), contentType: 'image/png' },
];
const MANIFEST: Manifest = {
  format: FORMAT,
  version: FORMAT_VERSION,
  pages: '',
  of: { finding: 'id' },
  takenAt: AT,
  takenBy: { username: 'u', name: 'n', role: 'police' },
  files: FILES,
  absent: [{ what: 'image', name: ZERO, reason: 'not-uploaded' }],
  leftOut: 1,
};
const PLACE = { block: 1, index: 0, path: [] };
const PROOF: Proof = {
  leaves: [{ file: 'finding', ...PLACE }],
  waiting: ['decision'],
  states: [{ finding: 'id', status: 'confirmed', sha256: ZERO, ...PLACE }],
  blocks: [{ number: 1, at: AT, count: 1, root: ZERO, previous: ZERO, heads: [] }],
  heads: [
    { size: 1, root: ZERO, at: AT },
    { size: 0, root: ZERO, at: null },
  ],
};
