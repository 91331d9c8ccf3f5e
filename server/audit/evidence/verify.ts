import type { EvidenceReport, ReportedCheck, ReportedFile } from '../../http/contract/evidence.ts';
import type { ChainHead } from './chain.ts';
import { contentFault, isOfItsSubject, look, type Looked } from './contents.ts';
import { leafOf, MANIFEST, manifestSchema, PROOF, proofSchema, SUMS, sumsOf, type Manifest, type ManifestFile, type Proof } from './format.ts'; // prettier-ignore
import { hashOfBlock, hashOfLeaf, type Leaf } from './leaves.ts';
import { rootFrom } from './merkle.ts';
import { pagesOf } from './page.ts';
import { pagesId } from './pages-id.ts';
import { check, fileReport, verdictOf, type FileCode } from './report.ts';
import { readZip, refused, type ZipEntry } from './zip-read.ts';

/** What was read of a package, and what holds of it by itself. */
export interface Verified {
  report: EvidenceReport;
  manifest: Manifest;
  proof: Proof;
}

type Entries = ReadonlyMap<string, ZipEntry<Looked>>;

/**
 * Verifies a package by itself, without platform or store: its files against its manifest, its records against the proof, the proof
 * against the heads of the chain, its pages against its files, and whether all that it stands on is there or named as absent.
 * @param path the ZIP's file
 * @param known a head of the chain that was kept outside the platform
 * @throws AppError 422 `not-a-package` for what is no package of evidence at all
 */
export async function verifyPackage(path: string, known?: Pick<ChainHead, 'size' | 'root'>): Promise<Verified> {
  const entries: Entries = new Map((await readZip(path, look)).map((entry) => [entry.file, entry]));
  const manifest = read(entries, MANIFEST, manifestSchema);
  const proof = read(entries, PROOF, proofSchema);
  const digest = entries.get(MANIFEST)!.sha256;
  const named = new Set([...entries.values()].flatMap(({ looked }) => looked?.images ?? []));
  const inChain = chainReader(proof);
  const pages = new Map(pagesOf(manifestOfPages(manifest), proof, (file) => entries.get(file)?.looked?.text).map((p) => [p.file as string, p.text])); // prettier-ignore

  const codeOf = (entry: ManifestFile): FileCode => {
    const zip = entries.get(entry.file);
    if (!zip) return 'lost';
    if (zip.sha256 !== entry.sha256 || zip.bytes !== entry.bytes) return 'digest';
    const fault = contentFault(entry, zip, manifest, named);
    if (fault) return fault;
    if (entry.what === 'image') return 'ok-named';
    if (entry.what === 'proof') return 'ok-listed';
    if (entry.what === 'page') {
      if (manifest.pages !== pagesId()) return 'other-pages';
      return pages.get(entry.file) === zip.looked?.text ? 'ok-page' : 'page';
    }
    return inChain.file(entry);
  };

  const files: ReportedFile[] = manifest.files.map((entry) => fileReport(entry.file, entry.what, codeOf(entry)));
  const listed = new Set([...manifest.files.map((entry) => entry.file), MANIFEST, SUMS]);
  for (const { file } of entries.values()) if (!listed.has(file)) files.push(fileReport(file, 'other', 'unlisted'));
  const sums = entries.get(SUMS)?.looked?.text;
  const agrees = sums === sumsOf(manifest, digest);
  files.push(
    fileReport(MANIFEST, 'manifest', !isOfItsSubject(manifest) ? 'wrong-subject' : agrees ? 'ok-listed' : 'manifest'),
    fileReport(SUMS, 'sums', sums === undefined ? 'lost' : agrees ? 'ok-listed' : 'sums'),
  );

  const checks = checksOf(files, manifest, proof, inChain, known);
  const { of, takenAt, takenBy } = manifest;
  const report: EvidenceReport = {
    verdict: verdictOf([...files, ...checks]),
    ...{ of, takenAt, takenBy, manifest: digest, checks, files },
    heads: proof.heads,
    blocks: proof.blocks.map(({ number, at, count }) => ({ number, at, count })),
  };
  return { report, manifest, proof };
}

