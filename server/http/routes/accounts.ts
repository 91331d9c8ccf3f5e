import { Router } from 'express';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { AccountRows } from '../../audit/account-rows.ts';
import type { Accounts } from '../../audit/accounts.ts';
import type { CleanTransportDecisions } from '../../audit/clean-transport-decision.ts';
import type { GateQualityReader } from '../../audit/gate-quality.ts';
import { actorOf, allow } from '../access.ts';
import { ACCOUNT_COLUMNS, ACCOUNT_ROW_COLUMNS } from '../columns.ts';
import {
  accountMonthsQuery,
  accountQuery,
  accountRowsQuery,
  cleanTransportDecision,
  decisionsQuery,
  gateQualityQuery,
} from '../contract/accounts.ts';
import { sendExport } from '../export.ts';
import { idempotencyKey } from '../headers.ts';
import { read } from '../problems.ts';
import { sendSmallList } from '../small-list.ts';

export interface AccountsRouterDeps {
  accounts: Accounts;
  rows: AccountRows;
  decisions: CleanTransportDecisions;
  gates: GateQualityReader;
}

/**
 * `GET /accounts/clean-transport`: the month's list, or one enterprise's last account, or one revision byte for byte;
 * `GET …/rows`: what a figure is made of; `GET …/months`: month after month; `GET …/gates`: its data quality gate by gate; `POST …/decision`, `GET …/decisions`: what the bureau makes
 * of it.
 */
export function accountsRouter({ accounts, rows, decisions, gates }: AccountsRouterDeps): Router {
  const router = Router();

  router.get('/accounts/clean-transport', allow('accounts:read'), async (req, res) => {
    const { month, enterprise, revision, county, industry, proposes, ...paging } = read(accountQuery, req.query, req);
    const actor = actorOf(req);
    if (enterprise === undefined) {
      const { items, asOf } = await accounts.list(month, actor, { county, industry, proposes });
      // Paging and form are those of every small list; the month has been read here.
      return sendSmallList(req, res, items, {
        key: ({ rank, enterprise: id }) => `${String(rank?.place ?? 999_999).padStart(6, '0')} ${id}`,
        name: `clean-transport-${month}`,
        columns: ACCOUNT_COLUMNS,
        now: asOf,
        paging,
      });
    }
    if (revision === undefined) {
      const account = await accounts.last(enterprise, month, actor);
      res.set({ ETag: `"${account.digest}"`, 'X-As-Of': account.asOf }).json(account);
      return;
    }
    const { text, digest, asOf } = await accounts.revision(enterprise, month, revision, actor);
    res
      .set({ ETag: `"${digest}"`, 'X-As-Of': formatInstant(asOf.getTime()), 'Content-Type': 'application/json; charset=utf-8' })
      .send(text);
  });

  router.get('/accounts/clean-transport/rows', allow('accounts:read'), async (req, res) => {
    const { month, enterprise, revision, figure, limit = 100, cursor, format, header = 'field' } = read(accountRowsQuery, req.query, req); // prettier-ignore
    const account = await accounts.account(enterprise, month, revision, actorOf(req));
    res.set('X-As-Of', account.asOf);
    if (format) {
      const name = `clean-transport-${enterprise}-${month}-${figure}`;
      return sendExport(res, rows.all(account, figure), { format, header, columns: ACCOUNT_ROW_COLUMNS, name });
    }
    const { items, next } = await rows.page(account, figure, limit, cursor);
    res.json({ figure, ...rows.total(account, figure), revision: account.revision, items, next });
  });

  router.get('/accounts/clean-transport/months', allow('accounts:read'), async (req, res) => {
    const { enterprise, month, months = 12 } = read(accountMonthsQuery, req.query, req);
    res.json(await accounts.months(enterprise, month, months, actorOf(req)));
  });

  router.get('/accounts/clean-transport/gates', allow('accounts:read'), async (req, res) => {
    const { enterprise, month } = read(gateQualityQuery, req.query, req);
    const account = await accounts.account(enterprise, month, undefined, actorOf(req));
    const { revision, state, asOf, figures } = account;
    res.json({ month, revision, state, asOf, limit: figures.quality.limit, items: await gates.of(account) });
  });

  router.get('/accounts/clean-transport/decisions', allow('accounts:read'), async (req, res) => {
    const { enterprise } = read(decisionsQuery, req.query, req);
    res.json({ items: await decisions.of(enterprise, actorOf(req)) });
  });

  router.post('/accounts/clean-transport/decision', allow('clean-transport:decide'), async (req, res) => {
    res.json(await decisions.decide(read(cleanTransportDecision, req.body ?? {}, req), actorOf(req), idempotencyKey(req)));
  });

  return router;
}
