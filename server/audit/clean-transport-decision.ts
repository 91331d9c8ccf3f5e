import { Readable } from 'node:stream';
import { formatInstant, parseInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Registry } from '../registry/index.ts';
import type { Account, CleanTransportDecided } from '../http/contract/accounts.ts';
import type { AuditDoc } from '../store/audit-log.ts';
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
/** What the audit log keeps of a decision. */
type Decided = Omit<CleanTransportDecided, 'at' | 'by'>;

/**
 * The bureau decides what an enterprise's `cleanTransport` is: a new version of its registry row, valid from now or from the moment
 * given, and an entry in the audit log that names the account it was decided on.
 */
export function createCleanTransportDecisions({ accounts, registry, clock, audit, audited }: DecisionDeps) {
  return {
    /** What was decided about an enterprise, newest first. @throws AppError 404 `unknown-enterprise` */
    async of(enterprise: string, actor: Actor): Promise<CleanTransportDecided[]> {
      await accounts.enterpriseFor(actor, enterprise);
      return (await audited(DECIDED, enterprise)).map(({ at, by, detail }) => ({
        ...({ basis: [], ...detail } as unknown as Decided),
        at: formatInstant(at.getTime()),
        by,
      }));
    },

    /** @throws AppError 404 `unknown-enterprise` `unknown-account`, 409 `newer-revision` */
    async decide({ enterprise, month, revision, cleanTransport, validFrom, reason }: CleanTransportDecision, by: Actor) {
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
      await audit(by, DECIDED, enterprise, { ...decided });
      const [stored] = (await registry.page('enterprises', { key: enterprise, at: from, limit: 1 })).items;
      return { enterprise, cleanTransport, validFrom: at, version: String(stored!.version) };
    },
  };
}
/** Whether a later revision says something else. While a month runs, the minutes its gates are heard grow by themselves. */
function hasGrown(seen: Account, last: Account): boolean {
  if (seen.state !== last.state) return true;
  return differencesBetween(seen.figures, last.figures).some(({ figure }) => !figure.startsWith('transmission.'));
}

export type CleanTransportDecisions = ReturnType<typeof createCleanTransportDecisions>;
