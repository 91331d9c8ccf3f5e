import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { api } from '../api/index.ts';

/**
 * The platform's clock, by which everything here is dated. It may stand in another year and run faster (demo), so it is asked again
 * from time to time, and its speed follows from two answers.
 */
export const useClock = defineStore('clock', () => {
  const anchor = ref({ real: Date.now(), platform: Date.now(), speed: 1 });
  const known = ref(false);
  const now = ref(Date.now());

  function tick() {
    now.value = anchor.value.platform + (Date.now() - anchor.value.real) * anchor.value.speed;
  }

  async function ask() {
    const sent = Date.now();
    const answer = await api.time();
    const real = (sent + Date.now()) / 2;
    const platform = Date.parse(answer.at);
    if (Number.isNaN(platform)) return;
    let speed = answer.speed ?? anchor.value.speed;
    if (answer.speed === undefined && known.value && real - anchor.value.real > 3_000) {
      const measured = (platform - anchor.value.platform) / (real - anchor.value.real);
      const whole = Math.round(measured);
      speed = whole >= 1 && Math.abs(measured - whole) < 0.05 * whole ? whole : measured;
    }
    anchor.value = { real, platform, speed };
    known.value = true;
    tick();
  }

  let running = false;

  /** Ticks every second and asks the platform now, soon again (that gives the speed), then every minute. */
  function start() {
    if (running) return;
    running = true;
    const again = () => void ask().catch(() => undefined);
    again();
    setTimeout(again, 5_000);
    setInterval(again, 60_000);
    setInterval(tick, 1_000);
  }

  /** Whether the platform's time is not the computer's: then it is shown. */
  const elsewhere = computed(
    () => known.value && (anchor.value.speed !== 1 || Math.abs(anchor.value.platform - anchor.value.real) > 120_000),
  );
  const speed = computed(() => anchor.value.speed);

  return { now, known, elsewhere, speed, start, ask };
});
