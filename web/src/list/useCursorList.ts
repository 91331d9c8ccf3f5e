import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import type { Page } from '../api/types.ts';

/** Asks for one page; `cursor` absent: the first. */
export type ReadPage<Row> = (
  paging: { cursor?: string; limit: number },
  signal: AbortSignal,
) => Promise<Page<Row> & { asOf?: string | null }>;

/**
 * A cursor list as it grows while somebody scrolls: the first page now and whenever `about` changes, further ones by `readMore`. An
 * answer that comes after its question is no longer asked is dropped.
 */
export function useCursorList<Row>(read: ReadPage<Row>, about: () => unknown) {
  const rows = shallowRef<Row[]>([]);
  const next = ref<string | null>(null);
  const asOf = ref<string | null>(null);
  const loading = ref(true);
  const error = shallowRef<unknown>(null);
  const more = computed(() => next.value !== null);
  let stop = new AbortController();

  async function turn(cursor?: string) {
    const mine = stop;
    loading.value = true;
    error.value = null;
    try {
      const page = await read(cursor === undefined ? { limit: 100 } : { cursor, limit: 500 }, mine.signal);
      if (mine !== stop) return;
      rows.value = cursor === undefined ? page.items : rows.value.concat(page.items);
      next.value = page.next ?? null;
      if (page.asOf !== undefined) asOf.value = page.asOf;
    } catch (problem) {
      if (mine === stop) error.value = problem;
    } finally {
      if (mine === stop) loading.value = false;
    }
  }

  /** Reads the first page anew; what is shown stays until the answer is there. */
  function reload(): Promise<void> {
    stop.abort();
    stop = new AbortController();
    return turn();
  }

  /** Other rows are asked for: the old ones go at once. */
  function restart(): Promise<void> {
    rows.value = [];
    next.value = null;
    return reload();
  }

  function readMore(): void {
    if (!loading.value && next.value !== null) void turn(next.value);
  }

  const online = () => void (error.value !== null && (rows.value.length === 0 ? reload() : readMore()));
  window.addEventListener('online', online);
  onBeforeUnmount(() => {
    window.removeEventListener('online', online);
    stop.abort();
  });
  watch(() => JSON.stringify(about()), () => void restart(), { immediate: true }); // prettier-ignore

  return { rows, loading, error, more, asOf, reload, readMore };
}
