import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Alert, GateLane, Hello, LiveItem } from '../api/types.ts';
import { mergeLanes } from '../live/gates.ts';
import { newsOf } from '../live/notice.ts';
import { NOTHING, onAlerts, onHello, onRead, onResync, type LiveState } from '../live/reduce.ts';

export type LineState = 'connecting' | 'up' | 'down';

/** What came over the live line and was read beside it. The rules of merging are in `live/reduce.ts`; here they meet the screen. */
export const useLive = defineStore('live', () => {
  const state = shallowRef<LiveState>(NOTHING);
  const lanes = shallowRef<ReadonlyMap<string, GateLane>>(new Map());
  const line = ref<LineState>('connecting');
  const downSince = ref<number | null>(null);
  /** Raised whenever lists must be read (again): at the start, and when the server cannot replay. */
  const epoch = ref(0);

  function hello(word: Hello) {
    const { state: next, means } = onHello(state.value, word);
    state.value = next;
    line.value = 'up';
    downSince.value = null;
    if (means !== 'go-on') epoch.value += 1;
  }

  /** @returns the alerts that are news to somebody at a screen */
  function alertsCame(batch: { upTo: number; items: LiveItem[] }): Alert[] {
    const news = newsOf(batch.items, state.value.alerts);
    state.value = onAlerts(state.value, batch).state;
    return news;
  }

  function resync(seq: number) {
    state.value = onResync(state.value, seq);
    epoch.value += 1;
  }

  function read(rows: Alert[]) {
    state.value = onRead(state.value, rows);
  }

  function gatesCame(news: GateLane[]) {
    lanes.value = mergeLanes(lanes.value, news);
  }

  function gatesRead(rows: GateLane[]) {
    lanes.value = mergeLanes(lanes.value, rows);
  }

  function lost() {
    if (line.value === 'down') return;
    line.value = 'down';
    downSince.value = Date.now();
  }

  function forget() {
    state.value = NOTHING;
    lanes.value = new Map();
    line.value = 'connecting';
    downSince.value = null;
  }

  const alerts = computed(() => state.value.alerts);
  const upTo = computed(() => state.value.upTo);
  const log = computed(() => state.value.log);
  const forgotten = computed(() => state.value.forgotten);
  const criticalOpen = computed(() => {
    let n = 0;
    for (const alert of state.value.alerts.values()) if (alert.severity === 'critical' && alert.state === 'open') n += 1;
    return n;
  });

  return {
    state,
    alerts,
    upTo,
    log,
    forgotten,
    lanes,
    line,
    downSince,
    epoch,
    criticalOpen,
    hello,
    alertsCame,
    resync,
    read,
    gatesCame,
    gatesRead,
    lost,
    forget,
  };
});
