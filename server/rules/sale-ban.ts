import { civilDate, civilDayStart } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf } from './basis.ts';
import { compareText } from './order.ts';
import { requiredEn, requiredZh, stageEn, stageZh } from './texts.ts';
import type { FindingDraft, VehicleFacts } from './types.ts';
import { isBelowStage, isDiesel, isHeavy } from './words.ts';

/** Heavy diesel vehicles are sold from 1 July 2021 on only as China 6 (plan item 16). Instants are ms. */

/** Whether a registration says that a heavy diesel vehicle of a known stage below the required one was certified or sold too late. */
export function isSoldBelowStage(vehicle: VehicleFacts, policy: Policy): boolean {
  const { from, minStage } = policy.rules['sale-ban'];
  const since = civilDayStart(from);
  const { certificateUploaded, invoiced } = vehicle;
  if ((certificateUploaded ?? -Infinity) < since && (invoiced ?? -Infinity) < since) return false;
  return isHeavy(vehicle) && isDiesel(vehicle) && isBelowStage(vehicle, minStage);
}

/** A row of the registry that no later one corrects. */
export interface StandingRow {
  key: string;
  seq: number;
  recordedAt: number;
  facts: VehicleFacts;
}

/** The vehicle's earliest sighting, as far as a finding shows it. */
export interface FirstSighting {
  ref: string;
  at: number;
}

/**
 * The `sold-below-stage` finding of a VIN, or null where none of its rows meets the ban. It speaks by the row recorded first, is of that
 * row's recording, and has no observation; the earliest sighting is shown with it.
 * @param rows of any VIN, any order, none of them corrected
 * @param policyAt the policy by which a row recorded at a moment is judged
 */
export function judgeSaleBan(
  vin: string,
  rows: readonly StandingRow[],
  policyAt: (at: number) => Policy,
  sighting?: FirstSighting,
): { draft: FindingDraft; vehicle: VehicleFacts; policy: Policy } | null {
  const row = rows
    .filter(({ facts, recordedAt }) => facts.vin === vin && isSoldBelowStage(facts, policyAt(recordedAt)))
    .sort((a, b) => a.recordedAt - b.recordedAt || compareText(a.key, b.key) || a.seq - b.seq)[0];
  if (row === undefined) return null;
  const { facts: vehicle, recordedAt } = row;
  const policy = policyAt(recordedAt);
  const { from, minStage, basis } = policy.rules['sale-ban'];
  const day = (ms: number | undefined) => (ms === undefined ? null : civilDate(ms));
  const draft: FindingDraft = {
    rule: 'sale-ban',
    ruleVersion: 1,
    code: 'sold-below-stage',
    severity: 'warning',
    proposal: 'none',
    subject: vin,
    at: recordedAt,
    observations: [],
    status: 'confirmed',
    measured: {
      stage: vehicle.stage ?? null,
      certificateUploaded: day(vehicle.certificateUploaded),
      invoiced: day(vehicle.invoiced),
      sighting: sighting?.ref ?? null,
      sightedAt: sighting?.at ?? null,
    },
    limit: { from, minStage },
    basis: basisOf(policy, basis),
    zh: `${stageZh(vehicle.stage)}重型柴油车，合格证上传或开票不早于${from}，其时须达${requiredZh(minStage)}`,
    en: `A ${stageEn(vehicle.stage)} heavy diesel vehicle certified or sold since ${from}, when ${requiredEn(minStage)} was required`,
  };
  return { draft, vehicle, policy };
}
