import { onBeforeUnmount, ref, shallowRef, watch } from 'vue';

const PAUSE_MS = 300;
/** What is still being counted is asked for again after so long. */
const AGAIN_MS = 1_500;

/**
 * What a draft would do, asked for a moment after the last change. What stands stays until the next answer is there; without a draft
 * there is nothing.
 * @param draft read when it is time to ask; undefined: it is not complete enough
 * @param about changes when there is something new to ask
 */
export function usePreview<Draft, Answer>(
  draft: () => Draft | undefined,
  about: () => unknown,
  read: (draft: Draft, signal: AbortSignal) => Promise<Answer>,
  unfinished: (answer: Answer) => boolean = () => false,
) {
  const answer = shallowRef<Answer | null>(null);
  const error = shallowRef<unknown>(null);
  const busy = ref(false);
  let stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    stop.abort();
    const mine = (stop = new AbortController());
    const asked = draft();
    if (asked === undefined) {
      answer.value = null;
      error.value = null;
      busy.value = false;
      return;
    }
    busy.value = true;
    try {
      const found = await read(asked, mine.signal);
      if (mine !== stop) return;
      answer.value = found;
      error.value = null;
      if (unfinished(found)) timer = setTimeout(() => void ask(), AGAIN_MS);
    } catch (problem) {
      if (mine === stop) error.value = problem;
    } finally {
      if (mine === stop) busy.value = false;
    }
  }

  watch(
    () => JSON.stringify(about()),
    () => {
      clearTimeout(timer);
      // A question that has changed is answered by nothing that is on its way.
      stop.abort();
      busy.value = draft() !== undefined;
      timer = setTimeout(() => void ask(), PAUSE_MS);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => {
    clearTimeout(timer);
    stop.abort();
  });
  return { answer, error, busy, ask };
}
