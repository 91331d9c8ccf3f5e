import { parseInstant } from '../../../devices/contract/instant.ts';
import { registrationOfVin } from '../../registry/in-force.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

/** A work and the moment of it that is spoken of: a message's own, or that of one of its telemetry samples. */
export interface MomentOf {
  work: Work;
  /** ms */
  at: number;
}

/**
 * The works as their moments saw them. A position is judged at its sample's `at` with the facts of that time (rules.md §3): registration
 * and policy are those of the moment, and it lies where the sample was taken. Other messages are what they are. One look-up at most.
 */
export async function worksAt(
  moments: readonly MomentOf[],
  { registry, policies }: Pick<HistoryDeps, 'registry' | 'policies'>,
): Promise<Work[]> {
  const vins = moments.flatMap(({ work: { observation } }) => (observation.kind === 'on-board' ? [observation.deviceId] : []));
  if (vins.length === 0) return moments.map(({ work }) => work);
  const byVin = await registry.vehiclesByVin(new Set(vins));
  return moments.map(({ work, at }) => {
    const { observation, knownBy, doc } = work;
    if (observation.kind !== 'on-board') return work;
    const policy = policies.at(at, knownBy);
    const vin = observation.deviceId;
    const vehicle = registrationOfVin(byVin.get(vin) ?? [], vin, at, knownBy);
    const sample = observation.body.samples.find((s) => s.lon !== undefined && s.lat !== undefined && parseInstant(s.at) === at);
    const device = sample ? { ...work.device, lon: sample.lon!, lat: sample.lat! } : work.device;
    const { vehicle: _registered, ...rest } = work;
    const facts = { ...doc.facts, policy: policy.version };
    return { ...rest, ...(vehicle && { vehicle }), policy, device, doc: { ...doc, facts } };
  });
}
