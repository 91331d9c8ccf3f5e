import { policyInForce } from '../policy/in-force.ts';
import { SINCE_EVER, type Policy, type PolicyVersion } from '../policy/types.ts';

/** The policy versions a process knows: which one judges a moment, and any by its name. */
export interface PolicyBook {
  at(at: number, knownBy: number): Policy;
  version(name: string): Policy;
}

/** A book of the built-in policy and whatever versions were activated. */
export function policyBook(builtIn: Policy, activated: () => readonly PolicyVersion[] = () => []): PolicyBook {
  const ever: PolicyVersion = { policy: builtIn, from: SINCE_EVER, recordedAt: SINCE_EVER };
  return {
    at(at, knownBy) {
      const versions = activated();
      return versions.length === 0 ? builtIn : (policyInForce([ever, ...versions], at, knownBy) ?? ever).policy;
    },
    version(name) {
      const found = [ever, ...activated()].find((v) => v.policy.version === name);
      if (!found) throw new Error(`no policy version ${name}`);
      return found.policy;
    },
  };
}
