import type { Kind } from '../../contract/kinds.ts';
import type { DecisionWord, Plate, Seen } from '../../contract/messages.ts';
import type { ExpectedFinding } from './expect.ts';
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
  /** What is to be found on the arrival, and on the passage. */
  finds: { arrival: ExpectedFinding[]; passage: ExpectedFinding[] };
  /** Refused, it is let in all the same. */
  forced: boolean;
  /** From the arrival to the passage, device ms. */
  passAfter: number;
  /** A simple gate sends the passage alone; so does one that is made to let somebody in unasked. */
  simple: boolean;
  /** Opened by itself whatever the answer was. */
  automatic?: true;
  /** Alone, the gate says that its policy gave this. */
  claims?: DecisionWord;
  /** The sensor saw the truck pass twice, so many ms apart. */
  doubled?: number;
}

/** What happens in the city, in device time. */
export type CityEvent =
  | Visit
  | {
      type: 'message';
      at: number;
      kind: Kind;
      device: string;
      message: string;
      body: Record<string, unknown>;
      /** What is to be found on this very message. */
      finds?: ExpectedFinding[];
      /** Of whom, where it is about a vehicle. */
      who?: string;
      /** When it reaches the line, where that is not its `at`. */
      sendAt?: number;
      /** Takes a number of its device's counter and never arrives. */
      lost?: true;
    }
  | ({ type: 'drive' } & Drive)
  | { type: 'line'; at: number; kind: Kind; device: string; up: boolean };

/** One line of the truth file: what is to be found, or an honest look-alike of which nothing may be found. */
export interface Truth {
  truth: 'expected' | 'honest';
  /** The kind of cheat or look-alike it was planted as; absent where it follows from ordinary traffic, or beside a planted one. */
  kind?: string;
  rule: string;
  /** Absent on look-alikes: nothing of this rule at all. */
  code?: string;
  severity?: 'info' | 'warning' | 'critical';
  plate?: { number: string; color: string };
  vin?: string;
  device?: { kind: Kind; id: string };
  enterprise?: string;
  /** The window in which the finding's moment lies. */
  from: string;
  to: string;
  /** The message it is found on, where it is exactly this one: `<kind>/<deviceId>/<id>`. */
  observation?: string;
  /** How many such findings there are: one, unless said. */
  count?: number;
  /** Whether it is only seen after a moment (pending), e.g. `6h`. */
  pending?: string;
  /** Stands first and may be withdrawn when late messages come. */
  withdrawn?: boolean;
  why: string;
}
