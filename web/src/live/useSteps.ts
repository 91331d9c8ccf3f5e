import { ref } from 'vue';
import { api } from '../api/index.ts';
import { ApiError } from '../api/client.ts';
import type { Alert, AlertDetail } from '../api/types.ts';
import { ago } from '../format/time.ts';
import { useWords } from '../i18n/words.ts';
import { useClock } from '../stores/clock.ts';
import { useLive } from '../stores/live.ts';
import { useToasts } from '../stores/toasts.ts';

/** A person's steps on an alert, and what is said when somebody else was faster. */
export function useSteps() {
  const { t, step: stepWord } = useWords();
  const live = useLive();
  const toasts = useToasts();
  const clock = useClock();
  const busy = ref(false);

  /** Takes a step as of the alert the person sees. Gives the alert after it, or as it now is when the step was not taken. */
  async function take(
    alert: Pick<Alert, 'id' | 'rev'>,
    step: string,
    body: Record<string, unknown> = {},
  ): Promise<AlertDetail | null> {
    if (busy.value) return null;
    busy.value = true;
    try {
      const next = await api.step(alert, step, body);
      live.read([next]);
      toasts.say(t('steps.done', { step: stepWord(step) }));
      return next;
    } catch (error) {
      return await explain(alert, step, error);
    } finally {
      busy.value = false;
    }
  }

  async function explain(alert: Pick<Alert, 'id' | 'rev'>, step: string, error: unknown): Promise<AlertDetail | null> {
    const stale = error instanceof ApiError && [409, 412].includes(error.status);
    if (!stale) {
      const detail =
        error instanceof ApiError && error.status === 0 ? t('errors.unreachable') : error instanceof Error ? error.message : '';
      toasts.say(t('errors.stepFailed', { detail }), 'warning');
      return null;
    }
    const now = await api.alert(alert.id).catch(() => null);
    if (now) live.read([now]);
    const person = now?.history?.findLast((entry) => entry.by !== 'system');
    if (error.status === 412 && person && now && now.rev !== alert.rev && isLast(now, person)) {
      const { key, n } = ago(Date.parse(person.at), clock.now);
      const words = { who: person.byName ?? person.by, step: stepWord(person.step), ago: t(`time.${key}`, { n }) };
      toasts.say(t('steps.firstWas', words), 'warning');
    } else if (error.status === 412) {
      toasts.say(t('steps.changed'), 'warning');
    } else {
      toasts.say(t('steps.notAllowed', { step: stepWord(step) }), 'warning');
    }
    return now;
  }

  return { busy, take };
}

/** Whether a person's entry is what happened last, and not a finding that came after it. */
function isLast(alert: AlertDetail, entry: NonNullable<AlertDetail['history']>[number]): boolean {
  return alert.history?.at(-1) === entry;
}
