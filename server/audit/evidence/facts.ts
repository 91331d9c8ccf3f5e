import type { Collection } from '../../registry/types.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';

/** A fact as the chain names it: `fact/<collection>/<version>` or `policy/<version>`. */
export type FactName = string;

const OF_MESSAGES = {
  device: 'devices',
  vehicle: 'vehicles',
  enterprise: 'enterprises',
  response: 'responses',
  machine: 'machinery',
  declaration: 'declarations',
} as const satisfies Partial<Record<keyof ObservationDoc['facts'], Collection>>;
/** Members that name several versions. */
const LISTED = { others: 'vehicles', permits: 'permits' } as const satisfies Record<string, Collection>;

export const factName = (collection: Collection, version: string): FactName => `fact/${collection}/${version}`;
export const policyName = (version: string): FactName => `policy/${version}`;

export const policyOfName = (name: FactName): string => name.slice('policy/'.length);

/** The parts of a fact's name; null where it is a policy's. */
export function factOf(name: FactName): { collection: Collection; version: string } | null {
  const [, collection, version] = /^fact\/([a-z]+)\/(.+)$/s.exec(name) ?? [];
  return collection === undefined ? null : { collection: collection as Collection, version: version! };
}

/** What a message was judged with. */
export function factsOfMessage(facts: ObservationDoc['facts']): FactName[] {
  const names = [policyName(facts.policy)];
  for (const [part, collection] of Object.entries(OF_MESSAGES) as [keyof typeof OF_MESSAGES, Collection][]) {
    const version = facts[part];
    if (version !== undefined) names.push(factName(collection, version));
  }
  if (facts.others) for (const version of facts.others) names.push(factName(LISTED.others, version));
  return names;
}

/** What a finding names of facts: those of its first message, and what its rule looked up besides. */
export function factsOfFinding({ policyVersion, facts }: Pick<FindingDoc, 'policyVersion' | 'facts'>): FactName[] {
  const names = [policyName(policyVersion)];
  for (const [part, collection] of Object.entries(OF_MESSAGES)) {
    const version = versionIn(facts[part]);
    if (version !== undefined) names.push(factName(collection, version));
  }
  if (typeof facts.zoneVersion === 'string') names.push(factName('zones', facts.zoneVersion));
  for (const [list, collection] of Object.entries(LISTED))
    for (const version of Array.isArray(facts[list]) ? (facts[list] as unknown[]) : [])
      if (typeof version === 'string') names.push(factName(collection, version));
  return [...new Set(names)];
}

/** The messages a finding names: those it stands on, and those its rule compared them with. */
export function messagesOf({ observations, last, facts, device }: FindingDoc): string[] {
  const { readings, misread, arrivalId } = facts as {
    readings?: unknown;
    misread?: { observation?: unknown };
    arrivalId?: unknown;
  };
  const refs = [...observations, last, ...(Array.isArray(readings) ? (readings as unknown[]) : []), misread?.observation];
  if (typeof arrivalId === 'string' && device !== undefined) refs.push(`${device}/${arrivalId}`);
  return [...new Set(refs.filter((ref) => typeof ref === 'string'))];
}

/** A fact in a finding is its version, or the fact itself with its version among its members. */
function versionIn(fact: unknown): string | undefined {
  if (typeof fact === 'string') return fact;
  const version = (fact as { version?: unknown } | null | undefined)?.version;
  return typeof version === 'string' ? version : undefined;
}
