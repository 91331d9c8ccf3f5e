import type { Policy, PolicyStretch, PolicyVersion } from './types.ts';

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

/**
 * Which version counts when in [from, to), as known by `knownBy`: stretches in order of time, cut at the versions' own beginnings. The
 * first has no beginning and the last no end of its own.
 * @param versions one of them counts since ever
 */
export function policyStretches(versions: readonly PolicyVersion[], from: number, to: number, knownBy: number): PolicyStretch[] {
  const begins = versions.filter((v) => v.recordedAt <= knownBy).map(beginning);
  const edges = [...new Set(begins)].filter((edge) => from < edge && edge < to).sort((a, b) => a - b);
  const stretches: PolicyStretch[] = [];
  for (const moment of [from, ...edges]) {
    const policy = policyInForce(versions, moment, knownBy)?.policy;
    const last = stretches.at(-1);
    if (!policy || last?.policy === policy) continue;
    if (last) last.to = moment;
    stretches.push(last ? { policy, from: moment } : { policy });
  }
  return stretches;
}

function beginning(version: PolicyVersion): number {
  return Math.max(version.from, version.recordedAt);
}

/**
 * The greatest of a number of all versions. What a message may change is judged by the policy of other moments than its own: it is looked
 * for as far as any of them reaches.
 */
export function widest(policies: { known(): Policy[] }, number: (policy: Policy) => number): number {
  return Math.max(...policies.known().map(number));
}
