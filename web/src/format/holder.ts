import type { Alert, AlertDetail, AlertStep } from '../api/types.ts';

/** Who has an alert, since when, until when. */
export interface Holder {
  who: string;
  /** ISO; absent where only a list's row is known. */
  since?: string;
  due?: string;
}

function last(history: AlertStep[] | undefined, step: string): AlertStep | undefined {
  return history?.findLast((entry) => entry.step === step);
}

/** Who is on it: whoever was sent, else whoever took it on. Null when nobody is. */
export function holderOf(alert: Alert | AlertDetail): Holder | null {
  const history = 'history' in alert ? alert.history : undefined;
  if (alert.state === 'dispatched' && alert.assignee !== undefined) {
    const since = last(history, 'dispatch')?.at;
    return {
      who: alert.assigneeName ?? alert.assignee,
      ...(since !== undefined && { since }),
      ...(alert.due !== undefined && { due: alert.due }),
    };
  }
  if (alert.state !== 'acknowledged') return null;
  const taken = last(history, 'acknowledge');
  return taken ? { who: taken.byName ?? taken.by, since: taken.at } : null;
}

/** Whether a dispatched alert's time is over. */
export function isOverdue(alert: Pick<Alert, 'state' | 'due'>, now: number): boolean {
  return alert.state === 'dispatched' && alert.due !== undefined && Date.parse(alert.due) <= now;
}
