import { civilDate, formatInstant, HOUR } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import { compareOrder } from './order.ts';
import type { FindingDraft, Observation, Recognition, VehicleFacts } from './types.ts';
import { isScr } from './urea-use.ts';

/** `dark-terminal` of `urea-use` (plan item 18): seen on the road while its terminal, which it must have, was silent. Pure; ms. */

/** Whether a sighting asks for samples: of an exactly matched vehicle with SCR that must carry a terminal. */
export function asksForSamples(
  recognition: Pick<Recognition, 'outcome'> | undefined,
  vehicle: VehicleFacts | undefined,
  policy: Policy,
): vehicle is VehicleFacts {
  return recognition?.outcome === 'matched' && vehicle?.obdRequired === true && isScr(vehicle, policy);
}

/** The stretch before a sighting in which a sample is asked for, both ends included. */
export function sampledWithin(at: number, policy: Policy): { from: number; to: number } {
  return { from: at - policy.rules['urea-use'].darkTerminal.hours * HOUR, to: at };
}

/** When a sighting may be said to be dark, on the platform's clock: what its terminal kept for itself has come by then. */
export function darkMoment({ at, receivedAt }: { at: number; receivedAt: number }, policy: Policy): number {
  return Math.max(at, receivedAt) + policy.rules['urea-use'].darkTerminal.pendingHours * HOUR;
}

/** A sighting that asks for samples, with the facts of its own `at`, and whether one was stored. */
export interface DarkSighting {
  observation: Pick<Observation, 'ref' | 'kind' | 'deviceId' | 'id' | 'at'>;
  vehicle: VehicleFacts;
  policy: Policy;
  sampled: boolean;
}

/**
 * The finding of one vehicle's civil day, whose subject is `<vin>:<YYYY-MM-DD>`: at its first sighting without a sample, with how many
 * there were and the last.
 * @param sightings of one VIN and one civil day whose moments have come, in any order
 */
export function judgeDarkDay(sightings: readonly DarkSighting[]): FindingDraft[] {
  const dark = sightings.filter((s) => !s.sampled).sort((a, b) => compareOrder(a.observation, b.observation));
  const first = dark[0];
  const last = dark.at(-1);
  if (!first || !last) return [];
  const { hours } = first.policy.rules['urea-use'].darkTerminal;
  const { at } = first.observation;
  return [
    {
      ...findingOn({ id: 'urea-use', version: 1 }, first, {
        code: 'dark-terminal',
        severity: 'warning',
        proposal: 'none',
        basis: first.policy.rules['urea-use'].basis,
        measured: { samples: 0, since: formatInstant(sampledWithin(at, first.policy).from) },
        limit: { hours },
        zh: `车辆在用，其车载终端此前${hours}小时没有数据`,
        en: `Seen on the road, no data of its on-board terminal in the ${hours} h before`,
      }),
      subject: `${first.vehicle.vin}:${civilDate(at)}`,
      count: dark.length,
      last: last.observation.ref,
    },
  ];
}
