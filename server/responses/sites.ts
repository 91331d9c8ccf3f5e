import type { ResponsePreview } from '../http/contract/responses.ts';
import type { Policy } from '../policy/types.ts';
import { allInForce, inForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { isBannedUnder } from '../rules/nonroad-registration.ts';
import type { Levels } from './effect.ts';

const MOST = 200;

/** The sites of machinery in some counties, with the machines declared for them that may not work under the levels to come. */
export async function sitesIn(
  registry: Pick<RegistryReader, 'allEnterprises' | 'sites' | 'machinery' | 'declarations'>,
  counties: readonly string[],
  levels: Levels,
  at: number,
  now: number,
  policy: Policy,
): Promise<ResponsePreview['machinery']> {
  const seats = new Map(allInForce(await registry.allEnterprises(), at, now).map(({ facts }) => [facts.id, facts.county]));
  const sites = allInForce(await registry.sites(), at, now)
    .map(({ facts }) => ({ facts, county: facts.county ?? seats.get(facts.enterpriseId ?? '') ?? '' }))
    .filter(({ facts, county }) => facts.enabled && counties.includes(county));
  const declarations = await registry.declarations(sites.map(({ facts }) => facts.id));
  const codesOf = new Map(
    [...declarations].map(([site, versions]) => [
      site,
      new Set(allInForce(versions, at, now).map((v) => v.facts.registrationCode)),
    ]),
  );
  const machines = await registry.machinery([...codesOf.values()].flatMap((codes) => [...codes]));
  const items = sites.map(({ facts: { id, nameZh, minStage }, county }) => {
    const codes = [...(codesOf.get(id) ?? [])];
    const level = levels.get(county)?.after ?? undefined;
    const banned = codes.filter((code) => {
      const machine = inForce(machines.get(code) ?? [], at, now)?.facts;
      return machine !== undefined && isBannedUnder(machine, level, policy);
    });
    return { id, nameZh, county, ...(minStage !== undefined && { minStage }), declared: codes.length, banned: banned.length };
  });
  const sum = (of: (item: (typeof items)[number]) => number) => items.reduce((n, item) => n + of(item), 0);
  return {
    stageMax: policy.rules['nonroad-registration'].stageMax,
    sites: items.length,
    declared: sum((item) => item.declared),
    banned: sum((item) => item.banned),
    items: items.sort((a, b) => b.banned - a.banned || b.declared - a.declared || (a.id < b.id ? -1 : 1)).slice(0, MOST),
  };
}
