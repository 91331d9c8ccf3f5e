import type { FindingDoc } from '../../store/types.ts';
import type { Change } from '../settle.ts';
import type { Work } from '../types.ts';
import { markAccounts } from './accounts.ts';
import { markDark } from './dark-terminal.ts';
import type { HistoryDeps } from './deps.ts';
import { markDeviceDays } from './device-days.ts';
import { settleClonedPlates } from './cloned-plate.ts';
import { confirmDiversion, settleDiversion } from './diversion.ts';
import { settleLedger } from './gate-ledger.ts';
import { settleRoadDays } from './road-days.ts';
import { settleRoute } from './route.ts';
import { settleSaleBan } from './sale-ban.ts';

/** A rule on stretches of history: judged at once for the stretches that new messages fall into. */
export interface History {
  /** The rule's id. */
  id: string;
  /** Judges every stretch that holds one of these stored messages, with all that is stored of it, and writes what differs. */
  settle(works: Work[], deps: HistoryDeps): Promise<Change[]>;
  /**
   * Pending findings of the rule whose moment has come: confirms them, withdraws them, or puts their moment off.
   * @returns those that changed for good: their alerts are told
   */
  confirm?(due: FindingDoc[], deps: HistoryDeps): Promise<Change[]>;
}

/** All of them; each is asked for every batch, so that one with nothing to do must cost nothing. */
export const HISTORIES: readonly History[] = [
  { id: 'phase-out', settle: settleRoadDays },
  { id: 'diversion', settle: settleDiversion, confirm: confirmDiversion },
  { id: 'cloned-plate', settle: settleClonedPlates },
  { id: 'device-health', settle: markDeviceDays },
  { id: 'route', settle: settleRoute },
  { id: 'sale-ban', settle: settleSaleBan },
  { id: 'gate-ledger', settle: settleLedger },
  { id: 'urea-use', settle: markDark },
  { id: 'clean-transport', settle: markAccounts },
];
