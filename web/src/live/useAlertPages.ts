import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import type { Alert } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { asked, matches, newestFirst, type AlertFilter } from './filter.ts';

/**
 * The alerts of a filter: pages of the API and the live line, as one list, shown down to the moment the pages reach. While somebody
 * reads further down, news waits in `held`.
 */
export function useAlertPages(filter: Ref<AlertFilter>, scrolled: Ref<boolean>) {
  const live = useLive();
  /** Where the list goes on: undefined before the first page, null at the end. */
  const next = shallowRef<string | null | undefined>(undefined);
  /** The moment down to which everything has been read. */
  const boundary = ref(-Infinity);
  const loading = ref(false);
  const error = shallowRef<unknown>(null);
  const accepted = shallowRef<ReadonlySet<string>>(new Set());
  let turn = 0;

  const started = computed(() => next.value !== undefined);
  const more = computed(() => typeof next.value === 'string');

  const matching = computed(() => {
    const rows: Alert[] = [];
    for (const alert of live.alerts.values()) {
      if (Date.parse(alert.firstAt) >= boundary.value && matches(alert, filter.value)) rows.push(alert);
    }
    return rows;
  });

  watch([matching, scrolled], () => {
    if (!scrolled.value || loading.value) acceptAll();
  });

  function acceptAll() {
    accepted.value = new Set(matching.value.map((alert) => alert.id));
  }

  const rows = computed(() => matching.value.filter((alert) => accepted.value.has(alert.id)).sort(newestFirst));
  const held = computed(() => matching.value.filter((alert) => !accepted.value.has(alert.id)));

  /** Reads one page into what is known; false when it came too late to matter. */
  async function readPage(cursor: string | undefined, mine: number): Promise<boolean> {
    const page = await api.alerts({ ...asked(filter.value), limit: 100, ...(cursor !== undefined && { cursor }) });
    if (mine !== turn) return false;
    live.read(page.items);
    const last = page.items.at(-1);
    next.value = page.next;
    boundary.value = page.next === null || !last ? -Infinity : Date.parse(last.firstAt);
    return true;
  }

  /** Reads the first page anew. */
  async function reload() {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    try {
      if (await readPage(undefined, mine)) acceptAll();
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function readMore() {
    if (loading.value || typeof next.value !== 'string') return;
    const mine = turn;
    loading.value = true;
    const edge = boundary.value;
    try {
      if (await readPage(next.value, mine)) acceptOlder(edge);
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  /** Rows below the old boundary are what was asked for; news above it still waits. */
  function acceptOlder(edge: number) {
    const ids = new Set(accepted.value);
    for (const alert of matching.value) if (Date.parse(alert.firstAt) <= edge) ids.add(alert.id);
    accepted.value = ids;
  }

  watch([() => JSON.stringify(filter.value), () => live.epoch], () => void reload(), { immediate: true });

  return { rows, held, loading, error, started, more, reload, readMore, acceptAll };
}
