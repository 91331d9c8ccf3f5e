import { formatInstant } from '../../../devices/contract/instant.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../store/types.ts';
import { decisionText, digestOf, findingText } from './documents.ts';
import { leafHash } from './merkle.ts';

/**
 * What a leaf of the chain says, as the JSON text that is hashed. Every one names what it is of and the SHA-256 of its content.
 * - `["observation", "<kind>/<device>/<id>", "<message>", "<received at>", sha256 of the bytes as received]`
 * - `["decision", "<observation>", sha256]`
 * - `["finding", "<id>", "<status>", sha256]`: one for every state of it
 * - `["fact", "<collection>/<version>", sha256]`: a row of the registry, when a verdict first used it
 * - `["policy", "<version>", sha256]`
 */
export type Leaf =
  | ['observation', string, string, string, string]
  | ['decision', string, string]
  | ['finding', string, string, string]
  | ['fact', string, string]
  | ['policy', string, string];

/** A block of the chain: what is hashed as its leaf in the tree of blocks. Roots and digests are hex. */
export interface BlockHeader {
  /** From 1, without gaps. */
  number: number;
  /** When it was made, on the platform's clock: ISO 8601. */
  at: string;
  /** Its leaves, and the root over them. */
  count: number;
  root: string;
  /** The root of the tree of all blocks before it: so every block speaks for the whole past. */
  previous: string;
}

export function leafText(leaf: Leaf): string {
  return JSON.stringify(leaf);
}

export function hashOfLeaf(leaf: Leaf): Buffer {
  return leafHash(leafText(leaf));
}

export function hashOfBlock({ number, at, count, root, previous }: BlockHeader): Buffer {
  return leafHash(JSON.stringify(['block', number, at, count, root, previous]));
}

/** @param raw the bytes as received */
export function observationLeaf(doc: Pick<ObservationDoc, '_id' | 'message' | 'receivedAt'>, raw: Uint8Array): Leaf {
  return ['observation', doc._id, doc.message, formatInstant(doc.receivedAt.getTime()), digestOf(raw)];
}

export function decisionLeaf(doc: DecisionDoc): Leaf {
  return ['decision', doc._id, digestOf(decisionText(doc))];
}

export function findingLeaf(doc: FindingDoc): Leaf {
  return ['finding', doc._id, doc.status, digestOf(findingText(doc))];
}
