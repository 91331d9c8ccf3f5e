import type { Db } from 'mongodb';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { policyInForce } from '../policy/in-force.ts';
import { policyErrors, policySchema } from '../policy/schema.ts';
import { SINCE_EVER, type Policy, type PolicyVersion } from '../policy/types.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import { auditLogStore } from '../store/audit-log.ts';
import { policyStore, type PolicyDoc } from '../store/policies.ts';
import type { Revisions } from '../store/revisions.ts';
import { changesBetween, type PolicyChange } from './changes.ts';
import { problems } from './problems.ts';

/** A version as lists show it. Times are ISO 8601; what a draft does not have yet, and the built-in policy never had, is absent. */
export interface PolicyShown {
  version: string;
  titleZh: string;
  titleEn: string;
  state: 'draft' | 'active';
  builtIn?: true;
  /** Whether it judges what happens now. */
  inForce: boolean;
  rev: number;
  draftedBy?: string;
  draftedAt?: string;
  /** Who wrote in it, its drafter first: none of them activates it. */
  writers?: string[];
  activatedBy?: string;
  from?: string;
  recordedAt?: string;
}
export type PolicyDetail = PolicyShown & { policy: Policy };

export interface PoliciesDeps {
  db: Db;
  /** Platform time: drafting and activation are recorded by it, and a beginning is past by it. */
  clock: Clock;
  revisions: Pick<Revisions, 'bump'>;
  builtIn: Policy;
}

/**
 * The policy's versions as people write them: drafts, changed and deleted freely; activated by a second person from a moment to come;
 * never changed after. Bumps the revision `policies` at each activation, which every process's policy book follows.
 */
