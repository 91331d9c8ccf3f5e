import { Binary } from 'mongodb';
import { assemble, type AssembleDeps, type EvidencePackage } from '../../server/audit/evidence/assemble.ts';
import { createChain } from '../../server/audit/evidence/chain.ts';
import { decisionLeaf, findingLeaf, hashOfLeaf, observationLeaf, type Leaf } from '../../server/audit/evidence/leaves.ts';
import { digestOf, policyText, versionText } from '../../server/audit/evidence/documents.ts';
import type { EvidenceRecords } from '../../server/audit/evidence/records.ts';
import { nextBlock, type Sealable, type Tip } from '../../server/audit/evidence/seal.ts';
import { AppError } from '../../server/errors.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import type { VersionDoc } from '../../server/registry/types.ts';
import { pictureMark } from '../../server/store/images.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../server/store/types.ts';
import { blocksInMemory, zipped } from './evidence.ts';

/** A package without a database: one finding at a gate with its message, decision, facts, policy, a picture that is there and one that is not. */

const AT = new Date('2021-11-15T08:00:00+08:00');
const PICTURE = Buffer.from('not a picture, but bytes like any');
const BROUGHT = digestOf(PICTURE);
const NOT_BROUGHT = digestOf('never came');

const message = {
  id: 'a-1', at: '2021-11-15T08:00:00+08:00', direction: 'in', plate: { number: '晋H12345', color: 'yellow' }, n: 7,
  images: [BROUGHT, NOT_BROUGHT].map((sha256) => ({ role: 'vehicle', sha256, contentType: 'image/jpeg' })),
}; // prettier-ignore
const versions = [
  {
    collection: 'vehicles',
    id: '晋H12345,yellow#1',
    row: { plateNumber: '晋H12345', plateColor: 'yellow', stage: '4', fuel: 'B' },
  },
  { collection: 'devices', id: 'gate/g1#1', row: { kind: 'gate', id: 'g1', nameZh: '1号门' } },
] as const;
const facts = { policy: xinzhou2021.version, device: 'gate/g1#1', vehicle: '晋H12345,yellow#1' };

const observation: ObservationDoc = {
  _id: 'gate/g1/a-1', kind: 'gate', deviceId: 'g1', id: 'a-1', message: 'arrival', source: 'gate/g1', at: AT, receivedAt: AT, batch: 'b1',
  raw: new Binary(Buffer.from(JSON.stringify(message))), facts, pictures: [BROUGHT, NOT_BROUGHT].map(pictureMark),
}; // prettier-ignore
const finding: FindingDoc = {
  _id: 'emission-standard|below-stage|gate/g1/a-1', rule: 'emission-standard', ruleVersion: 1, code: 'below-stage', subject: 'gate/g1/a-1', severity: 'warning',
  proposal: 'refuse', status: 'confirmed', at: AT, recordedAt: AT, observations: ['gate/g1/a-1'], plate: '晋H12345,yellow', vin: 'LVIN', device: 'gate/g1', county: '140902',
  place: { device: 'gate/g1', name: '1号门<b>' }, policyVersion: xinzhou2021.version, measured: { stage: '4' }, limit: { minStage: '6' },
  basis: [Object.values(xinzhou2021.basis)[0]!], zh: '国四 < 要求国六', en: 'China 4 < China 6 required', facts: { ...facts, vehicle: { version: facts.vehicle, stage: '4' } },
  basisSize: 1,
}; // prettier-ignore
const decision: DecisionDoc = {
  _id: 'gate/g1/a-1', ref: 'K3-0042', message: 'arrival', at: AT, recordedAt: AT, published: true, reasons: [], findings: [finding._id], rules: [finding.rule], facts,
  device: 'gate/g1', plate: '晋H12345,yellow',
  decision: {
    arrivalId: 'a-1', decision: 'refuse', reasons: [], vehicle: { number: '晋H12345', color: 'yellow', stage: '4', known: true }, control: { level: 'none' },
    display: { lines: ['禁行'], color: 'red' }, ref: 'K3-0042', policyVersion: xinzhou2021.version, at: '2021-11-15T08:00:00.000+08:00', validUntil: '2021-11-15T08:01:00.000+08:00',
  },
}; // prettier-ignore

