import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yauzl from 'yauzl';
import { digestOf, documentText } from '../../server/audit/evidence/documents.ts';
import { MANIFEST, SUMS, sumsOf, type Manifest } from '../../server/audit/evidence/format.ts';
import { createSealer, type SealerDeps } from '../../server/audit/evidence/sealer.ts';
import { verifyPackage } from '../../server/audit/evidence/verify.ts';
import { zipOf } from '../../server/audit/evidence/zip-write.ts';
import type { EvidenceReport } from '../../server/http/contract/evidence.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import { evidenceBlockStore, type BlockDoc, type EvidenceBlockStore } from '../../server/store/evidence-blocks.ts';
import { createLease } from '../../server/store/lease.ts';
import { policyStore } from '../../server/store/policies.ts';
import { registryStore } from '../../server/store/registry.ts';
import { createLog } from '../../server/log.ts';
import type { TestCore } from './core.ts';
import { until } from './until.ts';

/** What seals the evidence of a core: as the platform puts it together. */
export function sealerDeps(t: TestCore): SealerDeps {
  return {
    ...t.core.stores,
    blocks: evidenceBlockStore(t.store.db),
    registry: registryStore(t.store.db),
    policyOf: async (version) =>
      version === xinzhou2021.version ? xinzhou2021 : (await policyStore(t.store.db).byVersion(version))?.policy,
    lease: createLease(t.store.db, 'leases', 'evidence'),
    clock: t.clock,
    log: createLog('silent'),
    options: { lookAgainMs: -60_000 },
  };
}

export const sealerOf = (t: TestCore, more: Partial<SealerDeps> = {}) => createSealer({ ...sealerDeps(t), ...more });

/** Ends the open batches of a core without waiting for their second to be over. */
export async function batchesDone(t: TestCore): Promise<void> {
  const { db } = t.store;
  await until(async () => {
    await t.core.records.stop();
    const batches = await db.collection('observations').distinct('batch');
    return (await db.collection('batches').countDocuments({ _id: { $in: batches as never[] }, state: 'open' })) === 0;
  });
}

/** All blocks in order. */
export const blocksOf = (t: TestCore): Promise<BlockDoc[]> =>
  t.store.db.collection<BlockDoc>('evidence_blocks').find().sort({ _id: 1 }).toArray();

/** A ZIP's files by name. */
export async function unzipped(zip: Buffer): Promise<Map<string, Buffer>> {
  const opened = await yauzl.fromBufferPromise(zip, { lazyEntries: true, autoClose: false });
  const files = new Map<string, Buffer>();
  for await (const entry of opened.eachEntry()) {
    const pieces: Buffer[] = [];
    for await (const piece of await opened.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
    files.set(entry.fileName, Buffer.concat(pieces));
  }
  return files;
}

/** Files as a ZIP. */
export async function zipped(files: Iterable<readonly [string, Buffer]>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zipOf([...files].map(([file, content]) => ({ file, content })), new Date(0))) pieces.push(piece as Buffer); // prettier-ignore
  return Buffer.concat(pieces);
}

/** A package whose files were changed by somebody who made manifest and sums agree again. */
export async function forged(zip: Buffer, change: (files: Map<string, Buffer>) => void): Promise<Buffer> {
  const files = await unzipped(zip);
  change(files);
  const manifest = JSON.parse(files.get(MANIFEST)!.toString()) as Manifest;
  for (const entry of manifest.files) {
    const content = files.get(entry.file);
    if (content) Object.assign(entry, { bytes: content.length, sha256: digestOf(content) });
  }
  const text = documentText(manifest);
  files.set(MANIFEST, Buffer.from(text));
  files.set(SUMS, Buffer.from(sumsOf(manifest, digestOf(text))));
  return zipped(files);
}

/** What verifying bytes by themselves says. */
export async function verified(zip: Buffer, head?: { size: number; root: string }): Promise<EvidenceReport> {
  const path = join(tmpdir(), `evidence-test-${randomUUID()}.zip`);
  await writeFile(path, zip);
  try {
    return (await verifyPackage(path, head)).report;
  } finally {
    await rm(path);
  }
}

/** A block store in memory, for packages without a database. */
export function blocksInMemory(blocks: BlockDoc[]): EvidenceBlockStore {
  const inOrder = async function* (some: BlockDoc[]) {
    await Promise.resolve();
    yield* some;
  };
  return {
    indexes: async () => undefined,
    last: async () => blocks.at(-1) ?? null,
    byNumber: async (number) => blocks[number - 1] ?? null,
    byNumbers: async (numbers) => blocks.filter((block) => numbers.includes(block._id)),
    from: (number) => inOrder(blocks.filter((block) => block._id >= number)),
    ofBatches: (batches) => inOrder(blocks.filter((block) => block.batches?.some((batch) => batches.includes(batch)))),
    naming: async (names) => blocks.filter((block) => block.items?.some((item) => names.includes(item.of))),
    append: async (docs) => blocks.push(...docs) > 0,
  };
}
