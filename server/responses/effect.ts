import type { Measure, Policy, ResponseRow } from '../policy/types.ts';
import { isBulkUnit, levelFor, measureOn, measuresFor, type VehicleKind } from '../rules/peak-shift.ts';
import type { EnterpriseFacts } from '../rules/types.ts';

/**
 * What a change of levels does to enterprises and vehicles, by the rule itself (`server/rules/peak-shift.ts`): nothing is judged here.
 * Pure.
 */

export type Level = ResponseRow['level'];
/** The level in force in a county before and after; null: none. */
export type Levels = ReadonlyMap<string, { before: Level | null; after: Level | null }>;

/** A vehicle seen at gates of these enterprises. */
export interface SeenKind {
  kind: VehicleKind;
  enterprises: readonly string[];
}

export interface EnterpriseEffect {
  enterprise: EnterpriseFacts;
  bulk: boolean;
  /** The level whose measures it is under, before and after; null: under none. */
  was: Level | null;
  level: Level | null;
  tightened: boolean;
  measures: readonly Measure[];
  seen: number;
  hit: number;
}

export interface MeasureEffect {
  level: Level;
  measure: Measure;
  enterprises: number;
  registered: number;
  seen: number;
}

export interface Effect {
  enterprises: EnterpriseEffect[];
  measures: MeasureEffect[];
  registered: { all: number; hit: number };
  seen: { all: number; hit: number };
}

/**
 * @param enterprises those of the counties concerned
 * @param registered kinds of registered vehicles, with how many there are of each
 * @param level the one of the row: its measures are told also where they concern nobody
 */
export function effectOf(
  levels: Levels,
  level: Level,
  enterprises: readonly EnterpriseFacts[],
  registered: readonly { kind: VehicleKind; vehicles: number }[],
  seen: readonly SeenKind[],
  policy: Policy,
): Effect {
  const units = enterprises.map((enterprise) => unitOf(enterprise, levels, policy));
  const byId = new Map(units.map((unit) => [unit.enterprise.id, unit]));
  const measures = measuresIn(units, level, policy);

  const effect: Effect = { enterprises: units, measures: [], registered: { all: 0, hit: 0 }, seen: { all: 0, hit: 0 } };
  for (const one of measures.values()) {
    one.enterprises = units.filter((unit) => unit.measures.includes(one.measure)).length;
    for (const { kind, vehicles } of registered) if (measureOn(kind, [one.measure], policy)) one.registered += vehicles;
  }
  const inForce = [...measures.values()].filter((one) => one.enterprises > 0).map((one) => one.measure);
  for (const { kind, vehicles } of registered) {
    effect.registered.all += vehicles;
    if (measureOn(kind, inForce, policy)) effect.registered.hit += vehicles;
  }
  for (const { kind, enterprises: ids } of seen) {
    const stoppedBy = new Set<Measure>();
    let known = false;
    for (const id of ids) {
      const unit = byId.get(id);
      if (!unit) continue;
      known = true;
      unit.seen += 1;
      const measure = measureOn(kind, unit.measures, policy);
      if (!measure) continue;
      unit.hit += 1;
      stoppedBy.add(measure);
    }
    if (known) effect.seen.all += 1;
    if (stoppedBy.size > 0) effect.seen.hit += 1;
    for (const measure of stoppedBy) measures.get(measure)!.seen += 1;
  }
  effect.measures = [...measures.values()];
  return effect;
}

function unitOf(enterprise: EnterpriseFacts, levels: Levels, policy: Policy): EnterpriseEffect {
  const { before, after } = levels.get(enterprise.county) ?? { before: null, after: null };
  const under = (level: Level | null) => (level === null ? [] : measuresFor(enterprise, level, policy));
  const measures = under(after);
  const level = after !== null && measures.length > 0 ? levelFor(enterprise, after, policy) : null;
  return {
    enterprise,
    bulk: isBulkUnit(enterprise, policy),
    was: before !== null && under(before).length > 0 ? levelFor(enterprise, before, policy) : null,
    level,
    tightened: level !== null && level !== after,
    measures,
    seen: 0,
    hit: 0,
  };
}

/** The measures that concern somebody afterwards, and those of the level itself. */
function measuresIn(units: readonly EnterpriseEffect[], level: Level, policy: Policy): Map<Measure, MeasureEffect> {
  const { measures } = policy.rules['peak-shift'];
  const found = new Map<Measure, MeasureEffect>();
  for (const one of ['yellow', 'orange', 'red'] as const)
    for (const measure of measures[one])
      if (one === level || units.some((unit) => unit.measures.includes(measure)))
        found.set(measure, { level: one, measure, enterprises: 0, registered: 0, seen: 0 });
  return found;
}
