import { DEVICE_ID, isKind, type Answer, type Kind } from './kinds.ts';

/** Every topic is `cleanhaul/v1/<kind>/<deviceId>/<message>`. */
export const TOPIC_ROOT = 'cleanhaul/v1';

export interface DeviceTopic {
  kind: Kind;
  deviceId: string;
  message: string;
}

/** Reads a topic; null when it is not of the contract's form (the message part is not checked against the kind). */
export function parseTopic(topic: string): DeviceTopic | null {
  const parts = topic.split('/');
  const [root, version, kind, deviceId, message] = parts;
  if (parts.length !== 5 || root !== 'cleanhaul' || version !== 'v1') return null;
  if (kind === undefined || deviceId === undefined || message === undefined) return null;
  if (!isKind(kind) || !DEVICE_ID.test(deviceId)) return null;
  return { kind, deviceId, message };
}

/** The topic of one message or answer of a device. */
export function deviceTopic(kind: Kind, deviceId: string, message: string): string {
  return `${TOPIC_ROOT}/${kind}/${deviceId}/${message}`;
}

/** The topic on which a device reads one kind of answer. */
export function answerTopic(kind: Kind, deviceId: string, answer: Answer): string {
  return deviceTopic(kind, deviceId, answer);
}

/** The MQTT user name of a device. */
export function deviceUsername(kind: Kind, deviceId: string): string {
  return `${kind}/${deviceId}`;
}

/** Whether an MQTT client id belongs to the user name: the same with `/` → `_`, optionally `.` and a short suffix. */
export function isClientIdOf(clientId: string, username: string): boolean {
  const base = username.replace('/', '_');
  return clientId === base || (clientId.startsWith(`${base}.`) && /^[A-Za-z0-9]{1,16}$/.test(clientId.slice(base.length + 1)));
}
