import { useI18n } from 'vue-i18n';
import type { Alert, AlertDetail } from '../api/types.ts';
import { useToasts } from '../stores/toasts.ts';
import { useWork } from '../stores/work.ts';
import { dialogOpen, typing } from './keys.ts';

/**
 * The keys of a room with alerts: a step by its letter on the alert they stand for, and the room's own. A step that cannot be taken says
 * why; what is not the role's at all stays silent. To be listened to while capturing: an open dialog is then still seen to be open when
 * Escape closes it.
 * @param current the alert keys act on
 * @param own the room's own keys
 */
export function useStepKeys(current: () => Alert | AlertDetail | null, own: Record<string, (() => void) | undefined>) {
  const { t } = useI18n();
  const work = useWork();
  const toasts = useToasts();

  return (event: KeyboardEvent): void => {
    if (typing(event) || dialogOpen()) return;
    const action = own[event.key];
    if (action) {
      event.preventDefault();
      action();
      return;
    }
    const step = work.stepOfKey(event.key);
    const alert = current();
    if (!step || !alert) return;
    const why = work.hindrance(alert, step);
    if (why === 'role') return;
    event.preventDefault();
    if (why) toasts.say(t(`work.why.${why}`), 'warning');
    else work.begin(alert, step);
  };
}
