import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import { enterprise as api, type DeclarationChecked } from '../api/enterprise.ts';
import type { ImportAnswer } from '../api/lists.ts';
import { useWords } from '../i18n/words.ts';
import { putRows } from '../registry/upload.ts';
import { usePrefs } from '../stores/prefs.ts';
import { bodyOf, isComplete, type DraftRow, type Pasted } from './declarations.ts';
import { useEnterpriseText } from './useEnterpriseText.ts';

export type Checked = DeclarationChecked['items'][number];

/** A trial is asked for when nobody has typed for so long. */
const REST_MS = 400;
/** As many rows as one trial takes. */
export const MOST_ROWS = 200;

/**
 * The rows of a declaration: tried by the platform while they are written, sent together; those that were taken leave the form, the others
 * keep what was wrong with them.
 */
export function useDeclaring(first: Omit<DraftRow, 'key' | 'registrationCode'>) {
  const { t } = useEnterpriseText();
  const { failure } = useWords();
  const prefs = usePrefs();
  let keys = 0;
  const fresh = (more: Partial<DraftRow> = {}): DraftRow => ({ key: keys++, registrationCode: '', ...first, ...more });
  const rows = ref<DraftRow[]>([fresh()]);
  /** What the trial said of a row, by its content: a row that was changed has none until it is tried again. */
  const tried = shallowRef(new Map<string, Checked>());
  /** What was wrong with a row that was sent, by its key. */
  const refused = shallowRef(new Map<number, string>());
  const trouble = ref('');
  const checking = ref(false);
  const busy = ref(false);
  let stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const contentOf = (row: DraftRow) => JSON.stringify(bodyOf(row));
  const complete = computed(() => rows.value.filter(isComplete));
  const checkOf = (row: DraftRow): Checked | undefined => (isComplete(row) ? tried.value.get(contentOf(row)) : undefined);
  const isWrong = (row: DraftRow) => checkOf(row)?.notes.some(({ severity }) => severity === 'error') ?? false;
  const ready = computed(() => complete.value.filter((row) => !isWrong(row)));
  const refusedAtGate = computed(() => ready.value.filter((row) => checkOf(row)?.answer === 'refuse').length);

  async function check() {
    const asked = complete.value.filter((row) => !tried.value.has(contentOf(row)));
    if (asked.length === 0) return;
    stop.abort();
    const mine = (stop = new AbortController());
    checking.value = true;
    try {
      const { items } = await api.check(asked.map(bodyOf), mine.signal);
      const next = new Map(tried.value);
      asked.forEach((row, i) => next.set(contentOf(row), items[i]!));
      tried.value = next;
      trouble.value = '';
    } catch (error) {
      if (mine.signal.aborted) return;
      trouble.value = t('declarations.checkFailed', { detail: failure(error) });
    } finally {
      if (mine === stop) checking.value = false;
    }
  }

  watch(
    rows,
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void check(), REST_MS);
    },
    { deep: true },
  );
  // What the platform says is in one language.
  watch(() => prefs.language, () => ((tried.value = new Map()), void check())); // prettier-ignore
  onBeforeUnmount(() => {
    clearTimeout(timer);
    stop.abort();
  });

  /** Adds what was pasted; the one row that nobody has filled in makes way. */
  function paste(pasted: readonly Pasted[]) {
    const { siteId, from, to } = rows.value[0] ?? fresh();
    const kept = rows.value.filter(({ registrationCode }) => registrationCode !== '');
    const known = new Set(kept.map(contentOf));
    const added = pasted.map((one) => fresh({ siteId, from, to, ...one })).filter((row) => !known.has(contentOf(row)));
    rows.value = [...kept, ...added].slice(0, MOST_ROWS);
  }

  function add() {
    const last = rows.value.at(-1);
    if (rows.value.length < MOST_ROWS) rows.value = [...rows.value, fresh(last && { siteId: last.siteId, from: last.from, to: last.to })]; // prettier-ignore
  }

  function remove(key: number) {
    rows.value = rows.value.filter((row) => row.key !== key);
    if (rows.value.length === 0) rows.value = [fresh()];
  }

  /** Sends the rows that are complete and not wrong. @returns what came of it; undefined where nothing was sent */
  async function send(): Promise<ImportAnswer | undefined> {
    const sent = ready.value;
    busy.value = true;
    trouble.value = '';
    try {
      const answer = await putRows('declarations', sent.map(bodyOf), prefs.language);
      refused.value = new Map(answer.errors.map(({ row, message }) => [sent[row - 1]!.key, message]));
      const taken = new Set(sent.filter(({ key }) => !refused.value.has(key)).map(({ key }) => key));
      rows.value = rows.value.filter(({ key }) => !taken.has(key));
      if (rows.value.length === 0) rows.value = [fresh()];
      return answer;
    } catch (error) {
      trouble.value = t('declarations.sendFailed', { detail: failure(error) });
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return { rows, complete, ready, refusedAtGate, checkOf, refused, trouble, checking, busy, add, remove, paste, send };
}
