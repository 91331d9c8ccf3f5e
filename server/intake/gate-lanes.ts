import type { GateLane } from '../alerts/types.ts';
import type { DecisionDoc } from '../store/types.ts';
import type { Work } from './types.ts';

/** Shows on the gate board what last happened on each lane. */
export interface GateLanes {
  show(gates: Work[], decisions: DecisionDoc[]): Promise<void>;
}

export function createGateLanes(publish: (items: GateLane[]) => Promise<void>): GateLanes {
  return {
    async show(gates, decisions) {
      const byRef = new Map(decisions.map((d) => [d._id, d]));
      await publish(gates.flatMap((work) => laneOf(work, byRef.get(work.observation.ref)) ?? []));
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
