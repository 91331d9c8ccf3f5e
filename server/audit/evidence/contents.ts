import type { FindingDoc } from '../../store/types.ts';
import { factOf, factsOfFinding, messagesOf, policyOfName } from './facts.ts';
import type { Manifest, ManifestFile } from './format.ts';
import type { FileCode } from './report.ts';
import type { ZipEntry } from './zip-read.ts';

/** What is looked at in a file beyond its digest. */
export interface Looked {
  /** The text, where a page is made of it or something must be read in it. */
  text?: string;
  /** Of a message: its own id and the pictures it names. */
  id?: string;
  images?: string[];
}

/** How many messages' texts are kept for the pages. */
const TEXTS = 50;

/** Reads what is needed of a JSON file of a package; undefined where it is no JSON object. */
export function look(file: string, content: Buffer): Looked | undefined {
  const text = content.toString('utf8');
  if (!file.endsWith('.json')) return { text };
  const doc = objectOf(text);
  if (!doc) return undefined;
  if (!file.startsWith('observations/')) return { text };
  const images = Array.isArray(doc.images) ? (doc.images as { sha256?: unknown }[]) : [];
  return {
    ...(Number(/(\d+)\.json$/.exec(file)?.[1] ?? Infinity) <= TEXTS && { text }),
    ...(typeof doc.id === 'string' && { id: doc.id }),
    images: images.flatMap((image) => (typeof image?.sha256 === 'string' ? [image.sha256] : [])),
  };
}

/**
 * Whether a file is what its entry in the manifest says it is of, and whether what it stands on is in the package or named as absent.
 * @returns what is wrong with it; null where nothing is
 */
export function contentFault(
  entry: ManifestFile,
  zip: ZipEntry<Looked>,
  manifest: Manifest,
  named: ReadonlySet<string>,
): FileCode | null {
  if (entry.what === 'image') {
    if (!entry.file.startsWith(`images/${entry.sha256}.`)) return 'wrong-subject';
    return named.has(entry.sha256) ? null : 'not-named';
  }
  if (entry.what === 'page' || entry.what === 'proof') return null;
  if (!zip.looked) return 'not-json';
  if (entry.what === 'observation') {
    if (zip.looked.id !== entry.observation.split('/').slice(2).join('/')) return 'wrong-subject';
    return (zip.looked.images ?? []).every((sha256) => holds(manifest, 'image', sha256)) ? null : 'image-missing';
  }
  const doc = objectOf(zip.looked.text ?? '') ?? {};
  switch (entry.what) {
    case 'finding':
      if (doc.id !== entry.id || doc.status !== entry.status) return 'wrong-subject';
      return standsOn(doc, manifest);
    case 'decision':
      return doc.observation === entry.observation && doc.ref === entry.ref ? null : 'wrong-subject';
    case 'fact':
      return `${String(doc.collection)}/${String(doc.version)}` === entry.fact ? null : 'wrong-subject';
    case 'policy':
      return doc.version === entry.version ? null : 'wrong-subject';
  }
}

/** Whether the package is of what its manifest says. */
export function isOfItsSubject({ of, files }: Manifest): boolean {
  if ('finding' in of)
    return files.some((entry) => entry.what === 'finding' && entry.file === 'finding.json' && entry.id === of.finding);
  return files.some((entry) => entry.what === 'decision' && entry.file === 'decision.json' && entry.ref === of.decision);
}

function standsOn(doc: Record<string, unknown>, manifest: Manifest): FileCode | null {
  const finding = doc as unknown as FindingDoc;
  if (!Array.isArray(finding.observations) || typeof finding.facts !== 'object' || finding.facts === null) return 'wrong-form';
  const messages = messagesOf(finding).every((ref) => holds(manifest, 'observation', ref));
  const facts = factsOfFinding(finding).every((name) =>
    factOf(name) ? holds(manifest, 'fact', name.slice('fact/'.length)) : holds(manifest, 'policy', policyOfName(name)),
  );
  return messages && facts ? null : 'parts-missing';
}

/** Whether something is a file of the package, or named as not in it. */
function holds({ files, absent }: Manifest, what: 'observation' | 'image' | 'fact' | 'policy', name: string): boolean {
  if (absent.some((one) => one.what === what && one.name === name)) return true;
  return files.some((entry) => {
    switch (entry.what) {
      case 'observation':
        return what === 'observation' && entry.observation === name;
      case 'image':
        return what === 'image' && entry.sha256 === name;
      case 'fact':
        return what === 'fact' && entry.fact === name;
      case 'policy':
        return what === 'policy' && entry.version === name;
      default:
        return false;
    }
  });
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const doc: unknown = JSON.parse(text);
    return typeof doc === 'object' && doc !== null && !Array.isArray(doc) ? (doc as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
