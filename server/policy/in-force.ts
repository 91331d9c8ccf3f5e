import type { PolicyVersion } from './types.ts';

/**
 * The policy version that judges a message: of those recorded by `knownBy`, the one with the latest beginning at or before `at`. No
 * version has effect before its activation, so it begins at the later of `from` and `recordedAt`; of equal beginnings the last
 * recorded counts.
 * @returns undefined when none has begun.
 */
export function policyInForce(versions: readonly PolicyVersion[], at: number, knownBy: number): PolicyVersion | undefined {
  let best: PolicyVersion | undefined;
  for (const version of versions) {
    if (version.recordedAt > knownBy || beginning(version) > at) continue;
    if (
      !best ||
      beginning(version) > beginning(best) ||
      (beginning(version) === beginning(best) && version.recordedAt >= best.recordedAt)
    ) {
      best = version;
    }
  }
  return best;
}

function beginning(version: PolicyVersion): number {
  return Math.max(version.from, version.recordedAt);
}
