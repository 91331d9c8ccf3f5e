import type { GateLane } from '../alerts/types.ts';
import type { DecisionDoc } from '../store/types.ts';
import type { Work } from './types.ts';

/** Shows on the gate board what last happened on each lane. */
export interface GateLanes {
  /** Gives back at once: the board is a view of what is stored elsewhere, and no gate waits for it. */
  show(gates: Work[], decisions: DecisionDoc[]): void;
  /** Writes what waits. */
  stop(): Promise<void>;
}

/** The first change is shown at once; of a busy lane, the newest state of so many milliseconds. */
const GATHER_MS = 150;
const RETRY_MS = 1000;

/** @param publish writes lanes; a newer state that stands there already stays */
export function createGateLanes(publish: (items: GateLane[]) => Promise<void>): GateLanes {
  let waiting = new Map<string, GateLane>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let stopped = false;
  let wroteAt = -GATHER_MS;

  function put(lane: GateLane) {
    const other = waiting.get(lane._id);
    if (!other || other.at <= lane.at) waiting.set(lane._id, lane);
  }

  function later(ms: number) {
    if (!stopped) timer ??= setTimeout(() => void (writing ??= write()), ms);
  }

  async function write(): Promise<void> {
    timer = null;
    wroteAt = performance.now();
    const items = [...waiting.values()];
    waiting = new Map();
    let again = GATHER_MS;
    try {
      await publish(items);
    } catch {
      // The store is away: what came meanwhile is newer.
      const newer = [...waiting.values()];
      for (const lane of [...items, ...newer]) put(lane);
      again = RETRY_MS;
    }
    writing = null;
    if (waiting.size > 0) later(again);
  }

  return {
    show(gates, decisions) {
      const byRef = new Map(decisions.map((d) => [d._id, d]));
      for (const work of gates) {
        const lane = laneOf(work, byRef.get(work.observation.ref));
        if (lane) put(lane);
      }
      if (waiting.size > 0 && writing === null) later(Math.max(0, wroteAt + GATHER_MS - performance.now()));
    },
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await writing;
      if (waiting.size > 0) await write();
    },
  };
}

function laneOf({ observation, doc }: Work, stored: DecisionDoc | undefined): GateLane | undefined {
  if (observation.kind !== 'gate' || !stored) return undefined;
  const { decision, ref, reasons } = stored;
  const lane = observation.body.lane ?? '';
  return {
    _id: `${observation.deviceId}|${lane}`,
    gateId: observation.deviceId,
    lane,
    ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
    ...(doc.county !== undefined && { county: doc.county }),
    at: doc.at,
    direction: observation.body.direction,
    plate: { number: decision.vehicle.number, color: decision.vehicle.color },
    stage: decision.vehicle.stage,
    known: decision.vehicle.known,
    decision: decision.decision,
    reasons,
    ref,
    ...(observation.message === 'passage' && { outcome: observation.body.outcome }),
  };
}
