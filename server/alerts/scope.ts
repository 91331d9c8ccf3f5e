import type { Actor, Concern } from './types.ts';
import type { Audience } from '../http/contract/alerts.ts';

/** What of the alerts somebody may see, as data: the same for a list's query and for one event of the live log. */
export interface Scope {
  /** Nothing at all. */
  none?: true;
  /** Any of these audiences; absent: whatever the audience. */
  audiences?: Audience[];
  /** Any of these counties; absent: all, also alerts of no county. 140900 stands for every county that begins with 1409. */
  counties?: string[];
  /** At this enterprise. */
  enterprise?: string;
}

/** The city's own code, which covers its counties. */
const CITY = '140900';

/** The reader's scope (HTTP contract, "Who"). */
export function scopeOf(actor: Actor): Scope {
  const counties = actor.counties && { counties: actor.counties };
  switch (actor.role) {
    case 'owner':
    case 'auditor':
      return {};
    case 'bureau':
      return { ...counties };
    case 'police':
      return { audiences: ['police'], ...counties };
    case 'market':
      // The ban follows a vehicle, wherever it was seen or was not: the same as of its findings (`server/audit/scope.ts`).
      return { audiences: ['market'] };
    case 'enterprise':
      return actor.enterpriseId === undefined
        ? { none: true }
        : { audiences: ['enterprise', 'owner'], enterprise: actor.enterpriseId };
    case 'administrator':
    case 'display':
      return { none: true };
  }
}

/** Whether an alert that concerns these lies in the scope. */
export function sees(scope: Scope, concern: Concern): boolean {
  if (scope.none) return false;
  if (scope.audiences && !scope.audiences.some((audience) => concern.audiences.includes(audience))) return false;
  if (scope.counties && !concern.counties.some((county) => coversCounty(scope.counties, county))) return false;
  return scope.enterprise === undefined || concern.enterprises.includes(scope.enterprise);
}

/** Whether a county lies within a list of them; no list: any county does. */
export function coversCounty(counties: string[] | undefined, county: string | undefined): boolean {
  if (!counties) return true;
  if (county === undefined) return false;
  return counties.includes(county) || (counties.includes(CITY) && county.startsWith(CITY.slice(0, 4)));
}

/** The scope as a query on documents that carry a concern under `prefix` (`now.`, or nothing). */
export function scopeFilter(scope: Scope, prefix = ''): Record<string, unknown> {
  if (scope.none) return { _id: { $in: [] } };
  const counties = scope.counties?.flatMap((county): (string | RegExp)[] =>
    county === CITY ? [county, new RegExp(`^${CITY.slice(0, 4)}`)] : [county],
  );
  return {
    ...(scope.audiences && { [`${prefix}audiences`]: { $in: scope.audiences } }),
    ...(counties && { [`${prefix}counties`]: { $in: counties } }),
    ...(scope.enterprise !== undefined && { [`${prefix}enterprises`]: scope.enterprise }),
  };
}

/** Whether a reader may see the lanes of a gate. */
export function seesGate(
  actor: Actor,
  gate: { id: string; county?: string | undefined; enterprise?: string | undefined },
): boolean {
  return actor.role === 'display' ? actor.gateId === gate.id : seesPlace(actor, gate.county, gate.enterprise);
}

/** Whether a reader may see what happens at a place of this county and enterprise (HTTP contract, "Who": decisions). */
export function seesPlace(actor: Actor, county: string | undefined, enterprise: string | undefined): boolean {
  switch (actor.role) {
    case 'owner':
    case 'auditor':
      return true;
    case 'police':
    case 'bureau':
      return coversCounty(actor.counties, county);
    case 'enterprise':
      return enterprise !== undefined && enterprise === actor.enterpriseId;
    case 'market':
    case 'administrator':
    case 'display':
      return false;
  }
}
