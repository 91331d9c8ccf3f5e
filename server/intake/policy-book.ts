import { policyInForce, policyStretches } from '../policy/in-force.ts';
import { SINCE_EVER, type Policy, type PolicyStretch, type PolicyVersion } from '../policy/types.ts';
import type { PolicySource } from '../policies/source.ts';

/** The policy versions a process knows: which one judges a moment, and any by its name. */
export interface PolicyBook {
  at(at: number, knownBy: number): Policy;
  /** @throws when this process has not heard of it: `load` what stored messages and findings name first */
  version(name: string): Policy;
  /** Which version counts when in [from, to), as known by `knownBy`, in order of time; never empty. */
  between(from: number, to: number, knownBy: number): PolicyStretch[];
  /** Every version that is, was or will be in force at some moment, also where another took its place. */
  known(): Policy[];
  /** Reads what was activated since the call before, by the revision numbers; with them at hand it costs nothing when nothing was. */
  sync(numbers: Record<string, number>): Promise<void>;
  /** Makes sure that these versions are known: another process may have judged by one activated since the last `sync`. */
  load(names: Iterable<string>): Promise<void>;
}

/** A book of the built-in policy and whatever versions were activated. */
export function policyBook(builtIn: Policy, source?: PolicySource): PolicyBook {
  const ever: PolicyVersion = { policy: builtIn, from: SINCE_EVER, recordedAt: SINCE_EVER };
  const activated = () => source?.activated() ?? [];
  const find = (name: string) => [ever, ...activated()].find((v) => v.policy.version === name)?.policy;
  return {
    at(at, knownBy) {
      const versions = activated();
      return versions.length === 0 ? builtIn : (policyInForce([ever, ...versions], at, knownBy) ?? ever).policy;
    },
    version(name) {
      const found = find(name);
      if (!found) throw new Error(`no policy version ${name}`);
      return found;
    },
    known: () => [builtIn, ...activated().map((v) => v.policy)],
    between: (from, to, knownBy) => policyStretches([ever, ...activated()], from, to, knownBy),
    sync: async (numbers) => source?.sync(numbers),
    async load(names) {
      for (const name of new Set(names)) if (!find(name)) return source?.reload();
    },
  };
}
