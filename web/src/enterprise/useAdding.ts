import { onBeforeUnmount, ref, shallowRef } from 'vue';
import { readWhole } from '../api/lists.ts';
import type { PhotoRow } from '../api/enterprise.ts';
import { plateText } from '../format/plate.ts';
import { useWords } from '../i18n/words.ts';
import { usePrefs } from '../stores/prefs.ts';
import { digestOf, lackingOf, MOST_BYTES, pictureType, sendPicture, type Lacking } from './picture.ts';
import { useEnterpriseText } from './useEnterpriseText.ts';

/** What became of a file. */
export interface Outcome {
  id: number;
  good: boolean;
  text: string;
}

/** A digest as people compare it. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 12);

/**
 * Takes files, finds out by their digest which passage names each, and uploads those that one does. Nothing that is not named leaves this
 * computer.
 * @param rows the passages that are shown and lack pictures
 * @param added told of every picture that is there now
 */
export function useAdding(rows: () => readonly PhotoRow[], added: (sha256: string) => void) {
  const { t } = useEnterpriseText();
  const { failure, imageRole } = useWords();
  const prefs = usePrefs();
  const outcomes = shallowRef<Outcome[]>([]);
  const busy = ref('');
  const share = ref(0);
  const stop = new AbortController();
  let next = 0;
  /** Files wait for one another: the platform takes some at a time, and what is said stands in order. */
  let queue: Promise<void> = Promise.resolve();
  onBeforeUnmount(() => stop.abort());

  const say = (good: boolean, text: string) =>
    void (outcomes.value = [{ id: next++, good, text }, ...outcomes.value].slice(0, 50));
  const whose = (row: PhotoRow) => (row.plate ? plateText(row.plate.number) : t('photos.noPlate'));

  /** A picture that the rows shown do not name may belong to one that is not shown. */
  async function sought(sha256: string): Promise<Lacking | undefined> {
    const shown = lackingOf(rows()).get(sha256);
    if (shown) return shown;
    const lists = await Promise.all((['late', 'waiting'] as const).map((state) => readWhole<PhotoRow>('/photos', { state })));
    return lackingOf(lists.flatMap(({ items }) => items)).get(sha256);
  }

  async function take(file: File, wanted: PhotoRow | undefined) {
    const { name } = file;
    busy.value = t('photos.hashing', { name });
    share.value = 0;
    try {
      const type = await pictureType(file);
      if (type === null) return say(false, t('photos.notPicture', { name }));
      if (file.size > MOST_BYTES) return say(false, t('photos.tooLarge', { name }));
      const sha256 = await digestOf(file);
      if (wanted?.pictures.some((one) => one.sha256 === sha256 && one.uploaded)) return say(true, t('photos.already', { name }));
      const found = await sought(sha256);
      if (!found) return say(false, wanted ? wrongFor(name, sha256, wanted) : t('photos.wrong', { name, digest: shortDigest(sha256) })); // prettier-ignore
      const told = (part: number) => {
        share.value = part;
        busy.value = t('photos.sending', { name, percent: Math.round(part * 100) });
      };
      told(0);
      await sendPicture(sha256, file, type, prefs.language, told, stop.signal);
      added(sha256);
      const where = { name, plate: whose(found.row), role: imageRole(found.role) };
      say(true, t(wanted && found.row.id !== wanted.id ? 'photos.elsewhere' : 'photos.added', where));
    } catch (error) {
      if (stop.signal.aborted) return;
      const detail = failure(error);
      say(false, t('photos.failed', { name, detail }));
    }
  }

  function wrongFor(name: string, sha256: string, wanted: PhotoRow): string {
    const lacking = wanted.pictures.filter(({ uploaded }) => !uploaded).map((one) => shortDigest(one.sha256));
    return t('photos.wrongFor', { name, plate: whose(wanted), digest: shortDigest(sha256), wanted: lacking.join('…, ') });
  }

  return {
    outcomes,
    /** What is being done, in words; empty when nothing is. */
    busy,
    /** How much of the file that is on its way has left, 0–1. */
    share,
    whose,
    clear: () => void (outcomes.value = []),
    /** @param wanted the passage they were given for */
    addAll(files: Iterable<File>, wanted?: PhotoRow) {
      for (const file of files) queue = queue.then(() => take(file, wanted));
      queue = queue.then(() => void (busy.value = ''));
    },
  };
}
