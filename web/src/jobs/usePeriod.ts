import { computed, ref } from 'vue';
import { civilDate, civilDayStart, DAY, formatInstant } from '../../../devices/contract/instant.ts';
import { useClock } from '../stores/clock.ts';

/** A past period by its first and last civil day, as jobs are asked for; it ends with the last day, or now. */
export function usePeriod(days: number) {
  const clock = useClock();
  const from = ref('');
  const to = ref('');

  /** The last days up to today. */
  function reset() {
    to.value = civilDate(clock.now);
    from.value = civilDate(clock.now - (days - 1) * DAY);
  }
  const today = computed(() => civilDate(clock.now));
  /** What is wrong with it: a key of the jobs' texts; empty when nothing is. */
  const wrong = computed(() => {
    const [first, last] = [civilDayStart(from.value), civilDayStart(to.value)];
    if (Number.isNaN(first) || Number.isNaN(last)) return 'emptyPeriod';
    if (last < first) return 'wrongPeriod';
    return first >= clock.now ? 'futurePeriod' : '';
  });
  const asked = () => ({
    from: formatInstant(civilDayStart(from.value)),
    to: formatInstant(Math.min(civilDayStart(to.value) + DAY, Math.floor(clock.now))),
  });
  return { from, to, today, wrong, reset, asked };
}
