import { formatInstant } from '../../devices/contract/instant.ts';
import { answerTopic } from '../../devices/contract/topics.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import type { Clock } from '../clock.ts';
import type { Publishing } from './listener.ts';

const MAX_IDS = 500;

/** Gathers the ids a device is told of in one receipt: at most 200 ms at gates, 5 s for telemetry (wire contract), a second for others. */
export function createReceipts(publish: (topic: string, payload: string, options: Publishing) => void, clock: Clock) {
  const gatherMs = (kind: Kind) => (kind === 'gate' ? 100 : kind === 'on-board' ? 3000 : 500);
  const waiting = new Map<Kind, Map<string, string[]>>();
  const timers = new Map<Kind, NodeJS.Timeout>();

  function send(kind: Kind, deviceId: string, ids: string[]) {
    publish(answerTopic(kind, deviceId, 'receipt'), JSON.stringify({ ids, at: formatInstant(clock.now()) }), { qos: 0 });
  }

  function flush(kind: Kind) {
    timers.delete(kind);
    const devices = waiting.get(kind);
    waiting.delete(kind);
    for (const [deviceId, ids] of devices ?? []) send(kind, deviceId, ids);
  }

  return {
    add(kind: Kind, deviceId: string, id: string) {
      let devices = waiting.get(kind);
      if (!devices) waiting.set(kind, (devices = new Map()));
      const ids = devices.get(deviceId);
      if (!ids) devices.set(deviceId, [id]);
      else if (ids.push(id) >= MAX_IDS) {
        devices.delete(deviceId);
        send(kind, deviceId, ids);
      }
      if (!timers.has(kind))
        timers.set(
          kind,
          setTimeout(() => flush(kind), gatherMs(kind)),
        );
    },
    /** Sends all that waits. */
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const kind of [...waiting.keys()]) flush(kind);
      timers.clear();
    },
  };
}
export type Receipts = ReturnType<typeof createReceipts>;
