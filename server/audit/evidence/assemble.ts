import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Images } from '../../images/images.ts';
import { bytesOf } from '../../intake/restore.ts';
import type { Collection } from '../../registry/types.ts';
import type { ObservationDoc } from '../../store/types.ts';
import type { Chain } from './chain.ts';
import { decisionText, digestOf, documentText, findingText } from './documents.ts';
import { factTexts, type FactTextDeps } from './fact-texts.ts';
import { factOf, factsOfFinding, factsOfMessage, policyOfName, type FactName } from './facts.ts';
import {
  FORMAT, FORMAT_VERSION, MANIFEST, PROOF, SUMS, sumsOf, type Manifest, type ManifestAbsent, type ManifestFile,
} from './format.ts'; // prettier-ignore
import { pagesOf } from './page.ts';
import { pagesId } from './pages-id.ts';
import { proofOf, type ToProve } from './prove.ts';
import type { EvidenceRecords } from './records.ts';

export interface AssembleDeps extends FactTextDeps {
  chain: Chain;
  images: Pick<Images, 'seen' | 'content'>;
}

export interface Taker {
  actor: Actor;
  /** Platform time. */
  now: number;
  /** Whether the taker may read this part of the registry. */
  mayRead(collection: Collection): boolean;
}

/** A file of the package; pictures are read when their turn comes. */
export interface PackageFile {
  file: string;
  content: Buffer | (() => Promise<Buffer>);
}

export interface EvidencePackage {
  manifest: Manifest;
  /** SHA-256 of `manifest.json`: the name of this package. */
  digest: string;
  /** In the order in which they are written. */
  files: PackageFile[];
}

/** Pictures beyond so many bytes are named and left out. */
const MAX_IMAGE_BYTES = 48 * 1024 * 1024;

type Placed = ToProve & { content: PackageFile['content'] };

/**
 * Puts a package together: the records as texts, the pictures, the facts, the proof, the pages, and the manifest over all of it.
 * @param olderHead prove also to the head of so many blocks
 * @throws AppError 422 `no-such-head`
 */
export async function assemble(
  records: EvidenceRecords,
  taker: Taker,
  deps: AssembleDeps,
  olderHead?: number,
): Promise<EvidencePackage> {
  const absent: ManifestAbsent[] = [...records.absent];
  const placed = [...verdictsOf(records), ...observationsOf(records)];
  for (const part of [await factsOf(records, taker, deps), await picturesOf(records, taker.actor, deps)]) {
    placed.push(...part.placed);
    absent.push(...part.absent);
  }
  const proof = await proofOf(placed, deps.chain, olderHead);
  const proofFile = textFile({ what: 'proof', file: PROOF }, documentText(proof));
  const { username, name, role } = taker.actor;
  const manifest: Manifest = {
    format: FORMAT,
    version: FORMAT_VERSION,
    pages: pagesId(),
    of: records.of,
    takenAt: formatInstant(taker.now),
    takenBy: { username, name, role },
    files: [...placed, proofFile].map(({ entry }) => entry),
    absent,
    leftOut: records.leftOut,
  };
  const texts = new Map(
    placed.flatMap(({ entry, content }) => (Buffer.isBuffer(content) ? [[entry.file, content.toString('utf8')] as const] : [])),
  );
  const pages = pagesOf(manifest, proof, (file) => texts.get(file)).map(({ file, language, text }) =>
    textFile({ what: 'page', file, language }, text),
  );
  manifest.files.push(...pages.map(({ entry }) => entry));
  const manifestText = documentText(manifest);
  const digest = digestOf(manifestText);
  const whole = (file: string, text: string): PackageFile => ({ file, content: Buffer.from(text) });
  return {
    manifest,
    digest,
    files: [
      ...[...pages, ...placed].map(({ entry, content }) => ({ file: entry.file, content })),
      { file: PROOF, content: proofFile.content },
      whole(MANIFEST, manifestText),
      whole(SUMS, sumsOf(manifest, digest)),
    ],
  };
}

type Described<W extends ManifestFile['what']> = W extends unknown
  ? Omit<Extract<ManifestFile, { what: W }>, 'bytes' | 'sha256'>
  : never;

function textFile(described: Described<ManifestFile['what']>, text: string | Uint8Array): Placed {
  const content = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  return { entry: { ...described, bytes: content.length, sha256: digestOf(content) }, content };
}

