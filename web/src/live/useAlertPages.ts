import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import type { Alert } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import type { Change } from './book.ts';
import { asked, matches, momentOf, newestFirst, TO_DO, type AlertFilter } from './filter.ts';
import { holds, replaced } from './order.ts';

/** Rows of the first page, which is to be there at once, and of those that follow while somebody scrolls. */
const FIRST_PAGE = 100;
const FURTHER_PAGE = 500;
const NONE: ReadonlyMap<string, Alert> = new Map();

/**
 * The alerts of a filter: pages of the API and the live line, as one list, shown down to the moment the pages reach. While somebody
 * reads further down or points at the list, news waits in `held`, and what no longer fits keeps its place: nothing jumps under the mouse.
 * Made for 100 000 rows: news touches the rows it is about, and the list is copied once.
 * @param hold whether news is to wait
 * @param firstPage rows asked for at first
 */
export function useAlertPages(filter: Ref<AlertFilter>, hold: Ref<boolean>, firstPage = FIRST_PAGE) {
  const live = useLive();
  /** Where the list goes on: undefined before the first page, null at the end. */
  const next = shallowRef<string | null | undefined>(undefined);
  const loading = ref(false);
  const error = shallowRef<unknown>(null);
  const rows = shallowRef<readonly Alert[]>([]);
  /** News that waits, by id. */
  const waiting = shallowRef(NONE);
  /** Ids of those that may stand where they no longer belong, while the list is held. */
  const lingering = new Set<string>();
  /** Known and fitting, but further down than the pages reach. */
  let below: readonly Alert[] = [];
  /** The filter the lists were made by. */
  let lens = filter.value;
  /** The moment down to which everything has been read. */
  let boundary = -Infinity;
  let turn = 0;
  /** While the list is read anew there is nothing that could jump. */
  let anew = false;

  /** What comes is a page further down, which may begin with the very moment the last one ended with. */
  let paging = false;

  const started = computed(() => next.value !== undefined);
  const more = computed(() => typeof next.value === 'string');
  const held = computed(() => [...waiting.value.values()]);

  onScopeDispose(live.follow(take));
  watch(hold, (now) => now || acceptAll());

  /** Puts every alert that changed where it belongs now. */
  function take(changes: readonly Change[]) {
    const still = hold.value && !anew && rows.value.length > 0;
    const shown = { out: [] as Alert[], into: [] as Alert[] };
    const deep = { out: [] as Alert[], into: [] as Alert[] };
    const wait = new Map(waiting.value);
    for (const { before, after } of changes) {
      const id = (before ?? after)!.id;
      const fits = after !== undefined && matches(after, lens);
      const was = before && holds(rows.value, before) ? 'shown' : before && holds(below, before) ? 'deep' : 'neither';
      if (was === 'shown') shown.out.push(before!);
      if (was === 'deep') deep.out.push(before!);
      wait.delete(id);
      if (was === 'shown' && still && after) {
        shown.into.push(after);
        if (!belongs(after)) lingering.add(id);
      } else if (fits) {
        if (momentOf(after) < boundary) deep.into.push(after);
        else if (still && !paging) wait.set(id, after);
        else shown.into.push(after);
      }
    }
    rows.value = replaced(rows.value, shown.out, shown.into);
    below = replaced(below, deep.out, deep.into);
    if (wait.size > 0 || waiting.value.size > 0) waiting.value = wait;
    if (rows.value.length === 0) acceptAll();
  }

  const belongs = (alert: Alert) => matches(alert, lens) && momentOf(alert) >= boundary;

  /** Shows what waits and lets go of what no longer belongs. */
  function acceptAll() {
    const left = lingering.size === 0 ? [] : rows.value.filter((alert) => lingering.has(alert.id) && !belongs(alert));
    rows.value = replaced(rows.value, left, held.value);
    below = replaced(
      below,
      [],
      left.filter((alert) => matches(alert, lens)),
    );
    waiting.value = NONE;
    lingering.clear();
  }

  /** Makes the lists from all that is known. */
  function rebuild() {
    lens = filter.value;
    const fit = [...live.alerts.values()].filter((alert) => matches(alert, lens)).sort(newestFirst);
    rows.value = fit.filter((alert) => momentOf(alert) >= boundary);
    below = fit.slice(rows.value.length);
    waiting.value = NONE;
    lingering.clear();
  }

  /** Shows all that is known down to a moment further down. */
  function reachTo(moment: number) {
    boundary = moment;
    const risen = below.filter((alert) => momentOf(alert) >= boundary);
    rows.value = replaced(rows.value, [], risen);
    below = below.slice(risen.length);
  }

  /** Reads one page into what is known. @returns the moment it reaches down to; null when it came too late to matter */
  async function readPage(cursor: string | undefined, mine: number): Promise<number | null> {
    const limit = cursor === undefined ? firstPage : FURTHER_PAGE;
    const page = await api.alerts({ ...asked(filter.value), limit, ...(cursor !== undefined && { cursor }) });
    if (mine !== turn) return null;
    const last = page.items.at(-1);
    paging = true;
    live.read(page.items);
    paging = false;
    next.value = page.next;
    return page.next === null || !last ? -Infinity : Date.parse(last.firstAt);
  }

  /** Reads the first page anew. */
  async function reload() {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    anew = true;
    rebuild();
    try {
      const moment = await readPage(undefined, mine);
      if (moment === null) return;
      boundary = moment;
      rebuild();
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
      const moment = await readPage(next.value, mine);
      if (moment !== null) reachTo(moment);
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch([() => JSON.stringify(filter.value), () => live.epoch], () => void reload(), { immediate: true });
  // Where all that was read is done with, there is more to do further down.
  watch(
    () => rows.value.length === 0 && more.value && !loading.value && error.value === null,
    (bare) => bare && void readMore(),
  );
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
