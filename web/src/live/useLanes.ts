import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import { api } from '../api/index.ts';
import { ApiError } from '../api/client.ts';
import { useLive } from '../stores/live.ts';
import { useRegistry } from '../stores/registry.ts';
import { groupLanes } from './lanes.ts';

const AGAIN_MS = 15_000;

/**
 * The lanes in the reader's scope, by enterprise, as they change. Whether a gate is there is told only when it is asked for, so it is asked
 * again while somebody looks.
 */
export function useLanes() {
  const live = useLive();
  const registry = useRegistry();
  const loading = ref(true);
  const error = shallowRef<unknown>(null);

  async function load() {
    error.value = null;
    try {
      live.gatesRead((await api.gates()).items);
    } catch (problem) {
      // A platform that tells lanes over the live line only still fills the board, lane by lane.
      if (!(problem instanceof ApiError && problem.status === 404)) error.value = problem;
    } finally {
      loading.value = false;
    }
  }
  const again = setInterval(() => void load(), AGAIN_MS);
  onBeforeUnmount(() => clearInterval(again));
  watch(() => live.epoch, () => void load(), { immediate: true }); // prettier-ignore

  const groups = computed(() => groupLanes([...live.lanes.values()], registry.devices, registry.enterpriseById));
  return { groups, loading, error, load };
}
