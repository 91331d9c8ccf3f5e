import { onBeforeUnmount, ref, shallowRef, watch } from 'vue';

/**
 * What a page of figures shows: read whenever what is asked for changes; what stands stays until the next answer is there. An answer to
 * a question that is no longer asked is dropped.
 */
export function useFigures<T>(read: (signal: AbortSignal) => Promise<T>, about: () => unknown, againMs = 0) {
  const figures = shallowRef<T | null>(null);
  const loading = ref(true);
  const error = shallowRef<unknown>(null);
  let stop = new AbortController();

  async function load() {
    stop.abort();
    const mine = (stop = new AbortController());
    loading.value = true;
    try {
      const answer = await read(mine.signal);
      if (mine !== stop) return;
      figures.value = answer;
      error.value = null;
    } catch (problem) {
      if (mine === stop) error.value = problem;
    } finally {
      if (mine === stop) loading.value = false;
    }
  }
  watch(() => JSON.stringify(about()), () => void load(), { immediate: true }); // prettier-ignore
  const timer = againMs > 0 ? setInterval(() => document.visibilityState === 'visible' && void load(), againMs) : undefined;
  onBeforeUnmount(() => {
    clearInterval(timer);
    stop.abort();
  });
  return { figures, loading, error, load };
}
