import { Readable } from 'node:stream';
import { formatInstant, parseInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Registry } from '../registry/index.ts';
import type { Account, CleanTransportDecided } from '../http/contract/accounts.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import type { AuditDoc } from '../store/audit-log.ts';
import type { StoredRequest } from '../store/types.ts';
import { differencesBetween } from './account-text.ts';
import type { Accounts } from './accounts.ts';

export interface DecisionDeps {
  accounts: Pick<Accounts, 'account' | 'enterpriseFor' | 'basisFor'>;
  registry: Pick<Registry, 'page' | 'import'>;
  clock: Clock;
  audit(by: Actor, action: string, target: string, detail?: Record<string, unknown>): Promise<unknown>;
  /** Entries of the audit log about something, newest first. */
  audited(action: string, target: string): Promise<Pick<AuditDoc, 'at' | 'by' | 'detail'>[]>;
}

export interface CleanTransportDecision {
  enterprise: string;
  month: string;
  revision: number;
  cleanTransport: 'met' | 'not-met';
  validFrom?: string | undefined;
  reason: string;
}

const DECIDED = 'clean-transport-decided';
type Decided = Omit<CleanTransportDecided, 'at' | 'by'>;
/** What the audit log keeps of a decision. */
type Kept = Decided & { version?: string; request?: StoredRequest };

/**
 * The bureau decides what an enterprise's `cleanTransport` is: a new version of its registry row, valid from now or from the moment
 * given, and an entry in the audit log that names the account it was decided on.
 */
export function createCleanTransportDecisions({ accounts, registry, clock, audit, audited }: DecisionDeps) {
  /** What the same request did before. @throws AppError 422 `idempotency-key-reused` */
  async function earlier(enterprise: string, request: StoredRequest, by: Actor): Promise<Kept | undefined> {
    const own = (await audited(DECIDED, enterprise)).filter((entry) => entry.by === by.username);
    const done = own.map(({ detail }) => detail as unknown as Kept).find((kept) => kept.request?.key === request.key);
    if (done && done.request?.digest !== request.digest) throw keyReused();
    return done;
  }

  return {
    /** What was decided about an enterprise, newest first. @throws AppError 404 `unknown-enterprise` */
    async of(enterprise: string, actor: Actor): Promise<CleanTransportDecided[]> {
      await accounts.enterpriseFor(actor, enterprise);
      return (await audited(DECIDED, enterprise)).map(({ at, by, detail }) => {
        const { request: _r, version: _v, ...decided } = { basis: [], ...detail } as unknown as Kept;
        return { ...decided, at: formatInstant(at.getTime()), by };
      });
    },

    /**
     * @param key of the request: a repeat is answered as the first
     * @throws AppError 404 `unknown-enterprise` `unknown-account`, 409 `newer-revision`, 422 `not-registered-then` `idempotency-key-reused`
     */
    async decide(decision: CleanTransportDecision, by: Actor, key?: string) {
      const { enterprise, month, revision, cleanTransport, validFrom, reason } = decision;
      const request = key === undefined ? undefined : { key, digest: requestDigest(decision) };
      await accounts.enterpriseFor(by, enterprise);
      const done = request && (await earlier(enterprise, request, by));
      if (done) return { enterprise, cleanTransport, validFrom: done.validFrom, version: done.version! };
      const last = await accounts.account(enterprise, month, undefined, by);
      const account = revision === last.revision ? last : await accounts.account(enterprise, month, revision, by);
      if (hasGrown(account, last)) {
        throw new AppError(409, 'newer-revision', {
          zh: `该月核算已有第${last.revision}版，请先查看`,
          en: `there is revision ${last.revision} of this account: look at it first`,
        });
      }
      const from = validFrom === undefined ? clock.now() : parseInstant(validFrom);
      const at = formatInstant(from);
      const [row] = (await registry.page('enterprises', { key: enterprise, at: from, limit: 1 })).items;
      if (!row) {
        throw new AppError(422, 'not-registered-then', {
          zh: '该时刻企业尚未登记',
          en: 'the enterprise is not registered at that moment',
        });
      }
      const { version: _version, recordedAt: _recordedAt, validFrom: _from, validTo: _to, ...content } = row;
      const answer = await registry.import(
        'enterprises',
        Readable.from([`${JSON.stringify({ ...content, cleanTransport, validFrom: at })}\n`]),
        { format: 'ndjson', language: 'en', may: { recordedAt: false, secrets: false } },
      );
      if (answer.rejected > 0) throw new Error(`the registry refused its own row: ${JSON.stringify(answer.errors)}`);
      const decided: Decided = {
        month,
        revision,
        digest: account.digest,
        proposed: account.figures.proposes,
        cleanTransport,
        validFrom: at,
        reason,
        basis: await accounts.basisFor(account.policyVersion),
      };
      const [stored] = (await registry.page('enterprises', { key: enterprise, at: from, limit: 1 })).items;
      const version = String(stored!.version);
      await audit(by, DECIDED, enterprise, { ...decided, version, ...(request && { request }) });
      return { enterprise, cleanTransport, validFrom: at, version };
    },
  };
}
/** Whether a later revision says something else. While a month runs, the minutes its gates are heard grow by themselves. */
function hasGrown(seen: Account, last: Account): boolean {
  if (seen.state !== last.state) return true;
  return differencesBetween(seen.figures, last.figures).some(({ figure }) => !figure.startsWith('transmission.'));
}

export type CleanTransportDecisions = ReturnType<typeof createCleanTransportDecisions>;
