import { SINCE_EVER } from '../policy/types.ts';
import { governing } from './in-force.ts';
import type { VersionMark } from './types.ts';

/** A version as far as an import compares with it. */
export type Mark = VersionMark & { digest: string };

/** A row's say: `validFrom` where it names one. `recordedAt` is the moment of the import, or an administrator's. */
export interface Claim {
  validFrom?: number;
  recordedAt: number;
  /** Whether `recordedAt` was imported. */
  dated: boolean;
  digest: string;
}

/**
 * What a row means beside the versions of its key (rules.md §2): a repeat, or a new version from `validFrom` on. `reverts`: it says again
 * what an earlier version said that another has since replaced, so it is either a change back or an old file sent again. A row with a
 * recording time of its own is told from a repeat by that.
 */
export type Plan = { kind: 'unchanged' } | { kind: 'new'; validFrom: number; reverts: boolean };

/**
 * - With `validFrom`: the same content as the last recorded of that beginning is a repeat, other content corrects it.
 * - Without: the first row of a key is valid since ever; the content that governs at its recording is a repeat; anything else begins
 *   when it is recorded.
 * A row with a recording time of its own is compared with what was recorded by then.
 */
export function planRow(versions: readonly Mark[], claim: Claim): Plan {
  const { recordedAt, dated, digest } = claim;
  if (dated && versions.some((v) => v.recordedAt === recordedAt && v.digest === digest && sameBeginning(v, claim))) {
    return { kind: 'unchanged' };
  }
  if (claim.validFrom !== undefined) {
    const ofBeginning = versions.filter((v) => v.validFrom === claim.validFrom);
    const last = governing(ofBeginning, Infinity, dated ? recordedAt : Infinity);
    if (last?.digest === digest) return { kind: 'unchanged' };
    return { kind: 'new', validFrom: claim.validFrom, reverts: !dated && ofBeginning.some((v) => v.digest === digest) };
  }
  const known = versions.filter((v) => v.recordedAt <= recordedAt);
  if (known.length === 0) return { kind: 'new', validFrom: SINCE_EVER, reverts: false };
  if (governing(known, recordedAt, recordedAt)?.digest === digest) return { kind: 'unchanged' };
  return { kind: 'new', validFrom: recordedAt, reverts: !dated && known.some((v) => v.digest === digest) };
}

function sameBeginning(version: Mark, claim: Claim): boolean {
  if (claim.validFrom !== undefined) return version.validFrom === claim.validFrom;
  return version.validFrom === claim.recordedAt || version.validFrom === SINCE_EVER;
}
