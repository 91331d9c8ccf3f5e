import { ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { filterOf } from './address.ts';
import type { AlertFilter } from './filter.ts';

/** The board's filter and its open alert, which stand in its address. The board is kept while another room is shown: that room's address says nothing of it. */
export function useBoardAddress() {
  const route = useRoute();
  const router = useRouter();
  const filter = ref<AlertFilter>({});
  const openId = ref<string | null>(null);
  watch(
    () => route.fullPath,
    () => {
      if (route.name !== 'alerts') return;
      const next = filterOf(route.query);
      if (JSON.stringify(next) !== JSON.stringify(filter.value)) filter.value = next;
      openId.value = typeof route.query['open'] === 'string' ? route.query['open'] : null;
    },
    { immediate: true },
  );

  /** Another filter; nothing is open then. */
  function setFilter(next: AlertFilter) {
    void router.replace({ name: 'alerts', query: { ...next } });
  }
  /** Opens an alert, or with null none. */
  function go(id: string | null, move: 'push' | 'replace') {
    void router[move]({ name: 'alerts', query: { ...filter.value, ...(id !== null && { open: id }) } });
  }
  return { filter, openId, setFilter, go };
}
