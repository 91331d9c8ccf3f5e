import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { Filter } from './types.ts';

/** Filters that stand in the page's address: a link, a reload or "back" brings them again. The drawer's `open` is kept apart. */
export function useAddress(keys: () => string[]): {
  filter: ComputedRef<Filter>;
  set: (next: Filter) => void;
  opened: ComputedRef<string | null>;
  open: (key: string | null) => void;
} {
  const route = useRoute();
  const router = useRouter();
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

  const filter = computed<Filter>(() => {
    const found: Filter = {};
    for (const key of keys()) {
      const value = text(route.query[key]);
      if (value !== undefined) found[key] = value;
    }
    return found;
  });
  const opened = computed(() => text(route.query['open']) ?? null);

  const others = () => Object.fromEntries(Object.entries(route.query).filter(([key]) => !keys().includes(key) && key !== 'open'));

  return {
    filter,
    opened,
    set: (next) => void router.replace({ query: { ...others(), ...next } }),
    open: (key) => void router.replace({ query: { ...others(), ...filter.value, ...(key !== null && { open: key }) } }),
  };
}
