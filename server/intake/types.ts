import type { Decision, Rejected } from '../../devices/contract/answers.ts';
import type { RejectCode } from '../../devices/contract/kinds.ts';
import type { Policy } from '../policy/types.ts';
import type {
  DeclarationFacts, DeviceFacts, EnterpriseFacts, MachineFacts, Observation, Recognition, ResponseFacts, VehicleFacts,
} from '../rules/types.ts'; // prettier-ignore
import type { ObservationDoc } from '../store/types.ts';

/** What became of a message: stored (with the decision where one is to be given), or refused. Never settled: the store was away. */
export type Outcome = { stored: true; id: string; decision?: Decision } | { stored: false; rejected: Rejected };

/** One message at the door, from MQTT or HTTP. `settle` is called once, after everything it says is stored. */
export interface Incoming {
  topic: string;
  /** Absent when the topic is not of the contract's form. */
  kind?: string;
  deviceId: string;
  message: string;
  bytes: Uint8Array;
  /** It came with RETAIN, which only `status` may. */
  retained: boolean;
  /** Platform time at which it came in. */
  receivedAt: number;
  /** Of an MQTT 5 arrival: comes back on its decision. */
  correlation?: Buffer;
  /** A replay of a dead letter: past the clock bounds, and never answered with a decision. */
  replay?: true;
  /** The gate wants its decision and receipt over MQTT. */
  via: 'mqtt' | 'http';
  settle(outcome: Outcome): void;
  /** The decision to be given, told as soon as it is stored: a driver waits, while alerts and histories are still being brought up. */
  decided?(decision: Decision): void;
}

/** A refusal on its way to the dead letters and to the device. */
export interface Refusal {
  incoming: Incoming;
  code: RejectCode;
  message: string;
  id?: string;
  retryAfter?: number;
}

/** A message with everything its judgement needs and what it is stored as. */
export interface Work {
  observation: Observation;
  doc: ObservationDoc;
  device: DeviceFacts;
  policy: Policy;
  /** The moment by which its facts were known: `receivedAt`, or that of a later re-judgement. */
  knownBy: number;
  recognition?: Recognition;
  vehicle?: VehicleFacts;
  enterprise?: EnterpriseFacts;
  response?: ResponseFacts;
  machine?: MachineFacts;
  declaration?: DeclarationFacts;
  /** Telemetry of a VIN under which no vehicle with SCR was ever registered: no urea to judge. */
  noScr?: true;
  /** Absent for work that a dead process left behind. */
  incoming?: Incoming;
}
