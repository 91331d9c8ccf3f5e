import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import type { Alert } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { asked, matches, newestFirst, type AlertFilter } from './filter.ts';

/**
 * The alerts of a filter: pages of the API and the live line, as one list, shown down to the moment the pages reach. While somebody
 * reads further down or points at the list, news waits in `held`, and what no longer fits keeps its place: nothing jumps under the mouse.
 */
export function useAlertPages(filter: Ref<AlertFilter>, hold: Ref<boolean>) {
  const live = useLive();
  /** Where the list goes on: undefined before the first page, null at the end. */
  const next = shallowRef<string | null | undefined>(undefined);
  /** The moment down to which everything has been read. */
  const boundary = ref(-Infinity);
  const loading = ref(false);
  const error = shallowRef<unknown>(null);
  const accepted = shallowRef<ReadonlySet<string>>(new Set());
  /** Shown though they no longer fit, while the list is held. */
  const lingering = shallowRef<ReadonlySet<string>>(new Set());
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

  watch([matching, hold], ([now], [before]) => {
    // An empty list has nothing that could jump.
    if (!hold.value || loading.value || rows.value.length === 0) return acceptAll();
    const fit = new Set(now.map((alert) => alert.id));
    const left = before.filter((alert) => accepted.value.has(alert.id) && !fit.has(alert.id));
    if (left.length > 0) lingering.value = new Set([...lingering.value, ...left.map((alert) => alert.id)]);
  });

  function acceptAll() {
    lingering.value = new Set();
    accepted.value = new Set(matching.value.map((alert) => alert.id));
  }

  const rows = computed(() => {
    const fit = matching.value.filter((alert) => accepted.value.has(alert.id));
    if (lingering.value.size === 0) return fit.sort(newestFirst);
    const shown = new Set(fit.map((alert) => alert.id));
    const stay = [...lingering.value].flatMap((id) => {
      const alert = shown.has(id) ? undefined : live.alerts.get(id);
      return alert ? [alert] : [];
    });
    return [...fit, ...stay].sort(newestFirst);
  });
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
    lingering.value = new Set();
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
