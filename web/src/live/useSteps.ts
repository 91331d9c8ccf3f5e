import { ref } from 'vue';
import { api } from '../api/index.ts';
import { ApiError } from '../api/client.ts';
import type { Alert, AlertDetail } from '../api/types.ts';
import { ago } from '../format/time.ts';
import { useWords } from '../i18n/words.ts';
import { useClock } from '../stores/clock.ts';
import { useLive } from '../stores/live.ts';
import { useToasts } from '../stores/toasts.ts';

/** What came of a step: done; not done because the alert had changed (as it is now, where that could be read); or failed. */
export type Attempt =
  | { kind: 'done'; alert: AlertDetail }
  | { kind: 'stale'; status: number; now: AlertDetail | null; detail: string }
  | { kind: 'failed'; unreachable: boolean; detail: string };

/** A person's steps on an alert, and what is said when somebody else was faster. */
export function useSteps() {
  const { t, step: stepWord } = useWords();
  const live = useLive();
  const toasts = useToasts();
  const clock = useClock();
  const busy = ref(false);

  /** Takes a step as of the alert the person sees, and tells what came of it. */
  async function attempt(
    alert: Pick<Alert, 'id' | 'rev'>,
    step: string,
    body: Record<string, unknown> = {},
    key?: string,
  ): Promise<Attempt> {
    busy.value = true;
    try {
      const next = await api.step(alert, step, body, key);
      live.read([next]);
      toasts.say(t('steps.done', { step: stepWord(step) }));
      return { kind: 'done', alert: next };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (![409, 412].includes(error.status)) {
        const unreachable = error.status === 0;
        return { kind: 'failed', unreachable, detail: unreachable ? t('errors.unreachable') : error.message };
      }
      const now = await api.alert(alert.id).catch(() => null);
      if (now) live.read([now]);
      return { kind: 'stale', status: error.status, now, detail: error.message };
    } finally {
      busy.value = false;
    }
  }

  /** A step without a dialog. Gives the alert after it, or as it now is when the step was not taken; a short word says why. */
  async function take(
    alert: Pick<Alert, 'id' | 'rev'>,
    step: string,
    body: Record<string, unknown> = {},
  ): Promise<AlertDetail | null> {
    if (busy.value) return null;
    const result = await attempt(alert, step, body);
    if (result.kind === 'done') return result.alert;
    if (result.kind === 'failed') {
      toasts.say(t('errors.stepFailed', { detail: result.detail }), 'warning');
      return null;
    }
    sayStale(alert, step, result.status, result.now);
    return result.now;
  }

  function sayStale(alert: Pick<Alert, 'id' | 'rev'>, step: string, status: number, now: AlertDetail | null) {
    const person = now?.history?.findLast((entry) => entry.by !== 'system');
    if (status === 412 && person && now && now.rev !== alert.rev && isLast(now, person)) {
      const { key, n } = ago(Date.parse(person.at), clock.now);
      const words = { who: person.byName ?? person.by, step: stepWord(person.step), ago: t(`time.${key}`, { n }) };
      toasts.say(t('steps.firstWas', words), 'warning');
    } else if (status === 412) {
      toasts.say(t('steps.changed'), 'warning');
    } else {
      toasts.say(t('steps.notAllowed', { step: stepWord(step) }), 'warning');
    }
  }

  return { busy, take, attempt };
}

/** Whether a person's entry is what happened last, and not a finding that came after it. */
function isLast(alert: AlertDetail, entry: NonNullable<AlertDetail['history']>[number]): boolean {
  return alert.history?.at(-1) === entry;
}
