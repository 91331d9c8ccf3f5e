import type { Clock } from '../../clock.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { DecisionStore } from '../../store/decisions.ts';
import type { FindingStore } from '../../store/findings.ts';
import type { GatePayloadStore } from '../../store/gate-policies.ts';
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
}
