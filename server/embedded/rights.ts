import { ANSWERS, DEVICE_ID, isKind, MESSAGES, type Kind } from '../../devices/contract/kinds.ts';
import { deviceTopic, parseTopic } from '../../devices/contract/topics.ts';

/** What may be done on a broker, by user name (wire contract, "Transport"). The platform may do everything. */

/** The platform's user name: no device's has this form. */
export const PLATFORM_USER = 'platform';

/** The largest payload a broker keeps for a device: what the contract allows in any message. */
export const LARGEST_PAYLOAD = 64 * 1024;

/** The device of a user name `<kind>/<deviceId>`; null when it is none. */
export function deviceOf(username: string): { kind: Kind; deviceId: string } | null {
  const [kind, deviceId, more] = username.split('/');
  if (kind === undefined || deviceId === undefined || more !== undefined) return null;
  return isKind(kind) && DEVICE_ID.test(deviceId) ? { kind, deviceId } : null;
}

/** The messages a kind may publish. */
export function publishable(kind: Kind): string[] {
  return [...MESSAGES[kind], 'status'];
}

/** Whether a device may publish this: its own kind's messages and `status`, RETAIN only on `status` and of a sane size. */
export function mayPublish(username: string, packet: { topic: string; retain: boolean; bytes: number }): boolean {
  const device = deviceOf(username);
  const topic = parseTopic(packet.topic);
  if (device === null || topic === null || topic.kind !== device.kind || topic.deviceId !== device.deviceId) return false;
  if (packet.retain && (topic.message !== 'status' || packet.bytes > LARGEST_PAYLOAD)) return false;
  return publishable(device.kind).includes(topic.message);
}

/** Whether a device may read a topic or subscribe to a filter: exactly its own four answers; a wildcard is never one of them. */
export function mayRead(username: string, filter: string): boolean {
  const device = deviceOf(username);
  return device !== null && ANSWERS.some((answer) => filter === deviceTopic(device.kind, device.deviceId, answer));
}
