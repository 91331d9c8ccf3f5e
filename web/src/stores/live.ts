import { defineStore } from 'pinia';
import { ref, shallowRef, triggerRef } from 'vue';
import type { Alert, GateLane, Hello, LiveItem } from '../api/types.ts';
import { AlertBook, type Change } from '../live/book.ts';
import { mergeLanes } from '../live/gates.ts';
import { newsOf } from '../live/notice.ts';

export type LineState = 'connecting' | 'up' | 'down';

/** What came over the live line and was read beside it. The rules of merging are in `live/book.ts`; here they meet the screen. */
export const useLive = defineStore('live', () => {
  let book = new AlertBook();
  const followers = new Set<(changes: readonly Change[]) => void>();
  /** The book's own, which changes in place. */
  const alerts = shallowRef(book.alerts);
  const upTo = ref<number | null>(null);
  const log = ref<string | null>(null);
  const forgotten = ref(0);
  const criticalOpen = ref(0);
  const lanes = shallowRef<ReadonlyMap<string, GateLane>>(new Map());
  const line = ref<LineState>('connecting');
  const downSince = ref<number | null>(null);
  /** Raised whenever lists must be read (again): at the start, and when the server cannot replay. */
  const epoch = ref(0);

  function show(changes: readonly Change[] | 'all') {
    ({ upTo: upTo.value, log: log.value, forgotten: forgotten.value, criticalOpen: criticalOpen.value } = book);
    if (changes.length === 0) return;
    alerts.value = book.alerts;
    triggerRef(alerts);
    if (changes !== 'all') for (const follow of followers) follow(changes);
  }

  /** Calls when alerts change, one after the other, until the given function is called; where all is void the `epoch` rises instead. */
  function follow(call: (changes: readonly Change[]) => void): () => void {
    followers.add(call);
    return () => void followers.delete(call);
  }

  function hello(word: Hello) {
    const means = book.hello(word);
    show(means === 'resync' ? 'all' : []);
    line.value = 'up';
    downSince.value = null;
    if (means !== 'go-on') epoch.value += 1;
  }

  /** @returns the alerts that are news to somebody at a screen */
  function alertsCame(batch: { upTo: number; items: LiveItem[] }): Alert[] {
    const news = newsOf(batch.items, book.alerts);
    show(book.take(batch));
    return news;
  }

  function resync(seq: number) {
    book.resync(seq);
    show('all');
    epoch.value += 1;
  }

  function read(rows: Alert[]) {
    show(book.read(rows));
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
    book = new AlertBook();
    show('all');
    lanes.value = new Map();
    line.value = 'connecting';
    downSince.value = null;
  }

  return {
    alerts,
    upTo,
    log,
    forgotten,
    lanes,
    line,
    downSince,
    epoch,
    criticalOpen,
    follow,
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
