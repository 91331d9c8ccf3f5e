import { z } from 'zod';
import type { Leaf } from './leaves.ts';

/**
 * A package of evidence: a ZIP of plain files.
 * - `index.zh.html`, `index.en.html`: to be read by people; made of the other files and of nothing else
 * - `manifest.json`: every other file with its SHA-256, and what is not in the package, with the reason
 * - `SHA256SUMS`: the digests of all files, the manifest included, as `sha256sum -c` reads them
 * - `proof.json`: where in the platform's chain each record is, and what leads from it to a published head
 * - `finding.json` or `decision.json`, `observations/…` (the bytes as received), `facts/…`, `policies/…`, `images/…`
 */
export const FORMAT = 'cleanhaul-evidence';
export const FORMAT_VERSION = 1;

export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';
export const PROOF = 'proof.json';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** A name within the package: no way out of it, nothing that a file system reads otherwise. */
export const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/;
const name = z.string().max(120).regex(FILE_NAME);
const text = z.string().max(600);
const file = { file: name, bytes: z.int().min(0), sha256: digest };

export const manifestFile = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('finding'), ...file, id: text, status: text }),
  z.strictObject({ what: z.literal('decision'), ...file, observation: text, ref: text }),
  z.strictObject({ what: z.literal('observation'), ...file, observation: text, message: text, receivedAt: text }),
  z.strictObject({ what: z.literal('fact'), ...file, fact: text.describe('`<collection>/<version>`') }),
  z.strictObject({ what: z.literal('policy'), ...file, version: text }),
  z.strictObject({ what: z.literal('image'), ...file, contentType: text }),
  z.strictObject({ what: z.literal('proof'), ...file }),
  z.strictObject({ what: z.literal('page'), ...file, language: z.enum(['zh', 'en']) }),
]);
export type ManifestFile = z.infer<typeof manifestFile>;

/** Why something is not in the package. */
export const ABSENT_REASONS = ['not-uploaded', 'damaged', 'not-stored', 'out-of-scope', 'too-large'] as const;

export const manifestAbsent = z.strictObject({
  what: z.enum(['observation', 'finding', 'image', 'fact', 'policy']),
  name: text.describe('its key, digest or version'),
  reason: z.enum(ABSENT_REASONS),
  of: text.optional().describe('an image: the observation that names it'),
});
export type ManifestAbsent = z.infer<typeof manifestAbsent>;

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** Names the way in which the readable pages were made. */
  pages: z.string().max(64),
  of: z.union([z.strictObject({ finding: text }), z.strictObject({ decision: text.describe('its printed reference') })]),
  takenAt: text,
  takenBy: z.strictObject({ username: text, name: text, role: text }),
  files: z.array(manifestFile).max(10_000),
  absent: z.array(manifestAbsent).max(20_000),
  /** Of a stretch of telemetry: messages of it that are stored and not in the package. */
  leftOut: z.int().min(0),
});
export type Manifest = z.infer<typeof manifestSchema>;

const path = z.array(digest).max(64);
const place = { block: z.int().min(1), index: z.int().min(0), path };

export const proofSchema = z.strictObject({
  /** Where the package's records are. */
  leaves: z.array(z.strictObject({ file: name, ...place })).max(10_000),
  /** Records that were not sealed yet when the package was taken. */
  waiting: z.array(name).max(10_000),
  /** Every state of the package's findings that was sealed, of each in order: its digest and where it is. */
  states: z.array(z.strictObject({ finding: text, status: text, sha256: digest, ...place })).max(1000),
  blocks: z
    .array(
      z.strictObject({
        number: z.int().min(1),
        at: text,
        count: z.int().min(1),
        root: digest,
        previous: digest,
        /** What leads from the block to the root of the tree of so many blocks. */
        heads: z.array(z.strictObject({ size: z.int().min(1), path })).max(8),
      }),
    )
    .max(10_000),
  /** Heads of the chain: the newest when the package was taken, and one that was asked for. */
  heads: z.array(z.strictObject({ size: z.int().min(0), root: digest, at: text.nullable() })).max(8),
});
export type Proof = z.infer<typeof proofSchema>;

/** What the chain says of a file; null for those that it does not know by themselves. */
export function leafOf(entry: ManifestFile): Leaf | null {
  switch (entry.what) {
    case 'observation':
      return ['observation', entry.observation, entry.message, entry.receivedAt, entry.sha256];
    case 'decision':
      return ['decision', entry.observation, entry.sha256];
    case 'finding':
      return ['finding', entry.id, entry.status, entry.sha256];
    case 'fact':
      return ['fact', entry.fact, entry.sha256];
    case 'policy':
      return ['policy', entry.version, entry.sha256];
    case 'image':
    case 'proof':
    case 'page':
      return null;
  }
}

/** The text of `SHA256SUMS`. */
export function sumsOf(manifest: Manifest, manifestDigest: string): string {
  const lines = [...manifest.files.map(({ sha256, file: path }) => [sha256, path] as const), [manifestDigest, MANIFEST] as const];
  return lines.map(([sha256, path]) => `${sha256}  ${path}\n`).join('');
}
