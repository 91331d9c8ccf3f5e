import { createHash } from 'node:crypto';
import { checkTime, decodeMessage, type TimeBounds } from '../../devices/contract/decode.ts';
import { civilDate, formatInstant } from '../../devices/contract/instant.ts';
import { isFinal, isKind, MESSAGES, type Kind } from '../../devices/contract/kinds.ts';
import type { OutboxMessage } from '../../devices/contract/messages.ts';
import type { Rejected } from '../../devices/contract/answers.ts';
import type { DeviceFacts } from '../rules/types.ts';
import type { DeadLetterDoc } from '../store/types.ts';
import { Binary } from 'mongodb';
import type { Incoming, Refusal } from './types.ts';

/** A message that is well-formed and from a device that may send it. */
export interface Admitted {
  incoming: Incoming;
  kind: Kind;
  device: DeviceFacts;
  body: OutboxMessage;
  at: number;
  /** Facts recorded until then count; absent: until it came in. */
  knownBy?: number;
}

/** Seconds after which a device may try again what is not refused for good. */
const RETRY_AFTER = { 'unknown-device': 300, 'disabled-device': 300, 'clock-ahead': 60, 'rate-limited': 60 } as const;

/**
 * Step 1: checks one message: its device, then its form, then its time. Pure but for the decoding.
 * @param device the device's record in force now; undefined when the registry does not know it
 */
export function admit(incoming: Incoming, device: DeviceFacts | undefined, bounds: TimeBounds): Admitted | Refusal {
  const refuse = (code: Refusal['code'], message: string, id?: string): Refusal => ({
    incoming,
    code,
    message,
    ...(id !== undefined && { id }),
    ...(code in RETRY_AFTER && { retryAfter: RETRY_AFTER[code as keyof typeof RETRY_AFTER] }),
  });
  const { kind, bytes, message } = incoming;
  if (kind === undefined || !isKind(kind))
    return refuse('unknown-topic', 'the topic is not cleanhaul/v1/<kind>/<deviceId>/<message>');
  const decoded = decodeMessage(kind, message, bytes, device?.dialect);
  const id = decoded.ok ? decoded.value.id : decoded.id;
  if (incoming.retained) return refuse('retained', 'only status may be retained; publish without RETAIN', id);
  if (!device) return refuse('unknown-device', `${kind}/${incoming.deviceId} is not registered`, id);
  if (!device.enabled) return refuse('disabled-device', `${kind}/${incoming.deviceId} is disabled`, id);
  if (!decoded.ok) return refuse(decoded.code, decoded.message, id);
  const body = decoded.value;
  const at = decoded.atMs;
  const late = incoming.replay
    ? null
    : checkTime({ atMs: at, nowMs: incoming.receivedAt, backfill: body.backfill ?? false }, bounds);
  if (late)
    return refuse(late, late === 'clock-ahead' ? 'at lies ahead of the platform: set the clock' : 'at lies too far back', id);
  return { incoming, kind, device, body, at };
}

export function isRefusal(result: Admitted | Refusal): result is Refusal {
  return 'code' in result;
}

/** The refusal of a message on which everything failed: named by its id where one can be read. */
export function failedRefusal(incoming: Incoming): Refusal {
  const { kind, message, bytes } = incoming;
  const refusal: Refusal = { incoming, code: 'internal', message: 'the platform could not handle this message; it was kept' };
  try {
    if (kind === undefined || !isKind(kind)) return refusal;
    const decoded = decodeMessage(kind, message, bytes);
    const id = decoded.ok ? decoded.value.id : decoded.id;
    return id === undefined ? refusal : { ...refusal, id };
  } catch {
    return refusal;
  }
}

/** The answer to a refused message. */
export function rejectedOf(refusal: Refusal, now: number): Rejected {
  return {
    ...(refusal.id !== undefined && { id: refusal.id }),
    sha256: sha256(refusal.incoming.bytes),
    code: refusal.code,
    message: refusal.message.slice(0, 400),
    final: isFinal(refusal.code),
    ...(refusal.retryAfter !== undefined && { retryAfter: refusal.retryAfter }),
    at: formatInstant(now),
  };
}

/** What is kept of a refused message. */
export function deadLetterOf(refusal: Refusal, rejected: Rejected): DeadLetterDoc {
  const { incoming } = refusal;
  const device = `${incoming.kind ?? '?'}/${incoming.deviceId}`;
  return {
    _id: `${device}|${rejected.sha256}`,
    device,
    at: new Date(incoming.receivedAt),
    day: civilDate(incoming.receivedAt),
    code: refusal.code,
    message: rejected.message,
    bytes: incoming.bytes.length,
    sha256: rejected.sha256,
    raw: new Binary(incoming.bytes),
    topic: incoming.topic,
    count: 1,
  };
}

/** Whether the lane of the barriers takes it. */
export function isUrgent(kind: string | undefined, message: string): boolean {
  return kind === 'gate' && (MESSAGES.gate as readonly string[]).includes(message);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
