import { onScopeDispose, ref } from 'vue';

/** A mouse that rests this long no longer points: a screen nobody works at shows what comes. */
const REST_MS = 10_000;

/** Whether somebody points at a list with the mouse: then what is under it is to stay under it. A finger points only as it taps. */
export function usePointed() {
  const pointed = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function left() {
    clearTimeout(timer);
    pointed.value = false;
  }

  function moved(event: PointerEvent) {
    if (event.pointerType !== 'mouse') return;
    clearTimeout(timer);
    timer = setTimeout(left, REST_MS);
    pointed.value = true;
  }

  onScopeDispose(left);
  return { pointed, moved, left };
}
