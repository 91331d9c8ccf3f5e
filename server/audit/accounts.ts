import { seesPlace } from '../alerts/scope.ts';
import type { Actor } from '../alerts/types.ts';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Account, AccountLine, AccountMonths } from '../http/contract/accounts.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { accountMark, accountMarks } from '../intake/histories/accounts.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { basisOf } from '../rules/basis.ts';
import type { EnterpriseFacts } from '../rules/types.ts';
import type { AccountDoc, AccountStore } from '../store/accounts.ts';
import type { DueStore } from '../store/due-work.ts';

import { monthOnMonthWith, type AccountMaker } from './account-maker.ts';
import { rankBy } from './account-text.ts';
import { monthsAfter, stretchOf } from './months.ts';

export interface AccountsDeps {
  accounts: AccountStore;
  maker: AccountMaker;
  due: Pick<DueStore, 'mark' | 'waiting'>;
  registry: Pick<RegistryReader, 'allEnterprises' | 'deliveries' | 'sync'>;
  policies: Pick<PolicyBook, 'version' | 'load'>;
  clock: Clock;
  /** How long, real time, an account that took so many ms to bring up is shown as it is before it is brought up again. */
  restMs?: (took: number) => number;
}

export interface ListFilters {
  county?: string | undefined;
  industry?: string | undefined;
  proposes?: 'met' | 'not-met' | undefined;
}

const meets = (account: Account, { county, industry, proposes }: ListFilters) =>
  (county === undefined || account.county === county) &&
  (industry === undefined || account.industry === industry) &&
  (proposes === undefined || account.figures.proposes === proposes);

const restOf = (took: number) => Math.max(2_000, 10 * took);
/** So long a list waits for accounts that are being brought up; the others show when they are of. */
const LIST_MS = 1_500;

