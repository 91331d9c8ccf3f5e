import type { Db } from 'mongodb';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createAlertStore } from '../store/alerts.ts';
import { refreshAlerts } from './refresh.ts';

export interface AlertsDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Told at once when an alert changed here: wakes the log writer. */
  onChange?: () => void;
}

export type Alerts = ReturnType<typeof createAlerts>;

/** Alerts: opening and merging by findings, and the work people do on them. */
export function createAlerts({ db, clock, log, onChange = () => {} }: AlertsDeps) {
  const store = createAlertStore(db);

  return {
    /**
     * Brings the alerts of these keys (`FindingDoc.alert`) into line with the stored findings. Idempotent, safe from several
     * processes; to be called after the findings' writes were acknowledged.
     */
    async refresh(keys: string[]): Promise<void> {
      if (keys.length > 0 && (await refreshAlerts({ store, clock, log }, keys)) > 0) onChange();
    },
  };
}
