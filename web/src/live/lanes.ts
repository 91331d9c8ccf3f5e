import type { DeviceRow, EnterpriseRow, GateLane } from '../api/types.ts';

/** An enterprise with its lanes as the gate board shows them. */
export interface LaneGroup {
  id: string;
  name: string;
  county: string | undefined;
  lanes: GateLane[];
}

/**
 * Lanes by enterprise, with the names of the registry; a gate that has never sent anything stands there too, as waiting.
 * Order: county, name of the enterprise, gate, lane.
 */
export function groupLanes(
  lanes: GateLane[],
  devices: DeviceRow[],
  enterprises: ReadonlyMap<string, EnterpriseRow>,
): LaneGroup[] {
  const gates = new Map(devices.filter((device) => device.kind === 'gate').map((device) => [device.id, device]));
  const heard = new Set(lanes.map((lane) => lane.gate));
  const silent = [...gates.values()]
    .filter((gate) => !heard.has(gate.id) && gate.enabled !== false)
    .map<GateLane>((gate) => ({ gate: gate.id }));
  const groups = new Map<string, LaneGroup>();
  // A gate told without a lane stands for itself only until one of its lanes has seen a vehicle.
  const busy = new Set(lanes.filter((lane) => lane.vehicle).map((lane) => lane.gate));
  const shown = lanes.filter((lane) => lane.lane !== undefined || lane.vehicle || !busy.has(lane.gate));
  for (const lane of [...shown, ...silent]) {
    const gate = gates.get(lane.gate);
    const id = lane.enterprise ?? gate?.enterpriseId ?? '';
    const enterprise = enterprises.get(id);
    const county = enterprise?.county ?? lane.county ?? gate?.county;
    const group = groups.get(id) ?? { id, name: enterprise?.nameZh ?? lane.enterpriseName ?? id, county, lanes: [] };
    group.lanes.push({ ...lane, name: lane.name ?? gate?.nameZh ?? lane.gate });
    groups.set(id, group);
  }
  for (const group of groups.values()) {
    group.lanes.sort((a, b) => compare(a.gate, b.gate) || compare(a.lane ?? '', b.lane ?? ''));
  }
  return [...groups.values()].sort((a, b) => compare(a.county ?? '~', b.county ?? '~') || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