const rowOf = ({ id, row }: (typeof versions)[number]) =>
  ({
    _id: id,
    key: id.split('#')[0],
    validFrom: AT.getTime(),
    recordedAt: AT.getTime(),
    seq: 1,
    digest: '',
    row,
  }) as unknown as VersionDoc;

/** Blocks of other things around those of the sample. */
function chainOf(own: Sealable[]) {
  const others = (from: number, n: number): Sealable[] =>
    Array.from({ length: n }, (_, i) => ({ hash: hashOfLeaf(['policy', `other ${from + i}`, '']) }));
  const blocks = [];
  let tip: Tip = { size: 0, peaks: [] };
  for (const part of [others(0, 3), [...others(3, 2), ...own.slice(0, 3), ...others(5, 4)], own.slice(3), others(9, 1)]) {
    const next = nextBlock(tip, part, AT.getTime());
    blocks.push(next.block);
    tip = next.tip;
  }
  return createChain(blocksInMemory(blocks));
}

export interface Sample extends EvidencePackage {
  zip: Buffer;
  chain: AssembleDeps['chain'];
}

export interface SampleOptions {
  /** What of the records is other than in the sample. */
  records?: Partial<EvidenceRecords>;
  olderHead?: number;
  /** Another message, in a chain that was made for it. */
  forged?: true;
  /** The present state of the finding is not sealed yet. */
  unsealed?: true;
}

export async function samplePackage({ records: more = {}, olderHead, forged, unsealed }: SampleOptions = {}): Promise<Sample> {
  const bytes = Buffer.from(JSON.stringify(forged ? { ...message, n: 8 } : message));
  const received = { ...observation, raw: new Binary(bytes) };
  const records: EvidenceRecords = {
    of: { finding: finding._id },
    findings: [finding],
    decisions: [decision],
    observations: [received],
    absent: [],
    leftOut: 0,
    ...more,
  };
  const item = (of: string, leaf: Leaf): Sealable => ({
    hash: hashOfLeaf(leaf),
    item: { of, sha256: leaf.at(-1)!, ...(leaf[0] === 'finding' && { status: leaf[2] }) },
  });
  const chain = chainOf([
    { hash: hashOfLeaf(observationLeaf(received, bytes)), batch: 'b1' },
    { hash: hashOfLeaf(decisionLeaf(decision)), batch: 'b1' },
    item(`finding/${finding._id}`, ['finding', finding._id, 'pending', '0'.repeat(64)]),
    ...(unsealed ? [] : [item(`finding/${finding._id}`, findingLeaf(finding))]),
    ...versions.map((v) => {
      const name = `${v.collection}/${v.id}`;
      return item(`fact/${name}`, ['fact', name, digestOf(versionText(v.collection, rowOf(v)))]);
    }),
    item(`policy/${xinzhou2021.version}`, ['policy', xinzhou2021.version, digestOf(policyText(xinzhou2021))]),
  ]);
  const made = await assemble(
    records,
    { actor: { username: 'wang', name: '王', role: 'police' }, now: AT.getTime() + 60_000, mayRead: () => true },
    {
      chain,
      registry: {
        versions: async (name, ids) => versions.filter((v) => v.collection === name && ids.includes(v.id)).map(rowOf) as never,
      },
      policyOf: async (version) => (version === xinzhou2021.version ? xinzhou2021 : undefined),
      images: {
        seen: async (_actor, sha256) => {
          if (sha256 !== BROUGHT) throw new AppError(404, 'unknown-picture', { zh: '', en: '' });
          return { type: 'image/jpeg', bytes: PICTURE.length };
        },
        content: async () => PICTURE,
      },
    },
    olderHead,
  );
  const files: [string, Buffer][] = [];
  for (const { file, content } of made.files) files.push([file, typeof content === 'function' ? await content() : content]);
  return { ...made, chain, zip: await zipped(files) };
}
