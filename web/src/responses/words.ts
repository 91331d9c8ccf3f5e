import { useI18n } from 'vue-i18n';
import { isWholeCity } from '../format/response.ts';
import { endTime, fullTime } from '../format/time.ts';
import { orderWords } from '../i18n/orders.ts';
import { useWords } from '../i18n/words.ts';
import { expanded } from './form.ts';

/** The words of responses and zones, beside the console's own. */
export function useOrderWords() {
  const { t, n, locale } = useI18n({ messages: orderWords, useScope: 'local', inheritLocale: true });
  const words = useWords();
  const join = (parts: readonly string[]) => parts.join(t('listSep'));
  return {
    t,
    n,
    locale,
    words,
    join,
    /** Counties by name, all of them as the whole city. */
    where: (codes: readonly string[]) => {
      const all = expanded(codes);
      return isWholeCity(all) ? t('wholeCity') : join(all.map((code) => words.county(code)));
    },
    /** `11-14 12:00` */
    begin: (at: string | number) => fullTime(typeof at === 'number' ? at : Date.parse(at)).slice(5, 16),
    /** `11-16 24:00` */
    end: (at: string | number) => endTime(typeof at === 'number' ? at : Date.parse(at)),
  };
}
export type OrderWords = ReturnType<typeof useOrderWords>;
