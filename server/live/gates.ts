import { formatInstant } from '../../devices/contract/instant.ts';
import { seesGate } from '../alerts/scope.ts';
import type { Actor, GateLane } from '../alerts/types.ts';
import type { GateState } from '../http/contract/live.ts';
import type { Logger } from '../log.ts';
import { createLoop } from './loop.ts';
import type { LaneSource } from './types.ts';

export type GateHub = ReturnType<typeof createGateHub>;

/**
 * The lanes as this process knows them, each with the version in which it changed last. Sockets remember a version: what a slow one
 * misses in between is overtaken by the lane's next state, so nothing queues.
 */
export function createGateHub({ source, log, options = {} }: { source: LaneSource; log: Logger; options?: { pollMs?: number } }) {
  const lanes = new Map<string, { lane: GateLane; version: number }>();
  let version = 0;
  let newest: Date | undefined;
  let watch: { close(): Promise<void> } | undefined;
  let readAt = 0;
  const listeners = new Set<() => void>();
  const { pollMs = 2000 } = options;

  async function read(): Promise<void> {
    // A stream of changes wakes this loop for each of them: a reading gathers what came within a tenth of a second.
    const wait = readAt + 100 - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    readAt = Date.now();
    const changed = await source.changedSince(newest);
    const before = version;
    for (const { changed: moment, ...lane } of changed) {
      if (!newest || moment > newest) newest = moment;
      const known = lanes.get(lane._id);
      if (known && JSON.stringify(known.lane) === JSON.stringify(lane)) continue;
      version += 1;
      lanes.set(lane._id, { lane, version });
    }
    if (version > before) for (const listener of listeners) listener();
  }

  const loop = createLoop(read, pollMs, (error) => log.warn({ err: error }, 'the gate lanes cannot be read for now'));

  return {
    version: () => version,
    /** Calls the listener whenever some lane changed. @returns how to end that */
    onMoved(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The lanes a reader may see that changed after a version; 0 gives all. */
    since(seen: number, actor: Actor): GateState[] {
      return [...lanes.values()]
        .filter(
          (entry) =>
            entry.version > seen &&
            seesGate(actor, { id: entry.lane.gateId, county: entry.lane.county, enterprise: entry.lane.enterprise }),
        )
        .map((entry) => laneJson(entry.lane));
    },
    async start() {
      watch = source.watch(loop.wake);
      await read().catch((error: unknown) => log.warn({ err: error }, 'the gate lanes cannot be read for now'));
      loop.start();
    },
    async stop() {
      await watch?.close();
      await loop.stop();
    },
  };
}

function laneJson(lane: GateLane): GateState {
  const { gateId, lane: name, enterprise, county, at, direction, plate, stage, known, decision, reasons, ref, outcome } = lane;
  return {
    gate: gateId,
    lane: name,
    ...(enterprise !== undefined && { enterprise }),
    ...(county !== undefined && { county }),
    at: formatInstant(at.getTime()),
    direction,
    vehicle: { number: plate.number, color: plate.color as GateState['vehicle']['color'], stage, known },
    ...(decision !== undefined && { decision }),
    reasons,
    ...(ref !== undefined && { ref }),
    ...(outcome !== undefined && { outcome }),
  };
}
