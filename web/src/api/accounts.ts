import type {
  Account,
  AccountFigures,
  AccountLine,
  AccountMonths,
  AccountRow,
  CleanTransportDecided,
  FigureName,
} from '../../../server/http/contract/accounts.ts';
import type { InPlantRow, MachineryRow, TransportRow } from '../../../server/http/contract/ledgers.ts';
import { readWhole, type Paging } from './lists.ts';
import type { Basis, Page } from './types.ts';
import { call, callPage, query } from './client.ts';

export type { Account, AccountFigures, AccountLine, AccountMonths, AccountRow, CleanTransportDecided, FigureName };
export type { InPlantRow, MachineryRow, TransportRow };
export type Conclusion = 'met' | 'not-met';

/** One enterprise's last account of a month, and what stands beside it. */
export type LastAccount = Account & {
  cleanTransport: Conclusion | null;
  basis: Basis[];
  revisions: { revision: number; state: Account['state']; asOf: string; digest: string }[];
};

export interface RowsPage extends Page<AccountRow> {
  figure: string;
  unit: 't' | 'rows';
  /** What the account says they add up to. */
  total: number;
  revision: number;
}

const BASE = '/accounts/clean-transport';

/** The clean-transport accounts. @throws ApiError */
export const accounts = {
  list: (month: string) => readWhole<AccountLine>(BASE, { month }),
  last: (enterprise: string, month: string, signal?: AbortSignal) =>
    call<LastAccount>(`${BASE}${query({ month, enterprise })}`, signal ? { signal } : {}),
  /** A revision as it was stored. */
  revision: (enterprise: string, month: string, revision: number, signal?: AbortSignal) =>
    call<Account>(`${BASE}${query({ month, enterprise, revision })}`, signal ? { signal } : {}),
  months: (enterprise: string, month: string, months: number, signal?: AbortSignal) =>
    call<AccountMonths>(`${BASE}/months${query({ enterprise, month, months })}`, signal ? { signal } : {}),
  rows: (asked: Record<string, string>, paging: Paging, signal?: AbortSignal) =>
    callPage<AccountRow>(`${BASE}/rows${query({ ...asked, ...paging })}`, signal ? { signal } : {}) as Promise<
      RowsPage & { asOf: string | null }
    >,
  decisions: (enterprise: string, signal?: AbortSignal) =>
    call<{ items: CleanTransportDecided[] }>(`${BASE}/decisions${query({ enterprise })}`, signal ? { signal } : {}),
  /** @throws ApiError 409 `newer-revision` where the account has grown since */
  decide: (body: {
    enterprise: string;
    month: string;
    revision: number;
    cleanTransport: Conclusion;
    reason: string;
    validFrom?: string;
  }) => call<{ cleanTransport: Conclusion; validFrom: string }>(`${BASE}/decision`, { method: 'POST', body }),
};