/** The accounts as people read them, within their scope. Who looks before the hour is full has them brought up. */
export function createAccounts({ accounts, maker, due, registry, policies, clock, restMs = restOf }: AccountsDeps) {
  const rests = new Map<string, number>();

  async function known(): Promise<Map<string, EnterpriseFacts>> {
    await registry.sync();
    const now = clock.now();
    return new Map(allInForce(await registry.allEnterprises(), now, now).map(({ facts }) => [facts.id, facts]));
  }

  /** @throws AppError 404 `unknown-enterprise`, also where it is beyond the reader's scope */
  async function enterpriseFor(actor: Actor, id: string): Promise<EnterpriseFacts> {
    const enterprise = (await known()).get(id);
    if (enterprise && seesPlace(actor, enterprise.county, enterprise.id)) return enterprise;
    throw new AppError(404, 'unknown-enterprise', {
      zh: '没有这家企业，或不在您的范围内',
      en: 'there is no such enterprise in your scope',
    });
  }

  const keyOf = (enterprise: string, month: string) => `${enterprise}/${month}`;

  /** Brings an account up that has none yet or waits for it, unless that has just been done. */
  async function upToDate(enterprise: string, month: string, stale: boolean): Promise<void> {
    const mark = keyOf(enterprise, month);
    const begun = Date.now();
    if (!stale || (rests.get(mark) ?? 0) > begun) return;
    await maker.refresh(enterprise, month);
    if (rests.size > 10_000) rests.clear();
    rests.set(mark, Date.now() + restMs(Date.now() - begun));
  }

  async function lastOf(enterprise: string, month: string): Promise<AccountDoc | null> {
    const [last, waiting] = await Promise.all([accounts.last(enterprise, month), due.waiting(accountMarks(enterprise, month))]);
    const freezes = last?.state === 'provisional' && clock.now() >= maker.frozenAt(month);
    await upToDate(enterprise, month, !last || waiting.size > 0 || freezes);
    return accounts.last(enterprise, month);
  }

  /** What the law says of the account, as a policy version names it. */
  async function basisFor(policyVersion: string) {
    await policies.load([policyVersion]);
    const policy = policies.version(policyVersion);
    return basisOf(policy, policy.account.basis);
  }

  const unknown = () =>
    new AppError(404, 'unknown-account', {
      zh: '该企业该月没有这一版核算',
      en: 'the enterprise has no such account of this month',
    });

  return {
    enterpriseFor,

    /** The accounts of a month in the reader's scope, in order of rank. Rank is among all enterprises, also those beyond it. */
    async list(month: string, actor: Actor, filters: ListFilters = {}): Promise<{ items: AccountLine[]; asOf: number }> {
      const enterprises = await known();
      const seen = [...enterprises.values()].filter((enterprise) => seesPlace(actor, enterprise.county, enterprise.id));
      const begun = Date.now();
      const [stored, waiting] = await Promise.all([
        accounts.lastOf(month),
        due.waiting(seen.flatMap(({ id }) => accountMarks(id, month))),
      ]);
      const before = new Map(stored.map((doc) => [doc.enterprise, doc]));
      const { to: end } = stretchOf(month);
      for (const { id } of seen) {
        if (Date.now() - begun > LIST_MS) break;
        const last = before.get(id);
        const freezes = clock.now() >= maker.frozenAt(month) && last?.state === 'provisional';
        // Whoever has no account and nothing that waits for it, had nothing in that month, or it is long past.
        if (accountMarks(id, month).some((mark) => waiting.has(mark)) || freezes || (!last && clock.now() < end))
          await upToDate(id, month, true);
      }
      const [docs, previous] = await Promise.all([accounts.lastOf(month), accounts.lastOf(monthsAfter(month, -1))]);
      const earlier = new Map(previous.map((doc) => [doc.enterprise, accountOf(doc)]));
      const all = docs.map(accountOf);
      const ranks = rankBy(new Map(all.map((account) => [account.enterprise, account.figures.auditShare])));
      const items = all
        .filter((account) => seen.some(({ id }) => id === account.enterprise) && meets(account, filters))
        .map(({ differences: _differences, ...account }): AccountLine => {
          const old = earlier.get(account.enterprise);
          return {
            ...account,
            rank: ranks.get(account.enterprise) ?? null,
            monthOnMonth: old ? monthOnMonthWith(old, account.figures) : null,
            cleanTransport: enterprises.get(account.enterprise)?.cleanTransport ?? null,
            revisions: account.revision,
          };
        });
      return { items, asOf: clock.now() };
    },

    /**
     * The last account of an enterprise and month with the list of its revisions.
     * @throws AppError 404 `unknown-enterprise` `unknown-account`
     */
    async last(enterprise: string, month: string, actor: Actor) {
      const { cleanTransport } = await enterpriseFor(actor, enterprise);
      const doc = await lastOf(enterprise, month);
      if (!doc) throw unknown();
      const revisions = (await accounts.revisions(enterprise, month)).map((r) => ({
        revision: r.revision,
        state: r.state,
        asOf: formatInstant(r.asOf.getTime()),
        digest: r.digest,
      }));
      const account = accountOf(doc);
      return { ...account, cleanTransport: cleanTransport ?? null, basis: await basisFor(account.policyVersion), revisions };
    },

    /** The last revisions of so many months up to one, as they are stored. @throws AppError 404 `unknown-enterprise` */
    async months(enterprise: string, month: string, months: number, actor: Actor): Promise<AccountMonths> {
      await enterpriseFor(actor, enterprise);
      const docs = await accounts.months(enterprise, monthsAfter(month, 1 - months), month);
      return {
        items: docs.map((doc) => {
          const { month: of, revision, state, asOf, figures } = accountOf(doc);
          return { month: of, revision, state, asOf, figures };
        }),
      };
    },

    basisFor,

    /** A revision as it is stored, byte for byte. @throws AppError 404 `unknown-enterprise` `unknown-account` */
    async revision(enterprise: string, month: string, revision: number, actor: Actor): Promise<AccountDoc> {
      await enterpriseFor(actor, enterprise);
      const doc = await accounts.revision(enterprise, month, revision);
      if (!doc) throw unknown();
      return doc;
    },

    /** A revision, or the last one. @throws AppError 404 `unknown-enterprise` `unknown-account` */
    async account(enterprise: string, month: string, revision: number | undefined, actor: Actor): Promise<Account> {
      if (revision !== undefined) return accountOf(await this.revision(enterprise, month, revision, actor));
      await enterpriseFor(actor, enterprise);
      const doc = await lastOf(enterprise, month);
      if (!doc) throw unknown();
      return accountOf(doc);
    },

    /** Deliveries were imported: the accounts of every month they ever were of are due now. */
    async deliveriesChanged(ids: string[]): Promise<void> {
      const versions = await registry.deliveries(ids);
      const now = clock.now();
      const about = new Map(
        versions.map(({ facts: { enterpriseId, month } }) => [keyOf(enterpriseId, month), { enterpriseId, month }]),
      );
      await due.mark([...about.values()].map(({ enterpriseId, month }) => accountMark(enterpriseId, month, { now })));
      for (const key of about.keys()) rests.delete(key);
    },
  };
}
export type Accounts = ReturnType<typeof createAccounts>;

function accountOf({ text }: AccountDoc): Account {
  return JSON.parse(text) as Account;
}
