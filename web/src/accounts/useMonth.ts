import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useClock } from '../stores/clock.ts';
import { isMonth, monthOf, monthsAfter } from './month.ts';

/** The month a page shows: it stands in the address, and is this one where it does not. */
export function useMonth() {
  const route = useRoute();
  const router = useRouter();
  const clock = useClock();
  const now = computed(() => monthOf(clock.now));
  const month = computed(() => (isMonth(route.query['month']) ? route.query['month'] : now.value));
  const isNow = computed(() => month.value >= now.value);

  /** Another month, with the page's filters; a revision is of one month. */
  function go(next: string): void {
    const { revision: _revision, month: _month, ...rest } = route.query;
    if (isMonth(next)) void router.replace({ query: { ...rest, month: next } });
  }
  return { month, now, isNow, go, step: (by: number) => go(monthsAfter(month.value, by)) };
}
