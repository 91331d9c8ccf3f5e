import type { DueDoc } from '../../store/due-work.ts';
import type { Change } from '../settle.ts';
import { judgeDarkMoments } from './dark-terminal.ts';
import { judgeSold } from './sale-ban.ts';
import type { HistoryDeps } from './deps.ts';
import { judgePhotos } from './gate-photos.ts';
import { judgeLedgers } from './gate-ledger.ts';
import { judgeDeviceDays } from './device-days.ts';

/**
 * Work marked in `deps.moments` whose moment on the platform's clock has come, by its kind. Marks are made with `deps.moments.mark`;
 * the handler judges what is stored by then, once more if it is called again.
 * @returns what changed: its alerts are told
 */
export type MomentHandler = (docs: DueDoc[], deps: HistoryDeps) => Promise<Change[]>;

export const MOMENTS: Readonly<Record<string, MomentHandler>> = {
  dark: judgeDarkMoments,
  ledger: judgeLedgers,
  'ledger-exit': judgeLedgers,
  'ledger-photo': judgePhotos,
  'device-day': judgeDeviceDays,
  'sale-ban': judgeSold,
};
