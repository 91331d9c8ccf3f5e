import type { Ref } from 'vue';
import {
  accounts as api,
  type Account,
  type AccountMonths,
  type AccountRow,
  type CleanTransportDecided,
} from '../api/accounts.ts';
import { useFigures } from '../figures/useFigures.ts';

/** What a sheet shows beside its account. */
export interface BesideAccount {
  /** The first passages of vehicles that were refused, and of those let through against it; the rest is on the platform. */
  refused: AccountRow[];
  against: AccountRow[];
  /** The year up to the account's month. */
  months: AccountMonths['items'];
  /** The decisions about the enterprise, the last one first. */
  decided: CleanTransportDecided[];
}
/** So many passages are listed. */
const LISTED = 8;

/** Reads what stands beside an account, as of its revision. */
export function useBeside(account: Ref<Account | undefined>) {
  return useFigures<BesideAccount | null>(
    async (signal) => {
      if (!account.value) return null;
      const { enterprise, month, revision } = account.value;
      const rows = (figure: string) =>
        api.rows({ enterprise, month, figure, revision: String(revision) }, { limit: LISTED }, signal);
      const [refused, against, months, decided] = await Promise.all([
        rows('passages.refused'),
        rows('passages.againstDecision'),
        api.months(enterprise, month, 12, signal),
        api.decisions(enterprise, signal),
      ]);
      return { refused: refused.items, against: against.items, months: months.items, decided: decided.items };
    },
    () => account.value?.digest,
  );
}
