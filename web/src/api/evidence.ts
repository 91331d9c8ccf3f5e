import { api } from './index.ts';
import type { Finding, Observation, ObservationKey } from './types.ts';

const refOf = (key: ObservationKey) => `${key.kind}/${key.device}/${key.id}`;
const DAY = 86_400_000;

/**
 * The messages a finding stands on, by `kind/device/id`. The list of observations is asked per device around the finding's moment;
 * a message that lies further back (the first of two failures, months ago) is asked for by its plate.
 */
export async function readEvidence(finding: Finding): Promise<Map<string, Observation>> {
  const wanted = new Set(finding.observations.slice(0, 10).map(refOf));
  const found = new Map<string, Observation>();
  const take = (rows: Observation[]) => {
    for (const row of rows) if (wanted.has(refOf(row))) found.set(refOf(row), row);
  };
  const at = Date.parse(finding.at);
  const range = { from: new Date(at - DAY).toISOString(), to: new Date(at + DAY).toISOString() };
  const devices = [...new Set(finding.observations.slice(0, 10).map((key) => `${key.kind}/${key.device}`))];
  for (const device of devices) {
    const plate = finding.plate !== undefined && !device.startsWith('on-board/') ? { plate: finding.plate } : {};
    take((await api.observations({ device, ...plate, ...range, limit: 500 })).items);
    const missing = finding.observations.some(
      (key) => `${key.kind}/${key.device}` === device && wanted.has(refOf(key)) && !found.has(refOf(key)),
    );
    if (missing && 'plate' in plate) take((await api.observations({ device, ...plate, limit: 1000 })).items);
  }
  return found;
}
