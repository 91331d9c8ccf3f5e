import { civilDate } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn, vehicleAtGate, type Judged } from './draft.ts';
import { compareOrder } from './order.ts';
import { stageEn, stageZh } from './texts.ts';
import type { FindingDraft, Observation, Rule, VehicleFacts } from './types.ts';
import { isDiesel, isGoods, stageNumber } from './words.ts';

/** Plan item 17: commercial diesel goods vehicles of China 3 and below are to be gone; vehicles past scrap must not drive at all. */

export type PhaseOutCode = 'past-scrap' | 'phase-out-listed';

/** At gates each message by itself; on the road see `judgeRoadDay`. */
export const phaseOut: Rule = {
  id: 'phase-out',
  version: 1,
  judge(context) {
    const vehicle = vehicleAtGate(context);
    if (!vehicle) return [];
    return listedOnRoad(vehicle, context.observation.at, context.policy).map((code) => finding(code, context, vehicle));
  },
};

/** Why a vehicle should not be on the road at `at`: past its scrap day, listed for phase-out, both or neither. */
export function listedOnRoad(vehicle: VehicleFacts, at: number, policy: Policy): PhaseOutCode[] {
  const { stageMax, commercialUse } = policy.rules['phase-out'];
  const codes: PhaseOutCode[] = [];
  if (vehicle.status !== 'in-use' || (vehicle.scrapDue !== undefined && vehicle.scrapDue <= at)) codes.push('past-scrap');
  const stage = stageNumber(vehicle);
  if (
    stage !== undefined &&
    stage <= stageMax &&
    isGoods(vehicle) &&
    isDiesel(vehicle) &&
    commercialUse.includes(vehicle.useNature)
  ) {
    codes.push('phase-out-listed');
  }
  return codes;
}

/** A sighting of an exactly matched vehicle at a station or checkpoint, with the facts and policy of its own `at`. */
export interface RoadSighting {
  observation: Pick<Observation, 'ref' | 'kind' | 'deviceId' | 'id' | 'at'>;
  vehicle: VehicleFacts;
  policy: Policy;
}

/**
 * The findings of one vehicle's civil day on the road, stations and checkpoints together: per code one, whose subject is
 * `<vin>|<YYYY-MM-DD>`, at its first sighting, with how many there were and the last.
 * @param sightings all of one VIN and one civil day, in any order; those that are not listed are passed over.
 */
export function judgeRoadDay(sightings: readonly RoadSighting[]): FindingDraft[] {
  const ordered = [...sightings].sort((a, b) => compareOrder(a.observation, b.observation));
  return (['past-scrap', 'phase-out-listed'] as const).flatMap((code) => {
    const hits = ordered.filter(({ vehicle, observation, policy }) =>
      listedOnRoad(vehicle, observation.at, policy).includes(code),
    );
    const first = hits[0];
    const last = hits.at(-1);
    if (!first || !last) return [];
    const subject = `${first.vehicle.vin}|${civilDate(first.observation.at)}`;
    return [{ ...finding(code, first, first.vehicle), subject, count: hits.length, last: last.observation.ref }];
  });
}

function finding(code: PhaseOutCode, context: Judged, vehicle: VehicleFacts): FindingDraft {
  const limits = context.policy.rules['phase-out'];
  if (code === 'phase-out-listed') {
    return findingOn(phaseOut, context, {
      code,
      severity: 'warning',
      proposal: limits.listedProposal,
      basis: limits.basis,
      measured: { stage: vehicle.stage ?? null, useNature: vehicle.useNature, fuel: vehicle.fuel },
      limit: { stageMax: limits.stageMax },
      zh: `${stageZh(vehicle.stage)}营运柴油货车，列入国${'零一二三四五六'.charAt(limits.stageMax)}及以下淘汰范围`,
      en: `${stageEn(vehicle.stage)} commercial diesel goods vehicle, to be phased out (China ${limits.stageMax} and below)`,
    });
  }
  const [zh, en] = scrapTexts(vehicle);
  return findingOn(phaseOut, context, {
    code,
    severity: 'critical',
    proposal: 'refuse',
    basis: limits.scrapBasis,
    measured: { status: vehicle.status, scrapDue: vehicle.scrapDue ?? null },
    limit: { status: 'in-use' },
    zh,
    en,
  });
}

function scrapTexts({ status, scrapDue }: VehicleFacts): [zh: string, en: string] {
  if (status === 'scrapped') return ['车辆已报废，不得上道路行驶', 'Scrapped: must not drive on roads'];
  if (status === 'deregistered') return ['车辆已注销登记，不得上道路行驶', 'Deregistered: must not drive on roads'];
  // `scrapDue` is the instant at which its day has ended.
  const day = civilDate((scrapDue ?? 0) - 1);
  return [`车辆强制报废期限${day}已过`, `Mandatory scrap date ${day} has passed`];
}