export function createPolicies({ db, clock, revisions, builtIn }: PoliciesDeps) {
  const store = policyStore(db);
  const auditLog = auditLogStore(db);
  const ever: PolicyVersion = { policy: builtIn, from: SINCE_EVER, recordedAt: SINCE_EVER };
  const audit = (by: Actor, action: string, target: string, detail?: Record<string, unknown>) =>
    auditLog.append({ at: new Date(clock.now()), by: by.username, action, target, ...(detail && { detail }) });

  async function inForceAt(at: number, without?: string): Promise<Policy> {
    const versions = (await store.activated()).filter((doc) => doc._id !== without).map(versionOf);
    return (policyInForce([ever, ...versions], at, clock.now()) ?? ever).policy;
  }

  /** @throws 404: an enterprise hears of a version when it is activated */
  async function find(version: string, actor: Actor): Promise<PolicyDoc> {
    const doc = await store.byVersion(version);
    if (!doc || !maySee(actor, doc)) throw problems.unknown();
    return doc;
  }

  /** @throws 404, 409 `already-active`, 412 */
  async function draftOf(version: string, seenRev: number | undefined, by: Actor): Promise<PolicyDoc> {
    if (version === builtIn.version) throw problems.alreadyActive();
    const doc = await find(version, by);
    if (doc.state === 'active') throw problems.alreadyActive();
    if (seenRev !== undefined && seenRev !== doc.rev) throw problems.stale();
    return doc;
  }

  async function shownOf(doc: PolicyDoc): Promise<PolicyDetail> {
    return { ...shown(doc, (await inForceAt(clock.now())).version), policy: doc.policy };
  }

  async function policyOf(version: string, actor: Actor): Promise<Policy> {
    return version === builtIn.version ? builtIn : (await find(version, actor)).policy;
  }

  const shownBuiltIn = (current: string): PolicyShown => ({
    version: builtIn.version,
    titleZh: builtIn.titleZh,
    titleEn: builtIn.titleEn,
    state: 'active',
    builtIn: true,
    inForce: current === builtIn.version,
    rev: 1,
  });

  return {
    now: () => clock.now(),

    /** All versions the caller may see, the built-in one first. */
    async list(actor: Actor): Promise<PolicyShown[]> {
      const [docs, current] = await Promise.all([store.all(), inForceAt(clock.now())]);
      return [
        shownBuiltIn(current.version),
        ...docs.filter((doc) => maySee(actor, doc)).map((doc) => shown(doc, current.version)),
      ];
    },

    /** @throws 404 `unknown-policy` */
    async get(version: string, actor: Actor): Promise<PolicyDetail> {
      if (version === builtIn.version) return { ...shownBuiltIn((await inForceAt(clock.now())).version), policy: builtIn };
      return shownOf(await find(version, actor));
    },

    /**
     * Keeps a new draft.
     * @param body a whole policy; `version` is its name
     * @throws 409 `version-taken`, 422 `invalid-policy` `idempotency-key-reused`
     */
    async draft(body: unknown, by: Actor, language: 'zh' | 'en', idempotencyKey?: string): Promise<PolicyDetail> {
      const policy = valid(body, language);
      const doc: PolicyDoc = {
        _id: policy.version,
        policy,
        state: 'draft',
        draftedBy: by.username,
        draftedAt: new Date(clock.now()),
        writers: [by.username],
        rev: 1,
        ...(idempotencyKey !== undefined && { idempotencyKey, requestDigest: requestDigest(policy) }),
      };
      const there = idempotencyKey === undefined ? null : await store.draftedWith(by.username, idempotencyKey);
      if (there && there.requestDigest !== doc.requestDigest) throw keyReused();
      if (there) return shownOf(there);
      if (policy.version === builtIn.version) throw problems.taken();
      if (await store.insert(doc)) {
        await audit(by, 'policy-drafted', doc._id);
        return shownOf(doc);
      }
      // Of two requests of one key at once the second comes here.
      const other = await store.byVersion(doc._id);
      if (
        other &&
        doc.requestDigest !== undefined &&
        other.requestDigest === doc.requestDigest &&
        other.draftedBy === by.username
      )
        return shownOf(other);
      throw problems.taken();
    },

    /**
     * Changes a draft; who does becomes one of its writers.
     * @throws 404, 409 `already-active`, 412 `stale`, 422 `invalid-policy` (also for another name than the draft's)
     */
    async change(version: string, body: unknown, seenRev: number, by: Actor, language: 'zh' | 'en'): Promise<PolicyDetail> {
      const old = await draftOf(version, seenRev, by);
      const policy = valid(body, language);
      if (policy.version !== version) {
        const message = language === 'zh' ? '应与地址中的版本名一致' : 'is to be the version of the address';
        throw problems.invalid([{ path: 'version', message }]);
      }
      const next: PolicyDoc = {
        ...old,
        policy,
        writers: [...new Set([...old.writers, by.username])],
        rev: old.rev + 1,
      };
      if (!(await store.replaceDraft(next, old.rev))) throw problems.stale();
      await audit(by, 'policy-changed', version, { rev: next.rev, changes: pathsOf(changesBetween(old.policy, policy)) });
      return shownOf(next);
    },

    /** @throws 404, 409 `already-active`, 412 `stale` */
    async remove(version: string, seenRev: number, by: Actor): Promise<void> {
      const old = await draftOf(version, seenRev, by);
      if (!(await store.removeDraft(version, old.rev))) throw problems.stale();
      await audit(by, 'policy-deleted', version);
    },

    /**
     * Puts a draft in force from `from` (ms) on, for good. Everything that happens earlier is judged by the older version, also what is
     * heard of late.
     *
     * A repeat by the same person of the same moment is answered as the first time, and completes what a first that died left undone.
     * @param seenRev the revision the caller saw, where one was named
     * @throws 403 `second-person-needed`, 404, 409 `already-active`, 412 `stale`, 422 `retroactive`
     */
    async activate(
      version: string,
      from: number,
      seenRev: number | undefined,
      by: Actor,
      language: 'zh' | 'en' = 'zh',
    ): Promise<PolicyDetail> {
      const standing = await activatedAs(version, from, by);
      if (standing) return activatedAgain(standing, by);
      const draft = await draftOf(version, seenRev, by);
      if (draft.writers.includes(by.username)) throw problems.secondPerson();
      const now = clock.now();
      if (from < now) throw problems.retroactive(language);
      const active: PolicyDoc = {
        ...draft,
        state: 'active',
        rev: draft.rev + 1,
        activatedBy: by.username,
        from: new Date(from),
        recordedAt: new Date(now),
      };
      if (!(await store.replaceDraft(active, draft.rev))) {
        const other = await activatedAs(version, from, by);
        if (other) return activatedAgain(other, by);
        throw problems.stale();
      }
      await revisions.bump('policies');
      await auditActivation(active, by);
      return shownOf(active);
    },

    /**
     * In what a version differs from another.
     * @param from the other version's name; absent: the one in force now, for a version that is or was in force the one before it
     * @throws 404
     */
    async changes(version: string, from: string | undefined, actor: Actor): Promise<{ with: string; items: PolicyChange[] }> {
      const policy = await policyOf(version, actor);
      const other = from === undefined ? await before(version) : await policyOf(from, actor);
      return { with: other.version, items: changesBetween(other, policy) };
    },
  };

  /** The version if this person has put it in force from this moment on. */
  async function activatedAs(version: string, from: number, by: Actor): Promise<PolicyDoc | undefined> {
    const doc = await store.byVersion(version);
    return doc?.state === 'active' && doc.activatedBy === by.username && doc.from?.getTime() === from ? doc : undefined;
  }

  /** What follows an activation, for one of which it is not known how far it came. */
  async function activatedAgain(active: PolicyDoc, by: Actor): Promise<PolicyDetail> {
    await revisions.bump('policies');
    if ((await auditLog.about('policy-activated', active._id)).length === 0) await auditActivation(active, by);
    return shownOf(active);
  }

  function auditActivation({ _id, from, draftedBy }: PolicyDoc, by: Actor) {
    return audit(by, 'policy-activated', _id, { from: formatInstant(from!.getTime()), draftedBy });
  }

  async function before(version: string): Promise<Policy> {
    const now = clock.now();
    const doc = version === builtIn.version ? null : await store.byVersion(version);
    const begins = doc?.from && doc.recordedAt ? Math.max(doc.from.getTime(), doc.recordedAt.getTime()) : now;
    return version === builtIn.version ? builtIn : inForceAt(Math.min(now, begins), version);
  }
}
export type Policies = ReturnType<typeof createPolicies>;

