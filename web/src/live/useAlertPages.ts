import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { api } from '../api/index.ts';
import type { Alert } from '../api/types.ts';
import { useLive } from '../stores/live.ts';
import { matches, newestFirst, TO_DO, type AlertFilter } from './filter.ts';

/** One list of the API being read page by page. */
interface Stream {
  state: string | undefined;
  /** undefined before the first page, null at the end. */
  next: string | null | undefined;
  /** The moment down to which everything has been read. */
  downTo: number;
}

/**
 * The alerts of a filter: pages of the API and the live line, as one list. "To do" is three states, so three lists are read side by side
 * and shown down to the moment that all of them reach. While somebody reads further down, news waits in `held`.
 */
export function useAlertPages(filter: Ref<AlertFilter>, scrolled: Ref<boolean>) {
  const live = useLive();
  const streams = shallowRef<Stream[]>([]);
  const loading = ref(false);
  const error = shallowRef<unknown>(null);
  const accepted = shallowRef<ReadonlySet<string>>(new Set());
  let turn = 0;

  const boundary = computed(() => Math.max(-Infinity, ...streams.value.filter((s) => s.next !== null).map((s) => s.downTo)));
  const started = computed(() => streams.value.length > 0 && streams.value.every((s) => s.next !== undefined));
  const more = computed(() => streams.value.some((s) => typeof s.next === 'string'));

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

  async function readNext(stream: Stream, signal: number): Promise<Stream> {
    const { state: _all, ...rest } = filter.value;
    const page = await api.alerts({
      ...rest,
      ...(stream.state !== undefined && { state: stream.state }),
      limit: 100,
      ...(stream.next && { cursor: stream.next }),
    });
    if (signal !== turn) return stream;
    live.read(page.items);
    const last = page.items.at(-1);
    return { state: stream.state, next: page.next, downTo: page.next === null || !last ? -Infinity : Date.parse(last.firstAt) };
  }

  /** Reads the first pages anew. */
  async function reload() {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    const { state } = filter.value;
    const states = state === undefined ? [...TO_DO] : [state === 'all' ? undefined : state];
    try {
      const read = await Promise.all(states.map((s) => readNext({ state: s, next: undefined, downTo: Infinity }, mine)));
      if (mine !== turn) return;
      streams.value = read;
      acceptAll();
    } catch (problem) {
      if (mine === turn) error.value = problem;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  /** Reads on in the lists that hold the boundary back. */
  async function readMore() {
    if (loading.value || !more.value) return;
    const mine = turn;
    loading.value = true;
    try {
      const edge = boundary.value;
      const read = await Promise.all(
        streams.value.map((s) => (typeof s.next === 'string' && s.downTo >= edge ? readNext(s, mine) : Promise.resolve(s))),
      );
      if (mine !== turn) return;
      streams.value = read;
      acceptOlder(edge);
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
