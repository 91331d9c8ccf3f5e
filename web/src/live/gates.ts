import type { GateLane } from '../api/types.ts';

/** The key of a lane on the board. */
export function laneKey(lane: Pick<GateLane, 'gate' | 'lane'>): string {
  return `${lane.gate}|${lane.lane ?? ''}`;
}

/**
 * Lanes with news laid over them. What a piece of news does not mention stays (a status says nothing of the last vehicle), and an older
 * vehicle never replaces a newer one: a lane's late re-upload is no news for its screen.
 */
export function mergeLanes(known: ReadonlyMap<string, GateLane>, news: GateLane[]): Map<string, GateLane> {
  const lanes = new Map(known);
  for (const lane of news) {
    const key = laneKey(lane);
    const before = lanes.get(key);
    const older = before?.at !== undefined && lane.at !== undefined && Date.parse(lane.at) < Date.parse(before.at);
    if (older) {
      lanes.set(key, { ...before, ...(lane.online !== undefined && { online: lane.online }) });
      continue;
    }
    const newVehicle = lane.at !== undefined && lane.at !== before?.at;
    const base = newVehicle && before ? withoutVehicle(before) : before;
    const merged: GateLane = { ...base, ...lane };
    if (merged.online === true) delete merged.offlineSince;
    lanes.set(key, merged);
  }
  return lanes;
}

/** A lane without its last vehicle, so that nothing of it lingers beside the next. */
function withoutVehicle(lane: GateLane): GateLane {
  const {
    at: _at,
    vehicle: _vehicle,
    decision: _decision,
    reasons: _reasons,
    ref: _ref,
    direction: _direction,
    outcome: _outcome,
    ...rest
  } = lane;
  return rest;
}