/** @throws 422 `invalid-policy` with the places that are wrong */
function valid(body: unknown, language: 'zh' | 'en'): Policy {
  const result = policySchema.safeParse(body);
  if (!result.success) throw problems.invalid(policyErrors(body, language));
  return result.data;
}

function maySee(actor: Actor, doc: PolicyDoc): boolean {
  return doc.state === 'active' || actor.role !== 'enterprise';
}

function versionOf(doc: { policy: Policy; from: Date; recordedAt: Date }): PolicyVersion {
  return { policy: doc.policy, from: doc.from.getTime(), recordedAt: doc.recordedAt.getTime() };
}

/** The places that changed, for the audit log; a great change is cut. */
function pathsOf(changes: PolicyChange[]): string[] {
  return changes.slice(0, 50).map(({ path }) => path);
}

function shown(doc: PolicyDoc, current: string): PolicyShown {
  return {
    version: doc._id,
    titleZh: doc.policy.titleZh,
    titleEn: doc.policy.titleEn,
    state: doc.state,
    inForce: doc._id === current,
    rev: doc.rev,
    draftedBy: doc.draftedBy,
    draftedAt: formatInstant(doc.draftedAt.getTime()),
    writers: doc.writers,
    ...(doc.activatedBy !== undefined && { activatedBy: doc.activatedBy }),
    ...(doc.from && { from: formatInstant(doc.from.getTime()) }),
    ...(doc.recordedAt && { recordedAt: formatInstant(doc.recordedAt.getTime()) }),
  };
}
