import type { Kind } from '../../contract/kinds.ts';
import type { DecisionWord, Plate, Seen } from '../../contract/messages.ts';
import type { Drive } from './telemetry.ts';

/** A truck at a gate: an arrival, an answer, and what it then does. */
export interface Visit {
  type: 'visit';
  at: number;
  gate: string;
  enterpriseId: string;
  lane: string;
  direction: 'in' | 'out';
  plate: Plate;
  seen?: Seen;
  cargo?: { name: string; tonnes: number };
  /** Who it really is, whatever the camera reads. */
  who: string;
  /** What the platform should answer. */
  expect: DecisionWord;
  /** Refused, it is let in all the same. */
  forced: boolean;
  /** From the arrival to the passage, device ms. */
  passAfter: number;
  /** A simple gate sends the passage alone. */
  simple: boolean;
}

/** What happens in the city, in device time. */
export type CityEvent =
  | Visit
  | { type: 'message'; at: number; kind: Kind; device: string; message: string; body: Record<string, unknown> }
  | ({ type: 'drive' } & Drive)
  | { type: 'line'; at: number; kind: Kind; device: string; up: boolean };

/** One line of the truth file: what was planted, or an honest look-alike of which nothing may be found. */
export interface Truth {
  truth: 'expected' | 'honest';
  rule: string;
  /** Absent on look-alikes: nothing of this rule at all. */
  code?: string;
  severity?: 'info' | 'warning' | 'critical';
  plate?: { number: string; color: string };
  vin?: string;
  device?: { kind: Kind; id: string };
  enterprise?: string;
  /** The window in which the observations lie. */
  from: string;
  to: string;
  /** Whether it is only seen after a moment (pending), e.g. `6h`. */
  pending?: string;
  /** Stands first and is withdrawn when late messages come. */
  withdrawn?: boolean;
  why: string;
}
