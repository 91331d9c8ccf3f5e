import { useI18n } from 'vue-i18n';
import { DAY, parseInstant } from '../../../devices/contract/instant.ts';
import type { JobShown } from '../api/policy.ts';
import { fullTime } from '../format/time.ts';
import { jobWords } from '../i18n/jobs.ts';

/** The texts of the jobs' pages. */
export function useJobText() {
  const { t, te, n, locale } = useI18n({ messages: jobWords, useScope: 'local', inheritLocale: true });
  /** A period as people asked for it: whole days by their dates, others with their minutes. */
  function periodOf({ params }: Pick<JobShown, 'params'>): string {
    const [from, to] = [parseInstant(String(params['from'])), parseInstant(String(params['to']))];
    const [first, last] = [fullTime(from), fullTime(to)];
    const whole = first.endsWith('00:00:00') && last.endsWith('00:00:00');
    if (!whole) return `${first.slice(0, 16)} – ${last.slice(0, 16)}`;
    const day = fullTime(to - DAY).slice(0, 10);
    return first.startsWith(day) ? day : `${first.slice(0, 10)} – ${day}`;
  }
  const moment = (at: string) => fullTime(Date.parse(at)).slice(0, 16);
  return { t, te, n, locale, periodOf, moment };
}
