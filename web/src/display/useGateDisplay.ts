import { io, type Socket } from 'socket.io-client';
import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';
import type { GateDisplay } from '../../../server/http/contract/gates.ts';
import type { GateState } from '../../../server/http/contract/live.ts';

/** How long a vehicle stays on the screen after the last word on it, in real time: as long as its answer is good at normal speed. */
const HOLD_MS = 60_000;
const ASK_AGAIN_MS = 10_000;

/** Takes the token out of the address into this screen's keeping, so that it stands in no history and no log. */
export function tokenFor(gate: string): string | undefined {
  const key = `cleanhaul.display.${gate}`;
  const given = new URLSearchParams(location.hash.slice(1)).get('token') ?? new URLSearchParams(location.search).get('token');
  if (given !== null) history.replaceState(history.state, '', location.pathname);
  try {
    if (given !== null) localStorage.setItem(key, given);
    return given ?? localStorage.getItem(key) ?? undefined;
  } catch {
    return given ?? undefined;
  }
}

/** The lane that spoke last; what comes out of order is older news. */
export function newestLane(lanes: readonly GateState[]): GateState | undefined {
  return lanes.reduce<GateState | undefined>(
    (best, lane) => (!best || Date.parse(lane.at) >= Date.parse(best.at) ? lane : best),
    undefined,
  );
}

/**
 * What the screen at one gate shows: its state as asked for every ten seconds, and its lanes over the live line as they change. A screen
 * without a token asks as whoever is signed in.
 */
export function useGateDisplay(gate: string) {
  const token = tokenFor(gate);
  const display = shallowRef<GateDisplay | null>(null);
  /** The token, or the session, does not open this gate. */
  const refused = ref<'none' | 'refused' | null>(null);
  const downSince = ref<number | null>(null);
  const now = ref(Date.now());
  const lanes = new Map<string, GateState>();
  const shown = shallowRef<{ lane: GateState; since: number } | null>(null);
  let line: Socket | null = null;

  function take(items: readonly GateState[], fresh: boolean) {
    for (const item of items) {
      const before = lanes.get(item.lane);
      if (item.gate === gate && (!before || Date.parse(before.at) <= Date.parse(item.at))) lanes.set(item.lane, item);
    }
    const lane = newestLane([...lanes.values()]);
    if (!lane || JSON.stringify(lane) === JSON.stringify(shown.value?.lane)) return;
    // What was there before this screen came up is shown only if it has just happened, by the platform's clock.
    const age = display.value ? Date.parse(display.value.at) - Date.parse(lane.at) : 0;
    if (fresh || age < HOLD_MS) shown.value = { lane, since: Date.now() };
  }

  async function ask() {
    try {
      const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const answer = await fetch(`/api/v1/display/${encodeURIComponent(gate)}`, { headers, credentials: 'same-origin' });
      if ([401, 403, 404].includes(answer.status)) {
        refused.value = token === undefined ? 'none' : 'refused';
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      refused.value = null;
      display.value = (await answer.json()) as GateDisplay;
      take(display.value.lanes, false);
      if (line === null) listen();
    } catch {
      downSince.value ??= Date.now();
    }
  }

  function listen() {
    line = io('/live', {
      path: '/socket.io',
      transports: ['websocket'],
      auth: { ...(token !== undefined && { token }) },
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    line.on('hello', () => {
      downSince.value = null;
      void ask();
    });
    line.on('gates', ({ items }: { items: GateState[] }) => take(items, shown.value !== null || display.value !== null));
    const lost = () => (downSince.value ??= Date.now());
    line.on('disconnect', (reason) => {
      lost();
      if (reason === 'io server disconnect') setTimeout(() => line?.connect(), 3_000);
    });
    line.on('connect_error', () => {
      lost();
      if (line && !line.active) setTimeout(() => line?.connect(), 5_000);
    });
  }

  const timers: ReturnType<typeof setInterval>[] = [];
  onMounted(() => {
    void ask();
    timers.push(
      setInterval(() => (now.value = Date.now()), 1_000),
      setInterval(() => void ask(), ASK_AGAIN_MS),
    );
  });
  onBeforeUnmount(() => {
    timers.forEach(clearInterval);
    line?.close();
  });

  return {
    display,
    refused,
    downSince,
    /** The vehicle at the barrier; null when none came for a minute, or when nobody can say. */
    lane: computed(() =>
      shown.value && downSince.value === null && now.value - shown.value.since < HOLD_MS ? shown.value.lane : null,
    ),
  };
}
