import type { Measure, Policy } from '../policy/types.ts';
import { findingOn, vehicleAtGate } from './draft.ts';
import { matchesPredicate } from './predicate.ts';
import { LEVEL_EN, LEVEL_ZH, stageEn, stageZh } from './texts.ts';
import type { EnterpriseFacts, ResponseFacts, Rule, VehicleFacts } from './types.ts';
import { isNewEnergy } from './words.ts';

/** Plan item 15 and 二(二): in a heavy-pollution response an enterprise's transport shifts, by the measures of the level in force. */
export const peakShift: Rule = {
  id: 'peak-shift',
  version: 1,
  judge(context) {
    const { enterprise, policy, response } = context;
    const vehicle = vehicleAtGate(context);
    if (!vehicle || !enterprise || !response) return [];
    const measure = measureOn(vehicle, measuresFor(enterprise, response.level, policy), policy);
    if (!measure) return [];
    const limits = policy.rules['peak-shift'];
    const { dailyTruckPasses } = enterprise;
    return [
      findingOn(peakShift, context, {
        code: 'measure-hit',
        severity: response.level === 'red' ? 'critical' : 'warning',
        proposal: limits.proposal,
        basis: limits.basis,
        measured: {
          stage: vehicle.stage ?? null,
          vehicleType: vehicle.vehicleType,
          dailyTruckPasses,
          cleanTransport: enterprise.cleanTransport ?? null,
        },
        limit: {
          level: response.level,
          measure: measure.zh,
          ...(measure.vehicles.stageMax !== undefined && { stageMax: measure.vehicles.stageMax }),
          dailyTruckPasses: limits.bulkUnit.dailyTruckPasses,
          response: response.id,
        },
        zh: `${LEVEL_ZH[response.level]}：${measure.zh} · ${stageZh(vehicle.stage)} ${vehicle.vehicleType}${passesZh(measure, dailyTruckPasses)}`,
        en: `${capital(LEVEL_EN[response.level])}: ${measure.en} · ${stageEn(vehicle.stage)} ${vehicle.vehicleType}${passesEn(measure, dailyTruckPasses)}`,
      }),
    ];
  },
};

/** What of a vehicle the measures ask. */
export type VehicleKind = Pick<VehicleFacts, 'vehicleType' | 'fuel' | 'stage' | 'useNature'>;

/** The first of these measures that stops a vehicle; undefined where none does, or where it is exempt. */
export function measureOn(vehicle: VehicleKind, measures: readonly Measure[], policy: Policy): Measure | undefined {
  if (measures.length === 0 || isExempt(vehicle, policy)) return undefined;
  return measures.find((measure) => matchesPredicate(vehicle, measure.vehicles));
}

/** Whether the measures leave a vehicle alone: new-energy, emergency, special operation, hazmat. */
export function isExempt(vehicle: VehicleKind, policy: Policy): boolean {
  const { exemptUse, exemptTypes } = policy.rules['peak-shift'];
  return isNewEnergy(vehicle) || exemptUse.includes(vehicle.useNature) || exemptTypes.includes(vehicle.vehicleType.charAt(0));
}

/** A unit of bulk transport, by its truck passes a day. */
export function isBulkUnit(enterprise: EnterpriseFacts, policy: Policy): boolean {
  const { dailyTruckPasses, comparison } = policy.rules['peak-shift'].bulkUnit;
  return comparison === '>' ? enterprise.dailyTruckPasses > dailyTruckPasses : enterprise.dailyTruckPasses >= dailyTruckPasses;
}

/** The measures an enterprise is under at a level. A bulk unit short of clean transport gets those of red under orange. */
export function measuresFor(enterprise: EnterpriseFacts, level: ResponseFacts['level'], policy: Policy): Measure[] {
  const { measures } = policy.rules['peak-shift'];
  const bulk = isBulkUnit(enterprise, policy);
  return measures[levelFor(enterprise, level, policy)].filter((measure) => bulk || !measure.bulkUnitsOnly);
}

/** The level whose measures an enterprise is under: the response's, or red under orange for a bulk unit short of clean transport. */
export function levelFor(enterprise: EnterpriseFacts, level: ResponseFacts['level'], policy: Policy): ResponseFacts['level'] {
  const { notMetTightens } = policy.rules['peak-shift'];
  const tightened =
    notMetTightens && level === 'orange' && enterprise.cleanTransport === 'not-met' && isBulkUnit(enterprise, policy);
  return tightened ? 'red' : level;
}

function passesZh(measure: Measure, passes: number): string {
  return measure.bulkUnitsOnly ? ` · 日均${passes}车次` : '';
}

function passesEn(measure: Measure, passes: number): string {
  return measure.bulkUnitsOnly ? ` · ${passes} trucks a day` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
