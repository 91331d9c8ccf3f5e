import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import type { Alert } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { asked, matches, momentOf, newestFirst, TO_DO, type AlertFilter } from './filter.ts';

/** Rows of the first page, which is to be there at once, and of those that follow while somebody scrolls. */
const FIRST_PAGE = 100;
const FURTHER_PAGE = 500;
const NONE: ReadonlySet<string> = new Set();

/**
 * The alerts of a filter: pages of the API and the live line, as one list, shown down to the moment the pages reach. While somebody
 * reads further down or points at the list, news waits in `held`, and what no longer fits keeps its place: nothing jumps under the mouse.
 * Made for 100 000 rows: what happens at a piece of news is a few passes over them.
 * @param hold whether news is to wait
 * @param firstPage rows asked for at first
 */
export function useAlertPages(filter: Ref<AlertFilter>, hold: Ref<boolean>, firstPage = FIRST_PAGE) {
  const live = useLive();
  /** Where the list goes on: undefined before the first page, null at the end. */
  const next = shallowRef<string | null | undefined>(undefined);
  /** The moment down to which everything has been read. */
  const boundary = ref(-Infinity);
  const loading = ref(false);
  const error = shallowRef<unknown>(null);
  /** News that waits. */
  const waiting = shallowRef(NONE);
  /** Shown though they no longer fit, while the list is held. */
  const lingering = shallowRef(NONE);
  /** Fitting alerts, each with the number of the look at which it was last seen to fit. */
  const seen = new Map<string, number>();
  let look = 0;
  /** The moment down to which everything had been read at the last look. */
  let edge = Infinity;
  let turn = 0;
  let anew = false;

  const started = computed(() => next.value !== undefined);
  const more = computed(() => typeof next.value === 'string');

  const matching = computed(() => {
    const rows: Alert[] = [];
    for (const alert of live.alerts.values()) {
      if (momentOf(alert) >= boundary.value && matches(alert, filter.value)) rows.push(alert);
    }
    // Pages come in this order already, so that sorting is little more than one pass.
    return rows.sort(newestFirst);
  });

  watch([matching, hold], () => {
    // An empty list has nothing that could jump, nor has one that is read anew.
    if (!hold.value || anew || rows.value.length === 0) acceptAll();
    else compare();
  });

  /** What came since the last look waits, but for the rows of a page below it; what left stays. */
  function compare() {
    const before = look++;
    const come: string[] = [];
    for (const alert of matching.value) {
      if (!seen.has(alert.id) && momentOf(alert) > edge) come.push(alert.id);
      seen.set(alert.id, look);
    }
    const left: string[] = [];
    for (const [id, last] of seen) {
      if (last > before) continue;
      seen.delete(id);
      if (!waiting.value.has(id)) left.push(id);
    }
    edge = boundary.value;
    if (come.length > 0) waiting.value = new Set([...waiting.value, ...come]);
    if (left.length > 0) lingering.value = new Set([...lingering.value, ...left]);
  }

  function acceptAll() {
    look += 1;
    seen.clear();
    for (const alert of matching.value) seen.set(alert.id, look);
    edge = boundary.value;
    waiting.value = NONE;
    lingering.value = NONE;
  }

  const rows = computed(() => {
    const fit = waiting.value.size === 0 ? matching.value : matching.value.filter((alert) => !waiting.value.has(alert.id));
    if (lingering.value.size === 0) return fit;
    const shown = new Set(matching.value.map((alert) => alert.id));
    const stay = [...lingering.value].flatMap((id) => (shown.has(id) ? [] : (live.alerts.get(id) ?? [])));
    return stay.length === 0 ? fit : [...fit, ...stay].sort(newestFirst);
  });
  const held = computed(() => (waiting.value.size === 0 ? [] : matching.value.filter((alert) => waiting.value.has(alert.id))));

  /** Reads one page into what is known; false when it came too late to matter. */
  async function readPage(cursor: string | undefined, mine: number): Promise<boolean> {
    const limit = cursor === undefined ? firstPage : FURTHER_PAGE;
    const page = await api.alerts({ ...asked(filter.value), limit, ...(cursor !== undefined && { cursor }) });
    if (mine !== turn) return false;
    const last = page.items.at(-1);
    live.read(page.items);
    next.value = page.next;
    boundary.value = page.next === null || !last ? -Infinity : Date.parse(last.firstAt);
    return true;
  }

  /** Reads the first page anew. */
  async function reload() {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    anew = true;
    acceptAll();
    try {
      if (await readPage(undefined, mine)) acceptAll();
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) {
        loading.value = false;
        anew = false;
      }
    }
  }

  async function readMore() {
    if (loading.value || typeof next.value !== 'string') return;
    const mine = turn;
    loading.value = true;
    error.value = null;
    try {
      await readPage(next.value, mine);
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch([() => JSON.stringify(filter.value), () => live.epoch], () => void reload(), { immediate: true });
  // What is to be done is never forgotten; a list of other alerts may have lost rows in the middle.
  watch(
    () => live.forgotten,
    () => {
      const { state } = filter.value;
      if (state !== undefined && !TO_DO.some((one) => one === state)) void reload();
    },
  );

  return { rows, held, loading, error, started, more, reload, readMore, acceptAll };
}
