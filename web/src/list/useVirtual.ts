import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

/** So many rows exist above and below those in sight, so that a quick hand finds no gap. */
const ROOM = 10;

/**
 * Which rows of a long list exist: the visible ones and some on either side. All rows are of one height and lie in a box as high as all
 * of them, each moved to its place.
 * @param scroller the element that scrolls
 * @param height of a row, px
 * @param head px at the top of the scroller under which rows vanish
 */
export function useVirtual(
  scroller: Readonly<Ref<HTMLElement | null>>,
  count: () => number,
  height: () => number,
  head: () => number = () => 0,
) {
  const top = ref(0);
  const seen = ref(600);
  const first = computed(() => Math.max(0, Math.min(count(), Math.floor(top.value / height()) - ROOM)));
  const last = computed(() => Math.min(count(), Math.ceil((top.value + seen.value) / height()) + ROOM));
  /** px below what exists, so that more is read before somebody meets the end. */
  const below = computed(() => (count() - last.value) * height());

  function scrolled() {
    if (scroller.value) top.value = scroller.value.scrollTop;
  }

  /** Scrolls as little as it takes until the row is in sight. */
  function show(index: number) {
    const box = scroller.value;
    if (!box) return;
    const y = index * height();
    const floor = y + height() + head() - box.clientHeight;
    if (y < box.scrollTop) box.scrollTop = y;
    else if (floor > box.scrollTop) box.scrollTop = floor;
    scrolled();
  }

  const observer = new ResizeObserver(() => {
    seen.value = scroller.value?.clientHeight ?? 600;
    scrolled();
  });
  onMounted(() => scroller.value && observer.observe(scroller.value));
  onBeforeUnmount(() => observer.disconnect());

  return { first, last, below, seen, scrolled, show };
}
