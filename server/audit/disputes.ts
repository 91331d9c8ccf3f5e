import type { Db } from 'mongodb';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import { toBeSealed } from '../store/findings.ts';
import type { FindingDoc, StoredRequest } from '../store/types.ts';
import { scopeFilter } from './scope.ts';
import { shownFinding, type Shown } from './shown.ts';

export interface DisputesDeps {
  db: Db;
  clock: Clock;
  alerts: { refresh(keys: string[]): Promise<void> };
  audit(by: Actor, action: string, target: string, detail?: Record<string, unknown>): Promise<unknown>;
}

/**
 * Disputes (rules.md §7): an enterprise contests a finding at its gates, the bureau answers once. While it is open the finding cannot be
 * handed over; one that is withdrawn stays so, whatever is judged again later.
 */
export function createDisputes({ db, clock, alerts, audit }: DisputesDeps) {
  const findings = db.collection<FindingDoc>('findings');
  const decisions = db.collection<{ _id: string; ref: string }>('decisions');

  async function find(id: string, actor: Actor): Promise<FindingDoc> {
    const doc = await findings.findOne({ $and: [{ _id: id }, await scopeFilter(db, actor, 'findings')] });
    if (!doc) throw problem(404, 'unknown-finding', '没有这条结果，或不在您的范围内', 'there is no such finding in your scope');
    return doc;
  }

  /** Writes a dispute's change if nobody was faster. */
  async function change(doc: FindingDoc, filter: object, set: Partial<FindingDoc>, unset: Partial<Record<keyof FindingDoc, 1>>) {
    const changed = await findings.findOneAndUpdate(
      { _id: doc._id, ...filter },
      { $set: { ...set, ...toBeSealed() }, ...(Object.keys(unset).length > 0 && { $unset: unset }) },
      { returnDocument: 'after' },
    );
    if (changed) await tell(changed);
    return changed;
  }

  /** The alert follows its finding; a repeat tells it again, since the first may have been cut off before it did. */
  async function tell({ alert }: FindingDoc): Promise<void> {
    if (alert !== undefined) await alerts.refresh([alert]);
  }

  async function again(doc: FindingDoc): Promise<Shown> {
    await tell(doc);
    return shownFinding(doc);
  }

  return {
    /**
     * Contests a finding.
     * @param ref the printed reference of the decision, where it is contested on behalf of a driver
     * @param key of the request: a repeat is answered as the first
     * @throws AppError 404, 409 `already-disputed` `withdrawn`, 422 `not-at-a-gate` `wrong-reference` `idempotency-key-reused`
     */
    async raise(
      id: string,
      { text, ref }: { text: string; ref?: string | undefined },
      actor: Actor,
      key?: string,
    ): Promise<Shown> {
      const doc = await find(id, actor);
      const request = requestOf(key, { text, ref });
      if (isRepeat(doc.dispute, request, actor)) return again(doc);
      if (doc.device === undefined || !/^(machinery-)?gate\//.test(doc.device))
        throw problem(
          422,
          'not-at-a-gate',
          '只能对本企业门禁产生的结果提出异议',
          'only findings at your own gates can be contested',
        );
      if (ref !== undefined && !(await decisions.findOne({ _id: { $in: doc.observations }, ref })))
        throw problem(422, 'wrong-reference', '凭条号与该结果不符', 'the reference is not of a decision of this finding');
      const raised = {
        text,
        ...(ref !== undefined && { ref }),
        by: actor.username,
        at: new Date(clock.now()),
        ...(request && { request }),
      };
      const changed = await change(
        doc,
        { dispute: { $exists: false }, status: { $ne: 'withdrawn' } },
        { disputed: true, dispute: raised },
        {},
      );
      if (!changed) {
        if ((await find(id, actor)).dispute)
          throw problem(409, 'already-disputed', '该结果已提出过异议', 'it was contested before');
        throw problem(409, 'withdrawn', '该结果已撤回', 'the finding has been withdrawn');
      }
      await audit(actor, 'dispute-raised', doc._id);
      return shownFinding(changed);
    },

    /** Answers a dispute, once. @param key as of `raise` @throws AppError 404, 409 `not-disputed`, 422 `idempotency-key-reused` */
    async answer(
      id: string,
      { outcome, reason }: { outcome: 'upheld' | 'withdrawn'; reason: string },
      actor: Actor,
      key?: string,
    ): Promise<Shown> {
      const doc = await find(id, actor);
      const request = requestOf(key, { outcome, reason });
      if (isRepeat(doc.dispute?.answer, request, actor)) return again(doc);
      const answer = { outcome, reason, by: actor.username, at: new Date(clock.now()), ...(request && { request }) };
      const set: Partial<FindingDoc> = { dispute: { ...doc.dispute!, answer } };
      if (outcome === 'withdrawn') Object.assign(set, { status: 'withdrawn', withdrawnReason: reason });
      const changed =
        doc.dispute &&
        (await change(doc, { disputed: true }, set, {
          disputed: 1,
          ...(outcome === 'withdrawn' && { dueAt: 1 as const, provisional: 1 as const }),
        }));
      if (!changed) throw problem(409, 'not-disputed', '该结果没有待答复的异议', 'no dispute of it waits for an answer');
      await audit(actor, 'dispute-answered', doc._id, { outcome });
      return shownFinding(changed);
    },
  };
}
export type Disputes = ReturnType<typeof createDisputes>;

function requestOf(key: string | undefined, body: object): StoredRequest | undefined {
  return key === undefined ? undefined : { key, digest: requestDigest(body) };
}

/** Whether this is the request that did it. @throws AppError 422 `idempotency-key-reused` */
function isRepeat(
  done: { by: string; request?: StoredRequest } | undefined,
  request: StoredRequest | undefined,
  actor: Actor,
): boolean {
  if (!request || done?.request?.key !== request.key || done.by !== actor.username) return false;
  if (done.request.digest !== request.digest) throw keyReused();
  return true;
}

function problem(status: number, code: string, zh: string, en: string): AppError {
  return new AppError(status, code, { zh, en });
}
