import { computed, type Ref } from 'vue';
import { useRoute } from 'vue-router';
import { accounts as api, type Account, type LastAccount } from '../api/accounts.ts';
import { ApiError } from '../api/client.ts';
import { useFigures } from '../figures/useFigures.ts';

/** An account as a page shows it: the last one, or the revision that the address names, as it was. */
export interface ShownAccount {
  account: Account;
  /** What stands beside the last one: revisions, what is in force, the law. */
  last: LastAccount;
}

/**
 * Reads an enterprise's account of a month; `missing` where there is none. The last one comes along with an old revision, for what it says
 * of all revisions.
 */
export function useAccount(id: Ref<string>, month: Ref<string>, ready: () => unknown) {
  const route = useRoute();
  const asked = computed(() => {
    const revision = Number(route.query['revision']);
    return Number.isInteger(revision) && revision > 0 ? revision : undefined;
  });
  const read = useFigures<ShownAccount>(
    async (signal) => {
      const revision = asked.value;
      const [last, old] = await Promise.all([
        api.last(id.value, month.value, signal),
        revision === undefined ? undefined : api.revision(id.value, month.value, revision, signal),
      ]);
      return { account: old ?? last, last };
    },
    () => [id.value, month.value, asked.value, ready()],
  );
  /** The enterprise is known, the account is not. */
  const missing = computed(() => read.error.value instanceof ApiError && read.error.value.code === 'unknown-account');
  const shown = computed(() => (read.error.value === null ? read.figures.value : null));
  /** The account that is shown, where it is of what is asked for now. */
  const account = computed(() => {
    const one = shown.value?.account;
    return one?.enterprise === id.value && one.month === month.value ? one : undefined;
  });
  const last = computed(() => shown.value?.last);
  const old = computed(() => account.value !== undefined && account.value.revision !== last.value?.revision);
  return { ...read, account, last, old, missing };
}
