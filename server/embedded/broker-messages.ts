import type { Tls } from '../tls.ts';

/** What the server and its broker process say to each other over the child process's own channel. */

/** A device's right to log in: the SHA-256 (hex) of each of its valid secrets, at most two while one is being replaced. */
export interface DeviceAccount {
  secretsSha256: string[];
  enabled: boolean;
}

export type ToBroker =
  /** With `tls` devices are spoken to by it alone, and the platform has a door of its own on loopback, at `innerPort`. */
  | { type: 'start'; host: string; port: number; innerPort: number; platformPasswordSha256: string; tls?: Tls }
  /** Another certificate for connections to come. */
  | { type: 'tls'; tls: Tls }
  | { type: 'account'; request: number; account: DeviceAccount | null }
  /** The registry could not be asked. */
  | { type: 'account-unavailable'; request: number }
  /** Accounts may have changed: of one user, or (absent) of all. */
  | { type: 'recheck'; username?: string }
  | { type: 'stop' };

export type FromBroker =
  | { type: 'listening'; port: number; innerPort: number }
  | { type: 'failed'; message: string }
  | { type: 'lookup'; request: number; username: string }
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; fields: Record<string, unknown>; text: string };
