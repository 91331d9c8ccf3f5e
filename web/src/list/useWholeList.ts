import { ref, shallowRef } from 'vue';
import { readWhole } from '../api/lists.ts';

/** A list that is short by nature, read whole; the page filters it by itself. */
export function useWholeList<Row>(path: string) {
  const all = shallowRef<Row[]>([]);
  const asOf = ref<string | null>(null);
  const loading = ref(true);
  const error = shallowRef<unknown>(null);

  async function reload(): Promise<void> {
    loading.value = true;
    error.value = null;
    try {
      const answer = await readWhole<Row>(path);
      all.value = answer.items;
      asOf.value = answer.asOf;
    } catch (problem) {
      error.value = problem;
    } finally {
      loading.value = false;
    }
  }
  void reload();
  return { all, asOf, loading, error, reload };
}
