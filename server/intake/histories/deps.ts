import type { Clock } from '../../clock.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AccountMaker } from '../../audit/account-maker.ts';
import type { DecisionStore } from '../../store/decisions.ts';
import type { DeviceStatusStore } from '../../store/device-status.ts';
import type { DueStore } from '../../store/due-work.ts';
import type { FindingStore } from '../../store/findings.ts';
import type { GatePayloadStore } from '../../store/gate-policies.ts';
import type { ImageStore } from '../../store/images.ts';
import type { HourSumsStore } from '../../store/hour-sums.ts';
import type { ObservationStore } from '../../store/observations.ts';
import type { PolicyBook } from '../policy-book.ts';

/** What judging histories needs. */
export interface HistoryDeps {
  observations: ObservationStore;
  findings: FindingStore;
  decisions: DecisionStore;
  /** The retained policies as gates were sent them. */
  payloads: GatePayloadStore;
  registry: RegistryReader;
  policies: PolicyBook;
  clock: Clock;
  /** The last statuses of devices, and the minutes in which they were heard. */
  statuses: DeviceStatusStore;
  /** What telemetry comes to, by clock hours. */
  hours: HourSumsStore;
  /** Which device uploaded which picture. */
  images: ImageStore;
  /** Work due by the platform's clock: moments that rules wait for (`DUE_HANDLERS` does it). */
  moments: DueStore;
  /** Accounts that are to be brought up, and who does it; absent where stored messages are only judged again. */
  accounting?: { due: DueStore; maker: AccountMaker };
}