/** Reads one of the files that every package has. */
function read<T>(
  entries: Entries,
  file: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T {
  const text = entries.get(file)?.looked?.text;
  if (text === undefined) throw refused(`缺少 ${file} 或其内容不是 JSON`, `${file} is missing, or no JSON`);
  const result = schema.safeParse(JSON.parse(text));
  if (!result.success) throw refused(`${file} 的格式不符`, `${file} has another form`);
  return result.data;
}

/** The manifest as it was when the pages were made: without them. */
function manifestOfPages(manifest: Manifest): Manifest {
  return { ...manifest, files: manifest.files.filter(({ what }) => what !== 'page') };
}

type ChainReader = ReturnType<typeof chainReader>;

/** What the proof shows. */
function chainReader(proof: Proof) {
  const places = new Map(proof.leaves.map((place) => [place.file, place]));
  const waiting = new Set(proof.waiting);
  const heads = new Map(proof.heads.map((head) => [head.size, head]));
  const newest = proof.heads.at(-1);
  const bytes = (hashes: string[]) => hashes.map((hash) => Buffer.from(hash, 'hex'));

  /** Whether a block leads to every head that it is to lead to, the newest among them. */
  const blocks = new Map(
    proof.blocks.map((block) => {
      const hash = hashOfBlock(block);
      const reached = block.heads.map(({ size, path }) => {
        const root = rootFrom(hash, block.number - 1, size, bytes(path))?.toString('hex');
        return root !== undefined && heads.get(size)?.root === root;
      });
      const under = proof.heads.filter(({ size }) => size >= block.number);
      const complete = under.every(({ size }) => block.heads.some((head) => head.size === size));
      return [
        block.number,
        { block, holds: newest !== undefined && newest.size >= block.number && complete && reached.every(Boolean) },
      ];
    }),
  );

  function leaf(of: Leaf, { block: number, index, path }: { block: number; index: number; path: string[] }): FileCode {
    const found = blocks.get(number);
    if (!found) return 'no-proof';
    const root = rootFrom(hashOfLeaf(of), index, found.block.count, bytes(path))?.toString('hex');
    if (root !== found.block.root) return 'not-in-block';
    return found.holds ? 'ok' : 'block-not-in-head';
  }

  return {
    file(entry: ManifestFile): FileCode {
      const of = leafOf(entry)!;
      const place = places.get(entry.file);
      if (place) return leaf(of, place);
      return waiting.has(entry.file) ? 'waiting' : 'no-proof';
    },
    /** Whether every state of the findings that the proof tells of is in the chain, and every block of it under its heads. */
    tellsTrue: () =>
      proof.states.every(({ finding, status, sha256, ...place }) => leaf(['finding', finding, status, sha256], place) === 'ok') &&
      [...blocks.values()].every(({ holds }) => holds),
  };
}

function checksOf(
  files: ReportedFile[],
  manifest: Manifest,
  proof: Proof,
  inChain: ChainReader,
  known: Pick<ChainHead, 'size' | 'root'> | undefined,
): ReportedCheck[] {
  const broken = (...codes: FileCode[]) => files.filter(({ code }) => (codes as string[]).includes(code));
  const changed = broken('digest', 'lost', 'unlisted', 'manifest', 'sums');
  const content = broken('not-json', 'wrong-form', 'wrong-subject', 'not-named', 'image-missing', 'parts-missing');
  const outside = broken('no-proof', 'not-in-block', 'block-not-in-head');
  const waiting = files.filter(({ code }) => code === 'waiting');
  const pages = files.filter(({ what, result }) => what === 'page' && result !== 'ok');
  const names = (list: ReportedFile[]) => list.slice(0, 5).map(({ file }) => file).join('、') + (list.length > 5 ? ' …' : ''); // prettier-ignore
  const sealed = files.filter(({ code }) => code === 'ok').length;
  return [
    changed.length === 0
      ? check('files', 'ok', 'whole', `${files.length} 个文件与清单一致`, `${files.length} files are as the manifest says`)
      : check('files', 'broken', 'changed', `文件被改动、缺失或多出：${names(changed)}`, `changed, missing or added: ${names(changed)}`),
    content.length === 0
      ? check('content', 'ok', 'fits', '各文件内容与所述对象相符', 'every file is of what it is said to be of')
      : check('content', 'broken', 'does-not-fit', `内容不符：${names(content)}`, `not what it is said to be: ${names(content)}`),
    outside.length > 0 || !inChain.tellsTrue()
      ? check('chain', 'broken', 'not-in-chain', `与证据链不符：${names(outside)}`, `not as the chain holds it: ${names(outside)}`)
      : waiting.length > 0
        ? check('chain', 'waiting', 'waiting', `${sealed} 个记录在证据链中，${waiting.length} 个导出时尚未入链`, `${sealed} records are in the chain, ${waiting.length} were not yet`) // prettier-ignore
        : check('chain', 'ok', 'in-chain', `${sealed} 个记录都在证据链中`, `all ${sealed} records are in the chain`),
    headCheck(proof, known),
    pages.length === 0
      ? check('pages', 'ok', 'as-files', '可读页面与文件一致', 'the readable pages say what the files say')
      : pages.some(({ result }) => result === 'broken')
        ? check('pages', 'broken', 'other', '可读页面与文件不一致', 'the readable pages do not say what the files say')
        : check('pages', 'unknown', 'other-version', '可读页面由其他版本的软件生成，未比对', 'the readable pages were made by another version, not compared'),
    manifest.absent.length + manifest.leftOut === 0
      ? check('whole', 'ok', 'whole', '所依据的内容全部在包内', 'all that it stands on is in the package')
      : check('whole', 'absent', 'absent', `${manifest.absent.length + manifest.leftOut} 项内容未收录，已逐项说明`, `${manifest.absent.length + manifest.leftOut} things are not in the package, each with its reason`),
  ]; // prettier-ignore
}

/** Whether a head kept outside is one that the package is proved to. */
function headCheck({ heads }: Proof, known: Pick<ChainHead, 'size' | 'root'> | undefined): ReportedCheck {
  if (!known)
    return check(
      'head',
      'unknown',
      'none-given',
      '未给出平台之外留存的链首，未比对',
      'no head kept outside was given to compare',
    );
  const same = heads.find(({ size }) => size === known.size);
  if (!same)
    return check('head', 'unknown', 'other-size', `包内没有 ${known.size} 个区块的链首；请以 ?head=${known.size} 重新导出`, `the package is not proved to the head of ${known.size} blocks: take it again with ?head=${known.size}`); // prettier-ignore
  return same.root === known.root
    ? check('head', 'ok', 'same', '与平台之外留存的链首相同', 'the head is the one kept outside')
    : check('head', 'broken', 'differs', '与平台之外留存的链首不同', 'the head is not the one kept outside');
}
