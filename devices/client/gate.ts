import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { gatePolicy, type Decision, type GatePolicy } from '../contract/answers.ts';
import { formatInstant, parseInstant } from '../contract/instant.ts';
import type { DecisionWord, PlateColor } from '../contract/messages.ts';
import { decideOffline } from '../contract/offline.ts';
import type { Body, Device } from './device.ts';

/** What the gate went by for one arrival. */
export interface Verdict {
  arrivalId: string;
  lane: string;
  source: 'platform' | 'policy';
  decision: DecisionWord;
  /** Device time at which the gate decided. */
  at: number;
  /** Of the retained policy, where the gate decided alone. */
  payloadId?: string;
  /** The platform's answer, where there was one in time. */
  answer?: Decision;
}

export interface GateOptions {
  device: Device;
  /** Where the retained policy is kept across restarts; the device's own folder will do. */
  dir: string;
  /** Real ms a vehicle waits for the platform. */
  decisionTimeout?: number;
}

export interface Gate {
  /** Reads the kept policy; call before the device starts. */
  start(): Promise<void>;
  /**
   * A vehicle waits at the barrier: sends the arrival and waits for its decision; without one in time the gate decides alone by its
   * policy. A second arrival at the same lane ends the wait of the first.
   */
  arrive(body: Body & { direction: 'in' | 'out'; plate: { number: string; color: PlateColor } }): Promise<Verdict>;
  /** What then happened. Sends the passage with `arrivalId` and `decided` of the verdict. */
  pass(verdict: Verdict, body: Body & { outcome: 'passed' | 'turned-back' }): Promise<string | undefined>;
  policy(): GatePolicy | undefined;
}

interface Waiting {
  lane: string;
  /** Known once the arrival is on the disk. */
  id?: string;
  decide(answer?: Decision): void;
}

export function createGate({ device, dir, decisionTimeout = 3_000 }: GateOptions): Gate {
  const path = join(dir, 'policy.json');
  const waiting = new Map<string, Waiting>();
  let policy: GatePolicy | undefined;
  let saving: Promise<void> = Promise.resolve();

  async function save(next: GatePolicy): Promise<void> {
    await mkdir(dir, { recursive: true });
    const file = await open(`${path}.new`, 'w');
    try {
      await file.writeFile(JSON.stringify(next));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  }

  device.on('policy', (next) => {
    policy = next;
    saving = saving.then(() => save(next)).catch(() => undefined);
  });

  device.on('decision', (answer) => {
    for (const w of waiting.values()) {
      if (w.id !== answer.arrivalId) continue;
      if (answer.lane !== undefined && answer.lane !== w.lane) continue;
      if (device.clock.now() >= parseInstant(answer.validUntil)) continue;
      w.decide(answer);
    }
  });

  function alone(
    plate: { number: string; color: PlateColor },
    direction: 'in' | 'out',
    at: number,
  ): Pick<Verdict, 'decision' | 'payloadId'> {
    const { decision } = decideOffline(policy ?? null, { number: plate.number, color: plate.color, direction }, at);
    return { decision, ...(policy && { payloadId: policy.payloadId }) };
  }

  return {
    async start() {
      try {
        policy = gatePolicy.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch {
        policy = undefined; // none was ever kept, or it cannot be read: the platform's retained one comes on connecting
      }
    },
    async arrive(body) {
      const lane = typeof body.lane === 'string' ? body.lane : '';
      waiting.get(lane)?.decide();
      return new Promise<Verdict>((resolve, reject) => {
        const mine: Waiting = {
          lane,
          decide(answer) {
            clearTimeout(timer);
            if (waiting.get(lane) === mine) waiting.delete(lane);
            const at = device.clock.now();
            const given = answer
              ? ({ source: 'platform', decision: answer.decision, answer } as const)
              : ({ source: 'policy', ...alone(body.plate, body.direction, at) } as const);
            void stored.then((arrivalId) => resolve({ arrivalId: arrivalId ?? '', lane, at, ...given })).catch(reject);
          },
        };
        const timer = setTimeout(() => mine.decide(), decisionTimeout);
        waiting.set(lane, mine);
        const stored = device.send('arrival', body).then((id) => {
          if (id !== undefined) mine.id = id;
          return id;
        });
        stored.catch((error: Error) => {
          clearTimeout(timer);
          if (waiting.get(lane) === mine) waiting.delete(lane);
          reject(error);
        });
      });
    },
    pass(verdict, body) {
      const { source, decision, payloadId, at } = verdict;
      return device.send('passage', {
        ...(verdict.arrivalId !== '' && { arrivalId: verdict.arrivalId }),
        decided: { source, decision, at: formatInstant(at), ...(payloadId !== undefined && { payloadId }) },
        ...body,
      });
    },
    policy: () => policy,
  };
}