/** `finding.json` or `decision.json`, which the package is of, and the others beside it. */
function verdictsOf({ of, findings, decisions, observations }: EvidenceRecords): Placed[] {
  const batches = new Map(observations.map((doc) => [doc._id, doc.batch]));
  const own = 'finding' in of ? 'finding' : 'decision';
  const found = findings.map((doc, i) => {
    const file = own === 'finding' ? 'finding.json' : numbered('findings', i, 'json');
    return textFile({ what: 'finding', file, id: doc._id, status: doc.status }, findingText(doc));
  });
  const given = decisions.map((doc, i) => {
    const file = own === 'decision' ? 'decision.json' : numbered('decisions', i, 'json');
    const batch = batches.get(doc._id);
    return {
      ...textFile({ what: 'decision', file, observation: doc._id, ref: doc.ref }, decisionText(doc)),
      ...(batch !== undefined && { batch }),
    };
  });
  return own === 'finding' ? [...found, ...given] : [...given, ...found];
}

function observationsOf({ observations }: EvidenceRecords): Placed[] {
  return observations.map((doc, i) => ({
    ...textFile(
      {
        what: 'observation',
        file: numbered('observations', i, 'json'),
        observation: doc._id,
        message: doc.message,
        receivedAt: formatInstant(doc.receivedAt.getTime()),
      },
      bytesOf(doc),
    ),
    batch: doc.batch,
  }));
}

/** Registry rows and policies that the verdicts and messages name, as far as the taker may read them. */
async function factsOf(
  { findings, decisions, observations }: EvidenceRecords,
  { mayRead }: Taker,
  deps: FactTextDeps,
): Promise<{ placed: Placed[]; absent: ManifestAbsent[] }> {
  const names = [
    ...new Set<FactName>([
      ...findings.flatMap(factsOfFinding),
      ...decisions.flatMap(({ facts }) => (facts ? factsOfMessage(facts) : [])),
      ...observations.flatMap(({ facts }) => factsOfMessage(facts)),
    ]),
  ];
  const mine = names.filter((name) => {
    const fact = factOf(name);
    return !fact || mayRead(fact.collection);
  });
  const texts = await factTexts(mine, deps);
  const placed: Placed[] = [];
  let [rows, policies] = [0, 0];
  for (const [name, text] of texts)
    placed.push(
      factOf(name)
        ? textFile({ what: 'fact', file: numbered('facts', rows++, 'json'), fact: name.slice('fact/'.length) }, text)
        : textFile({ what: 'policy', file: numbered('policies', policies++, 'json'), version: policyOfName(name) }, text),
    );
  const absent = names
    .filter((name) => !texts.has(name))
    .map((name): ManifestAbsent => {
      const fact = factOf(name);
      const reason = mine.includes(name) ? 'not-stored' : 'out-of-scope';
      return fact
        ? { what: 'fact', name: name.slice('fact/'.length), reason }
        : { what: 'policy', name: policyOfName(name), reason };
    });
  return { placed, absent };
}

/** The pictures that the messages name, as far as the taker may see them; each file is looked at before it is promised. */
async function picturesOf(
  { observations }: EvidenceRecords,
  actor: Actor,
  { images }: AssembleDeps,
): Promise<{ placed: Placed[]; absent: ManifestAbsent[] }> {
  const placed: Placed[] = [];
  const absent: ManifestAbsent[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const doc of observations)
    for (const sha256 of imagesNamedIn(doc)) {
      if (seen.has(sha256)) continue;
      seen.add(sha256);
      const gone = (reason: ManifestAbsent['reason']) => absent.push({ what: 'image', name: sha256, reason, of: doc._id });
      const picture = await images.seen(actor, sha256).catch(unlessUnknown);
      if (!picture) gone('not-uploaded');
      else if (bytes + picture.bytes > MAX_IMAGE_BYTES) gone('too-large');
      else {
        const content = await images.content(sha256).catch(unlessUnknown);
        if (!content || digestOf(content) !== sha256) gone('damaged');
        else {
          bytes += content.length;
          const file = `images/${sha256}.${picture.type === 'image/png' ? 'png' : 'jpg'}`;
          placed.push({
            entry: { what: 'image', file, bytes: content.length, sha256, contentType: picture.type },
            content: () => images.content(sha256),
          });
        }
      }
    }
  return { placed, absent };
}

/** The digests of the pictures that a message names. */
function imagesNamedIn(doc: ObservationDoc): string[] {
  if (!doc.pictures) return [];
  const { images } = JSON.parse(Buffer.from(bytesOf(doc)).toString('utf8')) as { images?: { sha256: string }[] };
  return (images ?? []).map(({ sha256 }) => sha256);
}

function unlessUnknown(error: unknown): null {
  if (error instanceof AppError && error.status === 404) return null;
  throw error;
}

function numbered(folder: string, index: number, type: string): string {
  return `${folder}/${String(index + 1).padStart(4, '0')}.${type}`;
}
