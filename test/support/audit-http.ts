import express from 'express';
import type { Actor } from '../../server/alerts/types.ts';
import { createAccountRows } from '../../server/audit/account-rows.ts';
import { createAccounts } from '../../server/audit/accounts.ts';
import { createCleanTransportDecisions } from '../../server/audit/clean-transport-decision.ts';
import { createGateQuality } from '../../server/audit/gate-quality.ts';
import { createLedgers } from '../../server/audit/ledgers.ts';
import { createEnterprise } from '../../server/enterprise.ts';
import { problemHandler } from '../../server/http/problems.ts';
import { accountsRouter } from '../../server/http/routes/accounts.ts';
import { enterpriseRouter } from '../../server/http/routes/enterprise.ts';
import { ledgersRouter } from '../../server/http/routes/ledgers.ts';
import { createLog } from '../../server/log.ts';
import type { TestCore } from './core.ts';
import { listen } from './http.ts';

export const WHO = {
  auditor: { username: 'auditor', name: '审计', role: 'auditor' },
  bureau: { username: 'bureau', name: '环保', role: 'bureau', counties: ['140902'] },
  elsewhere: { username: 'elsewhere', name: '外县', role: 'bureau', counties: ['140981'] },
  coking: { username: 'coking', name: '焦化', role: 'enterprise', enterpriseId: 'coking-1' },
  far: { username: 'far', name: '物流', role: 'enterprise', enterpriseId: 'far-1' },
  police: { username: 'police', name: '交警', role: 'police' },
} satisfies Record<string, Actor>;
export type Who = keyof typeof WHO;

/** Ledgers and accounts of a core over HTTP, the caller named by a header; what is audited is kept. */
export async function auditHttp(t: TestCore) {
  const audited: { at: Date; by: string; action: string; target: string; detail: Record<string, unknown> }[] = [];
  const accounts = createAccounts({
    ...t.core.accounting,
    accounts: t.core.stores.accounts,
    registry: t.core.registry,
    policies: t.core.ledgers.policies,
    clock: t.clock,
    // Every look is up to date.
    restMs: () => -1,
  });
  const decisions = createCleanTransportDecisions({
    accounts,
    registry: t.registry,
    clock: t.clock,
    audit: async (by, action, target, detail = {}) =>
      void audited.push({ at: new Date(t.clock.now()), by: by.username, action, target, detail }),
    audited: async (action, target) => audited.filter((entry) => entry.action === action && entry.target === target).reverse(),
  });
  const app = express();
  app.set('query parser', 'simple');
  app.use(express.json(), (req, _res, next) => {
    Object.assign(req, { actor: WHO[req.get('x-who') as Who] });
    next();
  });
  app.use(ledgersRouter({ ledgers: createLedgers({ ...t.core.ledgers, db: t.store.db }) }));
  app.use(
    accountsRouter({
      accounts,
      rows: createAccountRows(t.core.ledgers),
      decisions,
      gates: createGateQuality({ ...t.core.ledgers, maker: t.core.accounting.maker }),
    }),
  );
  app.use(
    enterpriseRouter(
      createEnterprise({
        db: t.store.db,
        registry: t.core.registry,
        policies: t.core.ledgers.policies,
        observations: t.core.stores.observations,
        images: t.core.stores.images,
        clock: t.clock,
      }),
    ),
  );
  app.use(problemHandler(createLog('silent')));
  const web = await listen(app);
  const get = (path: string, who: Who = 'auditor', headers: Record<string, string> = {}) =>
    fetch(web.url + path, { headers: { 'x-who': who, ...headers } });
  return {
    accounts,
    audited,
    close: () => web.close(),
    get,
    async json<T>(path: string, who?: Who): Promise<T> {
      const answer = await get(path, who);
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async code(path: string, who?: Who): Promise<string> {
      const answer = await get(path, who);
      return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? ''}`;
    },
    post: (path: string, who: Who, body: object) =>
      fetch(web.url + path, {
        method: 'POST',
        headers: { 'x-who': who, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}
