import { ref } from 'vue';
import type { ImportAnswer } from '../api/lists.ts';
import { useWords } from '../i18n/words.ts';
import { usePrefs } from '../stores/prefs.ts';
import { putRows } from './upload.ts';

/**
 * Puts a row of a form into the registry, or tries it; one at a time. Why it was not taken stands in `trouble`.
 * @param refused says that it was not taken, with the platform's reason
 */
export function usePutRow(collection: string, refused: (detail: string) => string) {
  const { failure } = useWords();
  const prefs = usePrefs();
  const busy = ref(false);
  const trouble = ref('');

  /** @param taken what to do when it was taken; it belongs to the work: `busy` until it is done */
  async function put(row: object, taken: (answer: ImportAnswer) => unknown, options: { dryRun?: boolean } = {}) {
    if (busy.value) return;
    busy.value = true;
    trouble.value = '';
    try {
      const answer = await putRows(collection, [row], prefs.language, options);
      if (answer.rejected > 0) trouble.value = refused(answer.errors[0]?.message ?? '');
      else await taken(answer);
    } catch (problem) {
      trouble.value = refused(failure(problem));
    } finally {
      busy.value = false;
    }
  }
  return { busy, trouble, put };
}
